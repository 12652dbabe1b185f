#include "log_queue.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jwt_auth.h>

bool log_queue_start(log_queue *queue) {
  queue->write_end = -1;
  atomic_init(&queue->wanted, JWT_AUTH_LOG_LEVEL_INFO);
  return pthread_mutex_init(&queue->lock, NULL) == 0;
}

// Writes a byte to the pipe, which wakes the reader. The write does not block, and fails if the
// pipe is full: then the reader is awake anyway.
static void wake(const log_queue *queue) {
  ssize_t written = write(queue->write_end, "", 1);
  (void)written;
}

// The length of a line, cut between two UTF-8 sequences if it is too long.
static size_t cut_length(const char *line) {
  size_t len = strnlen(line, LOG_LINE_SIZE + 1);
  if (len > LOG_LINE_SIZE) {
    len = LOG_LINE_SIZE;
    while (len > 0 && ((unsigned char)line[len] & 0xC0) == 0x80) {
      len--;
    }
  }
  return len;
}

void log_queue_put(void *userdata, int32_t level, const char *line) {
  log_queue *queue = userdata;
  if (level > atomic_load_explicit(&queue->wanted, memory_order_relaxed)) {
    return;
  }
  size_t len = cut_length(line);
  char *text = malloc(len + 1);
  if (text != NULL) {
    memcpy(text, line, len);
  }
  size_t room = level <= JWT_AUTH_LOG_LEVEL_WARN ? LOG_LINES : LOG_LINES - LOG_LINES_KEPT;
  pthread_mutex_lock(&queue->lock);
  if (text == NULL || queue->reader == NULL || queue->count >= room) {
    queue->dropped++;
  } else {
    size_t last = (queue->first + queue->count) % LOG_LINES;
    queue->lines[last] = (log_line){.level = level, .len = len, .text = text};
    text = NULL;
    if (queue->count++ == 0) {
      wake(queue);
    }
  }
  pthread_mutex_unlock(&queue->lock);
  free(text);
}

void log_queue_attach(log_queue *queue, void *reader, int write_end) {
  queue->reader = reader;
  queue->write_end = write_end;
  if (queue->count > 0 || queue->dropped > 0) {
    wake(queue);
  }
}

void log_queue_detach(log_queue *queue) {
  if (queue->write_end >= 0) {
    close(queue->write_end);
  }
  queue->reader = NULL;
  queue->write_end = -1;
}

static void empty(int read_end) {
  char bytes[64];
  while (read(read_end, bytes, sizeof bytes) == (ssize_t)sizeof bytes) {
  }
}

size_t log_queue_take(log_queue *queue, int read_end, log_line *lines, size_t size,
                      uint64_t *dropped) {
  size_t taken = 0;
  pthread_mutex_lock(&queue->lock);
  for (; taken < size && queue->count > 0; taken++, queue->count--) {
    lines[taken] = queue->lines[queue->first];
    queue->first = (queue->first + 1) % LOG_LINES;
  }
  *dropped = queue->dropped;
  queue->dropped = 0;
  if (queue->count == 0) {
    empty(read_end);
  }
  pthread_mutex_unlock(&queue->lock);
  return taken;
}

void log_queue_stop(log_queue *queue) {
  for (size_t i = 0; i < queue->count; i++) {
    free(queue->lines[(queue->first + i) % LOG_LINES].text);
  }
  log_queue_detach(queue);
  pthread_mutex_destroy(&queue->lock);
}
