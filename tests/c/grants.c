// What the topic permissions of a token let its client do.
#include "broker.h"
#include "grant_tokens.h"

static jwt_auth *auth;

// A client of this id that sent this as its password.
static jwt_auth_session *admit(const char *token, const char *client_id) {
  jwt_auth_client client = broker_client(token);
  client.client_id = broker_bytes(client_id);
  return broker_admit(auth, &client);
}

static void the_map_form_allows_its_topics_and_no_other(void) {
  jwt_auth_session *session = admit(MAP, "c1");
  EXPECT_MAY(auth, session, PUBLISH, "up/c1", 0, 0, ALLOW);
  EXPECT_MAY(auth, session, PUBLISH, "up/c1", 2, 1, ALLOW);
  EXPECT_MAY(auth, session, PUBLISH, "up/c2", 0, 0, DENY);
  EXPECT_MAY(auth, session, SUBSCRIBE, "up/c1", 0, 0, DENY);
  EXPECT_MAY(auth, session, RECEIVE, "up/c1", 0, 0, DENY);

  EXPECT_MAY(auth, session, SUBSCRIBE, "down/x", 0, 0, ALLOW);
  EXPECT_MAY(auth, session, SUBSCRIBE, "down/+", 2, 0, ALLOW);
  EXPECT_MAY(auth, session, SUBSCRIBE, "down/#", 0, 0, DENY);
  EXPECT_MAY(auth, session, SUBSCRIBE, "#", 0, 0, DENY);
  EXPECT_MAY(auth, session, RECEIVE, "down/x", 0, 0, ALLOW);
  EXPECT_MAY(auth, session, RECEIVE, "down/x/y", 0, 0, DENY);
  EXPECT_MAY(auth, session, PUBLISH, "down/x", 0, 0, DENY);

  EXPECT_MAY(auth, session, PUBLISH, "both", 0, 0, ALLOW);
  EXPECT_MAY(auth, session, PUBLISH, "both/a/b", 0, 0, ALLOW);
  EXPECT_MAY(auth, session, SUBSCRIBE, "both/#", 0, 0, ALLOW);
  EXPECT_MAY(auth, session, RECEIVE, "both/", 0, 0, ALLOW);
  EXPECT_MAY(auth, session, PUBLISH, "Both", 0, 0, DENY);
  jwt_auth_session_free(session);

  session = admit(MAP, NULL);
  EXPECT_MAY(auth, session, PUBLISH, "up/c1", 0, 0, DENY);
  EXPECT_MAY(auth, session, PUBLISH, "up/", 0, 0, DENY);
  EXPECT_MAY(auth, session, PUBLISH, "both/a", 0, 0, ALLOW);
  jwt_auth_session_free(session);
}

static void the_first_rule_of_the_list_form_decides(void) {
  jwt_auth_session *session = admit(LIST, "c1");
  EXPECT_MAY(auth, session, SUBSCRIBE, "s/a/#", 0, 0, ALLOW);
  EXPECT_MAY(auth, session, SUBSCRIBE, "s/secret/a", 0, 0, DENY);
  EXPECT_MAY(auth, session, SUBSCRIBE, "s/secret", 0, 0, DENY);
  // They would bring what is secret, too.
  EXPECT_MAY(auth, session, SUBSCRIBE, "s/#", 0, 0, DENY);
  EXPECT_MAY(auth, session, SUBSCRIBE, "s/+", 0, 0, DENY);
  EXPECT_MAY(auth, session, SUBSCRIBE, "+/a", 0, 0, NO_MATCH);
  EXPECT_MAY(auth, session, RECEIVE, "s/a", 0, 0, ALLOW);
  EXPECT_MAY(auth, session, RECEIVE, "s/secret/a", 0, 0, DENY);
  EXPECT_MAY(auth, session, PUBLISH, "s/secret/a", 0, 0, DENY);
  EXPECT_MAY(auth, session, PUBLISH, "s/a", 0, 0, NO_MATCH);

  EXPECT_MAY(auth, session, SUBSCRIBE, "e/#", 0, 0, ALLOW);
  EXPECT_MAY(auth, session, SUBSCRIBE, "e/a", 0, 0, NO_MATCH);
  EXPECT_MAY(auth, session, RECEIVE, "e/a", 0, 0, ALLOW);

  EXPECT_MAY(auth, session, PUBLISH, "q/a", 0, 0, NO_MATCH);
  EXPECT_MAY(auth, session, PUBLISH, "q/a", 1, 0, ALLOW);
  EXPECT_MAY(auth, session, PUBLISH, "q/a", 2, 0, ALLOW);
  EXPECT_MAY(auth, session, PUBLISH, "q/a", 2, 1, NO_MATCH);
  EXPECT_MAY(auth, session, SUBSCRIBE, "q/a", 1, 0, NO_MATCH);
  jwt_auth_session_free(session);
}

static void a_shared_subscription_is_to_the_filter_behind_the_group(void) {
  jwt_auth_session *session = admit(LIST, NULL);
  EXPECT_MAY(auth, session, SUBSCRIBE, "$share/group/s/a", 0, 0, ALLOW);
  EXPECT_MAY(auth, session, SUBSCRIBE, "$queue/s/a", 0, 0, ALLOW);
  EXPECT_MAY(auth, session, SUBSCRIBE, "$share/group/e/#", 0, 0, ALLOW);
  EXPECT_MAY(auth, session, SUBSCRIBE, "$share/group/s/#", 0, 0, DENY);
  EXPECT_MAY(auth, session, SUBSCRIBE, "$queue/s/secret", 0, 0, DENY);
  EXPECT_MAY(auth, session, SUBSCRIBE, "$share/group/x", 0, 0, NO_MATCH);
  EXPECT_MAY(auth, session, SUBSCRIBE, "$share/group", 0, 0, DENY);
  EXPECT_MAY(auth, session, SUBSCRIBE, "$share//s/a", 0, 0, DENY);
  EXPECT_MAY(auth, session, SUBSCRIBE, "$share/+/s/a", 0, 0, DENY);
  EXPECT_MAY(auth, session, SUBSCRIBE, "$share/group/", 0, 0, DENY);
  EXPECT_MAY(auth, session, RECEIVE, "$share/group/s/a", 0, 0, NO_MATCH);
  jwt_auth_session_free(session);
}

// Whoever asks: what MQTT forbids is denied, and a good topic has this answer.
static void expect_forbidden_topics(const char *token, int32_t permission) {
  static const char *const names[] = {"", "+", "#", "a/+", "a/#", "a+", "\xff", "a/\xc3"};
  static const char *const filters[] = {"", "a#", "#/a", "+a", "\xff", "$share/g", "$queue/"};
  const jwt_auth_bytes nul = {(const uint8_t *)"a\0b", 3};
  const int32_t deny = JWT_AUTH_PERMISSION_DENY;
  jwt_auth_session *session = admit(token, NULL);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    jwt_auth_bytes name = broker_bytes(names[i]);
    EXPECT_ASKED(auth, session, JWT_AUTH_ACTION_PUBLISH, name, 0, 0, OK, deny);
    EXPECT_ASKED(auth, session, JWT_AUTH_ACTION_RECEIVE, name, 0, 0, OK, deny);
  }
  for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
    jwt_auth_bytes filter = broker_bytes(filters[i]);
    EXPECT_ASKED(auth, session, JWT_AUTH_ACTION_SUBSCRIBE, filter, 0, 0, OK, deny);
  }
  for (int32_t action = JWT_AUTH_ACTION_PUBLISH; action <= JWT_AUTH_ACTION_RECEIVE; action++) {
    EXPECT_ASKED(auth, session, action, nul, 0, 0, OK, deny);
    EXPECT_ASKED(auth, session, action, broker_bytes("a"), 0, 0, OK, permission);
  }
  jwt_auth_session_free(session);
}

static void nobody_may_use_a_topic_that_mqtt_forbids(void) {
  expect_forbidden_topics(ADMIN, JWT_AUTH_PERMISSION_ALLOW);
  expect_forbidden_topics(ALICE, JWT_AUTH_PERMISSION_NO_MATCH);
  expect_forbidden_topics(LIST, JWT_AUTH_PERMISSION_NO_MATCH);
  expect_forbidden_topics(MAP, JWT_AUTH_PERMISSION_DENY);
}

static void an_acl_that_is_malformed_refuses_the_client(void) {
  jwt_auth_client zoned = broker_client(ZONED);
  jwt_auth_client wordy = broker_client(WORDY);
  EXPECT_ANSWER(broker_check(auth, &zoned), OK, DENY, BAD_ACL);
  EXPECT_ANSWER(broker_check(auth, &wordy), OK, DENY, BAD_ACL);

  jwt_auth *other =
      broker_init("{\"secret\": \"" SECRET "\", \"acl_claim_name\": \"permissions\"}", NULL);
  jwt_auth_session *session = broker_admit(other, &wordy);
  EXPECT_MAY(other, session, PUBLISH, "a", 0, 0, NO_MATCH);
  jwt_auth_session_free(session);
  jwt_auth_free(other);
}

static void the_address_decides_where_a_rule_asks_for_it(void) {
  static const struct {
    const char *address;
    int32_t door;
    int32_t elsewhere;
  } cases[] = {
      {"192.0.2.7", JWT_AUTH_PERMISSION_ALLOW, JWT_AUTH_PERMISSION_ALLOW},
      {"198.51.100.255", JWT_AUTH_PERMISSION_DENY, JWT_AUTH_PERMISSION_NO_MATCH},
      {"198.51.101.0", JWT_AUTH_PERMISSION_NO_MATCH, JWT_AUTH_PERMISSION_NO_MATCH},
      {"2001:db8::7", JWT_AUTH_PERMISSION_NO_MATCH, JWT_AUTH_PERMISSION_NO_MATCH},
      // What is not known lifts no ban and grants nothing.
      {NULL, JWT_AUTH_PERMISSION_DENY, JWT_AUTH_PERMISSION_NO_MATCH},
      {"", JWT_AUTH_PERMISSION_DENY, JWT_AUTH_PERMISSION_NO_MATCH},
      {"192.0.2", JWT_AUTH_PERMISSION_DENY, JWT_AUTH_PERMISSION_NO_MATCH},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    jwt_auth_client client = broker_client(PLACES);
    client.peer_address = broker_bytes(cases[i].address);
    jwt_auth_session *session = broker_admit(auth, &client);
    EXPECT_ASKED(auth, session, JWT_AUTH_ACTION_PUBLISH, broker_bytes("door"), 0, 0, OK,
                 cases[i].door);
    EXPECT_ASKED(auth, session, JWT_AUTH_ACTION_SUBSCRIBE, broker_bytes("room/#"), 0, 0, OK,
                 cases[i].elsewhere);
    EXPECT_MAY(auth, session, PUBLISH, "$SYS/door", 0, 0, NO_MATCH);
    jwt_auth_session_free(session);
  }
}

static void a_number_out_of_its_range_is_a_bad_argument(void) {
  static const int32_t actions[] = {0, 4, -1, 257, INT32_MAX, INT32_MIN};
  static const int numbers[] = {2, 3, 127, 128, 255};
  const jwt_auth_bytes topic = broker_bytes("a");
  const int32_t deny = JWT_AUTH_PERMISSION_DENY;
  jwt_auth_session *session = admit(ADMIN, NULL);
  for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
    EXPECT_ASKED(auth, session, actions[i], topic, 0, 0, BAD_ARGUMENT, deny);
  }
  for (int32_t action = JWT_AUTH_ACTION_PUBLISH; action <= JWT_AUTH_ACTION_RECEIVE; action++) {
    EXPECT_ASKED(auth, session, action, topic, 2, 1, OK, JWT_AUTH_PERMISSION_ALLOW);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
      uint8_t number = (uint8_t)numbers[i];
      EXPECT_ASKED(auth, session, action, topic, 0, number, BAD_ARGUMENT, deny);
      if (number > 2) {
        EXPECT_ASKED(auth, session, action, topic, number, 0, BAD_ARGUMENT, deny);
      }
    }
  }
  jwt_auth_session_free(session);
}

int main(void) {
  auth = broker_init(CONFIG, NULL);
  the_map_form_allows_its_topics_and_no_other();
  the_first_rule_of_the_list_form_decides();
  a_shared_subscription_is_to_the_filter_behind_the_group();
  nobody_may_use_a_topic_that_mqtt_forbids();
  an_acl_that_is_malformed_refuses_the_client();
  the_address_decides_where_a_rule_asks_for_it();
  a_number_out_of_its_range_is_a_bad_argument();
  jwt_auth_free(auth);
  return expect_outcome();
}
