// Keys and revocations from an endpoint: who wants to waits for them; a child made by fork keeps
// those it had, and fetches again after a reload; and free cuts a fetch.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "broker.h"

// A key with the kid k1, and {"sub":"alice","exp":4102444800} signed with it.
#define KEY(kid) \
  "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"" kid "\"," \
  "\"x\":\"xVKEcqkcFlbevgiKn8gMbbFrDHiVQljlJSV1Bsf-ssc\"}]}"
#define KEYS KEY("k1")
#define OTHER_KEYS KEY("k2")
#define SIGNATURE \
  "CQWOg3XkMvRMvVB_AJX5C6N_s1ClPTn36tr8QStyftaLLslCeHi2v_oQRdbWjLT_y7u5i7voawUUGDrInx1TAg"
#define TOKEN "eyJhbGciOiJFZERTQSIsImtpZCI6ImsxIn0." ALICE_PAYLOAD "." SIGNATURE

// The same with the kid k2.
#define OTHER_TOKEN "eyJhbGciOiJFZERTQSIsImtpZCI6ImsyIn0." ALICE_PAYLOAD "." SIGNATURE

static void count_line(void *userdata, int32_t level, const char *line) {
  (void)level;
  *(size_t *)userdata += strlen(line);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void require(int holds, const char *what) {
  if (!holds) {
    perror(what);
    exit(1);
  }
}

static int listen_somewhere(unsigned short *port) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t len = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(bind(listener, (struct sockaddr *)&address, len) == 0, "bind");
  require(listen(listener, 8) == 0, "listen");
  require(getsockname(listener, (struct sockaddr *)&address, &len) == 0, "getsockname");
  *port = ntohs(address.sin_port);
  return listener;
}

// Waits for a request, and leaves it without an answer.
static int next_request(int listener) {
  char request[4096];
  int connection = accept(listener, NULL, NULL);
  require(connection >= 0, "accept");
  require(read(connection, request, sizeof request) > 0, "read");
  return connection;
}

static void answer(int connection, const char *keys) {
  char text[1024];
  int len = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
                     strlen(keys), keys);
  require(write(connection, text, (size_t)len) == len, "write");
  close(connection);
}

static void keys_are_there(const jwt_auth *auth) {
  jwt_auth_client alice = broker_client(TOKEN);
  jwt_auth_client other = broker_client(OTHER_TOKEN);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
  EXPECT_ANSWER(broker_check(auth, &other), OK, DENY, UNKNOWN_KEY_ID);
}

// Waits until a token is answered with this reason.
static void wait_for(const jwt_auth *auth, const char *token, int32_t reason) {
  jwt_auth_client alice = broker_client(token);
  double start = seconds();
  for (;;) {
    broker_answer found = broker_check(auth, &alice);
    jwt_auth_session_free(found.session);
    if (found.result.reason == reason) {
      return;
    }
    require(seconds() - start < 20, "no such answer");
    usleep(5000);
  }
}

// A list of revocations, and a child that has no thread to wait for.
static void revocations(int listener, unsigned short port) {
  char config[160];
  snprintf(config, sizeof config,
           "{\"secret\": \"" SECRET "\", \"on_unknown_key\": \"ignore\", "
           "\"revocations_endpoint\": {\"url\": \"http://127.0.0.1:%hu/\"}}",
           port);
  jwt_auth *auth = broker_init(config, NULL);
  jwt_auth_client alice = broker_client(ALICE);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, DENY, REVOCATIONS_UNAVAILABLE);
  EXPECT(jwt_auth_wait_ready(auth, 0), JWT_AUTH_STATUS_NOT_FOUND);
  int connection = next_request(listener);
  pid_t child = fork();
  require(child >= 0, "fork");
  if (child == 0) {
    alarm(20);
    EXPECT(jwt_auth_wait_ready(auth, 60000), JWT_AUTH_STATUS_NOT_FOUND);
    EXPECT_ANSWER(broker_check(auth, &alice), OK, DENY, REVOCATIONS_UNAVAILABLE);
    jwt_auth_free(auth);
    fflush(stdout);
    _exit(expect_outcome());
  }
  int status = 1;
  EXPECT(waitpid(child, &status, 0), child);
  EXPECT(status, 0);
  answer(connection, "{\"not_before\": {\"sub\": {\"alice\": 1}}}");
  EXPECT(jwt_auth_wait_ready(auth, 20000), JWT_AUTH_STATUS_OK);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, DENY, REVOKED);
  jwt_auth_free(auth);
}

int main(void) {
  unsigned short port;
  char config[128];
  int listener = listen_somewhere(&port);
  snprintf(config, sizeof config,
           "{\"endpoint\": \"http://127.0.0.1:%hu/\", \"refresh_interval\": 1}", port);
  size_t *logged = calloc(1, sizeof *logged);
  jwt_auth_hooks hooks = {sizeof hooks, count_line, NULL, logged};
  jwt_auth *auth = broker_init(config, &hooks);

  jwt_auth_client alice = broker_client(TOKEN);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, DENY, KEYS_UNAVAILABLE);
  EXPECT(jwt_auth_wait_ready(auth, 0), JWT_AUTH_STATUS_NOT_FOUND);
  answer(next_request(listener), KEYS);
  EXPECT(jwt_auth_wait_ready(auth, 20000), JWT_AUTH_STATUS_OK);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);

  // The next fetch is under way, and stays so.
  int connection = next_request(listener);
  pid_t child = fork();
  require(child >= 0, "fork");
  if (child == 0) {
    alarm(20);
    keys_are_there(auth);
    // Its own thread takes over the keys, and fetches.
    EXPECT(jwt_auth_reload(auth, config, strlen(config), NULL, 0), JWT_AUTH_STATUS_OK);
    keys_are_there(auth);
    answer(next_request(listener), OTHER_KEYS);
    wait_for(auth, TOKEN, JWT_AUTH_REASON_UNKNOWN_KEY_ID);
    EXPECT(jwt_auth_reload(auth, CONFIG, strlen(CONFIG), NULL, 0), JWT_AUTH_STATUS_OK);
    EXPECT_ANSWER(broker_check(auth, &alice), OK, DENY, UNKNOWN_KEY_ID);
    jwt_auth_free(auth);
    fflush(stdout);
    _exit(expect_outcome());
  }
  int status = 1;
  EXPECT(waitpid(child, &status, 0), child);
  EXPECT(status, 0);
  keys_are_there(auth);
  double start = seconds();
  jwt_auth_free(auth);
  EXPECT(seconds() - start < 2, 1);

  // No hook is called any more, so what hooks use may go.
  EXPECT(*logged > 0, 1);
  free(logged);
  char byte;
  EXPECT(read(connection, &byte, 1), 0);
  revocations(listener, port);
  return expect_outcome();
}
