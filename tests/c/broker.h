// A broker's side of the interface: a verifier, a client, an answer.
#ifndef BROKER_H
#define BROKER_H

#include <stdlib.h>

#include "expect.h"
#include "jwt_auth.h"
#include "tokens.h"

// A verifier with this configuration. Without one there is nothing to test.
static inline jwt_auth *broker_init(const char *config, const jwt_auth_hooks *hooks) {
  jwt_auth *auth = NULL;
  char error[256];
  jwt_auth_status status = jwt_auth_init(config, strlen(config), hooks, &auth, error, sizeof error);
  if (status != JWT_AUTH_STATUS_OK) {
    printf("jwt_auth_init: %s: %s\n", jwt_auth_status_str(status), error);
    exit(1);
  }
  return auth;
}

// The bytes of a text, or nothing.
static inline jwt_auth_bytes broker_bytes(const char *text) {
  jwt_auth_bytes bytes = {(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
  return bytes;
}

// A client that sent this as its password, and nothing else; NULL: not even that.
static inline jwt_auth_client broker_client(const char *password) {
  jwt_auth_client client = {.struct_size = sizeof client};
  client.password = broker_bytes(password);
  return client;
}

// A result as no call leaves it, so that whatever a call does not write is seen.
static inline jwt_auth_result broker_poison(void) {
  jwt_auth_result poison;
  memset(&poison, 0x7f, sizeof poison);
  return poison;
}

// All that jwt_auth_check answers.
typedef struct broker_answer {
  jwt_auth_status status;
  jwt_auth_result result;
  jwt_auth_session *session;
} broker_answer;

static inline broker_answer broker_check(const jwt_auth *auth, const jwt_auth_client *client) {
  static char poison;
  broker_answer answer;
  answer.result = broker_poison();
  answer.session = (jwt_auth_session *)(void *)&poison;
  answer.status = jwt_auth_check(auth, client, &answer.result, &answer.session);
  return answer;
}

// A result says this decision and reason, with the codes that belong to them.
#define EXPECT_RESULT(result, decision, reason) \
  broker_expect_result(__FILE__, __LINE__, result, JWT_AUTH_DECISION_##decision, \
                       JWT_AUTH_REASON_##reason)

static inline void broker_expect_result(const char *file, int line, jwt_auth_result result,
                                        jwt_auth_decision decision, jwt_auth_reason reason) {
  static const uint8_t zeros[sizeof result.reserved];
  int mqtt5 = 0x86;
  int mqtt3 = 4;
  if (decision == JWT_AUTH_DECISION_ALLOW) {
    mqtt5 = mqtt3 = 0;
  } else {
    if (decision == JWT_AUTH_DECISION_IGNORE || reason == JWT_AUTH_REASON_UNDECIDED ||
        reason == JWT_AUTH_REASON_REVOKED) {
      mqtt5 = 0x87;
      mqtt3 = 5;
    } else if (reason == JWT_AUTH_REASON_KEYS_UNAVAILABLE ||
               reason == JWT_AUTH_REASON_REVOCATIONS_UNAVAILABLE) {
      mqtt5 = 0x88;
      mqtt3 = 3;
    }
    expect_number(file, line, "expires_at", result.expires_at, 0);
    expect_number(file, line, "superuser", result.superuser, 0);
  }
  expect_that(file, line, result.decision == (int32_t)decision,
              jwt_auth_decision_str(result.decision), "to be", jwt_auth_decision_str(decision));
  expect_that(file, line, result.reason == (int32_t)reason, jwt_auth_reason_str(result.reason),
              "to be", jwt_auth_reason_str(reason));
  expect_number(file, line, "mqtt5_code", result.mqtt5_code, mqtt5);
  expect_number(file, line, "mqtt3_code", result.mqtt3_code, mqtt3);
  expect_number(file, line, "reserved", memcmp(result.reserved, zeros, sizeof zeros), 0);
}

// An answer is this one, with a session exactly if the client is allowed. Ends the session.
#define EXPECT_ANSWER(answer, status, decision, reason) \
  broker_expect_answer(__FILE__, __LINE__, answer, JWT_AUTH_STATUS_##status, \
                       JWT_AUTH_DECISION_##decision, JWT_AUTH_REASON_##reason)

static inline void broker_expect_answer(const char *file, int line, broker_answer answer,
                                        jwt_auth_status status, jwt_auth_decision decision,
                                        jwt_auth_reason reason) {
  int allowed = decision == JWT_AUTH_DECISION_ALLOW;
  expect_that(file, line, answer.status == status, jwt_auth_status_str(answer.status), "to be",
              jwt_auth_status_str(status));
  broker_expect_result(file, line, answer.result, decision, reason);
  expect_number(file, line, "a session was made", answer.session != NULL, allowed);
  if (allowed) {
    jwt_auth_session_free(answer.session);
  }
}

// The session of a client that must be accepted. Without one there is nothing to test.
static inline jwt_auth_session *broker_admit(const jwt_auth *auth, const jwt_auth_client *client) {
  broker_answer answer = broker_check(auth, client);
  if (answer.status != JWT_AUTH_STATUS_OK || answer.result.decision != JWT_AUTH_DECISION_ALLOW) {
    printf("jwt_auth_check: %s, %s\n", jwt_auth_status_str(answer.status),
           jwt_auth_reason_str(answer.result.reason));
    exit(1);
  }
  return answer.session;
}

// A session permits this or not: the action and the permission as they are called, a QoS, and
// whether it is retained.
#define EXPECT_MAY(auth, session, action, topic, qos, retain, permission)             \
  EXPECT_ASKED(auth, session, JWT_AUTH_ACTION_##action, broker_bytes(topic), qos, retain, OK, \
               JWT_AUTH_PERMISSION_##permission)

// Asking a session has this status, and the permission is this number.
#define EXPECT_ASKED(auth, session, action, topic, qos, retain, status, permission)   \
  broker_expect_asked(__FILE__, __LINE__, auth, session, action, topic, qos, retain,  \
                      JWT_AUTH_STATUS_##status, permission)

static inline void broker_expect_asked(const char *file, int line, const jwt_auth *auth,
                                       const jwt_auth_session *session, int32_t action,
                                       jwt_auth_bytes topic, uint8_t qos, uint8_t retain,
                                       jwt_auth_status status, int32_t expected) {
  int32_t permission = 0x7f7f7f7f;
  jwt_auth_status found =
      jwt_auth_session_authorize(auth, session, action, topic, qos, retain, &permission);
  expect_that(file, line, found == status, jwt_auth_status_str(found), "to be",
              jwt_auth_status_str(status));
  expect_number(file, line, "the permission", permission, expected);
}

// The claims of a session are these bytes.
#define EXPECT_CLAIMS(session, expected) \
  broker_expect_claims(__FILE__, __LINE__, session, expected)

static inline void broker_expect_claims(const char *file, int line,
                                        const jwt_auth_session *session, const char *expected) {
  jwt_auth_bytes json = {NULL, 0};
  jwt_auth_status status = jwt_auth_session_claims(session, &json);
  expect_number(file, line, "the status", status, JWT_AUTH_STATUS_OK);
  expect_number(file, line, "the length", (long long)json.len, (long long)strlen(expected));
  if (json.data != NULL && json.len == strlen(expected)) {
    expect_number(file, line, "the difference", memcmp(json.data, expected, json.len), 0);
  }
}

#endif
