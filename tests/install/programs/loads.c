// May a client with this token connect? The library is loaded while the program runs.
// usage: loads LIBRARY TOKEN
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include <jwt_auth.h>

// Gives a pointer that a function's name is to stand for, by POSIX's leave: C itself has no cast
// from an object to a function.
static void find(void *library, const char *name, void *function) {
  void *symbol = dlsym(library, name);
  memcpy(function, &symbol, sizeof symbol);
}

int main(int argc, char **argv) {
  uint32_t (*abi_version)(void);
  jwt_auth_status (*init)(const char *, size_t, const jwt_auth_hooks *, jwt_auth **, char *,
                          size_t);
  jwt_auth_status (*check)(const jwt_auth *, const jwt_auth_client *, jwt_auth_result *,
                           jwt_auth_session **);
  void (*release)(jwt_auth *);
  const char *(*decision_str)(int32_t), *(*reason_str)(int32_t);

  void *library = argc == 3 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  if (library == NULL) {
    fprintf(stderr, "%s\n", argc == 3 ? dlerror() : "usage: loads LIBRARY TOKEN");
    return 2;
  }
  find(library, "jwt_auth_abi_version", &abi_version);
  find(library, "jwt_auth_init", &init);
  find(library, "jwt_auth_check", &check);
  find(library, "jwt_auth_free", &release);
  find(library, "jwt_auth_decision_str", &decision_str);
  find(library, "jwt_auth_reason_str", &reason_str);
  if (abi_version() != JWT_AUTH_ABI_VERSION) {
    fprintf(stderr, "the library and the header do not belong together\n");
    return 2;
  }

  const char *config = "{\"secret\": \"emqxsecret\"}";
  char error[256];
  jwt_auth *auth;
  if (init(config, strlen(config), NULL, &auth, error, sizeof error) != JWT_AUTH_STATUS_OK) {
    fprintf(stderr, "%s\n", error);
    return 2;
  }
  jwt_auth_client client = {.struct_size = sizeof client};
  client.password.data = (const uint8_t *)argv[2];
  client.password.len = strlen(argv[2]);
  jwt_auth_result result;
  check(auth, &client, &result, NULL);
  printf("%s: %s\n", decision_str(result.decision), reason_str(result.reason));
  release(auth);
  return result.decision == JWT_AUTH_DECISION_ALLOW ? 0 : 1;
}
