#include "lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker.h"

static int broker_level(int32_t level) {
  switch (level) {
  case JWT_AUTH_LOG_LEVEL_ERROR:
    return MOSQ_LOG_ERR;
  case JWT_AUTH_LOG_LEVEL_WARN:
    return MOSQ_LOG_WARNING;
  case JWT_AUTH_LOG_LEVEL_INFO:
    return MOSQ_LOG_INFO;
  default:
    return MOSQ_LOG_DEBUG;
  }
}

void lines_start(lines *lines) {
  memset(lines, 0, sizeof *lines);
  lines->broker = pthread_self();
  pthread_mutex_init(&lines->lock, NULL);
}

bool lines_are_of_this_thread(const lines *lines) {
  return pthread_equal(pthread_self(), lines->broker) != 0;
}

void lines_take(void *userdata, int32_t level, const char *line) {
  lines *lines = userdata;
  if (lines_are_of_this_thread(lines)) {
    mosquitto_log_printf(broker_level(level), "jwt_auth: %s", line);
    return;
  }
  pthread_mutex_lock(&lines->lock);
  char *text = lines->count < LINES_WAITING ? strdup(line) : NULL;
  if (text != NULL) {
    lines->waiting[lines->count].level = level;
    lines->waiting[lines->count].text = text;
    lines->count++;
  } else {
    lines->dropped++;
  }
  pthread_mutex_unlock(&lines->lock);
}

void lines_say(lines *lines, int32_t level, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  lines_take(lines, level, text);
}

void lines_complain(lines *lines, jwt_auth_status status) {
  if (status != JWT_AUTH_STATUS_OK) {
    lines_say(lines, JWT_AUTH_LOG_LEVEL_ERROR, "a client could not be checked: %s",
              jwt_auth_status_str(status));
  }
}

void lines_write(lines *lines) {
  pthread_mutex_lock(&lines->lock);
  for (size_t i = 0; i < lines->count; i++) {
    mosquitto_log_printf(broker_level(lines->waiting[i].level), "jwt_auth: %s",
                         lines->waiting[i].text);
    free(lines->waiting[i].text);
  }
  if (lines->dropped > 0) {
    mosquitto_log_printf(MOSQ_LOG_WARNING, "jwt_auth: %zu log lines came too fast and are lost",
                         lines->dropped);
  }
  lines->count = 0;
  lines->dropped = 0;
  pthread_mutex_unlock(&lines->lock);
}

void lines_stop(lines *lines) {
  lines_write(lines);
  pthread_mutex_destroy(&lines->lock);
}
