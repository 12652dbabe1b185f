#include "client.h"

#include <string.h>

bool bytes_read(ErlNifEnv *env, ERL_NIF_TERM term, jwt_auth_bytes *out) {
  ErlNifBinary binary;
  if (!enif_inspect_binary(env, term, &binary)) {
    return false;
  }
  // To the library NULL is a field that the client did not send, and the address of an empty binary
  // may be NULL.
  out->data = binary.data != NULL ? binary.data : (const uint8_t *)"";
  out->len = binary.size;
  return true;
}

static bool tuple_read(ErlNifEnv *env, ERL_NIF_TERM term, client *out) {
  const ERL_NIF_TERM *parts;
  int count;
  unsigned char address[16];
  unsigned part;
  if (!enif_get_tuple(env, term, &count, &parts) || (count != 4 && count != 8)) {
    return false;
  }
  for (int i = 0; i < count; i++) {
    if (!enif_get_uint(env, parts[i], &part) || part > (count == 4 ? 0xFFU : 0xFFFFU)) {
      return false;
    }
    if (count == 4) {
      address[i] = (unsigned char)part;
    } else {
      address[2 * i] = (unsigned char)(part >> 8);
      address[2 * i + 1] = (unsigned char)(part & 0xFF);
    }
  }
  int family = count == 4 ? AF_INET : AF_INET6;
  if (inet_ntop(family, address, out->address, sizeof out->address) == NULL) {
    return false;
  }
  out->fields.peer_address.data = (const uint8_t *)out->address;
  out->fields.peer_address.len = strlen(out->address);
  return true;
}

bool client_read(ErlNifEnv *env, const state *state, ERL_NIF_TERM map, client *out) {
  const atoms *a = &state->atoms;
  const struct {
    ERL_NIF_TERM name;
    jwt_auth_bytes *value;
  } fields[] = {
      {a->client_id, &out->fields.client_id},
      {a->username, &out->fields.username},
      {a->password, &out->fields.password},
      {a->peer_address, &out->fields.peer_address},
      {a->peer_certificate, &out->fields.peer_certificate},
  };
  size_t size, found = 0;
  memset(out, 0, sizeof *out);
  out->fields.struct_size = sizeof out->fields;
  if (!enif_get_map_size(env, map, &size)) {
    return false;
  }
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
    ERL_NIF_TERM value;
    if (!enif_get_map_value(env, map, fields[i].name, &value)) {
      continue;
    }
    found++;
    if (enif_is_identical(value, a->undefined) || bytes_read(env, value, fields[i].value)) {
      continue;
    }
    if (!enif_is_identical(fields[i].name, a->peer_address) || !tuple_read(env, value, out)) {
      return false;
    }
  }
  // There must be no other key: a misspelled one would read as a field that the client did not
  // send.
  return found == size;
}
