#include "expiry.h"

#include <stdlib.h>

#include "sessions.h"

static void put(expiry *heap, size_t at, held *one) {
  heap->heap[at] = one;
  one->expiry_at = at;
}

static void sift_up(expiry *heap, size_t at) {
  held *one = heap->heap[at];
  while (at > 0 && heap->heap[(at - 1) / 2]->expires_at > one->expires_at) {
    put(heap, at, heap->heap[(at - 1) / 2]);
    at = (at - 1) / 2;
  }
  put(heap, at, one);
}

static void sift_down(expiry *heap, size_t at) {
  held *one = heap->heap[at];
  for (size_t child = 2 * at + 1; child < heap->count; child = 2 * at + 1) {
    if (child + 1 < heap->count &&
        heap->heap[child + 1]->expires_at < heap->heap[child]->expires_at) {
      child++;
    }
    if (heap->heap[child]->expires_at >= one->expires_at) {
      break;
    }
    put(heap, at, heap->heap[child]);
    at = child;
  }
  put(heap, at, one);
}

bool expiry_add(expiry *heap, held *one) {
  if (heap->count == heap->size) {
    size_t size = heap->size == 0 ? 64 : 2 * heap->size;
    held **grown = realloc(heap->heap, size * sizeof *grown);
    if (grown == NULL) {
      return false;
    }
    heap->heap = grown;
    heap->size = size;
  }
  heap->heap[heap->count] = one;
  heap->count++;
  sift_up(heap, heap->count - 1);
  return true;
}

void expiry_remove(expiry *heap, held *one) {
  size_t at = one->expiry_at;
  if (at == EXPIRY_NONE) {
    return;
  }
  one->expiry_at = EXPIRY_NONE;
  heap->count--;
  if (at < heap->count) {
    put(heap, at, heap->heap[heap->count]);
    sift_down(heap, at);
    sift_up(heap, heap->heap[at]->expiry_at);
  }
}

held *expiry_first(const expiry *heap) {
  return heap->count == 0 ? NULL : heap->heap[0];
}

void expiry_free(expiry *heap) {
  free(heap->heap);
  *heap = (expiry){0};
}
