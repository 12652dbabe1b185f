// Who the client of a session is, if a claim says it, and which token is its.
#include "broker.h"

#define NAMED "{\"secret\": \"" SECRET "\", \"username_claim\": \"sub\"}"

// printf %s "$TOKEN" | sha256sum | cut -c1-8
#define ALICE_FINGERPRINT "4c3e0bb9"

static void expect_alice(const jwt_auth_session *session) {
  jwt_auth_bytes username = broker_bytes("poison");
  char text[10] = "poisoned!";
  EXPECT(jwt_auth_session_username(session, &username), JWT_AUTH_STATUS_OK);
  EXPECT(username.len, strlen("alice"));
  EXPECT(memcmp(username.data, "alice", strlen("alice")), 0);
  EXPECT(jwt_auth_session_fingerprint(session, text), JWT_AUTH_STATUS_OK);
  EXPECT(strcmp(text, ALICE_FINGERPRINT), 0);
  // Nine bytes are written.
  EXPECT(text[9], '\0');
  EXPECT(text[8], '\0');
}

int main(void) {
  jwt_auth *named = broker_init(NAMED, NULL);
  jwt_auth *plain = broker_init(CONFIG, NULL);
  jwt_auth_client client = broker_client(ALICE);
  jwt_auth_session *with = broker_admit(named, &client);
  jwt_auth_session *without = broker_admit(plain, &client);
  expect_alice(with);
  jwt_auth_bytes username = broker_bytes("poison");
  EXPECT(jwt_auth_session_username(without, &username), JWT_AUTH_STATUS_NOT_FOUND);
  EXPECT(username.data == NULL, 1);
  EXPECT(username.len, 0);
  jwt_auth_session_free(without);
  jwt_auth_free(plain);
  // Both outlive the verifier.
  jwt_auth_free(named);
  expect_alice(with);
  jwt_auth_session_free(with);
  return expect_outcome();
}
