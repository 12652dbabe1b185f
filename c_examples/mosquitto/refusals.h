// The last refusals with their explanations, in a file for the operator.
//
// A line of the file is a JSON object, which has what jwt_auth_explain tells. The client identifier
// and the user name are not added to that: some devices send their token in these. The log shows
// them where they are no secret, in the line with the same name of the token.
#ifndef REFUSALS_H
#define REFUSALS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jwt_auth.h>

#include "output_file.h"

enum { REFUSALS_KEPT = 100 };

typedef struct refusals {
  output_file file;
  pthread_mutex_t lock;       // of what follows: clients are refused on two threads
  char *lines[REFUSALS_KEPT]; // a ring
  size_t count, next;         // how many there are, and where the next one goes
  uint64_t left_out;          // how many refusals since the last line have none
  int64_t second;             // the second in which the last lines were made, and how many they are
  unsigned in_second;
  bool changed;               // there are lines that the file has not got
  int64_t next_write;         // in seconds of a clock that is never set, as second is
} refusals;

// path: of the file, or NULL: nothing is kept. false: out of memory.
bool refusals_start(refusals *refusals, const char *path);

// Adds the refusal of a client, if this is one: no other decision, and no call that failed. Has the
// library explain why, of ten refusals in a second at most. Any thread may call it.
void refusals_add(refusals *refusals, const jwt_auth *auth, const jwt_auth_client *client,
                  const jwt_auth_result *result);

// Writes the file, if there is something new and it is time.
void refusals_write(refusals *refusals);

// Has the next refusals_write write what is new, whenever the file was written.
void refusals_hurry(refusals *refusals);

// Writes what is new.
void refusals_stop(refusals *refusals);

#endif
