// Why a client would be refused, as a broker's operator asks.
#include "broker.h"

#define MADE_FOR_BOB "{\"secret\": \"" SECRET "\", \"verify_claims\": {\"sub\": \"bob\"}}"

static char poison[] = "poison";

static void expect_text(const jwt_auth *auth, const jwt_auth_client *client, const char *part) {
  char *json = poison;
  EXPECT(jwt_auth_explain(auth, client, &json), JWT_AUTH_STATUS_OK);
  EXPECT(strstr(json, part) != NULL, 1);
  EXPECT(json[0], '{');
  EXPECT(json[strlen(json) - 1], '}');
  jwt_auth_string_free(json);
}

static void expect_failure(const jwt_auth *auth, const jwt_auth_client *client,
                           jwt_auth_status expected) {
  char *json = poison;
  EXPECT(jwt_auth_explain(auth, client, &json), expected);
  EXPECT(json == NULL, 1);
  jwt_auth_string_free(json);
}

static int64_t no_time(void *userdata) {
  (void)userdata;
  return -1;
}

int main(void) {
  jwt_auth *auth = broker_init(CONFIG, NULL);
  jwt_auth *for_bob = broker_init(MADE_FOR_BOB, NULL);
  jwt_auth_client client = broker_client(ALICE);
  expect_text(auth, &client, "{\"decision\":\"allow\",\"reason\":\"accepted\",\"token\":\"");
  expect_text(for_bob, &client, "\"reason\":\"claim_mismatch\"");
  expect_text(for_bob, &client, "it is `alice`; expected: `bob`");
  jwt_auth_client silent = broker_client(NULL);
  expect_text(auth, &silent, "{\"decision\":\"ignore\",\"reason\":\"missing_token\"");

  expect_failure(NULL, &client, JWT_AUTH_STATUS_NULL_ARGUMENT);
  expect_failure(auth, NULL, JWT_AUTH_STATUS_NULL_ARGUMENT);
  expect_failure(NULL, NULL, JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(jwt_auth_explain(auth, &client, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  EXPECT(jwt_auth_explain(NULL, NULL, NULL), JWT_AUTH_STATUS_NULL_ARGUMENT);
  jwt_auth_string_free(NULL);
  client.struct_size = 8;
  expect_failure(auth, &client, JWT_AUTH_STATUS_BAD_STRUCT);
  client = broker_client(ALICE);
  client.username.len = 1;
  expect_failure(auth, &client, JWT_AUTH_STATUS_BAD_ARGUMENT);

  const jwt_auth_hooks hooks = {.struct_size = sizeof hooks, .clock = no_time};
  jwt_auth *timeless = broker_init(CONFIG, &hooks);
  client = broker_client(ALICE);
  expect_failure(timeless, &client, JWT_AUTH_STATUS_INTERNAL);
  jwt_auth_free(timeless);
  jwt_auth_free(for_bob);
  jwt_auth_free(auth);
  return expect_outcome();
}
