// The process that reads the log queue: at most one at a time, woken through a pipe.
#ifndef LOG_READER_H
#define LOG_READER_H

#include "state.h"

ErlNifResourceType *log_reader_type(ErlNifEnv *env);

// The calling process becomes the reader: {ok, Reader}, or {error, busy} while another one lives,
// or {error, Text}. It is sent {select, Reader, _, ready_input} when there are lines, or some were
// dropped.
ERL_NIF_TERM log_open(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);

// log_take(Reader, Debug) -> {[{Level, Line}], Dropped} | badarg, at most 100 lines; the message
// comes again when there are more. Debug: whether the reader wants lines of level debug.
ERL_NIF_TERM log_take(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);

#endif
