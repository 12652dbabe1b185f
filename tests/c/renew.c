// A client that is connected sends another token: its session is renewed if it is still the same
// client, and the old session stays.
#include "broker.h"
#include "grant_tokens.h"

static broker_answer renew(const jwt_auth *auth, const jwt_auth_session *session,
                           const jwt_auth_client *client) {
  static char poison;
  broker_answer answer;
  answer.result = broker_poison();
  answer.session = (jwt_auth_session *)(void *)&poison;
  answer.status = jwt_auth_session_renew(auth, session, client, &answer.result, &answer.session);
  return answer;
}

static void a_token_of_the_same_client_is_accepted(const jwt_auth *auth,
                                                   const jwt_auth_session *session) {
  jwt_auth_client client = broker_client(ALICE);
  broker_answer answer = renew(auth, session, &client);
  EXPECT_RESULT(answer.result, ALLOW, ACCEPTED);
  EXPECT(answer.result.expires_at, ALICE_EXPIRES);
  EXPECT_CLAIMS(answer.session, ALICE_CLAIMS);
  // By the renewed session it is renewed again.
  broker_answer again = renew(auth, answer.session, &client);
  jwt_auth_session_free(answer.session);
  EXPECT_ANSWER(again, OK, ALLOW, ACCEPTED);
}

static void any_other_is_refused(const jwt_auth *auth, const jwt_auth_session *session) {
  jwt_auth_client root = broker_client(ROOT);
  EXPECT_ANSWER(renew(auth, session, &root), OK, DENY, IDENTITY_CHANGED);
  jwt_auth_client forged = broker_client(FORGED);
  EXPECT_ANSWER(renew(auth, session, &forged), OK, DENY, BAD_SIGNATURE);
  // What a check leaves to others.
  jwt_auth_client nothing = broker_client(NULL);
  EXPECT_ANSWER(broker_check(auth, &nothing), OK, IGNORE, MISSING_TOKEN);
  EXPECT_ANSWER(renew(auth, session, &nothing), OK, DENY, MISSING_TOKEN);
}

static void a_session_need_not_be_wanted(const jwt_auth *auth, const jwt_auth_session *session) {
  jwt_auth_client client = broker_client(ALICE);
  jwt_auth_result result = broker_poison();
  EXPECT(jwt_auth_session_renew(auth, session, &client, &result, NULL), JWT_AUTH_STATUS_OK);
  EXPECT_RESULT(result, ALLOW, ACCEPTED);
  client = broker_client(ROOT);
  EXPECT(jwt_auth_session_renew(auth, session, &client, &result, NULL), JWT_AUTH_STATUS_OK);
  EXPECT_RESULT(result, DENY, IDENTITY_CHANGED);
}

static void a_call_that_fails_decides_nothing(const jwt_auth *auth,
                                              const jwt_auth_session *session) {
  jwt_auth_client client = broker_client(ALICE);
  EXPECT_ANSWER(renew(NULL, session, &client), NULL_ARGUMENT, DENY, UNDECIDED);
  EXPECT_ANSWER(renew(auth, NULL, &client), NULL_ARGUMENT, DENY, UNDECIDED);
  EXPECT_ANSWER(renew(auth, session, NULL), NULL_ARGUMENT, DENY, UNDECIDED);
  EXPECT_ANSWER(renew(NULL, NULL, NULL), NULL_ARGUMENT, DENY, UNDECIDED);
  EXPECT(jwt_auth_session_renew(auth, session, &client, NULL, NULL),
         JWT_AUTH_STATUS_NULL_ARGUMENT);
  jwt_auth_session *renewed = (jwt_auth_session *)(void *)&client;
  EXPECT(jwt_auth_session_renew(auth, session, &client, NULL, &renewed),
         JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(renewed == NULL, 1);
  client.client_id.len = 1;
  EXPECT_ANSWER(renew(auth, session, &client), BAD_ARGUMENT, DENY, UNDECIDED);
  client = broker_client(ALICE);
  client.struct_size = offsetof(jwt_auth_client, peer_certificate) - 1;
  EXPECT_ANSWER(renew(auth, session, &client), BAD_STRUCT, DENY, UNDECIDED);
  client.struct_size++;
  EXPECT_ANSWER(renew(auth, session, &client), OK, ALLOW, ACCEPTED);
}

int main(void) {
  // Another verifier than the one that made the session.
  jwt_auth *maker = broker_init(CONFIG, NULL);
  jwt_auth_client client = broker_client(ALICE);
  jwt_auth_session *session = broker_admit(maker, &client);
  jwt_auth_free(maker);
  jwt_auth *auth = broker_init(CONFIG, NULL);
  a_token_of_the_same_client_is_accepted(auth, session);
  any_other_is_refused(auth, session);
  a_session_need_not_be_wanted(auth, session);
  a_call_that_fails_decides_nothing(auth, session);
  // Whatever was decided, it is as it was.
  jwt_auth_result result = broker_poison();
  EXPECT(jwt_auth_session_recheck(auth, session, &result), JWT_AUTH_STATUS_OK);
  EXPECT_RESULT(result, ALLOW, ACCEPTED);
  EXPECT_CLAIMS(session, ALICE_CLAIMS);
  jwt_auth_session_free(session);
  jwt_auth_free(auth);
  return expect_outcome();
}
