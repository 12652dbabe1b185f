#include "log_queue.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jwt_auth.h>

bool log_queue_start(log_queue *queue) {
  queue->wake = -1;
  atomic_init(&queue->wanted, JWT_AUTH_LOG_LEVEL_INFO);
  return pthread_mutex_init(&queue->lock, NULL) == 0;
}

// The pipe holds one byte while there are lines: a full pipe is no reason to wait, nor an error.
static void wake(const log_queue *queue) {
  ssize_t written = write(queue->wake, "", 1);
  (void)written;
}

// Cut, if it must be, between characters of UTF-8.
static size_t cut(const char *line) {
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
  size_t len = cut(line);
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

void log_queue_attach(log_queue *queue, void *reader, int wake_fd) {
  queue->reader = reader;
  queue->wake = wake_fd;
  if (queue->count > 0 || queue->dropped > 0) {
    wake(queue);
  }
}

void log_queue_detach(log_queue *queue) {
  if (queue->wake >= 0) {
    close(queue->wake);
  }
  queue->reader = NULL;
  queue->wake = -1;
}

static void empty(int sleep) {
  char bytes[64];
  while (read(sleep, bytes, sizeof bytes) == (ssize_t)sizeof bytes) {
  }
}

size_t log_queue_take(log_queue *queue, int sleep, log_line *lines, size_t size,
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
    empty(sleep);
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
