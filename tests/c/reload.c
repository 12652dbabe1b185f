// Threads go on to ask while another takes up one configuration after the other: each answer is
// that of one of the two. Few rounds and threads with an argument, for valgrind.
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "broker.h"

enum { THREADS = 8 };

// Revokes all sessions, so what runs in the background comes and goes with it.
#define LIST_FILE "reload_revocations.json"
#define LIST_TEXT "{\"not_before\": {\"*\": 4102444800}}"
#define SECOND                                                                          \
  "{\"secret\": \"" OTHER_SECRET "\", \"verify_claims\": {\"sub\": \"bob\"}, "           \
  "\"revocations_file\": \"" LIST_FILE "\", \"endpoint\": \"http://127.0.0.1:9/\"}"
#define BROKEN "{\"secret\": \"" OTHER_SECRET "\", \"algorithms\": []}"

// How often each answer was given, and how many were of neither configuration.
static atomic_int first;
static atomic_int second;
static atomic_int wrong;
static atomic_int reloaded;
static atomic_bool over;

static jwt_auth *auth;
static const jwt_auth_session *shared;

static void count_reloads(void *userdata, int32_t level, const char *line) {
  (void)level;
  atomic_fetch_add((atomic_int *)userdata, strncmp(line, "reloaded: ", 10) == 0);
}

static void count(int is_first, int is_second) {
  atomic_fetch_add(is_first ? &first : is_second ? &second : &wrong, 1);
}

static int is(int32_t status, jwt_auth_result result, int32_t decision, int32_t reason,
              int64_t expires_at) {
  return status == JWT_AUTH_STATUS_OK && result.decision == decision && result.reason == reason &&
         result.expires_at == expires_at;
}

static void check(const char *token, int32_t first_reason, int32_t second_reason) {
  jwt_auth_client client = broker_client(token);
  broker_answer answer = broker_check(auth, &client);
  int allowed = answer.result.decision == JWT_AUTH_DECISION_ALLOW;
  int64_t expires_at = allowed ? ALICE_EXPIRES : 0;
  int32_t decision = first_reason == JWT_AUTH_REASON_ACCEPTED ? JWT_AUTH_DECISION_ALLOW
                                                              : JWT_AUTH_DECISION_DENY;
  atomic_fetch_add(&wrong, (answer.session != NULL) != allowed);
  count(is(answer.status, answer.result, decision, first_reason, expires_at),
        is(answer.status, answer.result, JWT_AUTH_DECISION_DENY, second_reason, 0));
  if (allowed) {
    // Wherever it came from: it has the key of the first, and is revoked by the second.
    jwt_auth_result result = broker_poison();
    int32_t status = jwt_auth_session_recheck(auth, answer.session, &result);
    count(is(status, result, JWT_AUTH_DECISION_ALLOW, JWT_AUTH_REASON_ACCEPTED, ALICE_EXPIRES),
          is(status, result, JWT_AUTH_DECISION_DENY, JWT_AUTH_REASON_REVOKED, 0));
  }
  jwt_auth_session_free(answer.session);
}

static void authorize(void) {
  int32_t permission = 0x7f7f7f7f;
  int32_t status = jwt_auth_session_authorize(auth, shared, JWT_AUTH_ACTION_PUBLISH,
                                              broker_bytes("a"), 0, 0, &permission);
  int is_ok = status == JWT_AUTH_STATUS_OK;
  count(is_ok && permission == JWT_AUTH_PERMISSION_NO_MATCH,
        is_ok && permission == JWT_AUTH_PERMISSION_DENY);
}

static void *ask(void *argument) {
  (void)argument;
  while (!atomic_load(&over)) {
    check(ALICE, JWT_AUTH_REASON_ACCEPTED, JWT_AUTH_REASON_BAD_SIGNATURE);
    check(FORGED, JWT_AUTH_REASON_BAD_SIGNATURE, JWT_AUTH_REASON_CLAIM_MISMATCH);
    authorize();
  }
  return NULL;
}

// Waits until this configuration has given some more answers: it is in force, and not for a moment.
static void wait_for_answers(atomic_int *of) {
  int start = atomic_load(of);
  while (atomic_load(of) - start < 2 * THREADS) {
    usleep(100);
  }
}

static void reload(const char *config, jwt_auth_status status) {
  char error[256];
  EXPECT(jwt_auth_reload(auth, config, strlen(config), error, sizeof error), status);
  EXPECT(strlen(error) > 0, status != JWT_AUTH_STATUS_OK);
}

// Two of them at once: one waits for the other.
static void *reload_the_first(void *argument) {
  char error[256];
  (void)argument;
  uintptr_t status = jwt_auth_reload(auth, CONFIG, strlen(CONFIG), error, sizeof error);
  return (void *)status;
}

static int threads(void) {
  int count = 0;
  DIR *tasks = opendir("/proc/self/task");
  for (struct dirent *task; tasks != NULL && (task = readdir(tasks)) != NULL;) {
    count += task->d_name[0] != '.';
  }
  closedir(tasks);
  return count;
}

int main(int argc, char **argv) {
  (void)argv;
  const int rounds = argc > 1 ? 5 : 300;
  const int askers = argc > 1 ? 2 : THREADS;
  FILE *list = fopen(LIST_FILE, "w");
  if (list == NULL || fputs(LIST_TEXT, list) == EOF || fclose(list) != 0) {
    perror(LIST_FILE);
    return 1;
  }
  jwt_auth_hooks hooks = {sizeof hooks, count_reloads, NULL, &reloaded};
  auth = broker_init(CONFIG, &hooks);
  jwt_auth_client alice = broker_client(ALICE);
  jwt_auth_session *session = broker_admit(auth, &alice);
  shared = session;

  pthread_t asking[THREADS];
  for (int i = 0; i < askers; i++) {
    EXPECT(pthread_create(&asking[i], NULL, ask, NULL), 0);
  }
  wait_for_answers(&first);
  for (int i = 0; i < rounds; i++) {
    reload(SECOND, JWT_AUTH_STATUS_OK);
    wait_for_answers(&second);
    reload(BROKEN, JWT_AUTH_STATUS_BAD_CONFIG);
    pthread_t other;
    void *status = NULL;
    EXPECT(pthread_create(&other, NULL, reload_the_first, NULL), 0);
    reload(CONFIG, JWT_AUTH_STATUS_OK);
    EXPECT(pthread_join(other, &status), 0);
    EXPECT((uintptr_t)status, JWT_AUTH_STATUS_OK);
    wait_for_answers(&first);
  }
  atomic_store(&over, 1);
  for (int i = 0; i < askers; i++) {
    EXPECT(pthread_join(asking[i], NULL), 0);
  }
  EXPECT(atomic_load(&wrong), 0);
  EXPECT(atomic_load(&reloaded), 3 * rounds);
  // The last configuration is the one that stays.
  check(ALICE, JWT_AUTH_REASON_ACCEPTED, JWT_AUTH_REASON_UNDECIDED);
  EXPECT(atomic_load(&wrong), 0);

  jwt_auth_session_free(session);
  reload(SECOND, JWT_AUTH_STATUS_OK);
  jwt_auth_free(auth);
  // What ran in the background ends by itself.
  for (int tries = 0; threads() > 1 && tries < 2000; tries++) {
    usleep(10000);
  }
  EXPECT(threads(), 1);
  remove(LIST_FILE);
  return expect_outcome();
}
