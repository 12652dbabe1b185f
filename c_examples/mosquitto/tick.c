// What the plugin does by itself, in the broker's ticks: it disconnects clients whose tokens are
// over, and tells what it counts and whom it refuses.
#include <stdlib.h>

#include "plugin.h"

enum { TICK_MILLISECONDS = 100, WARNING_SECONDS = 60 };

// Whether a client is still the one that has its client identifier. The broker disconnects by the
// identifier, and somebody with a good token may have it: 2.1 does not tell of each client that is
// gone, and 2.0 closes a WebSocket that it takes an identifier from once it can write to it.
static bool has_id(const plugin *self, const struct mosquitto *client, const char *id) {
  return broker_is_2_1() ? mosquitto_client(id) == client
                         : !notes_taken_over(&self->notes, client);
}

// Disconnects a client whose token is over. While the broker does that it calls on_acl_check and
// tells that the client has gone.
static void disconnect(plugin *self, const jwt_auth_over *over) {
  char *id = strndup((const char *)over->client_id.data, over->client_id.len);
  const struct mosquitto *client = (const struct mosquitto *)(uintptr_t)over->connection;
  if (id != NULL && has_id(self, client, id)) {
    self->kicked = client;
    mosquitto_kick_client_by_clientid(id, true);
    self->kicked = NULL;
  }
  free(id);
}

// Tokens expire with a second, so this is for once in each.
static void end_what_is_over(plugin *self, time_t now) {
  jwt_auth_over over;
  if (now == self->last_look) {
    return;
  }
  self->last_look = now;
  while (jwt_auth_registry_next_over(self->registry, self->auth, &over) == JWT_AUTH_STATUS_OK) {
    if (over.offline == 0) {
      disconnect(self, &over);
    }
  }
}

// Logs, at most once a minute, that the sessions of offline clients were dropped to make room.
static void warn_of_forgotten(plugin *self, time_t now) {
  if (self->forgotten > 0 && now - self->last_warning >= WARNING_SECONDS) {
    mosquitto_log_printf(MOSQ_LOG_WARNING,
                         "jwt_auth: more than max_offline_clients are offline: the permissions of "
                         "%llu were forgotten",
                         (unsigned long long)self->forgotten);
    self->forgotten = 0;
    self->last_warning = now;
  }
}

int on_tick(int event, void *data, void *userdata) {
  (void)event;
  struct mosquitto_evt_tick *tick = data;
  plugin *self = userdata;
  time_t now = time(NULL);
  self->ticked = true;
  self->reloading = false;
  self->admitted = NULL;
  end_leaving(self);
  end_what_is_over(self, now);
  warn_of_forgotten(self, now);
  metrics_tell(&self->metrics, self->auth, self->registry);
  refusals_write(&self->refusals);
  lines_write(&self->lines);
  tick->next_ms = TICK_MILLISECONDS;
  return MOSQ_ERR_SUCCESS;
}
