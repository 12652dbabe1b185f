// The attributes that a token brings are given one by one, in its order, and live with the session.
#include "broker.h"
#include "grant_tokens.h"

static void expect_text(jwt_auth_bytes found, const char *expected) {
  EXPECT(found.data != NULL, 1);
  EXPECT(found.len, strlen(expected));
  if (found.data != NULL && found.len == strlen(expected)) {
    EXPECT(memcmp(found.data, expected, found.len), 0);
  }
}

static void expect_none(const jwt_auth_session *session, size_t index) {
  jwt_auth_bytes name = broker_bytes("poison");
  jwt_auth_bytes value = broker_bytes("poison");
  EXPECT(jwt_auth_session_attribute(session, index, &name, &value), JWT_AUTH_STATUS_NOT_FOUND);
  EXPECT(name.data == NULL && name.len == 0, 1);
  EXPECT(value.data == NULL && value.len == 0, 1);
}

// Null and the list are left out; an empty value is there, and empty.
static void attributes_come_in_order_and_as_text(const jwt_auth_session *session) {
  static const char *const expected[][2] = {
      {"site", "north"}, {"floor", "3"}, {"lit", "true"}, {"memo", ""}};
  enum { COUNT = sizeof expected / sizeof *expected };
  jwt_auth_bytes names[COUNT];
  jwt_auth_bytes values[COUNT];
  for (size_t i = 0; i < COUNT; i++) {
    names[i] = values[i] = broker_bytes(NULL);
    EXPECT(jwt_auth_session_attribute(session, i, &names[i], &values[i]), JWT_AUTH_STATUS_OK);
  }
  // Earlier answers are still good.
  for (size_t i = 0; i < COUNT; i++) {
    expect_text(names[i], expected[i][0]);
    expect_text(values[i], expected[i][1]);
  }
  expect_none(session, COUNT);
  expect_none(session, COUNT + 1);
  expect_none(session, SIZE_MAX);
}

int main(void) {
  jwt_auth *auth = broker_init(CONFIG, NULL);
  jwt_auth_client admin = broker_client(ADMIN);
  jwt_auth_client alice = broker_client(ALICE);
  jwt_auth_session *with = broker_admit(auth, &admin);
  jwt_auth_session *without = broker_admit(auth, &alice);
  attributes_come_in_order_and_as_text(with);
  expect_none(without, 0);
  jwt_auth_session_free(without);
  jwt_auth_free(auth);
  attributes_come_in_order_and_as_text(with);
  jwt_auth_session_free(with);
  return expect_outcome();
}
