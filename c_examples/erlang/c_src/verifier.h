// The resources of a verifier and of a session, and how a verifier is freed while it is in use.
#ifndef VERIFIER_H
#define VERIFIER_H

#include "state.h"

enum { LANE_BITS = 5, LANES = 1 << LANE_BITS };

// How many calls of a scheduler are inside. A cache line of its own, so that schedulers do not wait
// for each other.
typedef struct lane {
  atomic_uint_least64_t inside;
  char apart[CACHE_LINE - sizeof(uint_least64_t)];
} lane;

typedef struct verifier {
  state *state;
  _Atomic(jwt_auth *) auth; // NULL once it is freed
  atomic_bool is_closed;    // no further call may enter
  char apart[CACHE_LINE];
  lane lanes[LANES];
} verifier;

typedef struct session {
  state *state;
  jwt_auth_session *session;
} session;

// A configuration: where its file is, or if path is NULL its text.
typedef struct source {
  const char *path, *text;
  size_t len;
} source;

// Makes a verifier, which the caller releases with enif_release_resource. NULL: *error_term is a
// binary that says why.
verifier *verifier_new(ErlNifEnv *env, state *state, const source *config,
                       ERL_NIF_TERM *error_term);

// The verifier is not freed from verifier_enter until verifier_leave with the same environment.
// NULL: it was freed, and verifier_leave must not be called.
jwt_auth *verifier_enter(ErlNifEnv *env, verifier *verifier);
void verifier_leave(ErlNifEnv *env, verifier *verifier);

// Frees the verifier now, or when the last call that uses it leaves. Blocks only on a log hook.
void verifier_close(verifier *verifier);

// Makes the resource of a session, which takes ownership of it.
ERL_NIF_TERM session_term(ErlNifEnv *env, state *state, jwt_auth_session *granted);

// The destructors: the virtual machine calls them when no term refers to the resource any more.
void verifier_destroy(ErlNifEnv *env, void *object);
void session_destroy(ErlNifEnv *env, void *object);

// Read the resource that a term refers to. False if the term refers to none of this type, or to one
// of another state, and so perhaps of another library.
bool verifier_read(ErlNifEnv *env, ERL_NIF_TERM term, verifier **out);
bool session_read(ErlNifEnv *env, ERL_NIF_TERM term, session **out);

#endif
