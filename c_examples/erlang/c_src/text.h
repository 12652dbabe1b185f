// Texts of the library as binaries.
#ifndef TEXT_H
#define TEXT_H

#include <erl_nif.h>
#include <jwt_auth.h>

// Of the buffer for the error text of jwt_auth_init and jwt_auth_reload.
enum { ERROR_SIZE = 512 };

// A copy. text may be NULL if len is 0.
ERL_NIF_TERM text_term(ErlNifEnv *env, const void *text, size_t len);

// What the library wrote to the buffer, or if that is nothing the name of the status.
ERL_NIF_TERM error_text(ErlNifEnv *env, jwt_auth_status status, const char *error);

#endif
