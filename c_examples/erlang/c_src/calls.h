// The native functions about verifiers and sessions; src/jwt_auth.erl says what they mean. Each
// returns the atom badarg if an argument has another type than the -spec there says.
#ifndef CALLS_H
#define CALLS_H

#include <erl_nif.h>

// new(Config), reload(Verifier, Config), free(Verifier)
ERL_NIF_TERM new(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM reload(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM free_(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);

// new_file(Path), reload_file(Verifier, Path), where Path is a binary with a NUL at its end;
// wait_ready(Verifier, Milliseconds)
ERL_NIF_TERM new_file(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM reload_file(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM wait_ready(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);

// check(Verifier, Client), recheck(Verifier, Session), renew(Verifier, Session, Client)
ERL_NIF_TERM check(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM recheck(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM renew(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);

// authorize(Verifier, Session, Action, Topic, Options)
ERL_NIF_TERM authorize(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);

// explain(Verifier, Client), stats(Verifier)
ERL_NIF_TERM explain(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM stats(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);

// claims(Session), attributes(Session), username(Session), fingerprint(Session)
ERL_NIF_TERM claims(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM attributes(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM username(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM fingerprint(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);

#endif
