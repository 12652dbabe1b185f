// A length is believed as far as an object can be long, and nothing is read beyond it.
#include "broker.h"
#include "fence.h"
#include "grant_tokens.h"

// A copy of a text right before a forbidden page, and without a NUL.
static jwt_auth_bytes fenced_bytes(const char *text, size_t len) {
  jwt_auth_bytes bytes = {fenced(text, len), len};
  return bytes;
}

enum { FIELDS = 5 };

static jwt_auth_bytes *field(jwt_auth_client *client, int number) {
  jwt_auth_bytes *fields[] = {&client->client_id, &client->username, &client->password,
                              &client->peer_address, &client->peer_certificate};
  return fields[number];
}

static void a_length_without_data_or_beyond_reason(const jwt_auth *auth) {
  const jwt_auth_bytes wrong[] = {
      {NULL, 1},
      {NULL, SIZE_MAX},
      {(const uint8_t *)ALICE, SIZE_MAX / 2 + 1},
      {(const uint8_t *)ALICE, SIZE_MAX},
  };
  for (int number = 0; number < FIELDS; number++) {
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
      jwt_auth_client client = broker_client(ALICE);
      *field(&client, number) = wrong[i];
      EXPECT_ANSWER(broker_check(auth, &client), BAD_ARGUMENT, DENY, UNDECIDED);
    }
  }
  static char poison;
  jwt_auth *made = (jwt_auth *)(void *)&poison;
  char error[256] = "";
  EXPECT(jwt_auth_init(CONFIG, SIZE_MAX / 2 + 1, NULL, &made, error, sizeof error),
         JWT_AUTH_STATUS_BAD_ARGUMENT);
  EXPECT(made == NULL, 1);
  EXPECT(strlen(error) > 0, 1);
}

static void a_reload_reads_no_more_than_it_is_given(jwt_auth *auth) {
  char error[256] = "";
  jwt_auth_client client = broker_client(ALICE);
  EXPECT(jwt_auth_reload(auth, OTHER_CONFIG, SIZE_MAX / 2 + 1, error, sizeof error),
         JWT_AUTH_STATUS_BAD_ARGUMENT);
  EXPECT_TEXT(error, "jwt_auth_reload: config_len is too large");
  for (size_t len = 0; len < strlen(OTHER_CONFIG); len++) {
    EXPECT(jwt_auth_reload(auth, fenced(OTHER_CONFIG, len), len, NULL, 0),
           JWT_AUTH_STATUS_BAD_CONFIG);
  }
  EXPECT_ANSWER(broker_check(auth, &client), OK, ALLOW, ACCEPTED);
  const size_t whole = strlen(OTHER_CONFIG);
  EXPECT(jwt_auth_reload(auth, fenced(OTHER_CONFIG, whole), whole, NULL, 0), JWT_AUTH_STATUS_OK);
  EXPECT_ANSWER(broker_check(auth, &client), OK, DENY, BAD_SIGNATURE);
  EXPECT(jwt_auth_reload(auth, CONFIG, strlen(CONFIG), NULL, 0), JWT_AUTH_STATUS_OK);
  EXPECT_ANSWER(broker_check(auth, &client), OK, ALLOW, ACCEPTED);
}

static void empty_is_not_the_same_as_not_sent(const jwt_auth *auth) {
  jwt_auth_client client = broker_client(NULL);
  EXPECT_ANSWER(broker_check(auth, &client), OK, IGNORE, MISSING_TOKEN);
  client.password = broker_bytes("");
  EXPECT_ANSWER(broker_check(auth, &client), OK, DENY, MALFORMED_TOKEN);
  // Empty, and its first byte may not be read.
  client.password = fenced_bytes("", 0);
  EXPECT_ANSWER(broker_check(auth, &client), OK, DENY, MALFORMED_TOKEN);
  for (int number = 0; number < 4; number++) {
    client = broker_client(ALICE);
    *field(&client, number) = fenced_bytes("", 0);
    if (number == 2) {
      EXPECT_ANSWER(broker_check(auth, &client), OK, DENY, MALFORMED_TOKEN);
    } else {
      EXPECT_ANSWER(broker_check(auth, &client), OK, ALLOW, ACCEPTED);
    }
  }
}

static void every_field_may_end_where_memory_ends(void) {
  const char *config = "{\"secret\": \"" SECRET "\", \"verify_claims\": {\"sub\": \"%u\"}}";
  const char *by_id = "{\"secret\": \"" SECRET "\", \"verify_claims\": {\"sub\": \"%c\"}}";
  for (int number = 0; number < 2; number++) {
    jwt_auth *auth = NULL;
    const char *text = number == 0 ? by_id : config;
    EXPECT(jwt_auth_init(fenced(text, strlen(text)), strlen(text), NULL, &auth, NULL, 0),
           JWT_AUTH_STATUS_OK);
    jwt_auth_client client = {.struct_size = sizeof client};
    client.password = fenced_bytes(ALICE, strlen(ALICE));
    client.peer_address = fenced_bytes("192.0.2.7", 9);
    *field(&client, number) = fenced_bytes("alice", 5);
    EXPECT_ANSWER(broker_check(auth, &client), OK, ALLOW, ACCEPTED);
    *field(&client, number) = fenced_bytes("alice", 4);
    EXPECT_ANSWER(broker_check(auth, &client), OK, DENY, CLAIM_MISMATCH);
    jwt_auth_free(auth);
  }
}

static void a_token_may_be_cut_anywhere(const jwt_auth *auth) {
  // The last character of a signature holds bits of it, so a cut one is never a whole one.
  for (size_t len = 0; len < strlen(ALICE); len++) {
    jwt_auth_client client = broker_client(NULL);
    client.password = fenced_bytes(ALICE, len);
    broker_answer answer = broker_check(auth, &client);
    if (answer.result.reason == JWT_AUTH_REASON_BAD_SIGNATURE) {
      EXPECT_ANSWER(answer, OK, DENY, BAD_SIGNATURE);
    } else {
      EXPECT_ANSWER(answer, OK, DENY, MALFORMED_TOKEN);
    }
  }
}

static void a_configuration_may_be_cut_anywhere(void) {
  for (size_t len = 0; len < strlen(CONFIG); len++) {
    static char poison;
    jwt_auth *auth = (jwt_auth *)(void *)&poison;
    EXPECT(jwt_auth_init(fenced(CONFIG, len), len, NULL, &auth, NULL, 0),
           JWT_AUTH_STATUS_BAD_CONFIG);
    EXPECT(auth == NULL, 1);
  }
}

// A topic that ends where memory ends has this permission for every action.
static void expect_fenced_topic(const jwt_auth *auth, const char *token, const char *text,
                                size_t len, int32_t permission) {
  jwt_auth_client client = broker_client(token);
  client.client_id = broker_bytes("c1");
  jwt_auth_session *session = broker_admit(auth, &client);
  for (int32_t action = JWT_AUTH_ACTION_PUBLISH; action <= JWT_AUTH_ACTION_RECEIVE; action++) {
    EXPECT_ASKED(auth, session, action, fenced_bytes(text, len), 0, 0, OK, permission);
  }
  jwt_auth_session_free(session);
}

static void a_topic_may_end_where_memory_ends(const jwt_auth *auth) {
  const int32_t deny = JWT_AUTH_PERMISSION_DENY;
  const int32_t allow = JWT_AUTH_PERMISSION_ALLOW;
  for (size_t len = 0; len <= 9; len++) {
    expect_fenced_topic(auth, MAP, "both/abcd", len, len >= 4 ? allow : deny);
    expect_fenced_topic(auth, MAP, "bothers/a", len, len == 4 ? allow : deny);
    expect_fenced_topic(auth, ADMIN, "both/abcd", len, len > 0 ? allow : deny);
    expect_fenced_topic(auth, ALICE, "both/abcd", len,
                        len > 0 ? JWT_AUTH_PERMISSION_NO_MATCH : deny);
  }
  const char shared[] = "$share/g/s/a";
  jwt_auth_client client = broker_client(LIST);
  jwt_auth_session *session = broker_admit(auth, &client);
  for (size_t len = 0; len < sizeof shared; len++) {
    // A filter of its own up to "$shar", then a share of no filter, then one of "s/#".
    int32_t permission = len == 0 || len > 5 ? deny : JWT_AUTH_PERMISSION_NO_MATCH;
    EXPECT_ASKED(auth, session, JWT_AUTH_ACTION_SUBSCRIBE, fenced_bytes(shared, len), 0, 0, OK,
                 len > 9 ? allow : permission);
  }
  jwt_auth_session_free(session);
}

static void a_topic_beyond_reason_is_not_read(const jwt_auth *auth) {
  const size_t lengths[] = {SIZE_MAX / 2 + 1, SIZE_MAX};
  jwt_auth_client client = broker_client(ADMIN);
  jwt_auth_session *session = broker_admit(auth, &client);
  for (size_t i = 0; i < 2; i++) {
    jwt_auth_bytes topic = {(const uint8_t *)"a", lengths[i]};
    EXPECT_ASKED(auth, session, JWT_AUTH_ACTION_PUBLISH, topic, 0, 0, BAD_ARGUMENT,
                 JWT_AUTH_PERMISSION_DENY);
  }
  jwt_auth_session_free(session);
}

static void an_address_may_end_where_memory_ends(const jwt_auth *auth) {
  jwt_auth_client client = broker_client(PLACES);
  client.peer_address = fenced_bytes("192.0.2.789", 9);
  jwt_auth_session *session = broker_admit(auth, &client);
  EXPECT_MAY(auth, session, PUBLISH, "door", 0, 0, ALLOW);
  jwt_auth_session_free(session);
}

int main(void) {
  jwt_auth *auth = broker_init(CONFIG, NULL);
  a_length_without_data_or_beyond_reason(auth);
  a_reload_reads_no_more_than_it_is_given(auth);
  empty_is_not_the_same_as_not_sent(auth);
  every_field_may_end_where_memory_ends();
  a_token_may_be_cut_anywhere(auth);
  a_configuration_may_be_cut_anywhere();
  a_topic_may_end_where_memory_ends(auth);
  a_topic_beyond_reason_is_not_read(auth);
  an_address_may_end_where_memory_ends(auth);
  jwt_auth_free(auth);
  return expect_outcome();
}
