// What the plugin does by itself, in the broker's ticks: it ends sessions that are no longer good,
// and tells what it counts and whom it refuses.
#include <time.h>

#include "plugin.h"

// Every session is checked again within ROUND_SECONDS, a part of all sessions at a time.
enum { ROUND_SECONDS = 2, PARTS_PER_SECOND = 10 };

// Ends a session that is no longer good, and disconnects its client. While the broker does that it
// calls on_acl_check and on_disconnect, so the session stays, as a tombstone, until sessions_tidy.
// The line names the client by its token: some devices send their token as client id as well.
static void end(plugin *self, session *session, int32_t reason) {
  bool connected = session->state == CONNECTED;
  char fingerprint[9];
  jwt_auth_session_fingerprint(session->grant, fingerprint);
  mosquitto_log_printf(MOSQ_LOG_INFO, "jwt_auth: %s: %s: token %s",
                       connected ? "disconnected" : "ended while offline",
                       jwt_auth_reason_str(reason), fingerprint);
  sessions_end(&self->sessions, session);
  if (connected) {
    self->kicked = session->client;
    mosquitto_kick_client_by_clientid(session->id, true);
    self->kicked = NULL;
  }
}

static void recheck(plugin *self, session *session) {
  jwt_auth_result result;
  if (session->grant != NULL &&
      jwt_auth_session_recheck(self->auth, session->grant, &result) == JWT_AUTH_STATUS_OK &&
      result.decision != JWT_AUTH_DECISION_ALLOW) {
    end(self, session, result.reason);
  }
}

// Checks the next part of the sessions again, if a tenth of a second has passed: their tokens may
// have been revoked, or their keys withdrawn.
static void recheck_part(plugin *self) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t part = (int64_t)now.tv_sec * PARTS_PER_SECOND +
                 now.tv_nsec / (1000000000 / PARTS_PER_SECOND);
  if (part == self->last_part) {
    return;
  }
  self->last_part = part;
  size_t share = self->sessions.count / (ROUND_SECONDS * PARTS_PER_SECOND) + 1;
  for (size_t i = 0; i < share && self->sessions.count > 0; i++) {
    recheck(self, sessions_next(&self->sessions));
  }
}

// Logs, at most once a minute, that the sessions of offline clients were dropped to make room.
static void warn_of_forgotten(plugin *self, time_t now) {
  uint64_t since = self->sessions.forgotten - self->forgotten;
  if (since > 0 && now - self->last_warning >= 60) {
    mosquitto_log_printf(MOSQ_LOG_WARNING,
                         "jwt_auth: more than max_offline_clients are offline: the permissions of "
                         "%llu were forgotten",
                         (unsigned long long)since);
    self->forgotten = self->sessions.forgotten;
    self->last_warning = now;
  }
}

int on_tick(int event, void *data, void *userdata) {
  (void)event;
  struct mosquitto_evt_tick *tick = data;
  plugin *self = userdata;
  time_t now = time(NULL);
  session *session;
  self->ticked = true;
  self->reloading = false;
  while ((session = sessions_expired(&self->sessions, now)) != NULL) {
    end(self, session, JWT_AUTH_REASON_EXPIRED);
  }
  recheck_part(self);
  sessions_tidy(&self->sessions);
  warn_of_forgotten(self, now);
  metrics_tell(&self->metrics, self->auth, &self->sessions);
  refusals_write(&self->refusals);
  lines_write(&self->lines);
  tick->next_s = 1; // for brokers that ask when to come again
  return MOSQ_ERR_SUCCESS;
}
