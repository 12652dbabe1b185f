// One way to check tokens: a key is opened once, and every check does the same work - signature by
// a pinned algorithm, JSON of the claims, exp, aud, and the client and topics taken out.
#ifndef ADAPTERS_H
#define ADAPTERS_H

typedef struct adapter {
  const char *name;
  // NULL: it does not know the algorithm.
  void *(*open)(const char *algorithm, const char *jwk, const char *pem);
  // 1: the token is good, and this client's.
  int (*check)(void *key, const char *token, const char *client);
  // Of a program: the nanoseconds of a check, of many of the tokens that it has accepted, or 0.
  double (*time)(void *key, int count);
} adapter;

extern const adapter openssl_jansson;  // what one would write oneself
extern const adapter libjwt;
extern const adapter cjose;
extern const adapter fast_jwt;
extern const adapter fast_jwt_cache;
extern const adapter pyjwt;
extern const adapter jose;
extern const adapter libjwt_newer;  // of a newer Debian
extern const adapter jwt_auth_first;
extern const adapter jwt_auth_again;

#define SECRET "0123456789abcdef0123456789abcdef"

#endif
