// Verifiers and sessions are made, used and ended in every order that is allowed.
#include "broker.h"

// Goes through an order of calls: k check, c claims, m authorize, r recheck, s session_free,
// a free. After the last, a verifier that did not make the session is asked.
static void go(const char *order) {
  jwt_auth *auth = broker_init(CONFIG, NULL);
  jwt_auth *other = broker_init(CONFIG, NULL);
  const jwt_auth *asked = auth;
  jwt_auth_client client = broker_client(ALICE);
  broker_answer answer = {.session = NULL};
  for (const char *call = order; *call != '\0'; call++) {
    switch (*call) {
    case 'k':
      answer = broker_check(auth, &client);
      EXPECT(answer.status, JWT_AUTH_STATUS_OK);
      EXPECT_RESULT(answer.result, ALLOW, ACCEPTED);
      break;
    case 'c':
      EXPECT_CLAIMS(answer.session, ALICE_CLAIMS);
      break;
    case 'm':
      EXPECT_MAY(asked, answer.session, SUBSCRIBE, "a/#", 1, 0, NO_MATCH);
      EXPECT_MAY(asked, answer.session, PUBLISH, "a/#", 1, 0, DENY);
      break;
    case 'r':
      answer.result = broker_poison();
      EXPECT(jwt_auth_session_recheck(asked, answer.session, &answer.result), JWT_AUTH_STATUS_OK);
      EXPECT_RESULT(answer.result, ALLOW, ACCEPTED);
      EXPECT(answer.result.expires_at, ALICE_EXPIRES);
      break;
    case 's':
      jwt_auth_session_free(answer.session);
      break;
    default:
      jwt_auth_free(auth);
      asked = other;
    }
  }
  jwt_auth_free(other);
}

static void every_order(void) {
  const char *orders[] = {"a",      "ksa",    "kas",   "kcsa",   "kcas",   "kacs",   "kccsa",
                          "kcaccs", "kskcsa", "kskas", "kmrsa",  "kmras",  "kamrs",  "karms",
                          "kmrarcms", "kmskrsa"};
  for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
    go(orders[i]);
  }
}

static void an_accepted_token_is_described_whole(void) {
  jwt_auth *auth = broker_init(CONFIG, NULL);

  jwt_auth_client alice = broker_client(ALICE);
  broker_answer answer = broker_check(auth, &alice);
  EXPECT(answer.result.expires_at, ALICE_EXPIRES);
  EXPECT(answer.result.superuser, 0);
  EXPECT_ANSWER(answer, OK, ALLOW, ACCEPTED);

  jwt_auth_client root = broker_client(ROOT);
  answer = broker_check(auth, &root);
  EXPECT(answer.result.expires_at, 0);
  EXPECT(answer.result.superuser, 1);
  EXPECT_ANSWER(answer, OK, ALLOW, ACCEPTED);

  jwt_auth_free(auth);
}

static void a_refused_token_makes_no_session(void) {
  jwt_auth *auth = broker_init(CONFIG, NULL);
  jwt_auth_client forged = broker_client(FORGED);
  EXPECT_ANSWER(broker_check(auth, &forged), OK, DENY, BAD_SIGNATURE);
  jwt_auth_client silent = broker_client(NULL);
  EXPECT_ANSWER(broker_check(auth, &silent), OK, IGNORE, MISSING_TOKEN);
  jwt_auth_free(auth);
}

static void a_session_need_not_be_wanted(void) {
  jwt_auth *auth = broker_init(CONFIG, NULL);
  jwt_auth_client alice = broker_client(ALICE);
  jwt_auth_result result = broker_poison();
  EXPECT(jwt_auth_check(auth, &alice, &result, NULL), JWT_AUTH_STATUS_OK);
  EXPECT_RESULT(result, ALLOW, ACCEPTED);
  jwt_auth_free(auth);
}

static void sessions_of_one_verifier_are_independent(void) {
  jwt_auth *auth = broker_init(CONFIG, NULL);
  jwt_auth_client alice = broker_client(ALICE);
  jwt_auth_client root = broker_client(ROOT);
  jwt_auth_session *first = broker_check(auth, &alice).session;
  jwt_auth_session *second = broker_check(auth, &root).session;
  jwt_auth_session_free(first);
  jwt_auth_free(auth);
  EXPECT_CLAIMS(second, "{\"sub\":\"root\",\"is_superuser\":true}");
  jwt_auth_session_free(second);
}

static void many_verifiers_know_nothing_of_each_other(void) {
  enum { COUNT = 200 };
  jwt_auth *auths[COUNT];
  jwt_auth_client alice = broker_client(ALICE);
  jwt_auth_client forged = broker_client(FORGED);
  for (int i = 0; i < COUNT; i++) {
    auths[i] = broker_init(i % 2 == 0 ? CONFIG : OTHER_CONFIG, NULL);
  }
  for (int i = 0; i < COUNT; i++) {
    const jwt_auth_client *ours = i % 2 == 0 ? &alice : &forged;
    const jwt_auth_client *theirs = i % 2 == 0 ? &forged : &alice;
    EXPECT_ANSWER(broker_check(auths[i], ours), OK, ALLOW, ACCEPTED);
    EXPECT_ANSWER(broker_check(auths[i], theirs), OK, DENY, BAD_SIGNATURE);
    jwt_auth_free(auths[i]);
  }
}

int main(void) {
  every_order();
  an_accepted_token_is_described_whole();
  a_refused_token_makes_no_session();
  a_session_need_not_be_wanted();
  sessions_of_one_verifier_are_independent();
  many_verifiers_know_nothing_of_each_other();
  jwt_auth_free(NULL);
  jwt_auth_session_free(NULL);
  return expect_outcome();
}
