// What the token says for which a session was granted, and its fingerprint.
#include "calls.h"
#include "text.h"
#include "verifier.h"

ERL_NIF_TERM claims(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM session_arg = argv[0];
  const state *state = enif_priv_data(env);
  session *granted;
  jwt_auth_bytes json;
  (void)argc;
  if (!session_read(env, session_arg, &granted)) {
    return state->atoms.badarg;
  }
  (void)state->library->session_claims(granted->session, &json);
  return enif_make_tuple2(env, state->atoms.ok, text_term(env, json.data, json.len));
}

ERL_NIF_TERM attributes(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM session_arg = argv[0];
  const state *state = enif_priv_data(env);
  session *granted;
  jwt_auth_bytes name, value;
  (void)argc;
  if (!session_read(env, session_arg, &granted)) {
    return state->atoms.badarg;
  }
  ERL_NIF_TERM map = enif_make_new_map(env);
  for (size_t i = 0; state->library->session_attribute(granted->session, i, &name, &value) ==
                     JWT_AUTH_STATUS_OK;
       i++) {
    (void)enif_make_map_put(env, map, text_term(env, name.data, name.len),
                            text_term(env, value.data, value.len), &map);
  }
  return map;
}

ERL_NIF_TERM username(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM session_arg = argv[0];
  const state *state = enif_priv_data(env);
  session *granted;
  jwt_auth_bytes username;
  (void)argc;
  if (!session_read(env, session_arg, &granted)) {
    return state->atoms.badarg;
  }
  if (state->library->session_username(granted->session, &username) != JWT_AUTH_STATUS_OK) {
    return state->atoms.undefined;
  }
  return text_term(env, username.data, username.len);
}

ERL_NIF_TERM fingerprint(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM session_arg = argv[0];
  const state *state = enif_priv_data(env);
  session *granted;
  char text[9];
  (void)argc;
  if (!session_read(env, session_arg, &granted)) {
    return state->atoms.badarg;
  }
  (void)state->library->session_fingerprint(granted->session, text);
  return text_term(env, text, sizeof text - 1);
}
