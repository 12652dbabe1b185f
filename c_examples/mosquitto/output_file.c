#include "output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker.h"

// A collector of statistics takes names that end in .prom, so it does not take this one.
static const char NEW[] = ".new";

bool output_file_start(output_file *file, const char *option, const char *path, mode_t mode) {
  *file = (struct output_file){.option = option, .path = path, .mode = mode};
  if (path == NULL) {
    return true;
  }
  file->new_path = malloc(strlen(path) + sizeof NEW);
  if (file->new_path == NULL) {
    return false;
  }
  sprintf(file->new_path, "%s%s", path, NEW);
  return true;
}

static bool write_all(int to, const char *text) {
  size_t len = strlen(text);
  while (len > 0) {
    ssize_t written = write(to, text, len);
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

// false: errno says why the file is not there.
static bool replace(const output_file *file, const char *text) {
  // What a broker that was killed has left. O_EXCL: nobody can lay a link in our way.
  unlink(file->new_path);
  int new = open(file->new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (new < 0) {
    return false;
  }
  bool good = write_all(new, text) && fchmod(new, file->mode) == 0;
  int cause = errno;
  if (close(new) != 0 && good) {
    good = false;
    cause = errno;
  }
  if (good && rename(file->new_path, file->path) == 0) {
    return true;
  }
  cause = good ? errno : cause;
  unlink(file->new_path);
  errno = cause;
  return false;
}

bool output_file_write(output_file *file, const char *text) {
  const char *problem = NULL;
  if (text == NULL) {
    problem = "the library failed";
  } else if (!replace(file, text)) {
    problem = strerror(errno);
  }
  if (problem != NULL && !file->failed) {
    mosquitto_log_printf(MOSQ_LOG_ERR, "jwt_auth: %s %s cannot be written: %s", file->option,
                         file->path, problem);
  } else if (problem == NULL && file->failed) {
    mosquitto_log_printf(MOSQ_LOG_NOTICE, "jwt_auth: %s %s is written again", file->option,
                         file->path);
  }
  file->failed = problem != NULL;
  return problem == NULL;
}

void output_file_stop(output_file *file) {
  free(file->new_path);
  *file = (struct output_file){0};
}
