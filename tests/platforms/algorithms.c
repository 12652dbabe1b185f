// A good token of every algorithm is let in and a changed one kept out, on the platform that this
// was built for. Another configuration ends what the first has let in.
//
// usage: algorithms PLATFORM <CASES
//
// Each line of CASES has an algorithm, a configuration and a token, with tabs between them;
// cases.py writes them.
#include <pthread.h>

#include "../c/broker.h"

enum { LINE_SIZE = 65536 };

#define CLAIMS                                              \
  "{\"sub\":\"device-1\",\"clientid\":\"c1\",\"username\":" \
  "\"u1\",\"iat\":1700000000,\"exp\":4102444800}"

static int checks;

// The client sends this token, and the answer is this one.
#define EXPECT_TOKEN(auth, token, decision, reason)                              \
  do {                                                                           \
    jwt_auth_client sender = broker_client(token);                               \
    EXPECT_ANSWER(broker_check(auth, &sender), OK, decision, reason);            \
    checks++;                                                                    \
  } while (0)

// Another letter in the place of this one, checked and put back: one segment is no more what was
// signed, or no more its signature.
static void expect_changed_is_refused(const jwt_auth *auth, const char *token, char *letter) {
  char before = *letter;
  *letter = before == 'A' ? 'B' : 'A';
  EXPECT_TOKEN(auth, token, DENY, BAD_SIGNATURE);
  *letter = before;
}

static void expect_signature_counts(const jwt_auth *auth, char *token) {
  char *payload = strchr(token, '.') + 1;
  char *signature = strchr(payload, '.') + 1;
  EXPECT_TOKEN(auth, token, ALLOW, ACCEPTED);
  expect_changed_is_refused(auth, token, payload + strlen("eyJz"));
  expect_changed_is_refused(auth, token, signature + strlen(signature) / 2);
  expect_changed_is_refused(auth, token, signature + 2);
  signature[-1] = '\0';
  EXPECT_TOKEN(auth, token, DENY, MALFORMED_TOKEN);
  signature[-1] = '.';
  EXPECT_TOKEN(auth, token, ALLOW, ACCEPTED);
}

// What was let in has its claims, and is no longer good with the keys of another configuration.
static void expect_session(jwt_auth *auth, const char *alg, const char *token) {
  char error[256];
  jwt_auth_client client = broker_client(token);
  jwt_auth_session *session = broker_admit(auth, &client);
  EXPECT_CLAIMS(session, CLAIMS);
  EXPECT_MAY(auth, session, PUBLISH, "a", 0, 0, NO_MATCH);
  jwt_auth_result result = broker_poison();
  EXPECT(jwt_auth_session_recheck(auth, session, &result), JWT_AUTH_STATUS_OK);
  EXPECT_RESULT(result, ALLOW, ACCEPTED);
  EXPECT(jwt_auth_reload(auth, OTHER_CONFIG, strlen(OTHER_CONFIG), error, sizeof error),
         JWT_AUTH_STATUS_OK);
  EXPECT(jwt_auth_session_recheck(auth, session, &result), JWT_AUTH_STATUS_OK);
  EXPECT_RESULT(result, DENY, NO_KEY);
  jwt_auth_session_free(session);
  if (strncmp(alg, "HS", 2) == 0) {
    EXPECT_TOKEN(auth, token, DENY, BAD_SIGNATURE);
  } else {
    EXPECT_TOKEN(auth, token, DENY, NO_KEY);
  }
}

static void check_case(char *line) {
  const char *alg = strtok(line, "\t");
  const char *config = strtok(NULL, "\t");
  char *token = strtok(NULL, "\n");
  int failures = expect_failures;
  jwt_auth *auth = broker_init(config, NULL);
  expect_signature_counts(auth, token);
  expect_session(auth, alg, token);
  jwt_auth_free(auth);
  printf("%s ... %s\n", alg, expect_failures == failures ? "ok" : "FAIL");
}

static void *check_cases(void *unused) {
  static char line[LINE_SIZE];
  while (fgets(line, sizeof line, stdin) != NULL) {
    check_case(line);
  }
  return unused;
}

// In a thread with the stack that the platform gives every thread, and without one of the library's
// or of the program's when it ends.
int main(int argc, char **argv) {
  pthread_t thread;
  int is_run = argc == 2 && pthread_create(&thread, NULL, check_cases, NULL) == 0 &&
               pthread_join(thread, NULL) == 0;
  EXPECT(is_run, 1);
  if (is_run && expect_failures == 0) {
    printf("%d checks of %s passed\n", checks, argv[1]);
  }
  return expect_outcome();
}
