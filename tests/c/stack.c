// How much stack each call takes, and that a thread with the documented size has enough.
//
// usage: stack SIZE CONFIG TOKEN REASON
//
// The reason bad_config is for a configuration that is not accepted; the other calls get NULL.
//
// Each kind of call is made twice: in a thread whose stack was painted, so that it shows afterwards
// how deep the call went, and in a thread whose stack has the documented size.
#include <pthread.h>
#include <sys/mman.h>

#include "broker.h"

enum { PAINT = 0xa5, ROOMY = 1024 * 1024 };

typedef struct world {
  const char *config, *token, *reason;
  jwt_auth *auth;
  jwt_auth_session *session;
  char failed;
} world;

static void fail(world *w, const char *call) {
  printf("%s failed\n", call);
  w->failed = 1;
}

static void *init(void *data) {
  world *w = data;
  char error[256] = "";
  jwt_auth_status status =
      jwt_auth_init(w->config, strlen(w->config), NULL, &w->auth, error, sizeof error);
  if (status == JWT_AUTH_STATUS_BAD_CONFIG ? strcmp(w->reason, "bad_config") != 0
                                           : status != JWT_AUTH_STATUS_OK) {
    fail(w, error);
  }
  return NULL;
}

static void *reload(void *data) {
  world *w = data;
  char error[256] = "";
  if (w->auth != NULL && jwt_auth_reload(w->auth, w->config, strlen(w->config), error, sizeof error) !=
      JWT_AUTH_STATUS_OK) {
    fail(w, error);
  }
  return NULL;
}

static jwt_auth_client client_of(const world *w) {
  jwt_auth_client client = broker_client(w->token);
  client.client_id = broker_bytes("c1");
  client.username = broker_bytes("u1");
  client.peer_address = broker_bytes("2001:db8::7");
  client.peer_certificate = broker_bytes("certificate");
  return client;
}

static void *check(void *data) {
  world *w = data;
  jwt_auth_client client = client_of(w);
  jwt_auth_result result;
  jwt_auth_session_free(w->session);
  jwt_auth_check(w->auth, &client, &result, &w->session);
  char *json;
  jwt_auth_explain(w->auth, &client, &json);
  jwt_auth_string_free(json);
  if (w->auth != NULL && strcmp(jwt_auth_reason_str(result.reason), w->reason) != 0) {
    fail(w, jwt_auth_reason_str(result.reason));
  }
  return NULL;
}

static void *authorize(void *data) {
  world *w = data;
  static char topic[65536];
  memset(topic, '/', sizeof topic - 1);
  int32_t permission;
  jwt_auth_bytes bytes = {(const uint8_t *)topic, sizeof topic - 1};
  for (int32_t action = JWT_AUTH_ACTION_PUBLISH; action <= JWT_AUTH_ACTION_RECEIVE; action++) {
    jwt_auth_session_authorize(w->auth, w->session, action, bytes, 1, 0, &permission);
  }
  return NULL;
}

static void *ask(void *data) {
  world *w = data;
  jwt_auth_result result;
  jwt_auth_bytes name, value;
  char fingerprint[9], *text;
  jwt_auth_session_recheck(w->auth, w->session, &result);
  jwt_auth_client client = client_of(w);
  jwt_auth_session_renew(w->auth, w->session, &client, &result, NULL);
  if (w->session != NULL && result.reason != JWT_AUTH_REASON_ACCEPTED) {
    fail(w, "renew");
  }
  jwt_auth_session_claims(w->session, &value);
  jwt_auth_session_attribute(w->session, 0, &name, &value);
  jwt_auth_session_username(w->session, &value);
  jwt_auth_session_fingerprint(w->session, fingerprint);
  jwt_auth_stats(w->auth, &text);
  jwt_auth_string_free(text);
  return NULL;
}

static void *end(void *data) {
  world *w = data;
  jwt_auth_session_free(w->session);
  w->session = NULL;
  jwt_auth_free(w->auth);
  w->auth = NULL;
  return NULL;
}

static void run(pthread_attr_t *attributes, void *(*call)(void *), world *w) {
  pthread_t thread;
  if (pthread_create(&thread, attributes, call, w) != 0) {
    perror("pthread_create");
    exit(1);
  }
  pthread_join(thread, NULL);
  pthread_attr_destroy(attributes);
}

// How many bytes of its stack a thread takes for a call, with those of the thread itself.
static size_t measure(void *(*call)(void *), world *w) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  unsigned char *stack =
      mmap(NULL, ROOMY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED) {
    perror("mmap");
    exit(1);
  }
  memset(stack, PAINT, ROOMY);
  pthread_attr_setstack(&attributes, stack, ROOMY);
  run(&attributes, call, w);
  size_t untouched = 0;
  while (untouched < ROOMY && stack[untouched] == PAINT) {
    untouched++;
  }
  munmap(stack, ROOMY);
  return ROOMY - untouched;
}

// The call in a thread with a stack of this size, below which there is a forbidden page.
static void within(size_t size, void *(*call)(void *), world *w) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  if (pthread_attr_setstacksize(&attributes, size) != 0) {
    printf("no thread has a stack of %zu bytes\n", size);
    exit(1);
  }
  run(&attributes, call, w);
}

static void *nothing(void *data) {
  return data;
}

int main(int argc, char **argv) {
  if (argc != 5) {
    return 2;
  }
  const struct {
    const char *name;
    void *(*call)(void *);
  } calls[] = {{"thread", nothing},       {"init", init}, {"reload", reload}, {"check", check},
               {"authorize", authorize}, {"ask", ask},   {"end", end}};
  enum { CALLS = sizeof calls / sizeof *calls };
  size_t size = (size_t)atol(argv[1]);
  size_t used[CALLS];
  world w = {.config = argv[2], .token = argv[3], .reason = argv[4]};
  for (int i = 0; i < CALLS; i++) {
    used[i] = measure(calls[i].call, &w);
  }
  for (int i = 0; i < CALLS; i++) {
    printf("%s %zu%s", calls[i].name, used[i], i + 1 < CALLS ? ", " : "\n");
    if (used[i] > size) {
      fail(&w, calls[i].name);
    }
  }
  fflush(stdout);
  // The measured call may have done what is done once in a process, so the sizes count above.
  for (int i = 0; i < CALLS; i++) {
    within(size, calls[i].call, &w);
  }
  return w.failed;
}
