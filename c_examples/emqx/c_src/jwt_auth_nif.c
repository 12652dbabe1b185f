// The library for Erlang: what the functions of the module jwt_auth_nif do.
//
// Arguments that are no such thing are answered with the atom badarg, which the module jwt_auth
// raises: an exception raised here would carry the arguments, and so a password, in its stack trace.
#include <string.h>

#include "client.h"
#include "log_reader.h"
#include "verifier.h"

// A time slice, of which a caller is told how much a call has used.
enum { TIMESLICE_NS = 1000000 };

static ERL_NIF_TERM text_term(ErlNifEnv *env, const void *text, size_t len) {
  ERL_NIF_TERM binary;
  unsigned char *bytes = enif_make_new_binary(env, len, &binary);
  if (len > 0) {
    memcpy(bytes, text, len);
  }
  return binary;
}

static bool verifier_read(ErlNifEnv *env, ERL_NIF_TERM term, verifier **out) {
  const state *all = enif_priv_data(env);
  void *object;
  if (!enif_get_resource(env, term, all->types.verifier, &object)) {
    return false;
  }
  *out = object;
  return true;
}

static bool session_read(ErlNifEnv *env, ERL_NIF_TERM term, jwt_auth_session **out) {
  const state *all = enif_priv_data(env);
  void *object;
  if (!enif_get_resource(env, term, all->types.session, &object)) {
    return false;
  }
  *out = ((session *)object)->session;
  return true;
}

static ERL_NIF_TERM error_tuple(ErlNifEnv *env, ERL_NIF_TERM what) {
  const state *all = enif_priv_data(env);
  return enif_make_tuple2(env, all->atoms.error, what);
}

// A list is copied to make it one text, and what is copied may hold a secret: it is wiped. The
// bytes of a binary are those of the term.
static void wipe(ErlNifEnv *env, ERL_NIF_TERM term, ErlNifBinary *config) {
  if (!enif_is_binary(env, term)) {
    volatile unsigned char *bytes = config->data;
    for (size_t i = 0; i < config->size; i++) {
      bytes[i] = 0;
    }
  }
}

static ERL_NIF_TERM new(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM config_arg = argv[0];
  state *all = enif_priv_data(env);
  ErlNifBinary config;
  ERL_NIF_TERM answer;
  (void)argc;
  if (!enif_inspect_iolist_as_binary(env, config_arg, &config)) {
    return all->atoms.badarg;
  }
  verifier *one = verifier_new(env, all, (const char *)config.data, config.size, &answer);
  wipe(env, config_arg, &config);
  if (one == NULL) {
    return error_tuple(env, answer);
  }
  answer = enif_make_tuple2(env, all->atoms.ok, enif_make_resource(env, one));
  enif_release_resource(one);
  return answer;
}

static ERL_NIF_TERM reload(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0], config_arg = argv[1];
  static const char freed[] = "the verifier was freed";
  const state *all = enif_priv_data(env);
  char error[ERROR_SIZE] = "";
  verifier *one;
  ErlNifBinary config;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &one) ||
      !enif_inspect_iolist_as_binary(env, config_arg, &config)) {
    return all->atoms.badarg;
  }
  jwt_auth *auth = verifier_enter(one);
  if (auth == NULL) {
    wipe(env, config_arg, &config);
    return error_tuple(env, text_term(env, freed, sizeof freed - 1));
  }
  jwt_auth_status status =
      jwt_auth_reload(auth, (const char *)config.data, config.size, error, sizeof error);
  verifier_leave(one);
  wipe(env, config_arg, &config);
  if (status != JWT_AUTH_STATUS_OK) {
    return error_tuple(env, error_text(env, status, error));
  }
  return all->atoms.ok;
}

static ERL_NIF_TERM free_(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0];
  const state *all = enif_priv_data(env);
  verifier *one;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &one)) {
    return all->atoms.badarg;
  }
  verifier_close(one);
  return all->atoms.ok;
}

// {allow, Map} | {deny, Reason} | ignore. granted: what check adds to the map, or NULL.
static ERL_NIF_TERM verdict(ErlNifEnv *env, const jwt_auth_result *result,
                            jwt_auth_session *granted) {
  state *all = enif_priv_data(env);
  const atoms *a = &all->atoms;
  ERL_NIF_TERM keys[3], values[3], map;
  size_t count = 0;
  if (result->decision == JWT_AUTH_DECISION_IGNORE) {
    return a->ignore;
  }
  if (result->decision != JWT_AUTH_DECISION_ALLOW) {
    return enif_make_tuple2(env, a->deny, state_reason(all, result->reason));
  }
  keys[count] = a->superuser;
  values[count++] = result->superuser == 1 ? a->true_ : a->false_;
  if (granted != NULL) {
    keys[count] = a->session;
    values[count++] = session_term(env, all, granted);
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

// A signature that is looked at for long counts as much as other work of that length would.
static void consume(ErlNifEnv *env, ErlNifTime start) {
  ErlNifTime percent = (enif_monotonic_time(ERL_NIF_NSEC) - start) / (TIMESLICE_NS / 100);
  if (percent > 0) {
    (void)enif_consume_timeslice(env, percent > 100 ? 100 : (int)percent);
  }
}

static ERL_NIF_TERM check(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0], client_arg = argv[1];
  const state *all = enif_priv_data(env);
  jwt_auth_result result = {0};
  jwt_auth_session *granted = NULL;
  verifier *one;
  client who;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &one) || !client_read(env, all, client_arg, &who)) {
    return all->atoms.badarg;
  }
  jwt_auth *auth = verifier_enter(one);
  if (auth != NULL) {
    ErlNifTime start = enif_monotonic_time(ERL_NIF_NSEC);
    // Its status need not be looked at: a call that fails says deny, undecided.
    (void)jwt_auth_check(auth, &who.fields, &result, &granted);
    verifier_leave(one);
    consume(env, start);
  }
  return verdict(env, &result, granted);
}

static ERL_NIF_TERM recheck(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0], session_arg = argv[1];
  const state *all = enif_priv_data(env);
  jwt_auth_result result = {0};
  jwt_auth_session *granted;
  verifier *one;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &one) || !session_read(env, session_arg, &granted)) {
    return all->atoms.badarg;
  }
  jwt_auth *auth = verifier_enter(one);
  if (auth != NULL) {
    (void)jwt_auth_session_recheck(auth, granted, &result);
    verifier_leave(one);
  }
  return verdict(env, &result, NULL);
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
  const state *all = enif_priv_data(env);
  const atoms *a = &all->atoms;
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

static ERL_NIF_TERM authorize(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM verifier_arg = argv[0], session_arg = argv[1], action_arg = argv[2],
                     topic_arg = argv[3], options_arg = argv[4];
  const state *all = enif_priv_data(env);
  const atoms *a = &all->atoms;
  int32_t action, permission = JWT_AUTH_PERMISSION_DENY;
  jwt_auth_session *granted;
  jwt_auth_bytes topic;
  uint8_t qos, retain;
  verifier *one;
  (void)argc;
  if (!verifier_read(env, verifier_arg, &one) || !session_read(env, session_arg, &granted) ||
      !action_read(a, action_arg, &action) || !bytes_read(env, topic_arg, &topic) ||
      !options_read(env, options_arg, &qos, &retain)) {
    return a->badarg;
  }
  jwt_auth *auth = verifier_enter(one);
  if (auth != NULL) {
    (void)jwt_auth_session_authorize(auth, granted, action, topic, qos, retain, &permission);
    verifier_leave(one);
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

static ERL_NIF_TERM claims(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM session_arg = argv[0];
  const state *all = enif_priv_data(env);
  jwt_auth_session *granted;
  jwt_auth_bytes json;
  (void)argc;
  if (!session_read(env, session_arg, &granted)) {
    return all->atoms.badarg;
  }
  (void)jwt_auth_session_claims(granted, &json);
  return enif_make_tuple2(env, all->atoms.ok, text_term(env, json.data, json.len));
}

static ERL_NIF_TERM attributes(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM session_arg = argv[0];
  const state *all = enif_priv_data(env);
  jwt_auth_session *granted;
  jwt_auth_bytes name, value;
  (void)argc;
  if (!session_read(env, session_arg, &granted)) {
    return all->atoms.badarg;
  }
  ERL_NIF_TERM map = enif_make_new_map(env);
  for (size_t i = 0;
       jwt_auth_session_attribute(granted, i, &name, &value) == JWT_AUTH_STATUS_OK; i++) {
    (void)enif_make_map_put(env, map, text_term(env, name.data, name.len),
                            text_term(env, value.data, value.len), &map);
  }
  return map;
}

static ERL_NIF_TERM version(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const char *text = jwt_auth_version();
  (void)argc;
  (void)argv;
  return text_term(env, text, strlen(text));
}

static ERL_NIF_TERM status(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const state *all = enif_priv_data(env);
  (void)argc;
  (void)argv;
  return all->atoms.ok;
}

static ERL_NIF_TERM live(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  state *all = enif_priv_data(env);
  (void)argc;
  (void)argv;
  return enif_make_tuple2(env, enif_make_uint64(env, atomic_load(&all->verifiers)),
                          enif_make_uint64(env, atomic_load(&all->sessions)));
}

// [{Atom, Name}]: of each reason, and of the number after the last.
static ERL_NIF_TERM reasons(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const state *all = enif_priv_data(env);
  ERL_NIF_TERM list = enif_make_list(env, 0);
  (void)argc;
  (void)argv;
  for (int32_t reason = REASONS; reason >= 0; reason--) {
    const char *name = jwt_auth_reason_str(reason);
    list = enif_make_list_cell(
        env,
        enif_make_tuple2(env, state_reason(all, reason), text_term(env, name, strlen(name))),
        list);
  }
  return list;
}

static bool open_types(ErlNifEnv *env, resource_types *types) {
  const ErlNifResourceFlags flags = ERL_NIF_RT_CREATE | ERL_NIF_RT_TAKEOVER;
  types->verifier = enif_open_resource_type(env, NULL, "verifier/" STATE_LAYOUT,
                                            verifier_destroy, flags, NULL);
  types->session =
      enif_open_resource_type(env, NULL, "session/" STATE_LAYOUT, session_destroy, flags, NULL);
  types->log_reader = log_reader_type(env);
  return types->verifier != NULL && types->session != NULL && types->log_reader != NULL;
}

static int load(ErlNifEnv *env, void **priv_data, ERL_NIF_TERM load_info) {
  resource_types types;
  (void)load_info;
  if (jwt_auth_abi_version() != JWT_AUTH_ABI_VERSION) {
    return 1;
  }
  if (!open_types(env, &types)) {
    return 2;
  }
  *priv_data = state_new(env, &types);
  return *priv_data == NULL ? 3 : 0;
}

// New code while the old is still there, and perhaps running. The types are the same ones after
// they are taken over, so that the old code goes on with the state that both have.
static int upgrade(ErlNifEnv *env, void **priv_data, void **old_priv_data, ERL_NIF_TERM load_info) {
  state *old = *old_priv_data;
  resource_types types;
  if (!state_fits(old)) {
    return load(env, priv_data, load_info);
  }
  if (jwt_auth_abi_version() != JWT_AUTH_ABI_VERSION) {
    return 1;
  }
  if (!open_types(env, &types) || memcmp(&types, &old->types, sizeof types) != 0) {
    return 2;
  }
  *priv_data = state_hold(old);
  return 0;
}

static void unload(ErlNifEnv *env, void *priv_data) {
  (void)env;
  state_drop(priv_data);
}

// What reads files, or may wait for a log hook, does not run on a normal scheduler.
static ErlNifFunc functions[] = {
    {"new", 1, new, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"reload", 2, reload, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"free", 1, free_, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"check", 2, check, 0},
    {"authorize", 5, authorize, 0},
    {"recheck", 2, recheck, 0},
    {"claims", 1, claims, 0},
    {"attributes", 1, attributes, 0},
    {"version", 0, version, 0},
    {"status", 0, status, 0},
    {"live", 0, live, 0},
    {"reasons", 0, reasons, 0},
    {"log_open", 0, log_open, 0},
    {"log_take", 2, log_take, 0},
};

ERL_NIF_INIT(jwt_auth_nif, functions, load, NULL, upgrade, unload)
