// Makes, reloads and frees verifiers.
#include "calls.h"
#include "text.h"
#include "verifier.h"

// Wipes the copy of a configuration, which may hold a secret: enif_inspect_iolist_as_binary copies
// a list into one binary. The bytes of a binary are not copied, and must not be changed.
static void wipe(ErlNifEnv *env, ERL_NIF_TERM term, ErlNifBinary *config) {
  if (!enif_is_binary(env, term)) {
    volatile unsigned char *bytes = config->data;
    for (size_t i = 0; i < config->size; i++) {
      bytes[i] = 0;
    }
  }
}

ERL_NIF_TERM new(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM config_arg = argv[0];
  state *state = enif_priv_data(env);
  ErlNifBinary config;
  ERL_NIF_TERM answer;
  (void)argc;
  if (!enif_inspect_iolist_as_binary(env, config_arg, &config)) {
    return state->atoms.badarg;
  }
  verifier *verifier = verifier_new(env, state, (const char *)config.data, config.size, &answer);
  wipe(env, config_arg, &config);
  if (verifier == NULL) {
    return error_tuple(env, answer);
  }
  answer = enif_make_tuple2(env, state->atoms.ok, enif_make_resource(env, verifier));
  enif_release_resource(verifier);
  return answer;
}

ERL_NIF_TERM reload(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0], config_arg = argv[1];
  const state *state = enif_priv_data(env);
  char error[ERROR_SIZE] = "";
  verifier *verifier;
  ErlNifBinary config;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &verifier) ||
      !enif_inspect_iolist_as_binary(env, config_arg, &config)) {
    return state->atoms.badarg;
  }
  jwt_auth *auth = verifier_enter(env, verifier);
  if (auth == NULL) {
    wipe(env, config_arg, &config);
    return freed_error(env);
  }
  jwt_auth_status status =
      state->library->reload(auth, (const char *)config.data, config.size, error, sizeof error);
  verifier_leave(env, verifier);
  wipe(env, config_arg, &config);
  if (status != JWT_AUTH_STATUS_OK) {
    return error_tuple(env, error_text(env, status, error));
  }
  return state->atoms.ok;
}

ERL_NIF_TERM free_(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0];
  const state *state = enif_priv_data(env);
  verifier *verifier;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &verifier)) {
    return state->atoms.badarg;
  }
  verifier_close(verifier);
  return state->atoms.ok;
}
