#include "state.h"

#include <stdlib.h>
#include <string.h>

// The names of jwt_auth_reason_str. They are repeated here so that no atom is made from text of the
// library; a test compares the two.
static const char *const reason_names[REASONS] = {
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
    out->reasons[i] = enif_make_atom(env, reason_names[i]);
  }
}

state *state_new(ErlNifEnv *env, const resource_types *types) {
  state *state = calloc(1, sizeof *state);
  if (state == NULL || !log_queue_start(&state->queue)) {
    free(state);
    return NULL;
  }
  memcpy(state->layout, STATE_LAYOUT, sizeof STATE_LAYOUT);
  state->size = sizeof *state;
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
