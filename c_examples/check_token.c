// Asks libjwt_auth whether a client with this token may connect, and says why not.
//
//   cargo build --release && ln -sf libjwt_auth.so target/release/libjwt_auth.so.1
//   cc -I include c_examples/check_token.c -L target/release -ljwt_auth -o target/check_token
//   export LD_LIBRARY_PATH=target/release
//   target/check_token CONFIG_FILE [CLIENT_ID [USERNAME]] <TOKEN_FILE
//
// The token comes on standard input, as other users of the machine see the arguments of a program.
// It is sent as the password, or as the user name where USERNAME is -, for a configuration with
// "from": "username". Exit code: 0 allowed; 1 not allowed; 2 the question could not be asked.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "jwt_auth.h"

enum { ALLOWED = 0, NOT_ALLOWED = 1, FAILED = 2, WAIT_MILLISECONDS = 10000 };

// Shows what should be changed; what is decided is printed anyway.
static void log_warnings(void *userdata, int32_t level, const char *line) {
  (void)userdata;
  if (level <= JWT_AUTH_LOG_LEVEL_WARN) {
    fprintf(stderr, "%s: %s\n", level == JWT_AUTH_LOG_LEVEL_WARN ? "warning" : "error", line);
  }
}

// Makes a verifier from a configuration file. Returns NULL after saying why not.
static jwt_auth *read_verifier(const char *path) {
  jwt_auth_hooks hooks = {.struct_size = sizeof hooks, .log = log_warnings};
  jwt_auth *auth = NULL;
  char error[512];
  if (jwt_auth_init_file(path, &hooks, &auth, error, sizeof error) != JWT_AUTH_STATUS_OK) {
    fprintf(stderr, "%s\n", error);
  }
  return auth;
}

// Reads the token, without the newline that ends a file. Returns whether it could, after saying why
// not.
static int read_token(jwt_auth_bytes *token) {
  static char text[65536];
  size_t len = fread(text, 1, sizeof text, stdin);
  int is_read = !ferror(stdin) && len < sizeof text;
  if (!is_read) {
    fprintf(stderr, "the token, on standard input: %s\n",
            ferror(stdin) ? strerror(errno) : "too large for this example");
  }
  while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r')) {
    len -= 1;
  }
  token->data = (const uint8_t *)text;
  token->len = len;
  return is_read;
}

// The bytes of an argument; nothing if it was not given.
static jwt_auth_bytes bytes(const char *argument) {
  jwt_auth_bytes given = {(const uint8_t *)argument, argument == NULL ? 0 : strlen(argument)};
  return given;
}

// The length of what is left of a JSON string, up to its closing quotation mark.
static size_t rest_of_string(const char *text) {
  size_t len = 0;
  while (text[len] != '\0' && text[len] != '"') {
    len += text[len] == '\\' && text[len + 1] != '\0' ? 2 : 1;
  }
  return len;
}

// Prints the checks that failed. Inside of a JSON string each quotation mark has a backslash in
// front, so nothing that the client has sent looks like a member. A program with a JSON parser uses
// that instead.
static void print_failures(const char *json) {
  static const char check[] = "{\"check\":\"";
  static const char failed[] = "\",\"outcome\":\"failed\",\"detail\":\"";
  const char *name, *detail, *step = json;
  while ((step = strstr(step, check)) != NULL) {
    name = step + strlen(check);
    step = name + rest_of_string(name);
    if (strncmp(step, failed, strlen(failed)) == 0) {
      detail = step + strlen(failed);
      printf("failed: %.*s: %.*s\n", (int)(step - name), name, (int)rest_of_string(detail), detail);
    }
  }
}

// Prints the decision about a client, and its claims or what is wrong. Returns the exit code.
static int decide(const jwt_auth *auth, const jwt_auth_client *client) {
  int code = FAILED;
  jwt_auth_result result;
  jwt_auth_session *session = NULL;
  jwt_auth_bytes claims;
  char *explanation = NULL;
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
  if (code == NOT_ALLOWED &&
      jwt_auth_explain(auth, client, &explanation) == JWT_AUTH_STATUS_OK) {
    print_failures(explanation);
  }
  jwt_auth_string_free(explanation);
  jwt_auth_session_free(session);
  return code;
}

int main(int argc, char **argv) {
  int code = FAILED;
  jwt_auth *auth = NULL;
  jwt_auth_client client = {.struct_size = sizeof client};
  jwt_auth_bytes token;
  if (argc < 2 || argc > 4) {
    fprintf(stderr, "usage: check_token CONFIG_FILE [CLIENT_ID [USERNAME]] <TOKEN_FILE\n");
  } else {
    auth = read_verifier(argv[1]);
  }
  if (auth != NULL && read_token(&token)) {
    // Returns at once where the configuration names no endpoint.
    if (jwt_auth_wait_ready(auth, WAIT_MILLISECONDS) != JWT_AUTH_STATUS_OK) {
      fprintf(stderr, "warning: an endpoint has not brought what it is for\n");
    }
    client.client_id = bytes(argc > 2 ? argv[2] : NULL);
    if (argc > 3 && strcmp(argv[3], "-") == 0) {
      client.username = token;
    } else {
      client.password = token;
      client.username = bytes(argc > 3 ? argv[3] : NULL);
    }
    code = decide(auth, &client);
  }
  jwt_auth_free(auth);
  return code;
}
