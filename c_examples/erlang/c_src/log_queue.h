// The library's log lines, on their way to the Erlang logger.
//
// A log hook has no ErlNifEnv, and runs on the thread that logs, whichever that is: it puts the
// line into this queue and wakes the reader through a pipe. It never waits for the reader.
#ifndef LOG_QUEUE_H
#define LOG_QUEUE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// LOG_LINES_KEPT places are reserved for warnings and errors, so that the lines about refused
// clients cannot crowd them out.
enum { LOG_LINES = 1024, LOG_LINES_KEPT = 64, LOG_LINE_SIZE = 1024 };

typedef struct log_line {
  int32_t level; // a jwt_auth_log_level
  size_t len;
  char *text; // free() it; no NUL at its end
} log_line;

typedef struct log_queue {
  pthread_mutex_t lock;
  log_line lines[LOG_LINES]; // a ring
  size_t first, count;
  uint64_t dropped;            // lines lost since the last log_queue_take
  void *reader;                // NULL: there is no reader, and lines are dropped
  int write_end;               // of the reader's pipe
  atomic_int_least32_t wanted; // the highest jwt_auth_log_level that the reader wants
} log_queue;

// False if there is no memory.
bool log_queue_start(log_queue *queue);

// A jwt_auth_log_fn; userdata is a log_queue.
void log_queue_put(void *userdata, int32_t level, const char *line);

// Sets the reader and the pipe that wakes it, and unsets both. The queue closes write_end. Both are
// called with the lock held.
void log_queue_attach(log_queue *queue, void *reader, int write_end);
void log_queue_detach(log_queue *queue);

// Removes up to size lines, oldest first, and returns how many. When the queue is empty it reads
// the bytes in the pipe, too.
size_t log_queue_take(log_queue *queue, int read_end, log_line *lines, size_t size,
                      uint64_t *dropped);

// Frees the lines. No log hook may be running.
void log_queue_stop(log_queue *queue);

#endif
