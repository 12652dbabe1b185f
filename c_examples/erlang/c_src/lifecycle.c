// The making, reloading and freeing of verifiers.
#include "calls.h"
#include "text.h"
#include "verifier.h"

static ERL_NIF_TERM error_tuple(ErlNifEnv *env, ERL_NIF_TERM what) {
  const state *all = enif_priv_data(env);
  return enif_make_tuple2(env, all->atoms.error, what);
}

// A list is copied to make it one text, and what is copied may hold a secret: it is wiped. The
// bytes of a binary are those of the term.
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
  state *all = enif_priv_data(env);
  ErlNifBinary config;
  ERL_NIF_TERM answer;
  (void)argc;
  if (!enif_inspect_iolist_as_binary(env, config_arg, &config)) {
    return all->atoms.badarg;
  }
  verifier *one = verifier_new(env, all, (const char *)config.data, config.size, &answer);
  wipe(env, config_arg, &config);
  if (one == NULL) {
    return error_tuple(env, answer);
  }
  answer = enif_make_tuple2(env, all->atoms.ok, enif_make_resource(env, one));
  enif_release_resource(one);
  return answer;
}

ERL_NIF_TERM reload(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0], config_arg = argv[1];
  static const char freed[] = "the verifier was freed";
  const state *all = enif_priv_data(env);
  char error[ERROR_SIZE] = "";
  verifier *one;
  ErlNifBinary config;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &one) ||
      !enif_inspect_iolist_as_binary(env, config_arg, &config)) {
    return all->atoms.badarg;
  }
  jwt_auth *auth = verifier_enter(env, one);
  if (auth == NULL) {
    wipe(env, config_arg, &config);
    return error_tuple(env, text_term(env, freed, sizeof freed - 1));
  }
  jwt_auth_status status =
      jwt_auth_reload(auth, (const char *)config.data, config.size, error, sizeof error);
  verifier_leave(env, one);
  wipe(env, config_arg, &config);
  if (status != JWT_AUTH_STATUS_OK) {
    return error_tuple(env, error_text(env, status, error));
  }
  return all->atoms.ok;
}

ERL_NIF_TERM free_(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0];
  const state *all = enif_priv_data(env);
  verifier *one;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &one)) {
    return all->atoms.badarg;
  }
  verifier_close(one);
  return all->atoms.ok;
}
