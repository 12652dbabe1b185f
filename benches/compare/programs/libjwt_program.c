// libjwt of a newer Debian: libjwt_program ALGORITHM KEY.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../adapters.h"

enum { LINE = 4096, TOKENS = 1024 };

static char good[TOKENS][2][LINE];
static int goods;

static void time_checks(void *key, int count) {
  struct timespec start, end;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
  for (int i = 0; i < count; ++i) {
    char(*one)[LINE] = good[i % goods];
    if (!libjwt.check(key, one[0], one[1])) {
      puts("refused");
      return;
    }
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  printf("%.1f\n", ((double)(end.tv_sec - start.tv_sec) * 1e9 +
                    (double)(end.tv_nsec - start.tv_nsec)) / count);
}

int main(int argc, char **argv) {
  void *key = argc == 3 ? libjwt.open(argv[1], NULL, argv[2]) : NULL;
  if (key == NULL) {
    return 1;
  }
  puts("ready");
  fflush(stdout);
  static char line[2 * LINE], token[LINE], client[LINE];
  int count;
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "time %d", &count) == 1) {
      time_checks(key, count);
    } else if (sscanf(line, "check %4095s %4095s", token, client) == 2) {
      int accepted = libjwt.check(key, token, client);
      if (accepted && goods < TOKENS) {
        strcpy(good[goods][0], token);
        strcpy(good[goods++][1], client);
      }
      puts(accepted ? "1" : "0");
    }
    fflush(stdout);
  }
  return 0;
}
