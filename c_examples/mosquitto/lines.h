// Log lines of the library and of the plugin, on their way to the broker's log.
//
// The broker's log is not thread-safe, and the library logs from a thread of its own, which fetches
// keys and watches files; the HTTP API of Mosquitto 2.1 asks on a thread of its own too. The lines
// of other threads than the broker's wait here until the next tick.
#ifndef LINES_H
#define LINES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jwt_auth.h>

enum { LINES_WAITING = 64 };

typedef struct lines {
  pthread_t broker; // the thread that may write to the broker's log
  pthread_mutex_t lock;
  struct {
    int32_t level;
    char *text;
  } waiting[LINES_WAITING];
  size_t count, dropped;
} lines;

// Called on the thread of the broker.
void lines_start(lines *lines);

// Whether this is the thread of the broker.
bool lines_are_of_this_thread(const lines *lines);

// A jwt_auth_log_fn; userdata is a lines.
void lines_take(void *userdata, int32_t level, const char *line);

// Writes a line of the plugin's own, on any thread.
__attribute__((format(printf, 3, 4))) void lines_say(lines *lines, int32_t level,
                                                     const char *format, ...);

// Writes that a client could not be checked, unless the library's call was good. On any thread.
void lines_complain(lines *lines, jwt_auth_status status);

// Writes the waiting lines to the broker's log. Called on the thread of the broker.
void lines_write(lines *lines);

void lines_stop(lines *lines);

#endif
