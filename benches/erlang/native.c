// The C side of the bench: checks the same tokens through the C functions.
//
//   native CONFIG FILE
//
// FILE holds lines of a client id and a token. For each number on standard input it makes so many
// checks, each with a session that is freed again, and answers with the nanoseconds that one took.
#include <jwt_auth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 4096, LINE = 4096 };

static jwt_auth_client clients[MOST];

// As a broker has one, and as that of the NIF does here: what matters little is not written.
static void log_line(void *userdata, int32_t level, const char *line) {
  (void)userdata;
  if (level <= JWT_AUTH_LOG_LEVEL_WARN) {
    fprintf(stderr, "native: %s\n", line);
  }
}

static jwt_auth_bytes bytes(const char *text) {
  jwt_auth_bytes bytes = {(const uint8_t *)text, strlen(text)};
  return bytes;
}

static size_t read_clients(const char *path) {
  char line[LINE];
  size_t count = 0;
  FILE *file = fopen(path, "r");
  if (file == NULL) {
    perror(path);
    exit(1);
  }
  while (count < MOST && fgets(line, sizeof line, file) != NULL) {
    char *text = strdup(line);
    clients[count].struct_size = sizeof clients[count];
    clients[count].client_id = bytes(strtok(text, " \n"));
    clients[count].username = bytes("alice");
    clients[count++].password = bytes(strtok(NULL, " \n"));
  }
  fclose(file);
  return count;
}

int main(int argc, char **argv) {
  char error[256], line[64];
  jwt_auth *auth;
  jwt_auth_hooks hooks = {.struct_size = sizeof hooks, .log = log_line};
  if (argc != 3 || jwt_auth_init(argv[1], strlen(argv[1]), &hooks, &auth, error, sizeof error) != JWT_AUTH_STATUS_OK) {
    fprintf(stderr, "native: %s\n", argc == 3 ? error : "usage: native CONFIG FILE");
    return 1;
  }
  size_t count = read_clients(argv[2]), next = 0;
  while (fgets(line, sizeof line, stdin) != NULL) {
    long checks = strtol(line, NULL, 10);
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long i = 0; i < checks; i++) {
      jwt_auth_result result;
      jwt_auth_session *session;
      jwt_auth_check(auth, &clients[next++ % count], &result, &session);
      if (result.decision != JWT_AUTH_DECISION_ALLOW) {
        fprintf(stderr, "native: %s\n", jwt_auth_reason_str(result.reason));
        return 1;
      }
      jwt_auth_session_free(session);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double ns = (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
    printf("%.1f\n", ns / (double)checks);
    fflush(stdout);
  }
  jwt_auth_free(auth);
  return 0;
}
