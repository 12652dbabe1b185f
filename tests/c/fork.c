// A verifier made before fork serves the parent and the child, and each ends its own.
#include <sys/wait.h>
#include <unistd.h>

#include "broker.h"

static void decides(const jwt_auth *auth) {
  jwt_auth_client alice = broker_client(ALICE);
  jwt_auth_client forged = broker_client(FORGED);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
  EXPECT_ANSWER(broker_check(auth, &forged), OK, DENY, BAD_SIGNATURE);
}

int main(void) {
  jwt_auth *auth = broker_init(CONFIG, NULL);
  jwt_auth_client alice = broker_client(ALICE);
  jwt_auth_session *session = broker_check(auth, &alice).session;
  decides(auth);

  pid_t child = fork();
  decides(auth);
  EXPECT_CLAIMS(session, ALICE_CLAIMS);
  jwt_auth_session_free(session);
  jwt_auth_free(auth);
  if (child == 0) {
    return expect_outcome();
  }
  int status = 1;
  EXPECT(waitpid(child, &status, 0), child);
  EXPECT(status, 0);
  return expect_outcome();
}
