// Asks libjwt_auth whether a client with this token may connect, and says why.
//
//   cargo build --release && ln -sf libjwt_auth.so target/release/libjwt_auth.so.1
//   cc -I include c_examples/check_token.c -L target/release -ljwt_auth -o target/check_token
//   LD_LIBRARY_PATH=target/release target/check_token CONFIG_FILE TOKEN [CLIENT_ID [USERNAME]]
//
// The token is sent as the password. For a configuration with "from": "username", give the token
// as USERNAME. Exit code: 0 allowed; 1 not allowed; 2 the question could not be asked.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "jwt_auth.h"

enum { ALLOWED = 0, NOT_ALLOWED = 1, FAILED = 2 };

// Shows what should be changed; what is decided is printed anyway.
static void log_warnings(void *userdata, int32_t level, const char *line) {
  (void)userdata;
  if (level <= JWT_AUTH_LOG_LEVEL_WARN) {
    fprintf(stderr, "%s: %s\n", level == JWT_AUTH_LOG_LEVEL_WARN ? "warning" : "error", line);
  }
}

// Reads a file whole. Returns its length, or 0 after saying why not.
static size_t read_file(const char *path, char *text, size_t size) {
  size_t len = 0;
  FILE *file = fopen(path, "rb");
  if (file != NULL) {
    len = fread(text, 1, size, file);
  }
  if (file == NULL || ferror(file)) {
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    len = 0;
  } else if (len == size) {
    fprintf(stderr, "%s: too large for this example\n", path);
    len = 0;
  } else if (len == 0) {
    fprintf(stderr, "%s: empty\n", path);
  }
  if (file != NULL) {
    fclose(file);
  }
  return len;
}

// Makes a verifier from a configuration file. Returns NULL after saying why not.
static jwt_auth *read_verifier(const char *path) {
  static char config[65536];
  jwt_auth_hooks hooks = {.struct_size = sizeof hooks, .log = log_warnings};
  jwt_auth *auth = NULL;
  char error[256];
  size_t len = read_file(path, config, sizeof config);
  if (len > 0 && jwt_auth_init(config, len, &hooks, &auth, error, sizeof error) !=
                     JWT_AUTH_STATUS_OK) {
    fprintf(stderr, "%s: %s\n", path, error);
  }
  return auth;
}

// The bytes of an argument; nothing if it was not given.
static jwt_auth_bytes bytes(const char *argument) {
  jwt_auth_bytes given = {(const uint8_t *)argument, argument == NULL ? 0 : strlen(argument)};
  return given;
}

// Prints the decision about a client. Returns the exit code that tells it.
static int decide(const jwt_auth *auth, const jwt_auth_client *client) {
  int code = FAILED;
  jwt_auth_result result;
  jwt_auth_session *session = NULL;
  jwt_auth_bytes claims;
  jwt_auth_status status = jwt_auth_check(auth, client, &result, &session);
  if (status != JWT_AUTH_STATUS_OK) {
    fprintf(stderr, "jwt_auth_check: %s\n", jwt_auth_status_str(status));
  } else {
    code = result.decision == JWT_AUTH_DECISION_ALLOW ? ALLOWED : NOT_ALLOWED;
    printf("decision: %s\n", jwt_auth_decision_str(result.decision));
    printf("reason: %s\n", jwt_auth_reason_str(result.reason));
  }
  if (jwt_auth_session_claims(session, &claims) == JWT_AUTH_STATUS_OK) {
    printf("claims: %.*s\n", (int)claims.len, (const char *)claims.data);
  }
  jwt_auth_session_free(session);
  return code;
}

int main(int argc, char **argv) {
  int code = FAILED;
  jwt_auth *auth = NULL;
  if (argc < 3 || argc > 5) {
    fprintf(stderr, "usage: check_token CONFIG_FILE TOKEN [CLIENT_ID [USERNAME]]\n");
  } else {
    auth = read_verifier(argv[1]);
  }
  if (auth != NULL) {
    jwt_auth_client client = {.struct_size = sizeof client};
    client.password = bytes(argv[2]);
    client.client_id = bytes(argc > 3 ? argv[3] : NULL);
    client.username = bytes(argc > 4 ? argv[4] : NULL);
    code = decide(auth, &client);
  }
  jwt_auth_free(auth);
  return code;
}
