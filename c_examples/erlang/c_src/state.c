#include "state.h"

#include <stdlib.h>
#include <string.h>

// The names of jwt_auth_reason_str. They are repeated here so that no atom is made from text of the
// library; a test compares the two. A number without a name is none of the library's.
static const char *const reason_names[REASONS] = {
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

static void make_atoms(ErlNifEnv *env, atoms *out) {
  *out = (atoms){
      .ok = enif_make_atom(env, "ok"),
      .error = enif_make_atom(env, "error"),
      .badarg = enif_make_atom(env, "badarg"),
      .undefined = enif_make_atom(env, "undefined"),
      .true_ = enif_make_atom(env, "true"),
      .false_ = enif_make_atom(env, "false"),
      .unknown = enif_make_atom(env, "unknown"),
      .busy = enif_make_atom(env, "busy"),
      .allow = enif_make_atom(env, "allow"),
      .deny = enif_make_atom(env, "deny"),
      .ignore = enif_make_atom(env, "ignore"),
      .no_match = enif_make_atom(env, "no_match"),
      .undecided = enif_make_atom(env, "undecided"),
      .client_id = enif_make_atom(env, "client_id"),
      .username = enif_make_atom(env, "username"),
      .password = enif_make_atom(env, "password"),
      .peer_address = enif_make_atom(env, "peer_address"),
      .peer_certificate = enif_make_atom(env, "peer_certificate"),
      .session = enif_make_atom(env, "session"),
      .superuser = enif_make_atom(env, "superuser"),
      .expires_at = enif_make_atom(env, "expires_at"),
      .publish = enif_make_atom(env, "publish"),
      .subscribe = enif_make_atom(env, "subscribe"),
      .receive = enif_make_atom(env, "receive"),
      .qos = enif_make_atom(env, "qos"),
      .retain = enif_make_atom(env, "retain"),
      .warning = enif_make_atom(env, "warning"),
      .info = enif_make_atom(env, "info"),
      .debug = enif_make_atom(env, "debug"),
  };
  for (size_t i = 0; i < REASONS; i++) {
    out->reasons[i] =
        reason_names[i] == NULL ? out->unknown : enif_make_atom(env, reason_names[i]);
  }
}

state *state_new(ErlNifEnv *env, const resource_types *types) {
  state *state = calloc(1, sizeof *state);
  if (state == NULL || !log_queue_start(&state->queue)) {
    free(state);
    return NULL;
  }
  _Static_assert(sizeof STATE_LAYOUT <= sizeof state->layout, "the layout does not fit");
  memcpy(state->layout, STATE_LAYOUT, sizeof STATE_LAYOUT);
  state->size = sizeof *state;
  state->library = &this_library;
  state->types = *types;
  make_atoms(env, &state->atoms);
  atomic_init(&state->holders, HOLDER);
  return state;
}

bool state_fits(const state *other) {
  return memcmp(other->layout, STATE_LAYOUT, sizeof STATE_LAYOUT) == 0 &&
         other->size == sizeof *other;
}

state *state_hold(state *state, uint_least64_t weight) {
  atomic_fetch_add_explicit(&state->holders, weight, memory_order_relaxed);
  return state;
}

void state_drop(state *state, uint_least64_t weight) {
  if (atomic_fetch_sub_explicit(&state->holders, weight, memory_order_acq_rel) == weight) {
    log_queue_stop(&state->queue);
    free(state);
  }
}

uint_least64_t state_sessions(const state *state) {
  return atomic_load(&state->holders) / SESSION;
}

ERL_NIF_TERM state_reason(const state *state, int32_t reason) {
  if (reason < 0 || reason >= REASONS) {
    return state->atoms.unknown;
  }
  return state->atoms.reasons[reason];
}
