// Memory that ends where a forbidden page begins: one byte too far, and the program crashes.
#ifndef FENCE_H
#define FENCE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// A copy of the bytes right before the forbidden page. It is never given back: a test is short.
static inline void *fenced(const void *bytes, size_t len) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t room = (len + page - 1) / page * page;
  char *base = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED || mprotect(base + room, page, PROT_NONE) != 0) {
    perror("a fence");
    exit(1);
  }
  if (len != 0) {
    memcpy(base + room - len, bytes, len);
  }
  return base + room - len;
}

#endif
