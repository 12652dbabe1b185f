#include "metrics.h"

#include <time.h>

enum { INTERVAL_SECONDS = 15 };

bool metrics_start(metrics *metrics, const char *path) {
  *metrics = (struct metrics){0};
  return output_file_start(&metrics->file, "metrics_file", path, 0644);
}

void metrics_tell(metrics *metrics, const jwt_auth *auth, const jwt_auth_registry *registry) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (now.tv_sec < metrics->next) {
    return;
  }
  metrics->next = now.tv_sec + INTERVAL_SECONDS;
  char *text = NULL;
  jwt_auth_stats(auth, &text);
  if (metrics->file.path != NULL) {
    output_file_write(&metrics->file, text);
  }
  if (text != NULL) {
    sys_topics_publish(&metrics->topics, text, registry);
  }
  jwt_auth_string_free(text);
}

void metrics_stop(metrics *metrics) {
  output_file_stop(&metrics->file);
}
