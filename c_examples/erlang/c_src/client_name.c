#include "client_name.h"

#include <string.h>

static _Thread_local client_name *expected;

void client_name_expect(client_name *name) {
  if (name != NULL) {
    name->len = 0;
  }
  expected = name;
}

void client_name_read(const char *line) {
  static const char accepted[] = "accepted: ";
  if (expected == NULL || strncmp(line, accepted, sizeof accepted - 1) != 0) {
    return;
  }
  line += sizeof accepted - 1;
  expected->len = cut_length(line, sizeof expected->text);
  memcpy(expected->text, line, expected->len);
}

size_t cut_length(const char *line, size_t size) {
  size_t len = strnlen(line, size + 1);
  if (len > size) {
    len = size;
    while (len > 0 && ((unsigned char)line[len] & 0xC0) == 0x80) {
      len--;
    }
  }
  return len;
}
