// Everything at once, for a minute: clients come, come again, ask and go, while other threads
// change the configuration, its keys and the revocations, and make verifiers of their own. No
// answer may be one that no configuration gives, and memory must not grow.
//
//   JWT_AUTH_STORM_SECONDS=600 storm   for longer
//   storm short                        few steps, for valgrind
//   storm short race                   the same, with a race in the log hook
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "broker.h"
#include "grant_tokens.h"

enum { THREADS = 8, SLOTS = 64, SHORT_THREADS = 4, SHORT_STEPS = 400, SAMPLES = 20 };

#define LIST_FILE "storm_revocations.json"
#define WITH_LIST "\"revocations_file\": \"" LIST_FILE "\""

// OTHER_SECRET in base64url.
#define OTHER_KEY "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA"
#define OTHER_JWKS "\"jwks\": {\"keys\": [{\"kty\": \"oct\", \"k\": \"" OTHER_KEY "\"}]}"

// The keys rotate: the first, both, the second. What runs in the background comes and goes.
static const char *const configs[] = {
    CONFIG,
    "{\"secret\": \"" SECRET "\", " OTHER_JWKS ", " WITH_LIST "}",
    OTHER_CONFIG,
    "{" OTHER_JWKS ", " WITH_LIST ", \"endpoint\": \"http://127.0.0.1:9/\"}",
    "{\"secret\": \"" SECRET "\", \"cache_capacity\": 4, " WITH_LIST "}",
    "{\"secret\": \"" SECRET "\", \"cache_capacity\": 0}",
};
#define BROKEN "{\"secret\": \"" SECRET "\", \"algorithms\": []}"

static const char *const lists[] = {
    "{}",
    "{\"not_before\": {\"sub\": {\"alice\": 4102444800}}}",
    "{\"jti\": [\"unknown\"], \"not_before\": {\"*\": 4102444800}}",
    "{\"jti\":",
};

// What clients send, and what each may publish to while its token is good.
static const struct {
  const char *token;
  int32_t permission;
} kinds[] = {
    {ALICE, JWT_AUTH_PERMISSION_NO_MATCH},
    {FORGED, JWT_AUTH_PERMISSION_NO_MATCH},
    {LIST, JWT_AUTH_PERMISSION_ALLOW},
    {MAP, JWT_AUTH_PERMISSION_DENY},
    {ADMIN, JWT_AUTH_PERMISSION_ALLOW},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

// A client that may be connected.
typedef struct slot {
  pthread_rwlock_t lock;
  jwt_auth_session *session;
  size_t kind;
} slot;

static jwt_auth *auth;
static slot slots[SLOTS];
static atomic_bool over;
static atomic_long steps;
static atomic_long lines;
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
// Few steps.
static int is_short;
// The log hook counts here as well, if it is to have a race.
static int is_racing;
static long racing_lines;

#ifdef __SANITIZE_ADDRESS__
// What GCC has no header for.
size_t __sanitizer_get_current_allocated_bytes(void);

// Freed memory goes back soon, so that what grows is seen. Of each call stack that allocates a
// record is kept for ever; the library is built without frame pointers, so deep ones are never the
// same.
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
  return "detect_leaks=1:malloc_context_size=2:"
         "quarantine_size_mb=8:thread_local_quarantine_size_kb=64";
}
#endif

static void count_line(void *userdata, int32_t level, const char *line) {
  (void)level;
  (void)line;
  atomic_fetch_add((atomic_long *)userdata, 1);
  if (is_racing) {
    racing_lines++;
  }
}

// Numbers that are the same in each run (xorshift64).
static uint64_t next(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

// The rest of a storm is of no use.
static void must(int holds, const char *what, const char *found) {
  if (!holds) {
    printf("storm: %s: %s\n", what, found);
    fflush(stdout);
    abort();
  }
}

static int is_one_of(int32_t reason, int32_t first, int32_t second, int32_t third) {
  return reason == first || reason == second || reason == third;
}

static jwt_auth_session *check(jwt_auth *verifier, size_t kind) {
  jwt_auth_client client = broker_client(kinds[kind].token);
  client.client_id = broker_bytes("c1");
  broker_answer answer = broker_check(verifier, &client);
  const char *reason = jwt_auth_reason_str(answer.result.reason);
  int allowed = answer.result.decision == JWT_AUTH_DECISION_ALLOW;
  must(answer.status == JWT_AUTH_STATUS_OK, "a check failed", reason);
  must(is_one_of(answer.result.reason, JWT_AUTH_REASON_ACCEPTED, JWT_AUTH_REASON_BAD_SIGNATURE,
                 JWT_AUTH_REASON_REVOKED),
       "a check", reason);
  must(allowed == (answer.result.reason == JWT_AUTH_REASON_ACCEPTED), "a decision", reason);
  must(allowed == (answer.session != NULL), "a session", reason);
  return answer.session;
}

// A client connects, or connects once more: its session is replaced while others ask for it.
static void renew(slot *of, size_t kind) {
  jwt_auth_session *session = check(auth, kind);
  if (session == NULL) {
    return;
  }
  must(pthread_rwlock_wrlock(&of->lock) == 0, "a lock", "wrlock");
  jwt_auth_session *before = of->session;
  of->session = session;
  of->kind = kind;
  must(pthread_rwlock_unlock(&of->lock) == 0, "a lock", "unlock");
  jwt_auth_session_free(before);
}

static void disconnect(slot *of) {
  must(pthread_rwlock_wrlock(&of->lock) == 0, "a lock", "wrlock");
  jwt_auth_session *before = of->session;
  of->session = NULL;
  must(pthread_rwlock_unlock(&of->lock) == 0, "a lock", "unlock");
  jwt_auth_session_free(before);
}

static void ask(slot *of) {
  must(pthread_rwlock_rdlock(&of->lock) == 0, "a lock", "rdlock");
  if (of->session != NULL) {
    int32_t permission = 0x7f7f7f7f;
    jwt_auth_status status =
        jwt_auth_session_authorize(auth, of->session, JWT_AUTH_ACTION_PUBLISH, broker_bytes("q/a"),
                                   1, 0, &permission);
    // Denied: it is revoked.
    must(status == JWT_AUTH_STATUS_OK && (permission == kinds[of->kind].permission ||
                                          permission == JWT_AUTH_PERMISSION_DENY),
         "a permission", kinds[of->kind].token);
    jwt_auth_result result = broker_poison();
    status = jwt_auth_session_recheck(auth, of->session, &result);
    must(status == JWT_AUTH_STATUS_OK &&
             is_one_of(result.reason, JWT_AUTH_REASON_ACCEPTED, JWT_AUTH_REASON_REVOKED,
                       JWT_AUTH_REASON_NO_KEY),
         "a recheck", jwt_auth_reason_str(result.reason));
    // drd would take these bytes for a race: another thread may have written them, and published
    // them by an atomic pointer.
    jwt_auth_bytes json;
    must(jwt_auth_session_claims(of->session, &json) == JWT_AUTH_STATUS_OK && json.len > 0 &&
             (is_short || (json.data[0] == '{' && json.data[json.len - 1] == '}')),
         "claims", kinds[of->kind].token);
  }
  must(pthread_rwlock_unlock(&of->lock) == 0, "a lock", "unlock");
}

// A token of which one byte is another is no token of anybody.
static void forge(uint64_t *seed) {
  char token[1024];
  size_t kind = next(seed) % KINDS;
  int len = snprintf(token, sizeof token, "%s", kinds[kind].token);
  token[next(seed) % (size_t)len] ^= (char)(1 + next(seed) % 255);
  jwt_auth_client client = broker_client(token);
  client.password.len = (size_t)len;
  broker_answer answer = broker_check(auth, &client);
  must(answer.status == JWT_AUTH_STATUS_OK && answer.session == NULL &&
           answer.result.decision == JWT_AUTH_DECISION_DENY,
       "a forged token", jwt_auth_reason_str(answer.result.reason));
}

static void reload(uint64_t *seed) {
  char error[256];
  if (next(seed) % 8 == 0) {
    must(jwt_auth_reload(auth, BROKEN, strlen(BROKEN), error, sizeof error) ==
             JWT_AUTH_STATUS_BAD_CONFIG,
         "a broken configuration", error);
    return;
  }
  const char *config = configs[next(seed) % (sizeof configs / sizeof *configs)];
  jwt_auth_status status = jwt_auth_reload(auth, config, strlen(config), error, sizeof error);
  // A broken list of revocations makes the configuration that names it one that is not accepted.
  must(status == JWT_AUTH_STATUS_OK || (status == JWT_AUTH_STATUS_BAD_CONFIG &&
                                        strstr(error, "revocations_file") != NULL),
       "a reload", error);
}

// The list of revocations is replaced whole, as administrators do.
static void write_list(const char *text) {
  must(pthread_mutex_lock(&list_lock) == 0, "a lock", "lock");
  FILE *list = fopen(LIST_FILE ".new", "w");
  must(list != NULL && fputs(text, list) != EOF && fclose(list) == 0 &&
           rename(LIST_FILE ".new", LIST_FILE) == 0,
       "the list of revocations", text);
  must(pthread_mutex_unlock(&list_lock) == 0, "a lock", "unlock");
}

// A verifier of one thread's own.
static void come_and_go(uint64_t *seed) {
  size_t kind = next(seed) % KINDS;
  jwt_auth_hooks hooks = {sizeof hooks, count_line, NULL, &lines};
  jwt_auth *own = broker_init(kind % 2 == 0 ? CONFIG : OTHER_CONFIG, &hooks);
  jwt_auth_session *session = check(own, kind);
  jwt_auth_free(own);
  // It lives on.
  jwt_auth_session_free(session);
}

static void step(uint64_t *seed) {
  slot *of = &slots[next(seed) % SLOTS];
  uint64_t dice = next(seed) % 10000;
  if (dice < 2) {
    reload(seed);
  } else if (dice < 3) {
    write_list(lists[next(seed) % (sizeof lists / sizeof *lists)]);
  } else if (dice < 30) {
    come_and_go(seed);
  } else if (dice < 500) {
    disconnect(of);
  } else if (dice < 1500) {
    forge(seed);
  } else if (dice < 5000) {
    renew(of, next(seed) % KINDS);
  } else {
    ask(of);
  }
  atomic_fetch_add(&steps, 1);
}

static void *storm(void *argument) {
  uint64_t seed = UINT64_C(0x9e3779b97f4a7c15) * ((uintptr_t)argument + 1);
  while (!atomic_load(&over)) {
    step(&seed);
  }
  return NULL;
}

static void *short_storm(void *argument) {
  uint64_t seed = UINT64_C(0x9e3779b97f4a7c15) * ((uintptr_t)argument + 1);
  // The rare steps as well.
  reload(&seed);
  write_list(lists[(uintptr_t)argument % 2]);
  come_and_go(&seed);
  for (int i = 0; i < SHORT_STEPS; i++) {
    step(&seed);
  }
  return NULL;
}

// The memory that the process has, in KiB.
static long resident(void) {
  long size = 0;
  long pages = 0;
  FILE *statm = fopen("/proc/self/statm", "r");
  must(statm != NULL && fscanf(statm, "%ld %ld", &size, &pages) == 2 && fclose(statm) == 0,
       "/proc/self/statm", "unreadable");
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

// The memory that must not grow, in KiB: with AddressSanitizer, whose own records grow for ever,
// what is allocated.
static long memory(void) {
#ifdef __SANITIZE_ADDRESS__
  return (long)(__sanitizer_get_current_allocated_bytes() / 1024);
#else
  return resident();
#endif
}

// The most of some moments.
static long most_memory(const char *when) {
  long most = 0;
  for (int i = 0; i < SAMPLES; i++) {
    long now = memory();
    most = now > most ? now : most;
    usleep(50000);
  }
  printf("%s: %ld KiB resident, %ld KiB compared, %ld steps\n", when, resident(), most,
         atomic_load(&steps));
  fflush(stdout);
  return most;
}

static void wait_and_compare_memory(unsigned seconds) {
  // What is made once, and what allocators keep, is there after a while.
  const unsigned before = seconds / 4;
  sleep(before);
  long start = most_memory("start");
  sleep(seconds > before + 2 ? seconds - before - 2 : 0);
  long end = most_memory("end");
  EXPECT(end <= start + start / 8 + 2048, 1);
}

int main(int argc, char **argv) {
  is_short = argc > 1;
  is_racing = argc > 2 && strcmp(argv[2], "race") == 0;
  const int threads = is_short ? SHORT_THREADS : THREADS;
  const char *asked = getenv("JWT_AUTH_STORM_SECONDS");
  const unsigned seconds = asked == NULL ? 60 : (unsigned)strtoul(asked, NULL, 10);

  write_list(lists[0]);
  for (int i = 0; i < SLOTS; i++) {
    EXPECT(pthread_rwlock_init(&slots[i].lock, NULL), 0);
  }
  jwt_auth_hooks hooks = {sizeof hooks, count_line, NULL, &lines};
  auth = broker_init(CONFIG, &hooks);
  pthread_t storming[THREADS];
  for (uintptr_t i = 0; i < (uintptr_t)threads; i++) {
    EXPECT(pthread_create(&storming[i], NULL, is_short ? short_storm : storm, (void *)i), 0);
  }
  if (!is_short) {
    wait_and_compare_memory(seconds);
  }
  atomic_store(&over, 1);
  for (int i = 0; i < threads; i++) {
    EXPECT(pthread_join(storming[i], NULL), 0);
  }
  EXPECT(atomic_load(&lines) > 0, 1);

  // All is quiet again, and the answers are exact.
  EXPECT(jwt_auth_reload(auth, CONFIG, strlen(CONFIG), NULL, 0), JWT_AUTH_STATUS_OK);
  jwt_auth_client alice = broker_client(ALICE);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
  jwt_auth_client forged = broker_client(FORGED);
  EXPECT_ANSWER(broker_check(auth, &forged), OK, DENY, BAD_SIGNATURE);
  for (int i = 0; i < SLOTS; i++) {
    disconnect(&slots[i]);
    EXPECT(pthread_rwlock_destroy(&slots[i].lock), 0);
  }
  jwt_auth_free(auth);
  remove(LIST_FILE);
  printf("%ld steps, %ld log lines, %ld\n", atomic_load(&steps), atomic_load(&lines), racing_lines);
  return expect_outcome();
}
