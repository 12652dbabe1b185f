// The heap gives who expires first, however it was filled and whatever was taken out.
#include "expiry.h"

#include <stdio.h>

#include "sessions.h"

enum { COUNT = 200, STEPS = 20000 };

static held all[COUNT];

// The earliest time of those that are in, looked for one by one; -1: none is.
static int64_t first_of_all(void) {
  int64_t first = -1;
  for (size_t i = 0; i < COUNT; i++) {
    if (all[i].expiry_at != EXPIRY_NONE && (first == -1 || all[i].expires_at < first)) {
      first = all[i].expires_at;
    }
  }
  return first;
}

int main(void) {
  expiry heap = {0};
  unsigned random = 1;
  int wrong = 0;
  for (size_t i = 0; i < COUNT; i++) {
    all[i].expiry_at = EXPIRY_NONE;
  }
  for (size_t step = 0; step < STEPS && wrong == 0; step++) {
    random = random * 1103515245U + 12345U;
    held *one = &all[(random >> 8) % COUNT];
    if (one->expiry_at == EXPIRY_NONE) {
      one->expires_at = (random >> 16) % 1000;
      wrong += !expiry_add(&heap, one);
    } else {
      one = random & 0x10000 ? one : expiry_first(&heap);
      expiry_remove(&heap, one);
      wrong += one->expiry_at != EXPIRY_NONE;
    }
    held *first = expiry_first(&heap);
    wrong += (first == NULL ? -1 : first->expires_at) != first_of_all();
  }
  while (expiry_first(&heap) != NULL) {
    expiry_remove(&heap, expiry_first(&heap));
  }
  expiry_free(&heap);
  if (wrong != 0) {
    fprintf(stderr, "the heap is out of order\n");
  }
  return wrong != 0;
}
