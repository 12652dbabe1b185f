#include "expiry.h"

#include <stdlib.h>

#include "sessions.h"

static void put(expiry *expiry, size_t at, session *session) {
  expiry->heap[at] = session;
  session->expiry_at = at;
}

static void sift_up(expiry *expiry, size_t at) {
  session *session = expiry->heap[at];
  while (at > 0 && expiry->heap[(at - 1) / 2]->expires_at > session->expires_at) {
    put(expiry, at, expiry->heap[(at - 1) / 2]);
    at = (at - 1) / 2;
  }
  put(expiry, at, session);
}

static void sift_down(expiry *expiry, size_t at) {
  session *session = expiry->heap[at];
  for (size_t child = 2 * at + 1; child < expiry->count; child = 2 * at + 1) {
    if (child + 1 < expiry->count &&
        expiry->heap[child + 1]->expires_at < expiry->heap[child]->expires_at) {
      child++;
    }
    if (expiry->heap[child]->expires_at >= session->expires_at) {
      break;
    }
    put(expiry, at, expiry->heap[child]);
    at = child;
  }
  put(expiry, at, session);
}

bool expiry_add(expiry *expiry, session *session) {
  if (expiry->count == expiry->size) {
    size_t size = expiry->size == 0 ? 64 : 2 * expiry->size;
    struct session **grown = realloc(expiry->heap, size * sizeof *grown);
    if (grown == NULL) {
      return false;
    }
    expiry->heap = grown;
    expiry->size = size;
  }
  expiry->heap[expiry->count] = session;
  expiry->count++;
  sift_up(expiry, expiry->count - 1);
  return true;
}

void expiry_remove(expiry *expiry, session *session) {
  size_t at = session->expiry_at;
  if (at == EXPIRY_NONE) {
    return;
  }
  session->expiry_at = EXPIRY_NONE;
  expiry->count--;
  if (at < expiry->count) {
    put(expiry, at, expiry->heap[expiry->count]);
    sift_down(expiry, at);
    sift_up(expiry, expiry->heap[at]->expiry_at);
  }
}

session *expiry_first(const expiry *expiry) {
  return expiry->count == 0 ? NULL : expiry->heap[0];
}

void expiry_free(expiry *expiry) {
  free(expiry->heap);
  *expiry = (struct expiry){0};
}
