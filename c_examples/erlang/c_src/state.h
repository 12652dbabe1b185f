// The private data of the module, from the load of the NIF until its last resource is destroyed.
//
// It is reference-counted. The module is a holder; old and new code share it after an upgrade.
// Every resource is one too, because resources outlive the module, and a verifier's log hook writes
// to the queue.
#ifndef STATE_H
#define STATE_H

#include <stdatomic.h>
#include <stdbool.h>

#include <erl_nif.h>
#include <jwt_auth.h>

#include "library.h"
#include "log_queue.h"

// Raise the number when state, library, or a struct of a resource changes: new code then starts
// with a state of its own, and does not take over the resources of the old. So does code with
// another build of the library, of which JWT_AUTH_BUILD is a digest.
#define STATE_LAYOUT "4/" JWT_AUTH_BUILD

enum { REASONS = JWT_AUTH_REASON_REVOCATIONS_UNAVAILABLE + 1 };

typedef struct atoms {
  ERL_NIF_TERM ok, error, badarg, undefined, true_, false_, unknown, busy;
  ERL_NIF_TERM allow, deny, ignore, no_match, undecided;
  ERL_NIF_TERM client_id, username, password, peer_address, peer_certificate;
  ERL_NIF_TERM session, superuser, expires_at;
  ERL_NIF_TERM publish, subscribe, receive, qos, retain;
  ERL_NIF_TERM warning, info, debug;
  ERL_NIF_TERM reasons[REASONS];
} atoms;

typedef struct resource_types {
  ErlNifResourceType *verifier, *session, *log_reader;
} resource_types;

// Counters that calls write are this far from fields that calls read, against false sharing.
enum { CACHE_LINE = 64 };

typedef struct state {
  char layout[32]; // always the first member: code with another layout compares it
  size_t size;
  const library *library; // of the code that has made the state
  resource_types types;
  atoms atoms;
  char apart[CACHE_LINE];
  atomic_uint_least64_t holders;   // the reference count, in units of HOLDER and SESSION
  atomic_uint_least64_t verifiers; // how many are not freed yet
  log_queue queue;
} state;

// The weights of a holder: a session counts in the upper bits, so that one counter tells both
// numbers.
static const uint_least64_t HOLDER = 1, SESSION = UINT64_C(1) << 24;

// NULL if there is no memory.
state *state_new(ErlNifEnv *env, const resource_types *types);

// Whether this code can use the private data of other code.
bool state_fits(const state *other);

// Adds and removes a holder; removing the last one frees the state. weight: SESSION for a session,
// HOLDER for any other holder.
state *state_hold(state *state, uint_least64_t weight);
void state_drop(state *state, uint_least64_t weight);

// How many of the holders are sessions.
uint_least64_t state_sessions(const state *state);

// The atom of a jwt_auth_reason.
ERL_NIF_TERM state_reason(const state *state, int32_t reason);

#endif
