// Who expires first: a heap of clients by the time at which their tokens expire.
#ifndef EXPIRY_H
#define EXPIRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct held;

typedef struct expiry {
  struct held **heap;
  size_t count, size;
} expiry;

#define EXPIRY_NONE SIZE_MAX

// Adds one whose expires_at is set. false: out of memory.
bool expiry_add(expiry *heap, struct held *one);

// Takes one out; nothing happens if it is not in.
void expiry_remove(expiry *heap, struct held *one);

// The one that expires first, or NULL. It stays in.
struct held *expiry_first(const expiry *heap);

void expiry_free(expiry *heap);

#endif
