// What a compiled program has built in: sizes, places and numbers. They never change.
#include "jwt_auth.h"

#define SAME(what, number) _Static_assert((what) == (number), #what " is not " #number)

SAME(JWT_AUTH_ABI_VERSION, 1);

#if UINTPTR_MAX == UINT64_MAX
SAME(sizeof(jwt_auth_bytes), 16);
SAME(offsetof(jwt_auth_bytes, data), 0);
SAME(offsetof(jwt_auth_bytes, len), 8);

SAME(sizeof(jwt_auth_client), 88);
SAME(offsetof(jwt_auth_client, struct_size), 0);
SAME(offsetof(jwt_auth_client, client_id), 8);
SAME(offsetof(jwt_auth_client, username), 24);
SAME(offsetof(jwt_auth_client, password), 40);
SAME(offsetof(jwt_auth_client, peer_address), 56);
SAME(offsetof(jwt_auth_client, peer_certificate), 72);

SAME(sizeof(jwt_auth_hooks), 32);
SAME(offsetof(jwt_auth_hooks, struct_size), 0);
SAME(offsetof(jwt_auth_hooks, log), 8);
SAME(offsetof(jwt_auth_hooks, clock), 16);
SAME(offsetof(jwt_auth_hooks, userdata), 24);

SAME(sizeof(jwt_auth_registry_options), 24);
SAME(offsetof(jwt_auth_registry_options, struct_size), 0);
SAME(offsetof(jwt_auth_registry_options, max_offline), 8);
SAME(offsetof(jwt_auth_registry_options, recheck_seconds), 16);

SAME(sizeof(jwt_auth_over), 40);
SAME(offsetof(jwt_auth_over, connection), 0);
SAME(offsetof(jwt_auth_over, client_id), 8);
SAME(offsetof(jwt_auth_over, reason), 24);
SAME(offsetof(jwt_auth_over, offline), 28);
SAME(offsetof(jwt_auth_over, reserved), 29);
#endif

SAME(sizeof(jwt_auth_result), 24);
SAME(offsetof(jwt_auth_result, decision), 0);
SAME(offsetof(jwt_auth_result, reason), 4);
SAME(offsetof(jwt_auth_result, expires_at), 8);
SAME(offsetof(jwt_auth_result, superuser), 16);
SAME(offsetof(jwt_auth_result, mqtt5_code), 17);
SAME(offsetof(jwt_auth_result, mqtt3_code), 18);
SAME(offsetof(jwt_auth_result, reserved), 19);

SAME(sizeof(jwt_auth_status), 4);
SAME(JWT_AUTH_STATUS_OK, 0);
SAME(JWT_AUTH_STATUS_NULL_ARGUMENT, 1);
SAME(JWT_AUTH_STATUS_BAD_STRUCT, 2);
SAME(JWT_AUTH_STATUS_BAD_CONFIG, 3);
SAME(JWT_AUTH_STATUS_NOT_FOUND, 4);
SAME(JWT_AUTH_STATUS_BAD_ARGUMENT, 5);
SAME(JWT_AUTH_STATUS_INTERNAL, 6);

SAME(JWT_AUTH_DECISION_DENY, 0);
SAME(JWT_AUTH_DECISION_ALLOW, 1);
SAME(JWT_AUTH_DECISION_IGNORE, 2);

SAME(JWT_AUTH_REASON_UNDECIDED, 0);
SAME(JWT_AUTH_REASON_ACCEPTED, 1);
SAME(JWT_AUTH_REASON_MISSING_TOKEN, 2);
SAME(JWT_AUTH_REASON_TOKEN_TOO_LARGE, 3);
SAME(JWT_AUTH_REASON_MALFORMED_TOKEN, 4);
SAME(JWT_AUTH_REASON_UNSUPPORTED_ALGORITHM, 5);
SAME(JWT_AUTH_REASON_ALGORITHM_NOT_ALLOWED, 6);
SAME(JWT_AUTH_REASON_UNSUPPORTED_CRITICAL_HEADER, 7);
SAME(JWT_AUTH_REASON_NO_KEY, 8);
SAME(JWT_AUTH_REASON_UNKNOWN_KEY_ID, 9);
SAME(JWT_AUTH_REASON_KEYS_UNAVAILABLE, 10);
SAME(JWT_AUTH_REASON_BAD_SIGNATURE, 11);
SAME(JWT_AUTH_REASON_SIGNATURE_FORMAT, 12);
SAME(JWT_AUTH_REASON_MALFORMED_CLAIMS, 13);
SAME(JWT_AUTH_REASON_EXPIRED, 14);
SAME(JWT_AUTH_REASON_NOT_YET_VALID, 15);
SAME(JWT_AUTH_REASON_ISSUED_IN_FUTURE, 16);
SAME(JWT_AUTH_REASON_MISSING_CLAIM, 17);
SAME(JWT_AUTH_REASON_CLAIM_MISMATCH, 18);
SAME(JWT_AUTH_REASON_BAD_ACL, 19);
SAME(JWT_AUTH_REASON_REVOKED, 20);
SAME(JWT_AUTH_REASON_WRONG_TOKEN_TYPE, 21);
SAME(JWT_AUTH_REASON_AMBIGUOUS_KEY, 22);
SAME(JWT_AUTH_REASON_WRONG_ISSUER, 23);
SAME(JWT_AUTH_REASON_LIFETIME_TOO_LONG, 24);
SAME(JWT_AUTH_REASON_CERTIFICATE_MISMATCH, 25);
SAME(JWT_AUTH_REASON_IDENTITY_CHANGED, 26);
SAME(JWT_AUTH_REASON_REVOCATIONS_UNAVAILABLE, 27);

SAME(JWT_AUTH_ACTION_PUBLISH, 1);
SAME(JWT_AUTH_ACTION_SUBSCRIBE, 2);
SAME(JWT_AUTH_ACTION_RECEIVE, 3);

SAME(JWT_AUTH_PERMISSION_DENY, 0);
SAME(JWT_AUTH_PERMISSION_ALLOW, 1);
SAME(JWT_AUTH_PERMISSION_NO_MATCH, 2);

SAME(JWT_AUTH_STATE_ABSENT, 0);
SAME(JWT_AUTH_STATE_CONNECTED, 1);
SAME(JWT_AUTH_STATE_OFFLINE, 2);
SAME(JWT_AUTH_STATE_OVER, 3);

SAME(JWT_AUTH_LOG_LEVEL_ERROR, 1);
SAME(JWT_AUTH_LOG_LEVEL_WARN, 2);
SAME(JWT_AUTH_LOG_LEVEL_INFO, 3);
SAME(JWT_AUTH_LOG_LEVEL_DEBUG, 4);

// The library that is running agrees with the header.
int main(void) {
  return jwt_auth_abi_version() == JWT_AUTH_ABI_VERSION ? 0 : 1;
}
