// A long explanation is made short: it stays JSON, and tells what has failed.
#include "shorten.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 20 * (EXPLANATION_SIZE + 1000) };

static int wrong;

// What stands before the steps, with a kid of len bytes and of what looks like the steps.
static char *start(char *to, size_t len) {
  to = stpcpy(to, "{\"reason\":\"expired\",\"kid\":\"");
  memset(to, 'a', len);
  return stpcpy(to + len, "\\\"steps\\\":[{\",\"steps\":[");
}

// Appends a step, with a comma if it is not the first. Its detail is of len bytes and full of what
// would end a string or an object, were it not in a string.
static char *step(char *end, bool failed, size_t len) {
  static const char DETAIL[] = "\\\"}]\\\"outcome\\\":\\\"failed\\\"";
  end += sprintf(end, "%s{\"check\":\"x\",\"outcome\":\"%s\",\"detail\":\"",
                 end[-1] == '[' ? "" : ",", failed ? "failed" : "passed");
  memset(end, 'a', len);
  memcpy(end, DETAIL, strlen(DETAIL));
  return stpcpy(end + len, "\"}");
}

// A text of its own size, so that AddressSanitizer sees what is written behind it.
static char *made(const char *text) {
  return strcpy(malloc(strlen(text) + 1), text);
}

// steps: a letter for each step, f of a failed and p of a passed one; len: of each.
static void check(size_t kid_len, const char *steps, size_t len) {
  char text[SIZE], expected[SIZE];
  char *end = start(text, kid_len), *expected_end = start(expected, kid_len);
  bool has_room = true;
  for (const char *c = steps; *c != '\0'; c++) {
    end = step(end, *c == 'f', len);
    if (*c == 'f' && has_room) {
      char *after = step(expected_end, true, len);
      has_room = (size_t)(after - expected) + strlen("]}") <= EXPLANATION_SIZE;
      expected_end = has_room ? after : expected_end;
    }
  }
  strcpy(end, "]}");
  strcpy(expected_end, "]}");
  if (strlen(expected) > EXPLANATION_SIZE) {
    strcpy(expected, "null");
  }
  bool whole = strlen(text) <= EXPLANATION_SIZE;
  char *given = made(text);
  if (shorten(given) != whole || strcmp(given, whole ? text : expected) != 0) {
    fprintf(stderr, "a kid of %zu bytes, steps %s of %zu\n", kid_len, steps, len);
    wrong++;
  }
  free(given);
}

int main(void) {
  static const char *const STEPS[] = {"", "p", "f", "fp", "pf", "ffp", "pfpf", "pppp", "ffff",
                                      "pppppfpppffppfppfppf"};
  for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) {
    for (size_t len = 0; len < EXPLANATION_SIZE + 100; len++) {
      check(0, STEPS[i], len);
      check(len, STEPS[i], 20);
    }
  }
  return wrong != 0;
}
