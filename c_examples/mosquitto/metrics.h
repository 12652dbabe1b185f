// What the library has counted, for node_exporter's textfile collector and for MQTT clients.
#ifndef METRICS_H
#define METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include <jwt_auth.h>

#include "output_file.h"
#include "sys_topics.h"

typedef struct metrics {
  output_file file;
  sys_topics topics;
  int64_t next; // when they are told again, in seconds of a clock that is never set
} metrics;

// path: of the file, or NULL. false: out of memory.
bool metrics_start(metrics *metrics, const char *path);

// Writes the file and publishes what has changed, if it is time.
void metrics_tell(metrics *metrics, const jwt_auth *auth, const jwt_auth_registry *registry);

void metrics_stop(metrics *metrics);

#endif
