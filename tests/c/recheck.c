// A session is over at the second its token expires, and is rechecked without the token.
#include "broker.h"
#include "grant_tokens.h"

// The same key in a set, under another name.
#define IN_A_SET \
  "{\"jwks\": {\"keys\": [{\"kty\": \"oct\", \"kid\": \"k1\", " \
  "\"k\": \"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\"}]}}"

#define WITH_SECRET "{\"secret\": \"" SECRET "\", "

static int64_t tell_time(void *userdata) {
  return *(const int64_t *)userdata;
}

static jwt_auth *settle(const char *config, int64_t *now) {
  jwt_auth_hooks hooks = {sizeof hooks, NULL, tell_time, now};
  return broker_init(config, &hooks);
}

static jwt_auth_session *admit(const jwt_auth *auth, const char *token) {
  jwt_auth_client client = broker_client(token);
  return broker_admit(auth, &client);
}

static jwt_auth_result recheck(const jwt_auth *auth, const jwt_auth_session *session) {
  jwt_auth_result result = broker_poison();
  EXPECT(jwt_auth_session_recheck(auth, session, &result), JWT_AUTH_STATUS_OK);
  return result;
}

// The session goes on until this second, and asked for "a" has this permission until then.
static void expect_end(const char *config, const char *token, int64_t end, int32_t permission) {
  const jwt_auth_bytes topic = broker_bytes("a");
  int64_t now = 0;
  jwt_auth *auth = settle(config, &now);
  jwt_auth_session *session = admit(auth, token);
  for (int32_t action = JWT_AUTH_ACTION_PUBLISH; action <= JWT_AUTH_ACTION_RECEIVE; action++) {
    now = end - 1;
    EXPECT_ASKED(auth, session, action, topic, 0, 0, OK, permission);
    now = end;
    EXPECT_ASKED(auth, session, action, topic, 0, 0, OK, JWT_AUTH_PERMISSION_DENY);
  }
  EXPECT_RESULT(recheck(auth, session), DENY, EXPIRED);
  now = INT64_MAX;
  EXPECT_RESULT(recheck(auth, session), DENY, EXPIRED);
  now = end - 1;
  jwt_auth_result result = recheck(auth, session);
  EXPECT_RESULT(result, ALLOW, ACCEPTED);
  EXPECT(result.expires_at, end);
  EXPECT(result.superuser, permission == JWT_AUTH_PERMISSION_ALLOW);
  jwt_auth_session_free(session);
  jwt_auth_free(auth);
}

static void a_session_is_over_at_the_second_its_token_expires(void) {
  expect_end(CONFIG, ALICE, ALICE_EXPIRES, JWT_AUTH_PERMISSION_NO_MATCH);
  expect_end(CONFIG, ADMIN, ALICE_EXPIRES, JWT_AUTH_PERMISSION_ALLOW);
  expect_end(CONFIG, LIST, ALICE_EXPIRES, JWT_AUTH_PERMISSION_NO_MATCH);
  expect_end(WITH_SECRET "\"leeway\": 5}", ALICE, ALICE_EXPIRES + 5,
             JWT_AUTH_PERMISSION_NO_MATCH);
}

static void a_session_without_an_end_goes_on(void) {
  int64_t now = INT64_MAX;
  jwt_auth *auth = settle(CONFIG, &now);
  jwt_auth_session *session = admit(auth, ROOT);
  EXPECT_MAY(auth, session, SUBSCRIBE, "#", 0, 0, ALLOW);
  jwt_auth_result result = recheck(auth, session);
  EXPECT_RESULT(result, ALLOW, ACCEPTED);
  EXPECT(result.expires_at, 0);
  EXPECT(result.superuser, 1);
  jwt_auth_session_free(session);
  jwt_auth_free(auth);
}

// Without disconnect_after_expire a client may stay, and only what the ACL claim granted ends.
static void a_session_may_outlive_its_token(void) {
  static const struct {
    const char *token;
    int32_t before;
    int32_t after;
  } cases[] = {
      {ALICE, JWT_AUTH_PERMISSION_NO_MATCH, JWT_AUTH_PERMISSION_NO_MATCH},
      {ADMIN, JWT_AUTH_PERMISSION_ALLOW, JWT_AUTH_PERMISSION_ALLOW},
      {MAP, JWT_AUTH_PERMISSION_ALLOW, JWT_AUTH_PERMISSION_DENY},
      {LIST, JWT_AUTH_PERMISSION_NO_MATCH, JWT_AUTH_PERMISSION_DENY},
  };
  const jwt_auth_bytes topic = broker_bytes("both/a");
  int64_t now = 0;
  jwt_auth *auth = settle(WITH_SECRET "\"disconnect_after_expire\": false}", &now);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    now = ALICE_EXPIRES - 1;
    jwt_auth_session *session = admit(auth, cases[i].token);
    EXPECT_ASKED(auth, session, JWT_AUTH_ACTION_PUBLISH, topic, 0, 0, OK, cases[i].before);
    now = ALICE_EXPIRES;
    EXPECT_ASKED(auth, session, JWT_AUTH_ACTION_PUBLISH, topic, 0, 0, OK, cases[i].after);
    jwt_auth_result result = recheck(auth, session);
    EXPECT_RESULT(result, ALLOW, ACCEPTED);
    EXPECT(result.expires_at, 0);
    jwt_auth_session_free(session);
  }
  jwt_auth_free(auth);
}

// Whatever on_unknown_key says: the session was ours to decide about.
static void a_verifier_without_the_key_refuses(void) {
  int64_t now = 0;
  jwt_auth *auth = settle(CONFIG, &now);
  jwt_auth_session *session = admit(auth, LIST);
  jwt_auth *other =
      settle("{\"secret\": \"" OTHER_SECRET "\", \"on_unknown_key\": \"ignore\"}", &now);
  EXPECT_RESULT(recheck(other, session), DENY, NO_KEY);
  EXPECT_MAY(other, session, SUBSCRIBE, "s/a", 0, 0, ALLOW);
  jwt_auth_free(other);

  jwt_auth *same = settle(IN_A_SET, &now);
  EXPECT_RESULT(recheck(same, session), ALLOW, ACCEPTED);
  jwt_auth_free(same);
  EXPECT_RESULT(recheck(auth, session), ALLOW, ACCEPTED);
  jwt_auth_session_free(session);
  jwt_auth_free(auth);
}

static void the_verifier_that_is_asked_tells_the_time(void) {
  int64_t here = 0;
  int64_t there = ALICE_EXPIRES;
  jwt_auth *ours = settle(CONFIG, &here);
  jwt_auth *theirs = settle(CONFIG, &there);
  jwt_auth_session *session = admit(ours, LIST);
  EXPECT_MAY(ours, session, SUBSCRIBE, "s/a", 0, 0, ALLOW);
  EXPECT_MAY(theirs, session, SUBSCRIBE, "s/a", 0, 0, DENY);
  EXPECT_RESULT(recheck(ours, session), ALLOW, ACCEPTED);
  EXPECT_RESULT(recheck(theirs, session), DENY, EXPIRED);
  jwt_auth_session_free(session);
  jwt_auth_free(ours);
  jwt_auth_free(theirs);
}

static void a_clock_that_fails_decides_nothing(void) {
  int64_t now = 0;
  jwt_auth *auth = settle(CONFIG, &now);
  jwt_auth_session *session = admit(auth, ROOT);
  now = -1;
  EXPECT_ASKED(auth, session, JWT_AUTH_ACTION_PUBLISH, broker_bytes("a"), 0, 0, INTERNAL,
               JWT_AUTH_PERMISSION_DENY);
  jwt_auth_result result = broker_poison();
  EXPECT(jwt_auth_session_recheck(auth, session, &result), JWT_AUTH_STATUS_INTERNAL);
  EXPECT_RESULT(result, DENY, UNDECIDED);
  jwt_auth_session_free(session);
  jwt_auth_free(auth);
}

int main(void) {
  a_session_is_over_at_the_second_its_token_expires();
  a_session_without_an_end_goes_on();
  a_session_may_outlive_its_token();
  a_verifier_without_the_key_refuses();
  the_verifier_that_is_asked_tells_the_time();
  a_clock_that_fails_decides_nothing();
  return expect_outcome();
}
