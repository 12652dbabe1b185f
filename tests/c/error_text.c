// The error text of jwt_auth_init and of jwt_auth_reload fits its buffer, names the option and
// tells no secret.
#include "broker.h"
#include "fence.h"

// Whose configuration is replaced in vain; NULL: a verifier is made in vain.
static jwt_auth *running;

// Gives a configuration that is not accepted.
static void refuse(const char *config, char *error, size_t error_len) {
  static char poison;
  if (running != NULL) {
    EXPECT(jwt_auth_reload(running, config, strlen(config), error, error_len),
           JWT_AUTH_STATUS_BAD_CONFIG);
    return;
  }
  jwt_auth *auth = (jwt_auth *)(void *)&poison;
  EXPECT(jwt_auth_init(config, strlen(config), NULL, &auth, error, error_len),
         JWT_AUTH_STATUS_BAD_CONFIG);
  EXPECT(auth == NULL, 1);
}

// Where a text is cut for a buffer of this size: as late as possible, not within a character.
static size_t cut(const char *text, size_t size) {
  size_t end = strlen(text) < size - 1 ? strlen(text) : size - 1;
  while (((unsigned char)text[end] & 0xc0) == 0x80) {
    end--;
  }
  return end;
}

// Every size from 1 to beyond the whole text. The byte after the buffer may not be touched.
static void every_size_of_buffer(const char *config) {
  char whole[512];
  refuse(config, whole, sizeof whole);
  EXPECT(strlen(whole) > 10, 1);
  for (size_t size = 1; size <= strlen(whole) + 2; size++) {
    char poison[sizeof whole];
    memset(poison, 0x7f, sizeof poison);
    char *error = fenced(poison, size);
    refuse(config, error, size);
    EXPECT(memchr(error, '\0', size) != NULL, 1);
    EXPECT(strlen(error), cut(whole, size));
    EXPECT(strncmp(error, whole, strlen(error)), 0);
  }
}

static void no_buffer(void) {
  refuse("{}", NULL, 0);
  refuse("{}", NULL, 100);
  refuse("{}", fenced("", 0), 0);
}

static void a_success_leaves_an_empty_text(void) {
  char error[8] = "poison";
  jwt_auth *auth = NULL;
  EXPECT(jwt_auth_init(CONFIG, strlen(CONFIG), NULL, &auth, error, sizeof error),
         JWT_AUTH_STATUS_OK);
  EXPECT_TEXT(error, "");
  strcpy(error, "poison");
  EXPECT(jwt_auth_reload(auth, CONFIG, strlen(CONFIG), error, sizeof error), JWT_AUTH_STATUS_OK);
  EXPECT_TEXT(error, "");
  jwt_auth_free(auth);
}

// Each is wrong in one option, whose value looks like a secret.
static void the_option_is_named_and_its_value_is_not_told(void) {
  static const struct {
    const char *option;
    const char *config;
  } cases[] = {
      {"secret", "{\"secret\": [\"hunter2\"]}"},
      {"secret", "{\"secret\": {\"hunter2\": \"hunter2\"}}"},
      {"secret", "{\"secret\": \"hunter2\", \"secret_base64_encoded\": true}"},
      {"secret_base64_encoded", "{\"secret\": \"x\", \"secret_base64_encoded\": \"hunter2\"}"},
      {"secret_file", "{\"secret_file\": \"/nowhere/hunter2\"}"},
      {"public_key", "{\"public_key\": \"hunter2\"}"},
      {"pubkey", "{\"pubkey\": [\"hunter2\"]}"},
      {"jwks", "{\"jwks\": \"hunter2\"}"},
      {"jwks", "{\"jwks\": {\"keys\": [{\"kty\": \"oct\", \"k\": \"hunter2!\"}]}}"},
      {"jwks_file", "{\"jwks_file\": \"/nowhere/hunter2\"}"},
      {"from", "{\"secret\": \"x\", \"from\": \"hunter2\"}"},
      {"algorithms", "{\"secret\": \"x\", \"algorithms\": [\"hunter2\"]}"},
      {"signature_format", "{\"secret\": \"x\", \"signature_format\": \"hunter2\"}"},
      {"verify_claims", "{\"secret\": \"x\", \"verify_claims\": \"hunter2\"}"},
      {"verify_claims", "{\"secret\": \"x\", \"verify_claims\": {\"a\": [[\"hunter2\"]]}}"},
      {"leeway", "{\"secret\": \"x\", \"leeway\": \"hunter2\"}"},
      {"on_missing", "{\"secret\": \"x\", \"on_missing\": \"hunter2\"}"},
      {"max_token_size", "{\"secret\": \"x\", \"max_token_size\": \"hunter2\"}"},
      {"require_exp", "{\"secret\": \"x\", \"require_exp\": \"hunter2\"}"},
      {"revocations_file", "{\"secret\": \"x\", \"revocations_file\": \"/nowhere/hunter2\"}"},
      {"sekret", "{\"sekret\": \"hunter2\"}"},
      {"secret", "{\"secret\": \"x\", \"secret\": \"hunter2\"}"},
      {"secret", "{\"secret\": \"hunter2"},
      {"configuration", "\"hunter2\""},
      {"configuration", "[\"hunter2\"]"},
      {"configuration", "hunter2"},
      {"configuration", ""},
      {"configuration", "\xff hunter2"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char error[256];
    refuse(cases[i].config, error, sizeof error);
    EXPECT_HAS(error, cases[i].option);
    EXPECT_LACKS(error, "hunter2");
  }
}

static void every_text(void) {
  every_size_of_buffer("{}");
  every_size_of_buffer("{\"secret\": 7}");
  // Characters of two, three and four bytes.
  every_size_of_buffer("{\"ééééééé\": 1}");
  every_size_of_buffer("{\"€€€€€€€\": 1}");
  every_size_of_buffer("{\"𝕁𝕎𝕋𝕁𝕎𝕋𝕁\": 1}");
  no_buffer();
  the_option_is_named_and_its_value_is_not_told();
}

int main(void) {
  every_text();
  running = broker_init(CONFIG, NULL);
  every_text();
  jwt_auth_client alice = broker_client(ALICE);
  EXPECT_ANSWER(broker_check(running, &alice), OK, ALLOW, ACCEPTED);
  jwt_auth_free(running);
  a_success_leaves_an_empty_text();
  return expect_outcome();
}
