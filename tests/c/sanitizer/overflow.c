// Writes one byte too far, on purpose: AddressSanitizer must say so.
#include <stdlib.h>

int main(int argc, char **argv) {
  (void)argv;
  size_t size = (size_t)argc + 7;
  volatile char *bytes = malloc(size);
  bytes[size] = 1;
  free((void *)bytes);
  return 0;
}
