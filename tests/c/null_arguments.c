// NULL, in every place where a pointer can be, is answered with a status and safe answers.
#include "broker.h"
#include "grant_tokens.h"

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

static void reload_without(jwt_auth *auth, const char *config, size_t len, int with_error) {
  char error[256] = "";
  EXPECT(jwt_auth_reload(auth, config, len, with_error ? error : NULL,
                         with_error ? sizeof error : 0),
         JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT_TEXT(error, with_error ? "jwt_auth_reload: an argument is NULL" : "");
}

// A reload in vain changes nothing.
static void reload(jwt_auth *auth) {
  for (int with_error = 0; with_error <= 1; with_error++) {
    reload_without(NULL, OTHER_CONFIG, strlen(OTHER_CONFIG), with_error);
    reload_without(auth, NULL, 0, with_error);
    reload_without(auth, NULL, 5, with_error);
    reload_without(NULL, NULL, 0, with_error);
  }
  jwt_auth_client client = broker_client(ALICE);
  EXPECT_ANSWER(broker_check(auth, &client), OK, ALLOW, ACCEPTED);
  // Nobody has to want the error text.
  EXPECT(jwt_auth_reload(auth, "{}", 2, NULL, 0), JWT_AUTH_STATUS_BAD_CONFIG);
  EXPECT(jwt_auth_reload(auth, CONFIG, strlen(CONFIG), NULL, 0), JWT_AUTH_STATUS_OK);
  EXPECT_ANSWER(broker_check(auth, &client), OK, ALLOW, ACCEPTED);
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

static void wait_ready(void) {
  EXPECT(jwt_auth_wait_ready(NULL, 0), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(jwt_auth_wait_ready(NULL, UINT32_MAX), JWT_AUTH_STATUS_NULL_ARGUMENT);
}

static void identity(const jwt_auth *auth) {
  jwt_auth_client client = broker_client(ALICE);
  jwt_auth_session *session = broker_admit(auth, &client);
  jwt_auth_bytes username = {(const uint8_t *)&poison, 1};
  char text[9] = "poison";
  EXPECT(jwt_auth_session_username(NULL, &username), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(username.data == NULL, 1);
  EXPECT(username.len, 0);
  EXPECT(jwt_auth_session_username(session, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(jwt_auth_session_username(NULL, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(jwt_auth_session_fingerprint(NULL, text), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(text[0], '\0');
  EXPECT(jwt_auth_session_fingerprint(session, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(jwt_auth_session_fingerprint(NULL, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  jwt_auth_session_free(session);
}

static void expect_unanswered(const jwt_auth *auth, const jwt_auth_session *session,
                              jwt_auth_bytes topic) {
  EXPECT_ASKED(auth, session, JWT_AUTH_ACTION_PUBLISH, topic, 0, 0, NULL_ARGUMENT,
               JWT_AUTH_PERMISSION_DENY);
}

static void authorize(const jwt_auth *auth) {
  const int32_t publish = JWT_AUTH_ACTION_PUBLISH;
  const jwt_auth_bytes topic = broker_bytes("a");
  const jwt_auth_bytes nothing = {NULL, 0};
  jwt_auth_client client = broker_client(ADMIN);
  jwt_auth_session *session = broker_admit(auth, &client);
  expect_unanswered(NULL, session, topic);
  expect_unanswered(auth, NULL, topic);
  expect_unanswered(auth, session, nothing);
  expect_unanswered(NULL, NULL, nothing);
  for (size_t len = 1; len != 0; len <<= 1) {
    const jwt_auth_bytes wrong = {NULL, len};
    EXPECT_ASKED(auth, session, publish, wrong, 0, 0, BAD_ARGUMENT, JWT_AUTH_PERMISSION_DENY);
  }
  EXPECT(jwt_auth_session_authorize(auth, session, publish, topic, 0, 0, NULL),
         JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(jwt_auth_session_authorize(NULL, NULL, publish, nothing, 0, 0, NULL),
         JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT_MAY(auth, session, PUBLISH, "a", 0, 0, ALLOW);
  jwt_auth_session_free(session);
}

static void recheck(const jwt_auth *auth) {
  jwt_auth_client client = broker_client(ALICE);
  jwt_auth_session *session = broker_admit(auth, &client);
  const jwt_auth *auths[] = {auth, NULL, NULL};
  const jwt_auth_session *sessions[] = {NULL, session, NULL};
  for (int i = 0; i < 3; i++) {
    jwt_auth_result result = broker_poison();
    EXPECT(jwt_auth_session_recheck(auths[i], sessions[i], &result),
           JWT_AUTH_STATUS_NULL_ARGUMENT);
    EXPECT_RESULT(result, DENY, UNDECIDED);
    EXPECT(jwt_auth_session_recheck(auths[i], sessions[i], NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  }
  EXPECT(jwt_auth_session_recheck(auth, session, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  jwt_auth_session_free(session);
}

// Each of the two that is given is left as nothing.
static void attribute(const jwt_auth *auth) {
  jwt_auth_client client = broker_client(ADMIN);
  jwt_auth_session *session = broker_admit(auth, &client);
  // Which of the three are given; all of them would be no failure.
  for (int given = 0; given < 7; given++) {
    jwt_auth_bytes name = {(const uint8_t *)&poison, 1};
    jwt_auth_bytes value = {(const uint8_t *)&poison, 1};
    int with_name = given & 1;
    int with_value = given >> 1 & 1;
    int with_session = given >> 2;
    EXPECT(jwt_auth_session_attribute(with_session ? session : NULL, 0,
                                      with_name ? &name : NULL, with_value ? &value : NULL),
           JWT_AUTH_STATUS_NULL_ARGUMENT);
    EXPECT(name.data == NULL && name.len == 0, with_name);
    EXPECT(value.data == NULL && value.len == 0, with_value);
  }
  jwt_auth_session_free(session);
}

static void set_log_level(void) {
  EXPECT(jwt_auth_set_log_level(NULL, JWT_AUTH_LOG_LEVEL_INFO), JWT_AUTH_STATUS_NULL_ARGUMENT);
}

static void stats(const jwt_auth *auth) {
  char *text = &poison;
  EXPECT(jwt_auth_stats(NULL, &text), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(text == NULL, 1);
  EXPECT(jwt_auth_stats(auth, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(jwt_auth_stats(NULL, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(jwt_auth_stats(auth, &text), JWT_AUTH_STATUS_OK);
  EXPECT_HAS(text, "\njwt_auth_config_generation ");
  jwt_auth_string_free(text);
}

int main(void) {
  jwt_auth *auth = broker_init(CONFIG, NULL);
  init();
  reload(auth);
  check(auth);
  claims(auth);
  wait_ready();
  identity(auth);
  authorize(auth);
  recheck(auth);
  attribute(auth);
  stats(auth);
  set_log_level();
  jwt_auth_free(auth);
  jwt_auth_free(NULL);
  jwt_auth_session_free(NULL);
  jwt_auth_string_free(NULL);
  return expect_outcome();
}
