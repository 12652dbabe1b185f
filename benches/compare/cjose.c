// cjose checks signatures, and leaves the claims to jansson.
#include <cjose/cjose.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "adapters.h"

int good_claims(const char *json, size_t len, const char *client) {
  json_t *claims = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
  const char *aud = json_string_value(json_object_get(claims, "aud"));
  const char *id = json_string_value(json_object_get(claims, "clientid"));
  int good = json_integer_value(json_object_get(claims, "exp")) > time(NULL) && aud != NULL &&
             strcmp(aud, "mqtt") == 0 && id != NULL && strcmp(id, client) == 0 &&
             json_is_object(json_object_get(claims, "acl"));
  json_decref(claims);
  return good;
}

typedef struct cjose_key {
  cjose_jwk_t *jwk;
  const char *algorithm;
} cjose_key;

static void *cjose_open(const char *algorithm, const char *jwk, const char *pem) {
  (void)pem;
  if (strcmp(algorithm, "EdDSA") == 0) {
    return NULL;
  }
  cjose_key *key = malloc(sizeof *key);
  key->jwk = cjose_jwk_import(jwk, strlen(jwk), NULL);
  key->algorithm = algorithm;
  return key->jwk == NULL ? NULL : key;
}

static int cjose_check(void *with, const char *token, const char *client) {
  const cjose_key *key = with;
  cjose_jws_t *jws = cjose_jws_import(token, strlen(token), NULL);
  if (jws == NULL) {
    return 0;
  }
  const char *alg = cjose_header_get(cjose_jws_get_protected(jws), "alg", NULL);
  uint8_t *json;
  size_t len;
  int good = alg != NULL && strcmp(alg, key->algorithm) == 0 &&
             cjose_jws_verify(jws, key->jwk, NULL) &&
             cjose_jws_get_plaintext(jws, &json, &len, NULL) &&
             good_claims((const char *)json, len, client);
  cjose_jws_release(jws);
  return good;
}

const adapter cjose = {"cjose + jansson (Debian)", cjose_open, cjose_check, NULL};
