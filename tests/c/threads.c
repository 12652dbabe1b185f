// One verifier serves many threads, and a session may go from one thread to another.
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "broker.h"
#include "grant_tokens.h"

enum { THREADS = 8, CHECKS = 3000, SESSIONS = 2000, QUESTIONS = 10000 };

static jwt_auth *auth;
static atomic_int lines;

// The ends of a pipe through which sessions go.
static int handover[2];

static void count_line(void *userdata, int32_t level, const char *line) {
  (void)level;
  (void)line;
  atomic_fetch_add((atomic_int *)userdata, 1);
}

static void start(pthread_t *thread, void *(*body)(void *), void *argument) {
  if (pthread_create(thread, NULL, body, argument) != 0) {
    perror("pthread_create");
    exit(1);
  }
}

// Checks good, forged and missing tokens in turn. Returns how many answers were wrong.
static void *check_in_turn(void *argument) {
  static const struct {
    const char *token;
    int32_t decision;
    int32_t reason;
    int64_t expires_at;
  } cases[] = {
      {ALICE, JWT_AUTH_DECISION_ALLOW, JWT_AUTH_REASON_ACCEPTED, ALICE_EXPIRES},
      {FORGED, JWT_AUTH_DECISION_DENY, JWT_AUTH_REASON_BAD_SIGNATURE, 0},
      {NULL, JWT_AUTH_DECISION_IGNORE, JWT_AUTH_REASON_MISSING_TOKEN, 0},
      {ROOT, JWT_AUTH_DECISION_ALLOW, JWT_AUTH_REASON_ACCEPTED, 0},
  };
  uintptr_t wrong = 0;
  for (int i = 0; i < CHECKS; i++) {
    size_t which = ((size_t)i + (uintptr_t)argument) % (sizeof cases / sizeof *cases);
    jwt_auth_client client = broker_client(cases[which].token);
    broker_answer answer = broker_check(auth, &client);
    wrong += answer.status != JWT_AUTH_STATUS_OK ||
             answer.result.decision != cases[which].decision ||
             answer.result.reason != cases[which].reason ||
             answer.result.expires_at != cases[which].expires_at ||
             (answer.session != NULL) != (cases[which].decision == JWT_AUTH_DECISION_ALLOW);
    jwt_auth_session_free(answer.session);
  }
  return (void *)wrong;
}

static void all_threads_get_exact_answers(void) {
  pthread_t threads[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++) {
    start(&threads[i], check_in_turn, (void *)i);
  }
  for (int i = 0; i < THREADS; i++) {
    void *wrong = NULL;
    EXPECT(pthread_join(threads[i], &wrong), 0);
    EXPECT((uintptr_t)wrong, 0);
  }
  // One line for each check, and four for the verifier: two warnings, what was loaded, and that
  // it is ready.
  EXPECT(atomic_load(&lines), THREADS * CHECKS + 4);
}

// Makes sessions and sends them away. Returns how many it could not send.
static void *send_sessions(void *argument) {
  (void)argument;
  uintptr_t unsent = 0;
  for (int i = 0; i < SESSIONS; i++) {
    jwt_auth_client client = broker_client(ALICE);
    jwt_auth_session *session = broker_check(auth, &client).session;
    unsent += write(handover[1], &session, sizeof session) != sizeof session;
  }
  return (void *)unsent;
}

// Reads and ends sessions until no more come. Returns how many were good.
static void *receive_sessions(void *argument) {
  (void)argument;
  uintptr_t good = 0;
  jwt_auth_session *session;
  while (read(handover[0], &session, sizeof session) == sizeof session) {
    jwt_auth_bytes json;
    good += jwt_auth_session_claims(session, &json) == JWT_AUTH_STATUS_OK &&
            json.len == strlen(ALICE_CLAIMS) && memcmp(json.data, ALICE_CLAIMS, json.len) == 0;
    jwt_auth_session_free(session);
  }
  return (void *)good;
}

static void sessions_go_from_thread_to_thread(void) {
  pthread_t senders[THREADS / 2];
  pthread_t receivers[THREADS / 2];
  EXPECT(pipe(handover), 0);
  for (int i = 0; i < THREADS / 2; i++) {
    start(&senders[i], send_sessions, NULL);
    start(&receivers[i], receive_sessions, NULL);
  }
  for (int i = 0; i < THREADS / 2; i++) {
    void *unsent = NULL;
    EXPECT(pthread_join(senders[i], &unsent), 0);
    EXPECT((uintptr_t)unsent, 0);
  }
  EXPECT(close(handover[1]), 0);
  uintptr_t good = 0;
  for (int i = 0; i < THREADS / 2; i++) {
    void *received = NULL;
    EXPECT(pthread_join(receivers[i], &received), 0);
    good += (uintptr_t)received;
  }
  EXPECT(good, THREADS / 2 * SESSIONS);
  EXPECT(close(handover[0]), 0);
}

// Asks one session everything that can be asked. Returns how many answers were wrong.
static void *ask_in_turn(void *argument) {
  static const struct {
    const char *topic;
    int32_t action;
    int32_t permission;
  } cases[] = {
      {"s/a/#", JWT_AUTH_ACTION_SUBSCRIBE, JWT_AUTH_PERMISSION_ALLOW},
      {"s/#", JWT_AUTH_ACTION_SUBSCRIBE, JWT_AUTH_PERMISSION_DENY},
      {"q/a", JWT_AUTH_ACTION_PUBLISH, JWT_AUTH_PERMISSION_ALLOW},
      {"s/a", JWT_AUTH_ACTION_PUBLISH, JWT_AUTH_PERMISSION_NO_MATCH},
      {"s/secret", JWT_AUTH_ACTION_RECEIVE, JWT_AUTH_PERMISSION_DENY},
  };
  const jwt_auth_session *session = argument;
  uintptr_t wrong = 0;
  for (int i = 0; i < QUESTIONS; i++) {
    size_t which = (size_t)i % (sizeof cases / sizeof *cases);
    int32_t permission = 0x7f7f7f7f;
    wrong += jwt_auth_session_authorize(auth, session, cases[which].action,
                                        broker_bytes(cases[which].topic), 1, 0,
                                        &permission) != JWT_AUTH_STATUS_OK;
    wrong += permission != cases[which].permission;
    jwt_auth_result result = broker_poison();
    wrong += jwt_auth_session_recheck(auth, session, &result) != JWT_AUTH_STATUS_OK ||
             result.decision != JWT_AUTH_DECISION_ALLOW || result.expires_at != ALICE_EXPIRES;
    jwt_auth_bytes name;
    jwt_auth_bytes value;
    wrong += jwt_auth_session_attribute(session, 0, &name, &value) != JWT_AUTH_STATUS_NOT_FOUND;
  }
  return (void *)wrong;
}

static void one_session_answers_many_threads_while_others_check(void) {
  pthread_t threads[THREADS];
  jwt_auth_client client = broker_client(LIST);
  jwt_auth_session *session = broker_admit(auth, &client);
  for (uintptr_t i = 0; i < THREADS; i++) {
    if (i % 4 == 3) {
      start(&threads[i], check_in_turn, (void *)i);
    } else {
      start(&threads[i], ask_in_turn, session);
    }
  }
  for (int i = 0; i < THREADS; i++) {
    void *wrong = NULL;
    EXPECT(pthread_join(threads[i], &wrong), 0);
    EXPECT((uintptr_t)wrong, 0);
  }
  jwt_auth_session_free(session);
}

int main(void) {
  jwt_auth_hooks hooks = {sizeof hooks, count_line, NULL, &lines};
  auth = broker_init(CONFIG, &hooks);
  all_threads_get_exact_answers();
  sessions_go_from_thread_to_thread();
  one_session_answers_many_threads_while_others_check();
  jwt_auth_free(auth);
  return expect_outcome();
}
