// Does one thing again and again inside measured(), for valgrind to count its instructions.
//
//   instructions CONFIG check TOKEN REASON      a client connects, without a session
//   instructions CONFIG admit TOKEN REASON      a client connects, and goes
//   instructions CONFIG authorize TOKEN TOPIC   a connected client publishes
//
// Prints how often. instructions.sh runs it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jwt_auth.h"

enum { WARM_UP = 20, TIMES = 100 };

typedef struct scene {
  jwt_auth *auth;
  jwt_auth_session *session;
  jwt_auth_client client;
  jwt_auth_bytes topic;
  jwt_auth_result result;
  int permission;
} scene;

static void check(scene *on) {
  jwt_auth_check(on->auth, &on->client, &on->result, NULL);
}

static void admit(scene *on) {
  jwt_auth_session *session;
  jwt_auth_check(on->auth, &on->client, &on->result, &session);
  jwt_auth_session_free(session);
}

static void authorize(scene *on) {
  jwt_auth_session_authorize(on->auth, on->session, JWT_AUTH_ACTION_PUBLISH, on->topic, 1, 0,
                             &on->permission);
}

// What is counted, by its name.
void measured(void (*step)(scene *), scene *on);

__attribute__((noinline)) void measured(void (*step)(scene *), scene *on) {
  for (int i = 0; i < TIMES; ++i) {
    step(on);
  }
}

static jwt_auth_bytes bytes(const char *text) {
  jwt_auth_bytes bytes = {(const uint8_t *)text, strlen(text)};
  return bytes;
}

static int fail(const char *what, const char *found) {
  fprintf(stderr, "instructions: %s: %s\n", what, found);
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 5) {
    return fail("usage", "CONFIG check|admit TOKEN REASON, CONFIG authorize TOKEN TOPIC");
  }
  scene on = {.client = {.struct_size = sizeof on.client}};
  char error[256];
  if (jwt_auth_init(argv[1], strlen(argv[1]), NULL, &on.auth, error, sizeof error) !=
      JWT_AUTH_STATUS_OK) {
    return fail("jwt_auth_init", error);
  }
  on.client.client_id = bytes("c1");
  on.client.username = bytes("alice");
  on.client.password = bytes(argv[3]);
  jwt_auth_check(on.auth, &on.client, &on.result, &on.session);

  int asks = strcmp(argv[2], "authorize") == 0;
  const char *expected = asks ? "accepted" : argv[4];
  const char *reason = jwt_auth_reason_str(on.result.reason);
  if (strcmp(reason, expected) != 0) {
    return fail("jwt_auth_check", reason);
  }
  if (asks) {
    on.topic = bytes(argv[4]);
  }
  void (*step)(scene *) = asks ? authorize : strcmp(argv[2], "admit") == 0 ? admit : check;
  for (int i = 0; i < WARM_UP; ++i) {
    step(&on);
  }
  measured(step, &on);
  if (asks && on.permission != JWT_AUTH_PERMISSION_ALLOW) {
    return fail("jwt_auth_session_authorize", "not allowed");
  }
  if (strcmp(jwt_auth_reason_str(on.result.reason), reason) != 0) {
    return fail("the last answer", jwt_auth_reason_str(on.result.reason));
  }
  printf("%d\n", TIMES);
  jwt_auth_session_free(on.session);
  jwt_auth_free(on.auth);
  return 0;
}
