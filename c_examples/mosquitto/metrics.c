#include "metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <mosquitto.h>
#include <mosquitto_broker.h>

// A collector takes names that end in .prom, so it does not take this one.
static const char NEW[] = ".new";

enum { INTERVAL_SECONDS = 15 };

bool metrics_start(metrics *metrics, const char *path) {
  *metrics = (struct metrics){.path = path};
  if (path == NULL) {
    return true;
  }
  metrics->new_path = malloc(strlen(path) + sizeof NEW);
  if (metrics->new_path == NULL) {
    return false;
  }
  sprintf(metrics->new_path, "%s%s", path, NEW);
  return true;
}

static bool write_all(int file, const char *text) {
  size_t len = strlen(text);
  while (len > 0) {
    ssize_t written = write(file, text, len);
    if (written < 0 && errno != EINTR) {
      return false;
    }
    if (written > 0) {
      text += written;
      len -= (size_t)written;
    }
  }
  return true;
}

// Puts a file with this text in the place of the old one, so that nobody reads half of it. false:
// errno says why it is not there.
static bool replace(const metrics *metrics, const char *text) {
  // What a broker that was killed has left. O_EXCL: nobody can lay a link in our way.
  unlink(metrics->new_path);
  int file = open(metrics->new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return false;
  }
  // Whatever the umask is: the collector is another user.
  bool good = write_all(file, text) && fchmod(file, 0644) == 0;
  int cause = errno;
  if (close(file) != 0 && good) {
    good = false;
    cause = errno;
  }
  if (good && rename(metrics->new_path, metrics->path) == 0) {
    return true;
  }
  cause = good ? errno : cause;
  unlink(metrics->new_path);
  errno = cause;
  return false;
}

void metrics_write(metrics *metrics, const jwt_auth *auth) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (metrics->path == NULL || now.tv_sec < metrics->next) {
    return;
  }
  metrics->next = now.tv_sec + INTERVAL_SECONDS;
  char *text = NULL;
  const char *problem = NULL;
  if (jwt_auth_stats(auth, &text) != JWT_AUTH_STATUS_OK) {
    problem = "the library failed";
  } else if (!replace(metrics, text)) {
    problem = strerror(errno);
  }
  jwt_auth_string_free(text);
  if (problem != NULL && !metrics->failed) {
    mosquitto_log_printf(MOSQ_LOG_ERR, "jwt_auth: metrics_file %s cannot be written: %s",
                         metrics->path, problem);
  } else if (problem == NULL && metrics->failed) {
    mosquitto_log_printf(MOSQ_LOG_NOTICE, "jwt_auth: metrics_file %s is written again",
                         metrics->path);
  }
  metrics->failed = problem != NULL;
}

void metrics_stop(metrics *metrics) {
  free(metrics->new_path);
  *metrics = (struct metrics){0};
}
