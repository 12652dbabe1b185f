// Forgets its sessions, on purpose: LeakSanitizer must say so.
#include "broker.h"

int main(void) {
  jwt_auth *auth = broker_init(CONFIG, NULL);
  jwt_auth_client alice = broker_client(ALICE);
  // Several: a copy of the last pointer may linger on the stack.
  for (int i = 0; i < 8; i++) {
    EXPECT(broker_check(auth, &alice).session != NULL, 1);
  }
  jwt_auth_free(auth);
  return expect_outcome();
}
