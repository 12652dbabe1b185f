// The resources of a verifier and of a session, and how a verifier is freed while it is in use.
#ifndef VERIFIER_H
#define VERIFIER_H

#include "state.h"

enum { LANE_BITS = 5, LANES = 1 << LANE_BITS };

// How many calls are inside. Each scheduler counts in one lane, so that two do not wait for each
// other.
typedef struct lane {
  atomic_uint_least64_t inside;
  char apart[CACHE_LINE - sizeof(uint_least64_t)];
} lane;

typedef struct verifier {
  state *state;
  _Atomic(jwt_auth *) auth; // NULL once it is freed
  atomic_bool is_closed;    // no more may enter
  char apart[CACHE_LINE];
  lane lanes[LANES];
} verifier;

typedef struct session {
  state *state;
  jwt_auth_session *session;
} session;

// Makes a verifier. On failure *error_term is a text and the result NULL; it is released with
// enif_release_resource.
verifier *verifier_new(ErlNifEnv *env, state *state, const char *config, size_t len,
                       ERL_NIF_TERM *error_term);

// Between the two, which are given the same environment, the verifier is not freed. NULL: it was
// freed, and verifier_leave is not called.
jwt_auth *verifier_enter(ErlNifEnv *env, verifier *verifier);
void verifier_leave(ErlNifEnv *env, verifier *verifier);

// Frees it now, or when the last call that uses it is over. It waits for nothing but a log hook.
void verifier_close(verifier *verifier);

// The resource of a session, which takes it over.
ERL_NIF_TERM session_term(ErlNifEnv *env, state *state, jwt_auth_session *granted);

// What the virtual machine calls when no term names the resource any more.
void verifier_destroy(ErlNifEnv *env, void *object);
void session_destroy(ErlNifEnv *env, void *object);

// What an argument names. False if it is no such thing.
bool verifier_read(ErlNifEnv *env, ERL_NIF_TERM term, verifier **out);
bool session_read(ErlNifEnv *env, ERL_NIF_TERM term, jwt_auth_session **out);

#endif
