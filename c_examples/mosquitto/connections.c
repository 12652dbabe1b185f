// Clients come and go. What the broker tells of it is not the same in 2.0 and 2.1, and it goes on
// asking about a client that has gone: about its will at once, and about messages that are queued
// until it comes back. Then it frees the client without a word, and may use its address again.
#include "plugin.h"

int32_t state_of(const plugin *self, const struct mosquitto *client) {
  jwt_auth_client identity = identity_of(client);
  int32_t state = JWT_AUTH_STATE_ABSENT;
  jwt_auth_registry_state(self->registry, connection_of(client), &identity, &state);
  return state;
}

void forget(plugin *self, const struct mosquitto *client) {
  jwt_auth_registry_disconnect(self->registry, connection_of(client), 0);
  notes_forget(&self->notes, client);
}

void end_leaving(plugin *self) {
  if (self->leaving != NULL) {
    forget(self, self->leaving);
    self->leaving = NULL;
  }
}

// Keeps the session of a client that may come back, and counts who had to make room for it: then
// one is connected less, and none offline more.
static void keep(plugin *self, const struct mosquitto *client) {
  size_t connected[2] = {0, 0}, offline[2] = {0, 0};
  jwt_auth_registry_counts(self->registry, &connected[0], &offline[0]);
  jwt_auth_registry_disconnect(self->registry, connection_of(client), 1);
  jwt_auth_registry_counts(self->registry, &connected[1], &offline[1]);
  self->forgotten += connected[1] < connected[0] && offline[1] <= offline[0];
}

// 2.1: a client is connected. One that this plugin was not asked about, because a certificate
// admitted it, must not have what an earlier client on the same address had.
int on_connect(int event, void *data, void *userdata) {
  (void)event;
  const struct mosquitto_evt_disconnect *come = data; // the client is in the same place
  plugin *self = userdata;
  if (self->admitted != come->client) {
    forget(self, come->client);
  }
  self->admitted = NULL;
  return MOSQ_ERR_SUCCESS;
}

// 2.1: a client has gone, and the broker keeps its session.
int on_offline(int event, void *data, void *userdata) {
  (void)event;
  const struct mosquitto_evt_disconnect *gone = data; // laid out as this one is
  end_leaving(userdata);
  keep(userdata, gone->client);
  return MOSQ_ERR_SUCCESS;
}

// 2.0: whether the broker may keep the session of a client that goes. An MQTT 5 client says so in
// the property Session Expiry Interval, which plugins cannot see; but the session of one whose id
// another has taken over is not its own any more.
static bool may_be_kept(const plugin *self, const struct mosquitto *client) {
  return !notes_taken_over(&self->notes, client) &&
         (mosquitto_client_protocol_version(client) == MQTT_PROTOCOL_V5 ||
          !mosquitto_client_clean_session(client));
}

// A client has gone; 2.1 says so only if its session has ended. It is still to be asked about its
// will, in the same call of the broker's, so what it has is ended when the next client comes or
// goes, or at the next tick. 2.0 tells of clients that it has refused as well, without an id.
int on_disconnect(int event, void *data, void *userdata) {
  (void)event;
  const struct mosquitto_evt_disconnect *gone = data;
  plugin *self = userdata;
  end_leaving(self);
  if (!broker_is_2_1() && mosquitto_client_id(gone->client) != NULL &&
      may_be_kept(self, gone->client)) {
    keep(self, gone->client);
  } else {
    self->leaving = gone->client;
  }
  return MOSQ_ERR_SUCCESS;
}
