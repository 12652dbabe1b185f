// The table of clients in a storm: each thread is a broker's worker with connections of its own,
// whose clients come, ask, renew and go, while another runs the timer and changes keys and
// revocations. Nobody's answer may be another's, and what is over is denied everything.
//
//   JWT_AUTH_STORM_SECONDS=600 registry_storm   for longer
//   registry_storm short                        few steps, for valgrind
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "broker.h"
#include "grant_tokens.h"

enum { WORKERS = 6, CONNECTIONS = 64, SHORT_STEPS = 300 };

#define LIST_FILE "registry_storm_revocations.json"
#define LISTED "{\"secret\": \"" SECRET "\", \"revocations_file\": \"" LIST_FILE "\"}"

static const char *const configs[] = {CONFIG, OTHER_CONFIG, LISTED};
static const char *const lists[] = {"{}", "{\"not_before\": {\"sub\": {\"list\": 4102444800}}}"};

// What clients send, and what each may publish to while its token is good.
static const struct {
  const char *token, *sub;
  int32_t permission;
} kinds[] = {
    {ALICE, "alice", JWT_AUTH_PERMISSION_NO_MATCH},
    {LIST, "list", JWT_AUTH_PERMISSION_ALLOW},
    {ADMIN, "admin", JWT_AUTH_PERMISSION_ALLOW},
    {FORGED, "alice", JWT_AUTH_PERMISSION_NO_MATCH},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

// What a worker has done with a connection.
typedef struct connection {
  int is_known;
  int is_offline;
  size_t kind;
} connection;

static jwt_auth *auth;
static jwt_auth_registry *registry;
static atomic_bool ended;
static atomic_long steps;
static int is_short;

// Numbers that are the same in each run (xorshift64).
static uint64_t next(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

// The rest of a storm is of no use.
static void must(int holds, const char *what, long found) {
  if (!holds) {
    printf("registry_storm: %s: %ld\n", what, found);
    fflush(stdout);
    abort();
  }
}

static jwt_auth_client named(uint64_t name, char id[24], size_t kind) {
  jwt_auth_client client = broker_client(kinds[kind].token);
  snprintf(id, 24, "c%lu", (unsigned long)name);
  client.client_id = broker_bytes(id);
  return client;
}

static void come(connection *of, uint64_t name, size_t kind) {
  char id[24];
  jwt_auth_client client = named(name, id, kind);
  jwt_auth_result result = broker_poison();
  jwt_auth_session *session = NULL;
  must(jwt_auth_registry_connect(registry, auth, name, &client, &result, &session) ==
           JWT_AUTH_STATUS_OK,
       "connect", result.reason);
  int allowed = result.decision == JWT_AUTH_DECISION_ALLOW;
  must(allowed == (session != NULL), "a handle", result.reason);
  jwt_auth_session_free(session);
  *of = (connection){allowed, 0, kind};
}

static void renew(connection *of, uint64_t name, size_t kind) {
  char id[24];
  jwt_auth_client client = named(name, id, kind);
  jwt_auth_result result = broker_poison();
  jwt_auth_status status =
      jwt_auth_registry_renew(registry, auth, name, &client, &result, NULL);
  int connected = of->is_known && !of->is_offline;
  // Not found as well if its time has come.
  must(status == JWT_AUTH_STATUS_NOT_FOUND || (status == JWT_AUTH_STATUS_OK && connected), "renew",
       status);
  // The token of another is refused.
  must(result.decision == JWT_AUTH_DECISION_DENY ||
           strcmp(kinds[kind].sub, kinds[of->kind].sub) == 0,
       "a renewal", result.reason);
}

static void ask(const connection *of, uint64_t name) {
  char id[24];
  jwt_auth_client client = named(name, id, of->kind);
  int32_t state = -1, permission = -1;
  must(jwt_auth_registry_state(registry, name, &client, &state) == JWT_AUTH_STATUS_OK, "state",
       state);
  int32_t expected = of->is_offline ? JWT_AUTH_STATE_OFFLINE : JWT_AUTH_STATE_CONNECTED;
  must(of->is_known ? state == expected || state == JWT_AUTH_STATE_OVER
                    : state == JWT_AUTH_STATE_ABSENT,
       "a state", state);
  must(jwt_auth_registry_authorize(registry, auth, name, &client, JWT_AUTH_ACTION_PUBLISH,
                                   broker_bytes("q/a"), 1, 0, &permission) == JWT_AUTH_STATUS_OK,
       "authorize", permission);
  must(of->is_known ? permission == kinds[of->kind].permission ||
                          permission == JWT_AUTH_PERMISSION_DENY
                    : permission == JWT_AUTH_PERMISSION_NO_MATCH,
       "a permission", permission);
  // Whose time had come is denied everything.
  must(state != JWT_AUTH_STATE_OVER || permission == JWT_AUTH_PERMISSION_DENY, "over", permission);
  // Another client on this connection is nobody.
  client.username = broker_bytes("another");
  must(jwt_auth_registry_authorize(registry, auth, name, &client, JWT_AUTH_ACTION_PUBLISH,
                                   broker_bytes("q/a"), 1, 0, &permission) == JWT_AUTH_STATUS_OK &&
           permission == JWT_AUTH_PERMISSION_NO_MATCH,
       "another client", permission);
}

static void go(connection *of, uint64_t name, uint8_t offline) {
  jwt_auth_status status = jwt_auth_registry_disconnect(registry, name, offline);
  must(status == (of->is_known ? JWT_AUTH_STATUS_OK : JWT_AUTH_STATUS_NOT_FOUND), "disconnect",
       status);
  if (offline) {
    of->is_offline = 1;
  } else {
    *of = (connection){.kind = of->kind};
  }
}

static void *work(void *argument) {
  uint64_t seed = UINT64_C(0x9e3779b97f4a7c15) * ((uintptr_t)argument + 1);
  connection own[CONNECTIONS] = {{0}};
  for (int i = 0; is_short ? i < SHORT_STEPS : !atomic_load(&ended); i++) {
    size_t index = next(&seed) % CONNECTIONS;
    uint64_t name = (uintptr_t)argument * CONNECTIONS + index;
    uint64_t dice = next(&seed) % 100;
    if (dice < 20) {
      come(&own[index], name, next(&seed) % KINDS);
    } else if (dice < 30) {
      go(&own[index], name, (uint8_t)(next(&seed) % 2));
    } else if (dice < 40) {
      renew(&own[index], name, next(&seed) % KINDS);
    } else {
      ask(&own[index], name);
    }
    atomic_fetch_add(&steps, 1);
  }
  return NULL;
}

static void write_list(const char *text) {
  FILE *list = fopen(LIST_FILE ".new", "w");
  must(list != NULL && fputs(text, list) != EOF && fclose(list) == 0 &&
           rename(LIST_FILE ".new", LIST_FILE) == 0,
       "the list of revocations", 0);
}

// The timer of the broker, and its operator.
static void *tick(void *argument) {
  uint64_t seed = 88172645463325252;
  (void)argument;
  for (int i = 0; is_short ? i < SHORT_STEPS / 10 : !atomic_load(&ended); i++) {
    jwt_auth_over over;
    jwt_auth_status status;
    while ((status = jwt_auth_registry_next_over(registry, auth, &over)) == JWT_AUTH_STATUS_OK) {
      char id[24];
      named(over.connection, id, 0);
      must(over.client_id.len == strlen(id) && memcmp(over.client_id.data, id, strlen(id)) == 0,
           "whose time has come", (long)over.connection);
      must(over.reason == JWT_AUTH_REASON_REVOKED || over.reason == JWT_AUTH_REASON_NO_KEY,
           "a reason", over.reason);
    }
    must(status == JWT_AUTH_STATUS_NOT_FOUND, "next_over", status);
    size_t connected, offline;
    must(jwt_auth_registry_counts(registry, &connected, &offline) == JWT_AUTH_STATUS_OK &&
             connected + offline <= WORKERS * CONNECTIONS,
         "counts", (long)(connected + offline));
    if (next(&seed) % 20 == 0) {
      write_list(lists[next(&seed) % 2]);
      const char *config = configs[next(&seed) % 3];
      must(jwt_auth_reload(auth, config, strlen(config), NULL, 0) == JWT_AUTH_STATUS_OK, "reload",
           0);
    }
    usleep(1000);
  }
  return NULL;
}

int main(int argc, char **argv) {
  (void)argv;
  is_short = argc > 1;
  const char *asked = getenv("JWT_AUTH_STORM_SECONDS");
  const unsigned seconds = asked == NULL ? 20 : (unsigned)strtoul(asked, NULL, 10);
  const jwt_auth_registry_options options = {sizeof options, WORKERS * CONNECTIONS, 1};
  write_list(lists[0]);
  auth = broker_init(CONFIG, NULL);
  EXPECT(jwt_auth_registry_new(&options, &registry), JWT_AUTH_STATUS_OK);
  pthread_t threads[WORKERS + 1];
  for (uintptr_t i = 0; i < WORKERS; i++) {
    EXPECT(pthread_create(&threads[i], NULL, work, (void *)i), 0);
  }
  EXPECT(pthread_create(&threads[WORKERS], NULL, tick, NULL), 0);
  if (!is_short) {
    sleep(seconds);
  }
  atomic_store(&ended, 1);
  for (int i = 0; i <= WORKERS; i++) {
    EXPECT(pthread_join(threads[i], NULL), 0);
  }
  for (uint64_t name = 0; name < WORKERS * CONNECTIONS; name++) {
    jwt_auth_registry_disconnect(registry, name, 0);
  }
  size_t connected = 77, offline = 77;
  EXPECT(jwt_auth_registry_counts(registry, &connected, &offline), JWT_AUTH_STATUS_OK);
  EXPECT(connected, 0);
  EXPECT(offline, 0);
  jwt_auth_registry_free(registry);
  jwt_auth_free(auth);
  remove(LIST_FILE);
  printf("%ld steps\n", atomic_load(&steps));
  return expect_outcome();
}
