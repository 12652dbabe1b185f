// May the client connect, may it stay, and may it use a topic?
#include <time.h>

#include "calls.h"
#include "client.h"
#include "verifier.h"

// The time slice after which a scheduler preempts a process, as enif_consume_timeslice defines it.
enum { TIMESLICE_NS = 1000000 };

// {allow, Map} | {deny, Reason} | ignore. granted: the session that check and renew put into the
// map, or NULL.
static ERL_NIF_TERM verdict(ErlNifEnv *env, const jwt_auth_result *result,
                            jwt_auth_session *granted) {
  state *state = enif_priv_data(env);
  const atoms *a = &state->atoms;
  ERL_NIF_TERM keys[3], values[3], map;
  size_t count = 0;
  if (result->decision == JWT_AUTH_DECISION_IGNORE) {
    return a->ignore;
  }
  if (result->decision != JWT_AUTH_DECISION_ALLOW) {
    return enif_make_tuple2(env, a->deny, state_reason(state, result->reason));
  }
  keys[count] = a->superuser;
  values[count++] = result->superuser == 1 ? a->true_ : a->false_;
  if (granted != NULL) {
    keys[count] = a->session;
    values[count++] = session_term(env, state, granted);
  }
  if (result->expires_at != 0) {
    keys[count] = a->expires_at;
    values[count++] = enif_make_int64(env, result->expires_at);
  }
  if (!enif_make_map_from_arrays(env, keys, values, count, &map)) {
    return enif_make_tuple2(env, a->deny, a->undecided);
  }
  return enif_make_tuple2(env, a->allow, map);
}

static int64_t now_ns(void) {
  // Not enif_monotonic_time, which takes a lock of the virtual machine.
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Tells the scheduler how much of its time slice the process has used since start, so that a slow
// signature leads to preemption as other work of that length would.
static void consume(ErlNifEnv *env, int64_t start) {
  int64_t percent = (now_ns() - start) / (TIMESLICE_NS / 100);
  if (percent > 0) {
    (void)enif_consume_timeslice(env, percent > 100 ? 100 : (int)percent);
  }
}

ERL_NIF_TERM check(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0], client_arg = argv[1];
  const state *state = enif_priv_data(env);
  jwt_auth_result result = {0};
  jwt_auth_session *granted = NULL;
  verifier *verifier;
  client client;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &verifier) ||
      !client_read(env, state, client_arg, &client)) {
    return state->atoms.badarg;
  }
  jwt_auth *auth = verifier_enter(env, verifier);
  if (auth != NULL) {
    int64_t start = now_ns();
    // The status is not needed: a call that fails leaves deny and undecided in the result.
    (void)state->library->check(auth, &client.fields, &result, &granted);
    verifier_leave(env, verifier);
    consume(env, start);
  }
  return verdict(env, &result, granted);
}

ERL_NIF_TERM recheck(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0], session_arg = argv[1];
  const state *state = enif_priv_data(env);
  jwt_auth_result result = {0};
  session *granted;
  verifier *verifier;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &verifier) || !session_read(env, session_arg, &granted)) {
    return state->atoms.badarg;
  }
  jwt_auth *auth = verifier_enter(env, verifier);
  if (auth != NULL) {
    (void)state->library->recheck(auth, granted->session, &result);
    verifier_leave(env, verifier);
  }
  return verdict(env, &result, NULL);
}

ERL_NIF_TERM renew(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0], session_arg = argv[1], client_arg = argv[2];
  const state *state = enif_priv_data(env);
  jwt_auth_result result = {0};
  jwt_auth_session *renewed = NULL;
  session *held;
  verifier *verifier;
  client client;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &verifier) || !session_read(env, session_arg, &held) ||
      !client_read(env, state, client_arg, &client)) {
    return state->atoms.badarg;
  }
  jwt_auth *auth = verifier_enter(env, verifier);
  if (auth != NULL) {
    int64_t start = now_ns();
    (void)state->library->renew(auth, held->session, &client.fields, &result, &renewed);
    verifier_leave(env, verifier);
    consume(env, start);
  }
  return verdict(env, &result, renewed);
}

static bool action_read(const atoms *a, ERL_NIF_TERM term, int32_t *out) {
  if (enif_is_identical(term, a->publish)) {
    *out = JWT_AUTH_ACTION_PUBLISH;
  } else if (enif_is_identical(term, a->subscribe)) {
    *out = JWT_AUTH_ACTION_SUBSCRIBE;
  } else if (enif_is_identical(term, a->receive)) {
    *out = JWT_AUTH_ACTION_RECEIVE;
  } else {
    return false;
  }
  return true;
}

// #{qos => 0..2, retain => boolean()}; what is absent is 0, and false.
static bool options_read(ErlNifEnv *env, ERL_NIF_TERM map, uint8_t *qos, uint8_t *retain) {
  const state *state = enif_priv_data(env);
  const atoms *a = &state->atoms;
  ERL_NIF_TERM value;
  size_t size, found = 0;
  unsigned number = 0;
  bool kept = false;
  if (!enif_get_map_size(env, map, &size)) {
    return false;
  }
  if (enif_get_map_value(env, map, a->qos, &value)) {
    found++;
    if (!enif_get_uint(env, value, &number) || number > 2) {
      return false;
    }
  }
  if (enif_get_map_value(env, map, a->retain, &value)) {
    found++;
    kept = enif_is_identical(value, a->true_);
    if (!kept && !enif_is_identical(value, a->false_)) {
      return false;
    }
  }
  *qos = (uint8_t)number;
  *retain = kept;
  return found == size;
}

ERL_NIF_TERM authorize(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0], session_arg = argv[1], action_arg = argv[2],
                     topic_arg = argv[3], options_arg = argv[4];
  const state *state = enif_priv_data(env);
  const atoms *a = &state->atoms;
  int32_t action, permission = JWT_AUTH_PERMISSION_DENY;
  session *granted;
  jwt_auth_bytes topic;
  uint8_t qos, retain;
  verifier *verifier;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &verifier) || !session_read(env, session_arg, &granted) ||
      !action_read(a, action_arg, &action) || !bytes_read(env, topic_arg, &topic) ||
      !options_read(env, options_arg, &qos, &retain)) {
    return a->badarg;
  }
  jwt_auth *auth = verifier_enter(env, verifier);
  if (auth != NULL) {
    (void)state->library->authorize(auth, granted->session, action, topic, qos, retain,
                                    &permission);
    verifier_leave(env, verifier);
  }
  switch (permission) {
  case JWT_AUTH_PERMISSION_ALLOW:
    return a->allow;
  case JWT_AUTH_PERMISSION_NO_MATCH:
    return a->no_match;
  default:
    return a->deny;
  }
}
