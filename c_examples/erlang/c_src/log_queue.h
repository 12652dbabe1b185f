// The library's log lines, on their way to the Erlang logger.
//
// A log hook has no ErlNifEnv, and runs on whatever thread writes the line: it leaves the line here
// and wakes the reader through a pipe. It never waits for the reader.
#ifndef LOG_QUEUE_H
#define LOG_QUEUE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Refused clients may not push out what is worse: some places are kept for warnings and errors.
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
  uint64_t dropped;     // since the reader was last told
  void *reader;         // NULL: nobody reads, and lines are dropped
  int wake;             // the end of the reader's pipe that is written to
  atomic_int_least32_t wanted; // the highest jwt_auth_log_level that is
} log_queue;

// False if there is no memory.
bool log_queue_start(log_queue *queue);

// A jwt_auth_log_fn; userdata is a log_queue.
void log_queue_put(void *userdata, int32_t level, const char *line);

// Makes reader the one that is woken, through a byte in the pipe. The queue closes wake.
// Both are called with the lock held.
void log_queue_attach(log_queue *queue, void *reader, int wake);
void log_queue_detach(log_queue *queue);

// Moves up to size lines out, oldest first, and returns how many. The bytes in the pipe, whose
// other end is sleep, are read once nothing is left.
size_t log_queue_take(log_queue *queue, int sleep, log_line *lines, size_t size, uint64_t *dropped);

// No hook may run any more.
void log_queue_stop(log_queue *queue);

#endif
