// The file that tells node_exporter's textfile collector what the library has counted.
#ifndef METRICS_H
#define METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include <jwt_auth.h>

typedef struct metrics {
  const char *path;  // lives as long as this; NULL: no file is wanted
  char *new_path;    // under which it is written, to be renamed
  int64_t next;      // when it is written again, in seconds of a clock that is never set
  bool failed;       // the log says that it cannot be written
} metrics;

// false: out of memory.
bool metrics_start(metrics *metrics, const char *path);

// Writes the file anew, if it is time.
void metrics_write(metrics *metrics, const jwt_auth *auth);

void metrics_stop(metrics *metrics);

#endif
