// A struct of another version: a shorter one is refused unread, a longer one is understood.
#include "broker.h"
#include "fence.h"

enum {
  LATER = 64,
  // Where the struct of the first version ended.
  VERSION_1_SIZE = offsetof(jwt_auth_client, peer_certificate)
};

// The structs of a later version, with members that this one cannot know.
struct later_client {
  jwt_auth_client known;
  uint8_t unknown[LATER];
};
struct later_hooks {
  jwt_auth_hooks known;
  uint8_t unknown[LATER];
};

static void ignore_line(void *userdata, int32_t level, const char *line) {
  (void)userdata;
  (void)level;
  (void)line;
}

static int64_t alice_has_expired(void *userdata) {
  (void)userdata;
  return ALICE_EXPIRES;
}

static void client_sizes(const jwt_auth *auth) {
  const size_t too_small[] = {0, 1, 8, VERSION_1_SIZE - 1};
  for (size_t i = 0; i < sizeof too_small / sizeof *too_small; i++) {
    jwt_auth_client client = broker_client(ALICE);
    client.struct_size = too_small[i];
    EXPECT_ANSWER(broker_check(auth, &client), BAD_STRUCT, DENY, UNDECIDED);
  }
  struct later_client later;
  memset(&later, 0x5a, sizeof later);
  later.known = broker_client(ALICE);
  EXPECT_ANSWER(broker_check(auth, &later.known), OK, ALLOW, ACCEPTED);
  later.known.struct_size = sizeof later;
  EXPECT_ANSWER(broker_check(auth, &later.known), OK, ALLOW, ACCEPTED);
}

static jwt_auth_status init(const jwt_auth_hooks *hooks, jwt_auth **auth) {
  static char poison;
  *auth = (jwt_auth *)(void *)&poison;
  return jwt_auth_init(CONFIG, strlen(CONFIG), hooks, auth, NULL, 0);
}

static void refuse_hooks(const jwt_auth_hooks *hooks) {
  jwt_auth *auth;
  EXPECT(init(hooks, &auth), JWT_AUTH_STATUS_BAD_STRUCT);
  EXPECT(auth == NULL, 1);
}

static void hooks_sizes(void) {
  const size_t too_small[] = {1, 8, sizeof(jwt_auth_hooks) - 1};
  for (size_t i = 0; i < sizeof too_small / sizeof *too_small; i++) {
    jwt_auth_hooks hooks = {.struct_size = too_small[i]};
    refuse_hooks(&hooks);
  }
  // Size 0 is right for zeros only: something set without a size is a mistake.
  jwt_auth_hooks log = {.log = ignore_line};
  refuse_hooks(&log);
  jwt_auth_hooks clock = {.clock = alice_has_expired};
  refuse_hooks(&clock);
  jwt_auth_hooks userdata = {.userdata = &userdata};
  refuse_hooks(&userdata);

  // Zeros, and a size with zeros, are no hooks: the system clock finds Alice's token good.
  jwt_auth_client alice = broker_client(ALICE);
  jwt_auth_hooks none[] = {{.struct_size = 0}, {.struct_size = sizeof(jwt_auth_hooks)}};
  for (int i = 0; i < 2; i++) {
    jwt_auth *auth;
    EXPECT(init(&none[i], &auth), JWT_AUTH_STATUS_OK);
    EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
    jwt_auth_free(auth);
  }

  // By the hook of a later version's struct it is not.
  struct later_hooks later;
  memset(&later, 0x5a, sizeof later);
  jwt_auth_hooks known = {.struct_size = sizeof later, .clock = alice_has_expired};
  later.known = known;
  jwt_auth *auth;
  EXPECT(init(&later.known, &auth), JWT_AUTH_STATUS_OK);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, DENY, EXPIRED);
  jwt_auth_free(auth);
}

// A short struct before a forbidden page: nothing beyond its size may be read.
static void nothing_is_read_beyond_the_size(const jwt_auth *auth) {
  for (size_t size = sizeof(size_t); size < VERSION_1_SIZE; size += sizeof(size_t)) {
    jwt_auth_client client = broker_client(ALICE);
    client.struct_size = size;
    EXPECT_ANSWER(broker_check(auth, fenced(&client, size)), BAD_STRUCT, DENY, UNDECIDED);
  }
  for (size_t size = sizeof(size_t); size < sizeof(jwt_auth_hooks); size += sizeof(size_t)) {
    jwt_auth_hooks hooks = {.struct_size = size};
    refuse_hooks(fenced(&hooks, size));
  }
  jwt_auth_client client = broker_client(ALICE);
  EXPECT_ANSWER(broker_check(auth, fenced(&client, sizeof client)), OK, ALLOW, ACCEPTED);
  jwt_auth_hooks hooks = {.struct_size = sizeof hooks, .clock = alice_has_expired};
  jwt_auth *made;
  EXPECT(init(fenced(&hooks, sizeof hooks), &made), JWT_AUTH_STATUS_OK);
  EXPECT_ANSWER(broker_check(made, &client), OK, DENY, EXPIRED);
  jwt_auth_free(made);
}

// The struct of the first version has no certificate, whatever stands behind it, and neither has
// one that reaches a part of the member.
static void a_struct_of_the_first_version_has_no_certificate(const jwt_auth *auth) {
  for (size_t size = VERSION_1_SIZE; size < sizeof(jwt_auth_client); size++) {
    jwt_auth_client client = broker_client(ALICE);
    client.peer_certificate = broker_bytes(BOUND_CERTIFICATE);
    client.struct_size = size;
    EXPECT_ANSWER(broker_check(auth, &client), OK, ALLOW, ACCEPTED);
    client.password = broker_bytes(BOUND);
    EXPECT_ANSWER(broker_check(auth, &client), OK, DENY, CERTIFICATE_MISMATCH);
    // A struct begins where its members are aligned.
    if (size % sizeof(size_t) == 0) {
      EXPECT_ANSWER(broker_check(auth, fenced(&client, size)), OK, DENY, CERTIFICATE_MISMATCH);
    }
  }
  jwt_auth_client client = broker_client(BOUND);
  client.peer_certificate = broker_bytes(BOUND_CERTIFICATE);
  EXPECT_ANSWER(broker_check(auth, &client), OK, ALLOW, ACCEPTED);
  EXPECT_ANSWER(broker_check(auth, fenced(&client, sizeof client)), OK, ALLOW, ACCEPTED);
}

int main(void) {
  jwt_auth *auth = broker_init(CONFIG, NULL);
  client_sizes(auth);
  hooks_sizes();
  nothing_is_read_beyond_the_size(auth);
  a_struct_of_the_first_version_has_no_certificate(auth);
  jwt_auth_free(auth);
  return expect_outcome();
}
