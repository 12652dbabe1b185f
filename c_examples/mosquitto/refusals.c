#include "refusals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shorten.h"

enum { INTERVAL_SECONDS = 15, EXPLAINED_PER_SECOND = 10, ADDRESS_SIZE = 64 };

bool refusals_start(refusals *refusals, const char *path) {
  *refusals = (struct refusals){0};
  pthread_mutex_init(&refusals->lock, NULL);
  // It tells claims, so it is not for everybody.
  return output_file_start(&refusals->file, "refusals_file", path, 0640);
}

static int64_t seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

// Whether one more may be explained now.
static bool has_turn(refusals *refusals) {
  int64_t now = seconds();
  if (refusals->second != now) {
    refusals->second = now;
    refusals->in_second = 0;
  }
  return refusals->in_second++ < EXPLAINED_PER_SECOND;
}

// Writes the address as JSON: a string, or null where it is absent or needs escapes, as none does.
static void write_address(char to[ADDRESS_SIZE], jwt_auth_bytes address) {
  bool good = address.data != NULL && address.len + sizeof "\"\"" <= ADDRESS_SIZE;
  for (size_t i = 0; good && i < address.len; i++) {
    uint8_t c = address.data[i];
    good = c > ' ' && c < 0x7F && c != '"' && c != '\\';
  }
  if (good) {
    snprintf(to, ADDRESS_SIZE, "\"%.*s\"", (int)address.len, (const char *)address.data);
  } else {
    snprintf(to, ADDRESS_SIZE, "null");
  }
}

// What the library says of a client, to be freed. NULL: it failed, or there is no memory.
static char *explain(const jwt_auth *auth, const jwt_auth_client *client) {
  char *text = NULL;
  jwt_auth_explain(auth, client, &text);
  // The library's own text must not be changed: it is freed by its length.
  char *copy = text == NULL ? NULL : strdup(text);
  jwt_auth_string_free(text);
  return copy;
}

// The line about a refusal; NULL: out of memory.
static char *make_line(const refusals *refusals, const jwt_auth *auth,
                       const jwt_auth_client *client, int32_t reason) {
  char at[sizeof "2026-11-28T09:00:00Z"] = "", address[ADDRESS_SIZE];
  time_t now = time(NULL);
  struct tm parts;
  if (gmtime_r(&now, &parts) != NULL) {
    strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &parts);
  }
  write_address(address, client->peer_address);
  char *explanation = explain(auth, client);
  bool whole = explanation == NULL || shorten(explanation);
  char *line = NULL;
  if (asprintf(&line,
               "{\"time\":\"%s\",\"reason\":\"%s\",\"address\":%s,\"left_out\":%llu,"
               "\"whole\":%s,\"explanation\":%s}\n",
               at, jwt_auth_reason_str(reason), address, (unsigned long long)refusals->left_out,
               whole ? "true" : "false", explanation == NULL ? "null" : explanation) < 0) {
    line = NULL;
  }
  free(explanation);
  return line;
}

static void add(refusals *refusals, const jwt_auth *auth, const jwt_auth_client *client,
                int32_t reason) {
  char *line = has_turn(refusals) ? make_line(refusals, auth, client, reason) : NULL;
  if (line == NULL) {
    refusals->left_out++;
    return;
  }
  refusals->left_out = 0;
  free(refusals->lines[refusals->next]);
  refusals->lines[refusals->next] = line;
  refusals->next = (refusals->next + 1) % REFUSALS_KEPT;
  refusals->count += refusals->count < REFUSALS_KEPT;
  refusals->changed = true;
}

void refusals_add(refusals *refusals, const jwt_auth *auth, const jwt_auth_client *client,
                  const jwt_auth_result *result) {
  if (refusals->file.path != NULL && result->decision == JWT_AUTH_DECISION_DENY &&
      result->reason != JWT_AUTH_REASON_UNDECIDED) {
    pthread_mutex_lock(&refusals->lock);
    add(refusals, auth, client, result->reason);
    pthread_mutex_unlock(&refusals->lock);
  }
}

// All lines, the oldest first; NULL: out of memory.
static char *join(const refusals *refusals) {
  size_t first = refusals->next + REFUSALS_KEPT - refusals->count, size = 1;
  for (size_t i = 0; i < refusals->count; i++) {
    size += strlen(refusals->lines[i]);
  }
  char *text = malloc(size);
  char *end = text;
  for (size_t i = 0; i < refusals->count && text != NULL; i++) {
    end = stpcpy(end, refusals->lines[(first + i) % REFUSALS_KEPT]);
  }
  return text;
}

static void write_lines(refusals *refusals) {
  if (refusals->changed && seconds() >= refusals->next_write) {
    refusals->next_write = seconds() + INTERVAL_SECONDS;
    char *text = join(refusals);
    // Without memory it is tried again.
    refusals->changed = text == NULL || !output_file_write(&refusals->file, text);
    free(text);
  }
}

void refusals_write(refusals *refusals) {
  pthread_mutex_lock(&refusals->lock);
  write_lines(refusals);
  pthread_mutex_unlock(&refusals->lock);
}

void refusals_hurry(refusals *refusals) {
  refusals->next_write = 0;
}

void refusals_stop(refusals *refusals) {
  refusals_hurry(refusals);
  refusals_write(refusals);
  for (size_t i = 0; i < refusals->count; i++) {
    free(refusals->lines[i]);
  }
  output_file_stop(&refusals->file);
  *refusals = (struct refusals){0};
}
