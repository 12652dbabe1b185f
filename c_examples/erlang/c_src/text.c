#include "text.h"

#include <string.h>

#include "state.h"

ERL_NIF_TERM text_term(ErlNifEnv *env, const void *text, size_t len) {
  ERL_NIF_TERM binary;
  unsigned char *bytes = enif_make_new_binary(env, len, &binary);
  if (len > 0) {
    memcpy(bytes, text, len);
  }
  return binary;
}

ERL_NIF_TERM error_text(ErlNifEnv *env, jwt_auth_status status, const char *error) {
  const char *text = error[0] == '\0' ? jwt_auth_status_str(status) : error;
  return text_term(env, text, strlen(text));
}

ERL_NIF_TERM error_tuple(ErlNifEnv *env, ERL_NIF_TERM what) {
  const state *state = enif_priv_data(env);
  return enif_make_tuple2(env, state->atoms.error, what);
}

ERL_NIF_TERM freed_error(ErlNifEnv *env) {
  static const char text[] = "the verifier was freed";
  return error_tuple(env, text_term(env, text, sizeof text - 1));
}
