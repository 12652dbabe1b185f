// The table of clients as C calls it: every argument that is wrong, what each call leaves behind,
// and what is not changed by a call that fails. What it decides is tested in Rust.
#include "broker.h"
#include "fence.h"
#include "grant_tokens.h"

static char poison;
static int64_t now;

static int64_t tell_time(void *userdata) {
  return *(const int64_t *)userdata;
}

static jwt_auth_client named(const char *token) {
  jwt_auth_client client = broker_client(token);
  client.client_id = broker_bytes("c1");
  client.username = broker_bytes("u1");
  return client;
}

static jwt_auth_registry *new_registry(const jwt_auth_registry_options *options) {
  jwt_auth_registry *registry = NULL;
  EXPECT(jwt_auth_registry_new(options, &registry), JWT_AUTH_STATUS_OK);
  return registry;
}

static int32_t state_of(const jwt_auth_registry *registry, uint64_t connection) {
  jwt_auth_client client = named(NULL);
  int32_t state = -1;
  EXPECT(jwt_auth_registry_state(registry, connection, &client, &state), JWT_AUTH_STATUS_OK);
  return state;
}

static void connect(jwt_auth_registry *registry, const jwt_auth *auth, uint64_t connection,
                    const char *token) {
  jwt_auth_client client = named(token);
  jwt_auth_result result = broker_poison();
  EXPECT(jwt_auth_registry_connect(registry, auth, connection, &client, &result, NULL),
         JWT_AUTH_STATUS_OK);
  EXPECT_RESULT(result, ALLOW, ACCEPTED);
}

static void options(void) {
  jwt_auth_registry *registry = (jwt_auth_registry *)(void *)&poison;
  EXPECT(jwt_auth_registry_new(NULL, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  const size_t too_small[] = {0, 1, 8, 16, sizeof(jwt_auth_registry_options) - 1};
  for (size_t i = 0; i < sizeof too_small / sizeof *too_small; i++) {
    jwt_auth_registry_options given = {too_small[i], 5, 5};
    registry = (jwt_auth_registry *)(void *)&poison;
    EXPECT(jwt_auth_registry_new(&given, &registry), JWT_AUTH_STATUS_BAD_STRUCT);
    EXPECT(registry == NULL, 1);
    EXPECT(jwt_auth_registry_new(&given, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  }
  // A struct of a later version.
  struct {
    jwt_auth_registry_options known;
    uint8_t unknown[64];
  } later;
  memset(&later, 0x5a, sizeof later);
  later.known = (jwt_auth_registry_options){sizeof later, 5, 0};
  jwt_auth_registry_free(new_registry(&later.known));
  jwt_auth_registry_free(new_registry(NULL));
  jwt_auth_registry_free(NULL);
}

// A call of jwt_auth_registry_connect or _renew fails with this status, and says deny.
static void expect_failure(jwt_auth_status expected, int renew, jwt_auth_registry *registry,
                           const jwt_auth *auth, const jwt_auth_client *client, int with_result) {
  jwt_auth_result result = broker_poison();
  jwt_auth_session *session = (jwt_auth_session *)(void *)&poison;
  jwt_auth_status status = (renew ? jwt_auth_registry_renew : jwt_auth_registry_connect)(
      registry, auth, 1, client, with_result ? &result : NULL, &session);
  EXPECT(status, expected);
  EXPECT(session == NULL, 1);
  if (with_result) {
    EXPECT_RESULT(result, DENY, UNDECIDED);
  }
}

static void connect_and_renew(const jwt_auth *auth) {
  jwt_auth_registry *registry = new_registry(NULL);
  connect(registry, auth, 1, ADMIN);
  for (int renew = 0; renew <= 1; renew++) {
    jwt_auth_client client = named(ADMIN);
    // Which of the four are given; all of them would be no failure.
    for (int given = 0; given < 15; given++) {
      expect_failure(JWT_AUTH_STATUS_NULL_ARGUMENT, renew, given & 1 ? registry : NULL,
                     given & 2 ? auth : NULL, given & 4 ? &client : NULL, given & 8);
    }
    client.struct_size = offsetof(jwt_auth_client, peer_certificate) - 1;
    expect_failure(JWT_AUTH_STATUS_BAD_STRUCT, renew, registry, auth, &client, 1);
    jwt_auth_bytes *const fields[] = {&client.client_id, &client.username, &client.password,
                                      &client.peer_address, &client.peer_certificate};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
      client = named(ADMIN);
      *fields[i] = (jwt_auth_bytes){NULL, 1};
      expect_failure(JWT_AUTH_STATUS_BAD_ARGUMENT, renew, registry, auth, &client, 1);
    }
    // None of these has changed anything.
    EXPECT(state_of(registry, 1), JWT_AUTH_STATE_CONNECTED);
  }
  jwt_auth_client client = named(ADMIN);
  // Nobody is connected there, and nobody has to want a session.
  jwt_auth_result result = broker_poison();
  EXPECT(jwt_auth_registry_renew(registry, auth, 2, &client, &result, NULL),
         JWT_AUTH_STATUS_NOT_FOUND);
  EXPECT_RESULT(result, DENY, UNDECIDED);
  jwt_auth_session *session = NULL;
  result = broker_poison();
  EXPECT(jwt_auth_registry_renew(registry, auth, 1, &client, &result, &session),
         JWT_AUTH_STATUS_OK);
  EXPECT_RESULT(result, ALLOW, ACCEPTED);
  // The handle outlives the table.
  jwt_auth_registry_free(registry);
  EXPECT_MAY(auth, session, PUBLISH, "a", 0, 0, ALLOW);
  jwt_auth_session_free(session);
}

static void expect_permission(const jwt_auth_registry *registry, const jwt_auth *auth,
                              uint64_t connection, const jwt_auth_client *client, int32_t action,
                              jwt_auth_bytes topic, uint8_t qos, uint8_t retain,
                              jwt_auth_status status, int32_t expected) {
  int32_t permission = 77;
  EXPECT(jwt_auth_registry_authorize(registry, auth, connection, client, action, topic, qos, retain,
                                     &permission),
         status);
  EXPECT(permission, expected);
}

static void authorize(const jwt_auth *auth) {
  const int32_t publish = JWT_AUTH_ACTION_PUBLISH, deny = JWT_AUTH_PERMISSION_DENY;
  const jwt_auth_bytes topic = broker_bytes("a"), none = {NULL, 0}, wrong = {NULL, 1};
  const jwt_auth_status null = JWT_AUTH_STATUS_NULL_ARGUMENT, bad = JWT_AUTH_STATUS_BAD_ARGUMENT;
  jwt_auth_registry *registry = new_registry(NULL);
  jwt_auth_client client = named(NULL);
  connect(registry, auth, 1, ADMIN);
  // Arguments are looked at for whoever asks, whether the table knows it or not.
  for (uint64_t connection = 1; connection <= 2; connection++) {
    expect_permission(NULL, auth, connection, &client, publish, topic, 0, 0, null, deny);
    expect_permission(registry, NULL, connection, &client, publish, topic, 0, 0, null, deny);
    expect_permission(registry, auth, connection, NULL, publish, topic, 0, 0, null, deny);
    expect_permission(registry, auth, connection, &client, publish, none, 0, 0, null, deny);
    expect_permission(registry, auth, connection, &client, publish, wrong, 0, 0, bad, deny);
    expect_permission(registry, auth, connection, &client, 0, topic, 0, 0, bad, deny);
    expect_permission(registry, auth, connection, &client, 4, topic, 0, 0, bad, deny);
    expect_permission(registry, auth, connection, &client, publish, topic, 3, 0, bad, deny);
    expect_permission(registry, auth, connection, &client, publish, topic, 0, 2, bad, deny);
    EXPECT(jwt_auth_registry_authorize(registry, auth, connection, &client, publish, topic, 0, 0,
                                       NULL),
           null);
  }
  const jwt_auth_status ok = JWT_AUTH_STATUS_OK;
  const int32_t allow = JWT_AUTH_PERMISSION_ALLOW;
  expect_permission(registry, auth, 1, &client, publish, topic, 2, 1, ok, allow);
  expect_permission(registry, auth, 2, &client, publish, topic, 0, 0, ok,
                    JWT_AUTH_PERMISSION_NO_MATCH);
  // Of the client two fields are looked at, and no others.
  client.password = client.peer_address = client.peer_certificate = wrong;
  expect_permission(registry, auth, 1, &client, publish, topic, 0, 0, ok, allow);
  client.struct_size = 8;
  expect_permission(registry, auth, 1, &client, publish, topic, 0, 0, JWT_AUTH_STATUS_BAD_STRUCT,
                    deny);
  client = named(NULL);
  client.client_id = wrong;
  expect_permission(registry, auth, 1, &client, publish, topic, 0, 0, bad, deny);
  client = named(NULL);
  client.username = wrong;
  expect_permission(registry, auth, 1, &client, publish, topic, 0, 0, bad, deny);
  jwt_auth_registry_free(registry);
}

// A client identifier is compared by its length, and not read beyond it.
static void identity_is_bytes(const jwt_auth *auth) {
  jwt_auth_registry *registry = new_registry(NULL);
  jwt_auth_client client = named(ADMIN);
  client.client_id = (jwt_auth_bytes){(const uint8_t *)"c\0x", 3};
  jwt_auth_result result = broker_poison();
  EXPECT(jwt_auth_registry_connect(registry, auth, 1, &client, &result, NULL), JWT_AUTH_STATUS_OK);
  int32_t state = -1;
  for (size_t len = 0; len <= 3; len++) {
    client.client_id = (jwt_auth_bytes){(const uint8_t *)fenced("c\0x", len), len};
    EXPECT(jwt_auth_registry_state(registry, 1, &client, &state), JWT_AUTH_STATUS_OK);
    EXPECT(state, len == 3 ? JWT_AUTH_STATE_CONNECTED : JWT_AUTH_STATE_ABSENT);
  }
  jwt_auth_registry_free(registry);
}

static void state_and_disconnect(const jwt_auth *auth) {
  jwt_auth_registry *registry = new_registry(NULL);
  jwt_auth_client client = named(NULL);
  connect(registry, auth, 1, ADMIN);
  int32_t state = 77;
  EXPECT(jwt_auth_registry_state(NULL, 1, &client, &state), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(state, JWT_AUTH_STATE_ABSENT);
  state = 77;
  EXPECT(jwt_auth_registry_state(registry, 1, NULL, &state), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(state, JWT_AUTH_STATE_ABSENT);
  EXPECT(jwt_auth_registry_state(registry, 1, &client, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  client.struct_size = 0;
  EXPECT(jwt_auth_registry_state(registry, 1, &client, &state), JWT_AUTH_STATUS_BAD_STRUCT);

  EXPECT(jwt_auth_registry_disconnect(NULL, 1, 0), JWT_AUTH_STATUS_NULL_ARGUMENT);
  for (int offline = 2; offline <= 255; offline++) {
    EXPECT(jwt_auth_registry_disconnect(registry, 1, (uint8_t)offline),
           JWT_AUTH_STATUS_BAD_ARGUMENT);
  }
  EXPECT(state_of(registry, 1), JWT_AUTH_STATE_CONNECTED);
  EXPECT(jwt_auth_registry_disconnect(registry, 2, 1), JWT_AUTH_STATUS_NOT_FOUND);
  EXPECT(jwt_auth_registry_disconnect(registry, 1, 1), JWT_AUTH_STATUS_OK);
  EXPECT(state_of(registry, 1), JWT_AUTH_STATE_OFFLINE);
  jwt_auth_registry_free(registry);
}

static void counts(const jwt_auth *auth) {
  jwt_auth_registry *registry = new_registry(NULL);
  connect(registry, auth, UINT64_MAX, ADMIN);
  size_t connected = 77, offline = 77;
  EXPECT(jwt_auth_registry_counts(registry, &connected, &offline), JWT_AUTH_STATUS_OK);
  EXPECT(connected, 1);
  EXPECT(offline, 0);
  for (int given = 0; given < 7; given++) {
    connected = offline = 77;
    EXPECT(jwt_auth_registry_counts(given & 1 ? registry : NULL, given & 2 ? &connected : NULL,
                                    given & 4 ? &offline : NULL),
           JWT_AUTH_STATUS_NULL_ARGUMENT);
    EXPECT(connected, given & 2 ? 0 : 77);
    EXPECT(offline, given & 4 ? 0 : 77);
  }
  jwt_auth_registry_free(registry);
}

static void next_over(const jwt_auth *auth) {
  const jwt_auth_over nobody = {.connection = 0};
  jwt_auth_registry *registry = new_registry(NULL);
  connect(registry, auth, 1, ADMIN);
  jwt_auth_over over;
  for (int given = 0; given < 3; given++) {
    memset(&over, 0x7f, sizeof over);
    EXPECT(jwt_auth_registry_next_over(given & 1 ? registry : NULL, given & 2 ? auth : NULL, &over),
           JWT_AUTH_STATUS_NULL_ARGUMENT);
    EXPECT(memcmp(&over, &nobody, sizeof over), 0);
  }
  EXPECT(jwt_auth_registry_next_over(registry, auth, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  memset(&over, 0x7f, sizeof over);
  EXPECT(jwt_auth_registry_next_over(registry, auth, &over), JWT_AUTH_STATUS_NOT_FOUND);
  EXPECT(memcmp(&over, &nobody, sizeof over), 0);

  now = ALICE_EXPIRES;
  memset(&over, 0x7f, sizeof over);
  EXPECT(jwt_auth_registry_next_over(registry, auth, &over), JWT_AUTH_STATUS_OK);
  EXPECT(over.connection, 1);
  EXPECT(over.reason, JWT_AUTH_REASON_EXPIRED);
  EXPECT(over.offline, 0);
  EXPECT(memcmp(over.reserved, nobody.reserved, sizeof over.reserved), 0);
  // It lives on while the broker disconnects the client.
  EXPECT(jwt_auth_registry_disconnect(registry, 1, 0), JWT_AUTH_STATUS_OK);
  EXPECT(over.client_id.len, 2);
  EXPECT(memcmp(over.client_id.data, "c1", 2), 0);

  // A clock that fails: the call does, and nobody is over for it.
  now = ALICE_EXPIRES - 1;
  connect(registry, auth, 1, ADMIN);
  now = -1;
  memset(&over, 0x7f, sizeof over);
  EXPECT(jwt_auth_registry_next_over(registry, auth, &over), JWT_AUTH_STATUS_INTERNAL);
  EXPECT(memcmp(&over, &nobody, sizeof over), 0);
  now = ALICE_EXPIRES - 1;
  EXPECT(state_of(registry, 1), JWT_AUTH_STATE_CONNECTED);
  EXPECT(jwt_auth_registry_next_over(registry, auth, &over), JWT_AUTH_STATUS_NOT_FOUND);
  // Nor does it make anybody late.
  now = -1;
  EXPECT(jwt_auth_registry_next_over(registry, auth, &over), JWT_AUTH_STATUS_INTERNAL);
  now = ALICE_EXPIRES;
  EXPECT(jwt_auth_registry_next_over(registry, auth, &over), JWT_AUTH_STATUS_OK);
  jwt_auth_registry_free(registry);
}

int main(void) {
  jwt_auth_hooks hooks = {sizeof hooks, NULL, tell_time, &now};
  jwt_auth *auth = broker_init(CONFIG, &hooks);
  options();
  connect_and_renew(auth);
  authorize(auth);
  identity_is_bytes(auth);
  state_and_disconnect(auth);
  counts(auth);
  next_over(auth);
  jwt_auth_free(auth);
  return expect_outcome();
}
