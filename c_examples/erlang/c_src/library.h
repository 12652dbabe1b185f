// The functions of the native library, which is linked into this shared object.
//
// A node that is upgraded maps a new shared object beside the old one, and each has a library of
// its own. What one library has made must not be given to another one: their counters and caches
// are not the same. So calls go through this table, of which the state has one: new code of the
// same build goes on with the library of the old code, and new code of another build starts with a
// state of its own.
#ifndef LIBRARY_H
#define LIBRARY_H

#include <jwt_auth.h>

typedef struct library {
  jwt_auth_status (*init)(const char *, size_t, const jwt_auth_hooks *, jwt_auth **, char *,
                          size_t);
  jwt_auth_status (*reload)(jwt_auth *, const char *, size_t, char *, size_t);
  jwt_auth_status (*init_file)(const char *, const jwt_auth_hooks *, jwt_auth **, char *, size_t);
  jwt_auth_status (*reload_file)(jwt_auth *, const char *, char *, size_t);
  jwt_auth_status (*wait_ready)(const jwt_auth *, uint32_t);
  void (*free)(jwt_auth *);
  jwt_auth_status (*check)(const jwt_auth *, const jwt_auth_client *, jwt_auth_result *,
                           jwt_auth_session **);
  jwt_auth_status (*recheck)(const jwt_auth *, const jwt_auth_session *, jwt_auth_result *);
  jwt_auth_status (*renew)(const jwt_auth *, const jwt_auth_session *, const jwt_auth_client *,
                           jwt_auth_result *, jwt_auth_session **);
  jwt_auth_status (*authorize)(const jwt_auth *, const jwt_auth_session *, int32_t, jwt_auth_bytes,
                               uint8_t, uint8_t, int32_t *);
  jwt_auth_status (*explain)(const jwt_auth *, const jwt_auth_client *, char **);
  jwt_auth_status (*stats)(const jwt_auth *, char **);
  void (*string_free)(char *);
  jwt_auth_status (*session_claims)(const jwt_auth_session *, jwt_auth_bytes *);
  jwt_auth_status (*session_attribute)(const jwt_auth_session *, size_t, jwt_auth_bytes *,
                                       jwt_auth_bytes *);
  jwt_auth_status (*session_username)(const jwt_auth_session *, jwt_auth_bytes *);
  jwt_auth_status (*session_fingerprint)(const jwt_auth_session *, char *);
  void (*session_free)(jwt_auth_session *);
} library;

// That of this shared object.
extern const library this_library;

#endif
