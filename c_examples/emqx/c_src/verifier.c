// A call may not use a verifier while it is freed, and a lock that every check takes would be paid
// for by all of them. So a count: each call inside adds 2, and bit 0 says that no more may enter.
// Who finds the bit set and nobody inside frees the verifier: the closing call, or the last to leave.
#include "verifier.h"

#include "text.h"

enum { CLOSED = 1, INSIDE = 2 };

verifier *verifier_new(ErlNifEnv *env, state *all, const char *config, size_t len,
                       ERL_NIF_TERM *error_term) {
  char error[ERROR_SIZE] = "";
  jwt_auth *auth;
  jwt_auth_hooks hooks = {
      .struct_size = sizeof hooks, .log = log_queue_put, .userdata = &all->queue};
  jwt_auth_status status = jwt_auth_init(config, len, &hooks, &auth, error, sizeof error);
  if (status != JWT_AUTH_STATUS_OK) {
    *error_term = error_text(env, status, error);
    return NULL;
  }
  verifier *one = enif_alloc_resource(all->types.verifier, sizeof *one);
  one->state = state_hold(all);
  atomic_init(&one->auth, auth);
  atomic_init(&one->users, 0);
  atomic_fetch_add_explicit(&all->verifiers, 1, memory_order_relaxed);
  return one;
}

static void end(verifier *one) {
  jwt_auth *auth = atomic_exchange(&one->auth, NULL);
  if (auth != NULL) {
    jwt_auth_free(auth);
    atomic_fetch_sub_explicit(&one->state->verifiers, 1, memory_order_relaxed);
  }
}

jwt_auth *verifier_enter(verifier *one) {
  if ((atomic_fetch_add(&one->users, INSIDE) & CLOSED) != 0) {
    verifier_leave(one);
    return NULL;
  }
  return atomic_load_explicit(&one->auth, memory_order_relaxed);
}

void verifier_leave(verifier *one) {
  if (atomic_fetch_sub(&one->users, INSIDE) == (INSIDE | CLOSED)) {
    end(one);
  }
}

void verifier_close(verifier *one) {
  if (atomic_fetch_or(&one->users, CLOSED) == 0) {
    end(one);
  }
}

// No term names it, so nobody is inside. This may run on any scheduler, which is bearable:
// jwt_auth_free cuts a fetch and does not wait for the network.
void verifier_destroy(ErlNifEnv *env, void *object) {
  verifier *one = object;
  (void)env;
  end(one);
  state_drop(one->state);
}

ERL_NIF_TERM session_term(ErlNifEnv *env, state *all, jwt_auth_session *from) {
  session *one = enif_alloc_resource(all->types.session, sizeof *one);
  one->state = state_hold(all);
  one->session = from;
  atomic_fetch_add_explicit(&all->sessions, 1, memory_order_relaxed);
  ERL_NIF_TERM term = enif_make_resource(env, one);
  enif_release_resource(one);
  return term;
}

void session_destroy(ErlNifEnv *env, void *object) {
  session *one = object;
  (void)env;
  jwt_auth_session_free(one->session);
  atomic_fetch_sub_explicit(&one->state->sessions, 1, memory_order_relaxed);
  state_drop(one->state);
}

bool verifier_read(ErlNifEnv *env, ERL_NIF_TERM term, verifier **out) {
  const state *all = enif_priv_data(env);
  void *object;
  if (!enif_get_resource(env, term, all->types.verifier, &object)) {
    return false;
  }
  *out = object;
  return true;
}

bool session_read(ErlNifEnv *env, ERL_NIF_TERM term, jwt_auth_session **out) {
  const state *all = enif_priv_data(env);
  void *object;
  if (!enif_get_resource(env, term, all->types.session, &object)) {
    return false;
  }
  *out = ((session *)object)->session;
  return true;
}
