// Every number has a name, any other number is "unknown", and the version is that of the package.
#include "expect.h"
#include "jwt_auth.h"

static void expect_names(const char *(*name_of)(int32_t), const char *const *names, int32_t count) {
  for (int32_t number = 0; number < count; number++) {
    EXPECT_TEXT(name_of(number), names[number]);
  }
  const int32_t others[] = {-1, count, 999, INT32_MAX, INT32_MIN};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    EXPECT_TEXT(name_of(others[i]), "unknown");
  }
}

#define EXPECT_NAMES(name_of, names) \
  expect_names(name_of, names, (int32_t)(sizeof names / sizeof *names))

int main(void) {
  static const char *const statuses[] = {"ok",        "null_argument", "bad_struct", "bad_config",
                                         "not_found", "bad_argument",  "internal"};
  static const char *const decisions[] = {"deny", "allow", "ignore"};
  static const char *const reasons[] = {
      "undecided",
      "accepted",
      "missing_token",
      "token_too_large",
      "malformed_token",
      "unsupported_algorithm",
      "algorithm_not_allowed",
      "unsupported_critical_header",
      "no_key",
      "unknown_key_id",
      "keys_unavailable",
      "bad_signature",
      "signature_format",
      "malformed_claims",
      "expired",
      "not_yet_valid",
      "issued_in_future",
      "missing_claim",
      "claim_mismatch",
      "bad_acl",
      "revoked",
  };
  EXPECT_NAMES(jwt_auth_status_str, statuses);
  EXPECT_NAMES(jwt_auth_decision_str, decisions);
  EXPECT_NAMES(jwt_auth_reason_str, reasons);
  EXPECT_TEXT(jwt_auth_version(), PACKAGE_VERSION);
  return expect_outcome();
}
