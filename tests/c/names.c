// Every number has a name, any other number is "unknown", and the version is that of the package.
#include <stddef.h>

#include "expect.h"
#include "jwt_auth.h"

static void expect_names(const char *(*name_of)(int32_t), const char *const *names, int32_t count) {
  for (int32_t number = 0; number < count; number++) {
    EXPECT_TEXT(name_of(number), names[number] == NULL ? "unknown" : names[number]);
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
      [JWT_AUTH_REASON_UNDECIDED] = "undecided",
      [JWT_AUTH_REASON_ACCEPTED] = "accepted",
      [JWT_AUTH_REASON_MISSING_TOKEN] = "missing_token",
      [JWT_AUTH_REASON_TOKEN_TOO_LARGE] = "token_too_large",
      [JWT_AUTH_REASON_MALFORMED_TOKEN] = "malformed_token",
      [JWT_AUTH_REASON_UNSUPPORTED_ALGORITHM] = "unsupported_algorithm",
      [JWT_AUTH_REASON_ALGORITHM_NOT_ALLOWED] = "algorithm_not_allowed",
      [JWT_AUTH_REASON_UNSUPPORTED_CRITICAL_HEADER] = "unsupported_critical_header",
      [JWT_AUTH_REASON_NO_KEY] = "no_key",
      [JWT_AUTH_REASON_UNKNOWN_KEY_ID] = "unknown_key_id",
      [JWT_AUTH_REASON_KEYS_UNAVAILABLE] = "keys_unavailable",
      [JWT_AUTH_REASON_BAD_SIGNATURE] = "bad_signature",
      [JWT_AUTH_REASON_SIGNATURE_FORMAT] = "signature_format",
      [JWT_AUTH_REASON_MALFORMED_CLAIMS] = "malformed_claims",
      [JWT_AUTH_REASON_EXPIRED] = "expired",
      [JWT_AUTH_REASON_NOT_YET_VALID] = "not_yet_valid",
      [JWT_AUTH_REASON_ISSUED_IN_FUTURE] = "issued_in_future",
      [JWT_AUTH_REASON_MISSING_CLAIM] = "missing_claim",
      [JWT_AUTH_REASON_CLAIM_MISMATCH] = "claim_mismatch",
      [JWT_AUTH_REASON_BAD_ACL] = "bad_acl",
      [JWT_AUTH_REASON_REVOKED] = "revoked",
      [JWT_AUTH_REASON_WRONG_TOKEN_TYPE] = "wrong_token_type",
      [JWT_AUTH_REASON_AMBIGUOUS_KEY] = "ambiguous_key",
      [JWT_AUTH_REASON_WRONG_ISSUER] = "wrong_issuer",
      [JWT_AUTH_REASON_LIFETIME_TOO_LONG] = "lifetime_too_long",
      [JWT_AUTH_REASON_CERTIFICATE_MISMATCH] = "certificate_mismatch",
      [JWT_AUTH_REASON_IDENTITY_CHANGED] = "identity_changed",
      [JWT_AUTH_REASON_REVOCATIONS_UNAVAILABLE] = "revocations_unavailable",
  };
  EXPECT_NAMES(jwt_auth_status_str, statuses);
  EXPECT_NAMES(jwt_auth_decision_str, decisions);
  EXPECT_NAMES(jwt_auth_reason_str, reasons);
  EXPECT_TEXT(jwt_auth_version(), PACKAGE_VERSION);
  return expect_outcome();
}
