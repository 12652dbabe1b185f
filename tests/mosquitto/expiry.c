// The heap returns the session that expires first, in whatever order they are added and removed.
#include "expiry.h"

#include <stdio.h>

#include "sessions.h"

enum { COUNT = 200, STEPS = 20000 };

static session candidates[COUNT];

// The earliest time of the sessions in the heap, found by a linear search; -1: it is empty.
static int64_t first_of_all(void) {
  int64_t first = -1;
  for (size_t i = 0; i < COUNT; i++) {
    if (candidates[i].expiry_at != EXPIRY_NONE &&
        (first == -1 || candidates[i].expires_at < first)) {
      first = candidates[i].expires_at;
    }
  }
  return first;
}

int main(void) {
  expiry expiry = {0};
  unsigned random = 1;
  int wrong = 0;
  for (size_t i = 0; i < COUNT; i++) {
    candidates[i].expiry_at = EXPIRY_NONE;
  }
  for (size_t step = 0; step < STEPS && wrong == 0; step++) {
    random = random * 1103515245U + 12345U;
    session *session = &candidates[(random >> 8) % COUNT];
    if (session->expiry_at == EXPIRY_NONE) {
      session->expires_at = (random >> 16) % 1000;
      wrong += !expiry_add(&expiry, session);
    } else {
      session = random & 0x10000 ? session : expiry_first(&expiry);
      expiry_remove(&expiry, session);
      wrong += session->expiry_at != EXPIRY_NONE;
    }
    const struct session *first = expiry_first(&expiry);
    wrong += (first == NULL ? -1 : first->expires_at) != first_of_all();
  }
  while (expiry_first(&expiry) != NULL) {
    expiry_remove(&expiry, expiry_first(&expiry));
  }
  expiry_free(&expiry);
  if (wrong != 0) {
    fprintf(stderr, "the heap is out of order\n");
  }
  return wrong != 0;
}
