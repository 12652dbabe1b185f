// How a verifier is freed while calls use it.
//
// Each call counts itself in when it begins to use the verifier, and out when it is done. A single
// counter would be a cache line that all schedulers write in turn, so the count is spread over
// lanes, and a scheduler writes to one of them. The closing call sets is_closed and then reads the
// lanes. A call that entered before that is counted in its lane until it leaves; a call that enters
// later finds the verifier closed, and leaves at once. The call that finds the verifier closed and
// every lane at 0 frees it: the closing call, or the last one to leave.
#include "verifier.h"

#include "text.h"

verifier *verifier_new(ErlNifEnv *env, state *state, const source *config,
                       ERL_NIF_TERM *error_term) {
  char error[ERROR_SIZE] = "";
  jwt_auth *auth;
  jwt_auth_hooks hooks = {
      .struct_size = sizeof hooks, .log = log_queue_put, .userdata = &state->queue};
  const library *library = state->library;
  jwt_auth_status status =
      config->path != NULL
          ? library->init_file(config->path, &hooks, &auth, error, sizeof error)
          : library->init(config->text, config->len, &hooks, &auth, error, sizeof error);
  if (status != JWT_AUTH_STATUS_OK) {
    *error_term = error_text(env, status, error);
    return NULL;
  }
  verifier *verifier = enif_alloc_resource(state->types.verifier, sizeof *verifier);
  verifier->state = state_hold(state, HOLDER);
  atomic_init(&verifier->auth, auth);
  atomic_init(&verifier->is_closed, false);
  for (size_t i = 0; i < LANES; i++) {
    atomic_init(&verifier->lanes[i].inside, 0);
  }
  atomic_fetch_add_explicit(&state->verifiers, 1, memory_order_relaxed);
  return verifier;
}

static void end(verifier *verifier) {
  jwt_auth *auth = atomic_exchange(&verifier->auth, NULL);
  if (auth != NULL) {
    verifier->state->library->free(auth);
    atomic_fetch_sub_explicit(&verifier->state->verifiers, 1, memory_order_relaxed);
  }
}

static void end_if_empty(verifier *verifier) {
  for (size_t i = 0; i < LANES; i++) {
    if (atomic_load(&verifier->lanes[i].inside) != 0) {
      return;
    }
  }
  end(verifier);
}

// The lane of a scheduler. The environment of a call is on the stack of its scheduler's thread, so
// its page tells the schedulers apart. Fibonacci hashing, a multiplication by 2^64 divided by the
// golden ratio, spreads the pages evenly over the lanes, however far the stacks are apart.
static atomic_uint_least64_t *inside(const ErlNifEnv *env, verifier *verifier) {
  const uint64_t golden = UINT64_C(0x9E3779B97F4A7C15);
  uint64_t page = (uintptr_t)env >> 12;
  return &verifier->lanes[page * golden >> (64 - LANE_BITS)].inside;
}

jwt_auth *verifier_enter(ErlNifEnv *env, verifier *verifier) {
  atomic_fetch_add(inside(env, verifier), 1);
  if (atomic_load(&verifier->is_closed)) {
    verifier_leave(env, verifier);
    return NULL;
  }
  return atomic_load_explicit(&verifier->auth, memory_order_relaxed);
}

void verifier_leave(ErlNifEnv *env, verifier *verifier) {
  atomic_fetch_sub(inside(env, verifier), 1);
  if (atomic_load(&verifier->is_closed)) {
    end_if_empty(verifier);
  }
}

void verifier_close(verifier *verifier) {
  atomic_store(&verifier->is_closed, true);
  end_if_empty(verifier);
}

// No term refers to the verifier, so no call is inside. The virtual machine may call this on a
// normal scheduler. It is not blocked for long: jwt_auth_free aborts a fetch, and does not wait for
// the network.
void verifier_destroy(ErlNifEnv *env, void *object) {
  verifier *verifier = object;
  (void)env;
  end(verifier);
  state_drop(verifier->state, HOLDER);
}

ERL_NIF_TERM session_term(ErlNifEnv *env, state *state, jwt_auth_session *granted) {
  session *session = enif_alloc_resource(state->types.session, sizeof *session);
  session->state = state_hold(state, SESSION);
  session->session = granted;
  ERL_NIF_TERM term = enif_make_resource(env, session);
  enif_release_resource(session);
  return term;
}

void session_destroy(ErlNifEnv *env, void *object) {
  session *session = object;
  (void)env;
  session->state->library->session_free(session->session);
  state_drop(session->state, SESSION);
}

bool verifier_read(ErlNifEnv *env, ERL_NIF_TERM term, verifier **out) {
  const state *state = enif_priv_data(env);
  void *object;
  if (!enif_get_resource(env, term, state->types.verifier, &object)) {
    return false;
  }
  *out = object;
  return (*out)->state == state;
}

bool session_read(ErlNifEnv *env, ERL_NIF_TERM term, session **out) {
  const state *state = enif_priv_data(env);
  void *object;
  if (!enif_get_resource(env, term, state->types.session, &object)) {
    return false;
  }
  *out = object;
  return (*out)->state == state;
}
