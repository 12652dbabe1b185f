// Texts of the library as binaries.
#ifndef TEXT_H
#define TEXT_H

#include <erl_nif.h>
#include <jwt_auth.h>

// The size of the buffer for the error text of jwt_auth_init and jwt_auth_reload.
enum { ERROR_SIZE = 512 };

// Copies a text into a binary. text may be NULL if len is 0.
ERL_NIF_TERM text_term(ErlNifEnv *env, const void *text, size_t len);

// The text that the library wrote to the buffer, or the name of the status if it wrote none.
ERL_NIF_TERM error_text(ErlNifEnv *env, jwt_auth_status status, const char *error);

// {error, What}
ERL_NIF_TERM error_tuple(ErlNifEnv *env, ERL_NIF_TERM what);

// What a call answers whose verifier was freed, if its answer has a text.
ERL_NIF_TERM freed_error(ErlNifEnv *env);

#endif
