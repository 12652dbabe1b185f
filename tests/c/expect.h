// What a test is made of: expectations that are counted and told with their place.
#ifndef EXPECT_H
#define EXPECT_H

#include <stdio.h>
#include <string.h>

#define EXPECT(found, expected) \
  expect_number(__FILE__, __LINE__, #found, (long long)(found), (long long)(expected))
#define EXPECT_TEXT(found, expected) \
  expect_that(__FILE__, __LINE__, strcmp(found, expected) == 0, found, "to be", expected)
#define EXPECT_HAS(text, part) \
  expect_that(__FILE__, __LINE__, strstr(text, part) != NULL, text, "to hold", part)
#define EXPECT_LACKS(text, part) \
  expect_that(__FILE__, __LINE__, strstr(text, part) == NULL, text, "not to hold", part)

// One thread counts. What other threads find, they hand back.
static int expect_failures;

static inline void expect_number(const char *file, int line, const char *what, long long found,
                                 long long expected) {
  if (found != expected) {
    printf("%s:%d: %s is %lld, expected %lld\n", file, line, what, found, expected);
    expect_failures++;
  }
}

static inline void expect_that(const char *file, int line, int holds, const char *found,
                               const char *relation, const char *expected) {
  if (!holds) {
    printf("%s:%d: expected \"%s\" %s \"%s\"\n", file, line, found, relation, expected);
    expect_failures++;
  }
}

// The exit code of a test.
static inline int expect_outcome(void) {
  if (expect_failures != 0) {
    printf("%d expectation(s) failed\n", expect_failures);
  }
  return expect_failures != 0;
}

#endif
