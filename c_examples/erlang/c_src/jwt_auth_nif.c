// The library for Erlang: the native functions of the module jwt_auth_nif.
//
// A function that is given an argument of a wrong type returns the atom badarg, which the module
// jwt_auth then raises: the stack trace of an exception raised here would hold the arguments, and
// so a password.
#include <string.h>

#include "calls.h"
#include "log_reader.h"
#include "text.h"
#include "verifier.h"

static ERL_NIF_TERM version(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const char *text = jwt_auth_version();
  (void)argc;
  (void)argv;
  return text_term(env, text, strlen(text));
}

static ERL_NIF_TERM status(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const state *state = enif_priv_data(env);
  (void)argc;
  (void)argv;
  return state->atoms.ok;
}

static ERL_NIF_TERM live(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  state *state = enif_priv_data(env);
  (void)argc;
  (void)argv;
  return enif_make_tuple2(env, enif_make_uint64(env, atomic_load(&state->verifiers)),
                          enif_make_uint64(env, state_sessions(state)));
}

// [{Atom, Name}]: of each reason, and of the number after the last.
static ERL_NIF_TERM reasons(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const state *state = enif_priv_data(env);
  ERL_NIF_TERM list = enif_make_list(env, 0);
  (void)argc;
  (void)argv;
  for (int32_t reason = REASONS; reason >= 0; reason--) {
    const char *name = jwt_auth_reason_str(reason);
    list = enif_make_list_cell(
        env,
        enif_make_tuple2(env, state_reason(state, reason), text_term(env, name, strlen(name))),
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

// The virtual machine loads new code while the old code is still loaded, and perhaps running. The
// new code takes over the resource types and shares the state, so that each works with the
// resources of the other.
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
  *priv_data = state_hold(old, HOLDER);
  return 0;
}

static void unload(ErlNifEnv *env, void *priv_data) {
  (void)env;
  state_drop(priv_data, HOLDER);
}

// A function that reads files, waits, or may block on a log hook, runs on a dirty scheduler. So do
// those that write long texts: explain verifies a signature besides, and does not tell the time it
// took.
static ErlNifFunc functions[] = {
    {"new", 1, new, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"reload", 2, reload, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"free", 1, free_, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"new_file", 1, new_file, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"reload_file", 2, reload_file, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"wait_ready", 2, wait_ready, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"check", 2, check, 0},
    {"authorize", 5, authorize, 0},
    {"recheck", 2, recheck, 0},
    {"renew", 3, renew, 0},
    {"explain", 2, explain, ERL_NIF_DIRTY_JOB_CPU_BOUND},
    {"stats", 1, stats, ERL_NIF_DIRTY_JOB_CPU_BOUND},
    {"claims", 1, claims, 0},
    {"attributes", 1, attributes, 0},
    {"username", 1, username, 0},
    {"fingerprint", 1, fingerprint, 0},
    {"version", 0, version, 0},
    {"status", 0, status, 0},
    {"live", 0, live, 0},
    {"reasons", 0, reasons, 0},
    {"log_open", 0, log_open, 0},
    {"log_take", 2, log_take, 0},
};

ERL_NIF_INIT(jwt_auth_nif, functions, load, NULL, upgrade, unload)
