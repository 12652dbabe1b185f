// A call may not use a verifier while it is freed, and a lock or a count that every check takes
// would be paid for by all of them: so counts in lanes. Who finds the verifier closed and nobody
// inside frees it: the closing call, or the last to leave. Who entered before it was closed is seen
// in a lane until it leaves; who enters later finds it closed and leaves at once.
#include "verifier.h"

#include "text.h"

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
  one->state = state_hold(all, HOLDER);
  atomic_init(&one->auth, auth);
  atomic_init(&one->is_closed, false);
  for (size_t i = 0; i < LANES; i++) {
    atomic_init(&one->lanes[i].inside, 0);
  }
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

static void end_if_empty(verifier *one) {
  for (size_t i = 0; i < LANES; i++) {
    if (atomic_load(&one->lanes[i].inside) != 0) {
      return;
    }
  }
  end(one);
}

// The environment of a call stands on the stack of its scheduler. Stacks are so and so far apart,
// and multiples of the golden ratio fall evenly whatever that is.
static atomic_uint_least64_t *inside(const ErlNifEnv *env, verifier *one) {
  const uint64_t golden = UINT64_C(0x9E3779B97F4A7C15);
  uint64_t page = (uintptr_t)env >> 12;
  return &one->lanes[page * golden >> (64 - LANE_BITS)].inside;
}

jwt_auth *verifier_enter(ErlNifEnv *env, verifier *one) {
  atomic_fetch_add(inside(env, one), 1);
  if (atomic_load(&one->is_closed)) {
    verifier_leave(env, one);
    return NULL;
  }
  return atomic_load_explicit(&one->auth, memory_order_relaxed);
}

void verifier_leave(ErlNifEnv *env, verifier *one) {
  atomic_fetch_sub(inside(env, one), 1);
  if (atomic_load(&one->is_closed)) {
    end_if_empty(one);
  }
}

void verifier_close(verifier *one) {
  atomic_store(&one->is_closed, true);
  end_if_empty(one);
}

// No term names it, so nobody is inside. This may run on any scheduler, which is bearable:
// jwt_auth_free cuts a fetch and does not wait for the network.
void verifier_destroy(ErlNifEnv *env, void *object) {
  verifier *one = object;
  (void)env;
  end(one);
  state_drop(one->state, HOLDER);
}

ERL_NIF_TERM session_term(ErlNifEnv *env, state *all, jwt_auth_session *from) {
  session *one = enif_alloc_resource(all->types.session, sizeof *one);
  one->state = state_hold(all, SESSION);
  one->session = from;
  ERL_NIF_TERM term = enif_make_resource(env, one);
  enif_release_resource(one);
  return term;
}

void session_destroy(ErlNifEnv *env, void *object) {
  session *one = object;
  (void)env;
  jwt_auth_session_free(one->session);
  state_drop(one->state, SESSION);
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
