// The native functions that verifiers and sessions are used through; src/jwt_auth.erl says what
// they mean. All answer the atom badarg for arguments that are no such thing.
#ifndef CALLS_H
#define CALLS_H

#include <erl_nif.h>

// new(Config), reload(Verifier, Config), free(Verifier)
ERL_NIF_TERM new(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM reload(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM free_(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);

// check(Verifier, Client), recheck(Verifier, Session)
ERL_NIF_TERM check(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM recheck(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);

// authorize(Verifier, Session, Action, Topic, Options)
ERL_NIF_TERM authorize(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);

// claims(Session), attributes(Session)
ERL_NIF_TERM claims(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM attributes(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);

#endif
