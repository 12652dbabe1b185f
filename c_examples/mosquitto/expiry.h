// Who expires first: a heap of clients by the time at which their tokens expire.
#ifndef EXPIRY_H
#define EXPIRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

typedef struct expiry {
  struct session **heap;
  size_t count, size;
} expiry;

#define EXPIRY_NONE SIZE_MAX

// Adds one whose expires_at is set. false: out of memory.
bool expiry_add(expiry *expiry, struct session *session);

// Takes one out; nothing happens if it is not in.
void expiry_remove(expiry *expiry, struct session *session);

// The one that expires first, or NULL. It stays in.
struct session *expiry_first(const expiry *expiry);

void expiry_free(expiry *expiry);

#endif
