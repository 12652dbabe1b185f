// This library, with a session for each client that is accepted.
#include <jwt_auth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters.h"

static jwt_auth *init(const char *jwk, const char *option) {
  char config[4096];
  snprintf(config, sizeof config,
           "{\"jwks\":{\"keys\":[%s]},\"verify_claims\":{\"aud\":\"mqtt\",\"clientid\":\"%%c\"}%s}",
           jwk, option);
  jwt_auth *auth;
  jwt_auth_status status = jwt_auth_init(config, strlen(config), NULL, &auth, NULL, 0);
  return status == JWT_AUTH_STATUS_OK ? auth : NULL;
}

static void *open_first(const char *algorithm, const char *jwk, const char *pem) {
  (void)algorithm;
  (void)pem;
  // A version without the option remembers nothing.
  jwt_auth *auth = init(jwk, ",\"cache_capacity\":0");
  return auth != NULL ? auth : init(jwk, "");
}

static void *open_again(const char *algorithm, const char *jwk, const char *pem) {
  (void)algorithm;
  (void)pem;
  jwt_auth *auth = init(jwk, ",\"cache_capacity\":65536");
  return auth;
}

static jwt_auth_bytes bytes(const char *text) {
  jwt_auth_bytes bytes = {(const uint8_t *)text, strlen(text)};
  return bytes;
}

static int check(void *key, const char *token, const char *id) {
  jwt_auth_client client = {.struct_size = sizeof client};
  client.client_id = bytes(id);
  client.password = bytes(token);
  jwt_auth_result result;
  jwt_auth_session *session;
  jwt_auth_check(key, &client, &result, &session);
  jwt_auth_session_free(session);
  return result.decision == JWT_AUTH_DECISION_ALLOW;
}

const adapter jwt_auth_first = {"libjwt_auth", open_first, check, NULL};
const adapter jwt_auth_again = {"libjwt_auth, token seen before", open_again, check, NULL};
