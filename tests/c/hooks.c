// The hooks of a verifier: its clock decides, and its log hears everything but secrets.
#include "broker.h"

// What the hooks of one verifier share.
struct world {
  int64_t now;
  int asked;
  int levels[5];
  char log[8192];
};

static int64_t tell_time(void *userdata) {
  struct world *world = userdata;
  world->asked++;
  return world->now;
}

static void keep_line(void *userdata, int32_t level, const char *line) {
  struct world *world = userdata;
  size_t used = strlen(world->log);
  snprintf(world->log + used, sizeof world->log - used, "%s\n", line);
  EXPECT(level >= JWT_AUTH_LOG_LEVEL_ERROR && level <= JWT_AUTH_LOG_LEVEL_DEBUG, 1);
  if (level >= 1 && level <= 4) {
    world->levels[level]++;
  }
}

static jwt_auth *settle(struct world *world, const char *config) {
  jwt_auth_hooks hooks = {sizeof hooks, keep_line, tell_time, world};
  return broker_init(config, &hooks);
}

// How often each level was used since the last time this was asked.
static void expect_levels(struct world *world, int errors, int warnings, int infos, int debugs) {
  EXPECT(world->levels[JWT_AUTH_LOG_LEVEL_ERROR], errors);
  EXPECT(world->levels[JWT_AUTH_LOG_LEVEL_WARN], warnings);
  EXPECT(world->levels[JWT_AUTH_LOG_LEVEL_INFO], infos);
  EXPECT(world->levels[JWT_AUTH_LOG_LEVEL_DEBUG], debugs);
  memset(world->levels, 0, sizeof world->levels);
}

static void the_clock_decides(void) {
  struct world world = {.now = 0};
  jwt_auth *auth = settle(&world, CONFIG);
  jwt_auth_client alice = broker_client(ALICE);
  world.asked = 0;

  EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
  EXPECT(world.asked > 0, 1);
  world.now = ALICE_EXPIRES - 1;
  EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
  world.now = ALICE_EXPIRES;
  EXPECT_ANSWER(broker_check(auth, &alice), OK, DENY, EXPIRED);
  world.now = INT64_MAX;
  EXPECT_ANSWER(broker_check(auth, &alice), OK, DENY, EXPIRED);
  world.now = 0;
  EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
  jwt_auth_free(auth);
}

static void a_clock_that_fails_decides_nothing(void) {
  struct world world = {.now = 0};
  jwt_auth *auth = settle(&world, CONFIG);
  jwt_auth_client clients[] = {broker_client(ALICE), broker_client(FORGED), broker_client(NULL)};
  const int64_t failed[] = {-1, INT64_MIN};
  memset(world.levels, 0, sizeof world.levels);
  for (int i = 0; i < 2; i++) {
    world.now = failed[i];
    for (int j = 0; j < 3; j++) {
      EXPECT_ANSWER(broker_check(auth, &clients[j]), INTERNAL, DENY, UNDECIDED);
    }
  }
  expect_levels(&world, 6, 0, 0, 0);
  world.now = 0;
  EXPECT_ANSWER(broker_check(auth, &clients[0]), OK, ALLOW, ACCEPTED);
  jwt_auth_free(auth);
}

static void every_event_has_its_level(void) {
  struct world world = {.now = 0};
  jwt_auth *auth = settle(&world, CONFIG);
  // It demands no expiry and nothing of the client; what was loaded, and that it is ready.
  expect_levels(&world, 0, 2, 2, 0);

  jwt_auth_client alice = broker_client(ALICE);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
  expect_levels(&world, 0, 0, 0, 1);
  jwt_auth_client silent = broker_client(NULL);
  EXPECT_ANSWER(broker_check(auth, &silent), OK, IGNORE, MISSING_TOKEN);
  expect_levels(&world, 0, 0, 0, 1);
  jwt_auth_client forged = broker_client(FORGED);
  EXPECT_ANSWER(broker_check(auth, &forged), OK, DENY, BAD_SIGNATURE);
  expect_levels(&world, 0, 0, 1, 0);
  EXPECT_HAS(world.log, "bad_signature");
  // A call that is refused for its arguments is the caller's affair.
  EXPECT_ANSWER(broker_check(auth, NULL), NULL_ARGUMENT, DENY, UNDECIDED);
  expect_levels(&world, 0, 0, 0, 0);
  jwt_auth_free(auth);
  expect_levels(&world, 0, 0, 0, 0);

  auth = settle(&world, "{\"secret\": \"emqxsecret\"}");
  EXPECT(world.levels[JWT_AUTH_LOG_LEVEL_WARN] > 0, 1);
  EXPECT_HAS(world.log, "`secret`");
  jwt_auth_free(auth);
}

static void lines_behind_the_level_are_not_written(void) {
  struct world world = {.now = 0};
  jwt_auth *auth = settle(&world, CONFIG);
  memset(world.levels, 0, sizeof world.levels);
  jwt_auth_client alice = broker_client(ALICE);
  jwt_auth_client forged = broker_client(FORGED);

  EXPECT(jwt_auth_set_log_level(auth, JWT_AUTH_LOG_LEVEL_INFO), JWT_AUTH_STATUS_OK);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
  EXPECT_ANSWER(broker_check(auth, &forged), OK, DENY, BAD_SIGNATURE);
  expect_levels(&world, 0, 0, 1, 0);
  EXPECT(jwt_auth_set_log_level(auth, JWT_AUTH_LOG_LEVEL_WARN), JWT_AUTH_STATUS_OK);
  EXPECT_ANSWER(broker_check(auth, &forged), OK, DENY, BAD_SIGNATURE);
  expect_levels(&world, 0, 0, 0, 0);
  EXPECT(jwt_auth_set_log_level(auth, JWT_AUTH_LOG_LEVEL_DEBUG), JWT_AUTH_STATUS_OK);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
  expect_levels(&world, 0, 0, 0, 1);

  const int32_t unknown[] = {INT32_MIN, -1, 0, 5, INT32_MAX};
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
    EXPECT(jwt_auth_set_log_level(auth, unknown[i]), JWT_AUTH_STATUS_BAD_ARGUMENT);
  }
  EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
  expect_levels(&world, 0, 0, 0, 1);
  jwt_auth_free(auth);

  auth = broker_init(CONFIG, NULL);
  EXPECT(jwt_auth_set_log_level(auth, JWT_AUTH_LOG_LEVEL_ERROR), JWT_AUTH_STATUS_OK);
  jwt_auth_free(auth);
}

static void no_line_tells_a_secret(void) {
  struct world world = {.now = 0};
  const char *passwords[] = {ALICE, FORGED, ROOT, "hunter2", "hunter2.hunter2.hunter2",
                             HEADER ".hunter2." ALICE_SIGNATURE, ALICE ".hunter2"};
  const char *secrets[] = {SECRET, "emqxsecret", HEADER, ALICE_PAYLOAD, ALICE_SIGNATURE,
                           FORGED_SIGNATURE, "alice", "hunter2"};
  const char *configs[] = {
      CONFIG,
      OTHER_CONFIG,
      "{\"secret\": \"emqxsecret\"}",
      "{\"secret\": \"hunter2\", \"from\": \"username\"}",
      "{\"secret\": \"" SECRET "\", \"verify_claims\": {\"sub\": \"hunter2\"}}",
      "{\"secret\": \"" SECRET "\", \"max_token_size\": 5}",
  };
  for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
    jwt_auth *auth = settle(&world, configs[i]);
    for (size_t j = 0; j < sizeof passwords / sizeof *passwords; j++) {
      jwt_auth_client client = broker_client(passwords[j]);
      client.username = client.client_id = client.password;
      jwt_auth_session_free(broker_check(auth, &client).session);
      world.now = ALICE_EXPIRES - world.now;
    }
    jwt_auth_free(auth);
    EXPECT(strlen(world.log) > 100 && strlen(world.log) < sizeof world.log - 1, 1);
    for (size_t j = 0; j < sizeof secrets / sizeof *secrets; j++) {
      EXPECT_LACKS(world.log, secrets[j]);
    }
    world.log[0] = '\0';
  }
}

static void two_verifiers_have_two_worlds(void) {
  struct world here = {.now = 0};
  struct world there = {.now = ALICE_EXPIRES};
  jwt_auth *ours = settle(&here, CONFIG);
  jwt_auth *theirs = settle(&there, CONFIG);
  jwt_auth_client alice = broker_client(ALICE);
  char before[sizeof there.log];

  strcpy(before, there.log);
  int asked = there.asked;
  EXPECT_ANSWER(broker_check(ours, &alice), OK, ALLOW, ACCEPTED);
  EXPECT_TEXT(there.log, before);
  EXPECT(there.asked, asked);

  strcpy(before, here.log);
  asked = here.asked;
  EXPECT_ANSWER(broker_check(theirs, &alice), OK, DENY, EXPIRED);
  EXPECT_TEXT(here.log, before);
  EXPECT(here.asked, asked);
  EXPECT_HAS(there.log, "expired");

  jwt_auth_free(ours);
  EXPECT_ANSWER(broker_check(theirs, &alice), OK, DENY, EXPIRED);
  jwt_auth_free(theirs);
}

static void hooks_are_copied_and_each_is_optional(void) {
  struct world world = {.now = ALICE_EXPIRES};
  jwt_auth_client alice = broker_client(ALICE);

  jwt_auth_hooks hooks = {sizeof hooks, NULL, tell_time, &world};
  jwt_auth *auth = broker_init(CONFIG, &hooks);
  memset(&hooks, 0x7f, sizeof hooks);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, DENY, EXPIRED);
  EXPECT_TEXT(world.log, "");
  jwt_auth_free(auth);

  jwt_auth_hooks log_only = {sizeof log_only, keep_line, NULL, &world};
  world.asked = 0;
  auth = broker_init(CONFIG, &log_only);
  memset(&log_only, 0x7f, sizeof log_only);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
  EXPECT(world.asked, 0);
  EXPECT_HAS(world.log, "accepted");
  jwt_auth_free(auth);
}

int main(void) {
  the_clock_decides();
  a_clock_that_fails_decides_nothing();
  every_event_has_its_level();
  lines_behind_the_level_are_not_written();
  no_line_tells_a_secret();
  two_verifiers_have_two_worlds();
  hooks_are_copied_and_each_is_optional();
  return expect_outcome();
}
