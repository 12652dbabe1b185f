// Makes, reloads and frees verifiers.
#include <string.h>

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

// {ok, Verifier} | {error, Text}
static ERL_NIF_TERM make(ErlNifEnv *env, const source *config) {
  state *state = enif_priv_data(env);
  ERL_NIF_TERM answer;
  verifier *verifier = verifier_new(env, state, config, &answer);
  if (verifier == NULL) {
    return error_tuple(env, answer);
  }
  answer = enif_make_tuple2(env, state->atoms.ok, enif_make_resource(env, verifier));
  enif_release_resource(verifier);
  return answer;
}

ERL_NIF_TERM new(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM config_arg = argv[0];
  const state *state = enif_priv_data(env);
  ErlNifBinary config;
  (void)argc;
  if (!enif_inspect_iolist_as_binary(env, config_arg, &config)) {
    return state->atoms.badarg;
  }
  const source text = {.text = (const char *)config.data, .len = config.size};
  ERL_NIF_TERM answer = make(env, &text);
  wipe(env, config_arg, &config);
  return answer;
}

// ok | {error, Text}
static ERL_NIF_TERM replace(ErlNifEnv *env, verifier *verifier, const source *config) {
  const state *state = enif_priv_data(env);
  const library *library = state->library;
  char error[ERROR_SIZE] = "";
  jwt_auth *auth = verifier_enter(env, verifier);
  if (auth == NULL) {
    return freed_error(env);
  }
  jwt_auth_status status =
      config->path != NULL
          ? library->reload_file(auth, config->path, error, sizeof error)
          : library->reload(auth, config->text, config->len, error, sizeof error);
  verifier_leave(env, verifier);
  return status == JWT_AUTH_STATUS_OK ? state->atoms.ok
                                      : error_tuple(env, error_text(env, status, error));
}

ERL_NIF_TERM reload(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0], config_arg = argv[1];
  const state *state = enif_priv_data(env);
  verifier *verifier;
  ErlNifBinary config;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &verifier) ||
      !enif_inspect_iolist_as_binary(env, config_arg, &config)) {
    return state->atoms.badarg;
  }
  const source text = {.text = (const char *)config.data, .len = config.size};
  ERL_NIF_TERM answer = replace(env, verifier, &text);
  wipe(env, config_arg, &config);
  return answer;
}

// Reads a binary that has a NUL at its end and nowhere else.
static bool path_read(ErlNifEnv *env, ERL_NIF_TERM term, const char **out) {
  ErlNifBinary path;
  if (!enif_inspect_binary(env, term, &path) || path.size == 0 ||
      memchr(path.data, '\0', path.size) != path.data + path.size - 1) {
    return false;
  }
  *out = (const char *)path.data;
  return true;
}

ERL_NIF_TERM new_file(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM path_arg = argv[0];
  const state *state = enif_priv_data(env);
  source file = {0};
  (void)argc;
  if (!path_read(env, path_arg, &file.path)) {
    return state->atoms.badarg;
  }
  return make(env, &file);
}

ERL_NIF_TERM reload_file(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0], path_arg = argv[1];
  const state *state = enif_priv_data(env);
  verifier *verifier;
  source file = {0};
  (void)argc;
  if (!verifier_read(env, verifier_arg, &verifier) || !path_read(env, path_arg, &file.path)) {
    return state->atoms.badarg;
  }
  return replace(env, verifier, &file);
}

ERL_NIF_TERM wait_ready(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0], milliseconds_arg = argv[1];
  const state *state = enif_priv_data(env);
  verifier *verifier;
  unsigned milliseconds;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &verifier) ||
      !enif_get_uint(env, milliseconds_arg, &milliseconds)) {
    return state->atoms.badarg;
  }
  jwt_auth *auth = verifier_enter(env, verifier);
  if (auth == NULL) {
    return state->atoms.false_;
  }
  jwt_auth_status status = state->library->wait_ready(auth, milliseconds);
  verifier_leave(env, verifier);
  return status == JWT_AUTH_STATUS_OK ? state->atoms.true_ : state->atoms.false_;
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
