// The map of a client, read in place: no byte of a password is copied.
#ifndef CLIENT_H
#define CLIENT_H

#include <arpa/inet.h>

#include "state.h"

typedef struct client {
  jwt_auth_client fields;
  char address[INET6_ADDRSTRLEN]; // of peer_address, if it came as a tuple
} client;

// False if the term is not a map of the four fields, each a binary or undefined, and the address
// possibly a tuple of inet.
bool client_read(ErlNifEnv *env, const state *state, ERL_NIF_TERM map, client *out);

// A binary, with data set also if it is empty. False for any other term.
bool bytes_read(ErlNifEnv *env, ERL_NIF_TERM term, jwt_auth_bytes *out);

#endif
