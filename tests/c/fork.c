// A verifier made before fork serves the parent and the child, and each reloads and ends its own.
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "broker.h"

#define LIST_FILE "fork_revocations.json"
#define REVOKING "{\"secret\": \"" SECRET "\", \"revocations_file\": \"" LIST_FILE "\"}"

// What is issued before this is revoked: without an iat, everything.
#define EVERYTHING "{\"not_before\": {\"*\": 1}}"

static void decides(const jwt_auth *auth) {
  jwt_auth_client alice = broker_client(ALICE);
  jwt_auth_client forged = broker_client(FORGED);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
  EXPECT_ANSWER(broker_check(auth, &forged), OK, DENY, BAD_SIGNATURE);
}

static void revokes(const jwt_auth *auth, const jwt_auth_session *session) {
  jwt_auth_client alice = broker_client(ALICE);
  jwt_auth_result result = broker_poison();
  EXPECT_ANSWER(broker_check(auth, &alice), OK, DENY, REVOKED);
  EXPECT(jwt_auth_session_recheck(auth, session, &result), JWT_AUTH_STATUS_OK);
  EXPECT_RESULT(result, DENY, REVOKED);
  EXPECT_MAY(auth, session, PUBLISH, "a", 0, 0, DENY);
}

static void write_list(const char *text) {
  FILE *list = fopen(LIST_FILE ".new", "w");
  if (list == NULL || fputs(text, list) == EOF || fclose(list) != 0 ||
      rename(LIST_FILE ".new", LIST_FILE) != 0) {
    perror(LIST_FILE);
    exit(1);
  }
}

static void reload(jwt_auth *auth, const char *config) {
  EXPECT(jwt_auth_reload(auth, config, strlen(config), NULL, 0), JWT_AUTH_STATUS_OK);
}

// The file is looked at by a thread of this process.
static void wait_until_revoked(const jwt_auth *auth) {
  jwt_auth_client alice = broker_client(ALICE);
  for (int tries = 0; tries < 1000; tries++) {
    broker_answer answer = broker_check(auth, &alice);
    jwt_auth_session_free(answer.session);
    if (answer.result.decision == JWT_AUTH_DECISION_DENY) {
      break;
    }
    usleep(10000);
  }
  EXPECT_ANSWER(broker_check(auth, &alice), OK, DENY, REVOKED);
}

static void ends(jwt_auth *auth, jwt_auth_session *session) {
  EXPECT_CLAIMS(session, ALICE_CLAIMS);
  jwt_auth_session_free(session);
  jwt_auth_free(auth);
}

static void in_the_child(jwt_auth *auth, jwt_auth_session *session) {
  alarm(60);
  decides(auth);
  EXPECT_MAY(auth, session, PUBLISH, "a", 0, 0, NO_MATCH);
  // Nobody looks at the file here, until a reload does.
  write_list(EVERYTHING);
  sleep(2);
  decides(auth);
  reload(auth, REVOKING);
  revokes(auth, session);
  write_list("{}");
  reload(auth, REVOKING);
  decides(auth);
  // From then on somebody does.
  write_list(EVERYTHING);
  wait_until_revoked(auth);
  revokes(auth, session);
  reload(auth, OTHER_CONFIG);
  jwt_auth_client forged = broker_client(FORGED);
  EXPECT_ANSWER(broker_check(auth, &forged), OK, ALLOW, ACCEPTED);
  ends(auth, session);
}

// A child that does nothing but end what it inherited.
static void in_an_idle_child(jwt_auth *auth, jwt_auth_session *session) {
  alarm(60);
  ends(auth, session);
}

static void with_a_child(void (*body)(jwt_auth *, jwt_auth_session *)) {
  write_list("{}");
  jwt_auth *auth = broker_init(REVOKING, NULL);
  jwt_auth_client alice = broker_client(ALICE);
  jwt_auth_session *session = broker_admit(auth, &alice);
  decides(auth);
  fflush(stdout);

  pid_t child = fork();
  if (child == 0) {
    body(auth, session);
    int outcome = expect_outcome();
    fflush(NULL);
    // Not exit: LeakSanitizer would look for what the parent's threads hold, which are not here.
    _exit(outcome);
  }
  int status = 1;
  EXPECT(waitpid(child, &status, 0), child);
  EXPECT(status, 0);
  // Whatever the child did, the parent's thread is there.
  write_list(EVERYTHING);
  wait_until_revoked(auth);
  reload(auth, CONFIG);
  decides(auth);
  ends(auth, session);
}

int main(void) {
  with_a_child(in_an_idle_child);
  with_a_child(in_the_child);
  remove(LIST_FILE);
  return expect_outcome();
}
