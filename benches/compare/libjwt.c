// libjwt 1 reads the PEM text of the key at every call, as its interface has it.
#include <jwt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "adapters.h"

typedef struct libjwt_key {
  const char *text;
  jwt_alg_t algorithm;
} libjwt_key;

static void *libjwt_open(const char *algorithm, const char *jwk, const char *pem) {
  (void)jwk;
  jwt_alg_t known = jwt_str_alg(algorithm);
  if (known == JWT_ALG_INVAL) {
    return NULL;
  }
  libjwt_key *key = malloc(sizeof *key);
  key->text = pem;
  key->algorithm = known;
  return key;
}

static int libjwt_check(void *with, const char *token, const char *client) {
  const libjwt_key *key = with;
  jwt_t *jwt;
  if (jwt_decode(&jwt, token, (const unsigned char *)key->text, (int)strlen(key->text)) != 0) {
    return 0;
  }
  const char *aud = jwt_get_grant(jwt, "aud"), *id = jwt_get_grant(jwt, "clientid");
  char *acl = jwt_get_grants_json(jwt, "acl");
  int good = jwt_get_alg(jwt) == key->algorithm && jwt_get_grant_int(jwt, "exp") > time(NULL) &&
             aud != NULL && strcmp(aud, "mqtt") == 0 && id != NULL && strcmp(id, client) == 0 &&
             acl != NULL;
  free(acl);
  jwt_free(jwt);
  return good;
}

const adapter libjwt = {"libjwt 1 (Debian)", libjwt_open, libjwt_check, NULL};
