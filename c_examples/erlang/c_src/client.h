// The map of a client, read in place: no byte of a password is copied.
#ifndef CLIENT_H
#define CLIENT_H

#include <arpa/inet.h>

#include "state.h"

typedef struct client {
  jwt_auth_client fields;
  char address[INET6_ADDRSTRLEN]; // of peer_address, if it came as a tuple
} client;

// Reads a map. False if it has another key than those of the five fields, or a value that is
// neither a binary nor undefined; peer_address may also be a tuple of inet.
bool client_read(ErlNifEnv *env, const state *state, ERL_NIF_TERM map, client *out);

// Reads a binary; the data of an empty one is not NULL. False for any other term.
bool bytes_read(ErlNifEnv *env, ERL_NIF_TERM term, jwt_auth_bytes *out);

#endif
