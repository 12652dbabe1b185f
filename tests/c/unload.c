// A plugin host closes the library while a thread lives that has used it; the thread then ends.
// usage: unload LIBRARY PUBLIC_KEY_FILE
#include <dlfcn.h>
#include <pthread.h>

#include "expect.h"
#include "jwt_auth.h"

// {"alg":"RS256"}, {}, and three bytes that are no signature. The refusal leaves an error in the
// thread's own memory inside the library.
#define BAD_SIGNATURE "eyJhbGciOiJSUzI1NiJ9.e30.AAAA"

typedef jwt_auth_status (*init_fn)(const char *, size_t, const jwt_auth_hooks *, jwt_auth **,
                                   char *, size_t);
typedef jwt_auth_status (*check_fn)(const jwt_auth *, const jwt_auth_client *, jwt_auth_result *,
                                    jwt_auth_session **);
typedef void (*free_fn)(jwt_auth *);

// Casts a symbol to a function without a warning: POSIX says that it may be done.
#define FUNCTION(library, type, name) (*(type *)&(void *){dlsym(library, name)})

static pthread_barrier_t checked;
static pthread_barrier_t closed;
static void *library;
static jwt_auth *auth;

static void *check(void *unused) {
  static jwt_auth_result result;
  jwt_auth_client client = {.struct_size = sizeof client};
  client.password.data = (const uint8_t *)BAD_SIGNATURE;
  client.password.len = sizeof BAD_SIGNATURE - 1;
  FUNCTION(library, check_fn, "jwt_auth_check")(auth, &client, &result, NULL);
  pthread_barrier_wait(&checked);
  pthread_barrier_wait(&closed);
  (void)unused;
  return &result;
}

int main(int argc, char **argv) {
  if (argc != 3 || (library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL)) == NULL) {
    printf("%s\n", argc != 3 ? "usage: unload LIBRARY PUBLIC_KEY_FILE" : dlerror());
    return 1;
  }
  char config[4096];
  int len = snprintf(config, sizeof config, "{\"public_key\": \"%s\"}", argv[2]);
  EXPECT(FUNCTION(library, init_fn, "jwt_auth_init")(config, (size_t)len, NULL, &auth, NULL, 0),
         JWT_AUTH_STATUS_OK);

  pthread_t thread;
  void *result = NULL;
  pthread_barrier_init(&checked, NULL, 2);
  pthread_barrier_init(&closed, NULL, 2);
  EXPECT(pthread_create(&thread, NULL, check, NULL), 0);
  pthread_barrier_wait(&checked);
  FUNCTION(library, free_fn, "jwt_auth_free")(auth);
  EXPECT(dlclose(library), 0);
  pthread_barrier_wait(&closed);
  EXPECT(pthread_join(thread, &result), 0);
  EXPECT(((jwt_auth_result *)result)->reason, JWT_AUTH_REASON_BAD_SIGNATURE);
  return expect_outcome();
}
