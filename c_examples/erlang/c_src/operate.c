// For operators: why is a client refused, and what was counted? The library makes a text for each
// question, which is copied into a binary and ended.
#include <string.h>

#include "calls.h"
#include "client.h"
#include "text.h"
#include "verifier.h"

// {ok, Text}, or {error, Text} if the call failed. Ends the text of the library.
static ERL_NIF_TERM answer(ErlNifEnv *env, jwt_auth_status status, char *text) {
  const state *state = enif_priv_data(env);
  if (status != JWT_AUTH_STATUS_OK) {
    return error_tuple(env, error_text(env, status, ""));
  }
  ERL_NIF_TERM copy = text_term(env, text, strlen(text));
  state->library->string_free(text);
  return enif_make_tuple2(env, state->atoms.ok, copy);
}

ERL_NIF_TERM explain(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0], client_arg = argv[1];
  const state *state = enif_priv_data(env);
  verifier *verifier;
  client client;
  char *json;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &verifier) ||
      !client_read(env, state, client_arg, &client)) {
    return state->atoms.badarg;
  }
  jwt_auth *auth = verifier_enter(env, verifier);
  if (auth == NULL) {
    return freed_error(env);
  }
  jwt_auth_status status = state->library->explain(auth, &client.fields, &json);
  verifier_leave(env, verifier);
  return answer(env, status, json);
}

ERL_NIF_TERM stats(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0];
  const state *state = enif_priv_data(env);
  verifier *verifier;
  char *prometheus_text;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &verifier)) {
    return state->atoms.badarg;
  }
  jwt_auth *auth = verifier_enter(env, verifier);
  if (auth == NULL) {
    return freed_error(env);
  }
  jwt_auth_status status = state->library->stats(auth, &prometheus_text);
  verifier_leave(env, verifier);
  return answer(env, status, prometheus_text);
}
