// NULL, in every place where a pointer can be, is answered with a status and safe answers.
#include "broker.h"

static char poison;

static void init_without(const char *config, int with_auth, int with_error) {
  jwt_auth *auth = (jwt_auth *)(void *)&poison;
  char error[256] = "";
  jwt_auth_status status = jwt_auth_init(config, config == NULL ? 0 : strlen(config), NULL,
                                         with_auth ? &auth : NULL, with_error ? error : NULL,
                                         with_error ? sizeof error : 0);
  EXPECT(status, JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(auth == (with_auth ? NULL : (jwt_auth *)(void *)&poison), 1);
  EXPECT(strlen(error) > 0, with_error);
}

static void init(void) {
  for (int with_error = 0; with_error <= 1; with_error++) {
    init_without(NULL, 1, with_error);
    init_without(CONFIG, 0, with_error);
    init_without(NULL, 0, with_error);
  }
  jwt_auth *auth = (jwt_auth *)(void *)&poison;
  EXPECT(jwt_auth_init(NULL, 5, NULL, &auth, NULL, 0), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(auth == NULL, 1);
}

static void check(const jwt_auth *auth) {
  jwt_auth_client client = broker_client(ALICE);
  EXPECT_ANSWER(broker_check(NULL, &client), NULL_ARGUMENT, DENY, UNDECIDED);
  EXPECT_ANSWER(broker_check(auth, NULL), NULL_ARGUMENT, DENY, UNDECIDED);
  EXPECT_ANSWER(broker_check(NULL, NULL), NULL_ARGUMENT, DENY, UNDECIDED);

  jwt_auth_result result = broker_poison();
  EXPECT(jwt_auth_check(NULL, &client, &result, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT_RESULT(result, DENY, UNDECIDED);
  result = broker_poison();
  EXPECT(jwt_auth_check(auth, NULL, &result, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT_RESULT(result, DENY, UNDECIDED);

  jwt_auth_session *session = (jwt_auth_session *)(void *)&poison;
  EXPECT(jwt_auth_check(auth, &client, NULL, &session), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(session == NULL, 1);
  EXPECT(jwt_auth_check(auth, &client, NULL, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(jwt_auth_check(NULL, NULL, NULL, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
}

static void claims(const jwt_auth *auth) {
  jwt_auth_bytes json = {(const uint8_t *)&poison, 1};
  EXPECT(jwt_auth_session_claims(NULL, &json), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(json.data == NULL, 1);
  EXPECT(json.len, 0);
  EXPECT(jwt_auth_session_claims(NULL, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);

  jwt_auth_client client = broker_client(ALICE);
  jwt_auth_session *session = broker_check(auth, &client).session;
  EXPECT(jwt_auth_session_claims(session, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  jwt_auth_session_free(session);
}

int main(void) {
  jwt_auth *auth = broker_init(CONFIG, NULL);
  init();
  check(auth);
  claims(auth);
  jwt_auth_free(auth);
  jwt_auth_free(NULL);
  jwt_auth_session_free(NULL);
  return expect_outcome();
}
