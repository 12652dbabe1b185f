// What the NIF keeps from its load to its last resource: the private data of the module.
//
// Old and new code share it after an upgrade. The module counts as a holder, and so does every
// resource, because resources outlive the module, and a verifier's log hook is given the queue.
#ifndef STATE_H
#define STATE_H

#include <stdatomic.h>
#include <stdbool.h>

#include <erl_nif.h>
#include <jwt_auth.h>

#include "log_queue.h"

// Raise it when state, or a struct of a resource, changes: new code then starts with a state of its
// own, and does not take over the resources of the old.
#define STATE_LAYOUT "2"

enum { REASONS = JWT_AUTH_REASON_REVOKED + 1 };

typedef struct atoms {
  ERL_NIF_TERM ok, error, badarg, undefined, true_, false_, unknown, busy;
  ERL_NIF_TERM allow, deny, ignore, no_match, undecided;
  ERL_NIF_TERM client_id, username, password, peer_address;
  ERL_NIF_TERM session, superuser, expires_at;
  ERL_NIF_TERM publish, subscribe, receive, qos, retain;
  ERL_NIF_TERM warning, info, debug;
  ERL_NIF_TERM reasons[REASONS];
} atoms;

typedef struct resource_types {
  ErlNifResourceType *verifier, *session, *log_reader;
} resource_types;

// What the processors write stands apart from what they read all the time.
enum { CACHE_LINE = 64 };

typedef struct state {
  char layout[8]; // the first member for ever
  size_t size;
  resource_types types;
  atoms atoms;
  char apart[CACHE_LINE];
  atomic_uint_least64_t holders;   // each counts HOLDER, but a session counts SESSION
  atomic_uint_least64_t verifiers; // that the library was not given back
  log_queue queue;
} state;

static const uint_least64_t HOLDER = 1, SESSION = UINT64_C(1) << 24;

// NULL if there is no memory.
state *state_new(ErlNifEnv *env, const resource_types *types);

// Whether the private data of other code can be used by this.
bool state_fits(const state *other);

// weight: HOLDER or SESSION.
state *state_hold(state *state, uint_least64_t weight);
void state_drop(state *state, uint_least64_t weight);

// How many sessions hold it.
uint_least64_t state_sessions(const state *state);

// The atom of a jwt_auth_reason.
ERL_NIF_TERM state_reason(const state *state, int32_t reason);

#endif
