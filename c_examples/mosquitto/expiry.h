// A binary min-heap of sessions, by the time at which their tokens expire.
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

// Adds a session whose expires_at is not 0. false: out of memory.
bool expiry_add(expiry *expiry, struct session *session);

// Removes a session; does nothing if it is not in the heap.
void expiry_remove(expiry *expiry, struct session *session);

// The session that expires first, or NULL. It stays in the heap.
struct session *expiry_first(const expiry *expiry);

void expiry_free(expiry *expiry);

#endif
