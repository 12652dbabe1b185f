// What the broker asks about its clients: may they connect, and may they use a topic?
#include <string.h>

#include "certificate.h"
#include "plugin.h"
#include "username.h"

static jwt_auth_bytes bytes(const char *text) {
  jwt_auth_bytes given = {(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
  return given;
}

// Whether a client that authenticates again after SIGHUP is not connected. Mosquitto 2.0.11 would
// disconnect it a second time if it were refused, and go on to use memory that it has freed. To
// accept it grants nothing: its session is a tombstone by then, and a client that connects to take
// the session over authenticates anew. A client without a session here and without an address has
// not been connected since the broker started.
static bool is_offline(const plugin *self, const struct mosquitto *client) {
  const session *session = sessions_find(&self->sessions, client, mosquitto_client_id(client));
  return session != NULL ? session->state == OFFLINE : mosquitto_client_address(client) == NULL;
}

// Without ticks the plugin cannot disconnect a client when its token expires or is revoked, so it
// accepts nobody then. Mosquitto 2.0.11 sends none where per_listener_settings is true; otherwise
// the first tick comes before the first client.
static bool has_ticks(plugin *self) {
  if (!self->ticked && !self->warned) {
    mosquitto_log_printf(MOSQ_LOG_ERR, "jwt_auth: everybody is refused, because the broker sends "
                                       "no ticks: set per_listener_settings to false");
    self->warned = true;
  }
  return self->ticked;
}

// The user name that the client sent. A client that has that of its token is known to the broker by
// the latter, and authenticates with it after SIGHUP. As long as its session is CONNECTED, no other
// client can have its pointer.
static const char *sent_username(const plugin *self, const struct mosquitto_evt_basic_auth *asked) {
  const session *session =
      sessions_find(&self->sessions, asked->client, mosquitto_client_id(asked->client));
  bool again = self->reloading && session != NULL && session->state == CONNECTED;
  return again && session->renamed ? session->sent : asked->username;
}

// What the library is told of a client that connects. Its certificate is to be freed.
static jwt_auth_client describe(const plugin *self, const struct mosquitto_evt_basic_auth *asked) {
  jwt_auth_client client = {.struct_size = sizeof client};
  client.client_id = bytes(mosquitto_client_id(asked->client));
  client.username = bytes(sent_username(self, asked));
  client.password = bytes(asked->password);
  client.peer_address = bytes(mosquitto_client_address(asked->client));
  client.peer_certificate = certificate_read(asked->client);
  return client;
}

// Whether a client that authenticates again was refused for nothing that speaks against its token,
// and its grant is good. The certificate of one that is offline is gone with its connection; it
// showed it when it was accepted. And a list of revocations that is yet to come ends no session: it
// is the last that is looked at, so all else was found good.
static bool keeps_its_grant(const plugin *self, const session *session, bool offline,
                            int32_t reason) {
  if (session == NULL || session->grant == NULL || !(offline || session->state == CONNECTED)) {
    return false;
  }
  if (reason != JWT_AUTH_REASON_REVOCATIONS_UNAVAILABLE &&
      !(offline && reason == JWT_AUTH_REASON_CERTIFICATE_MISMATCH)) {
    return false;
  }
  jwt_auth_result result;
  jwt_auth_session_recheck(self->auth, session->grant, &result);
  return result.decision == JWT_AUTH_DECISION_ALLOW;
}

// Makes the session of a client that the library accepted. Takes ownership of grant.
static int accept_client(plugin *self, struct mosquitto *client, const char *id,
                         jwt_auth_session *grant, int64_t expires_at) {
  if (!sessions_accept(&self->sessions, client, id, grant, expires_at, self->reloading)) {
    return MOSQ_ERR_AUTH;
  }
  if (!username_give(sessions_find(&self->sessions, client, id), client)) {
    sessions_refuse(&self->sessions, client, id, self->reloading);
    return self->reloading && is_offline(self, client) ? MOSQ_ERR_SUCCESS : MOSQ_ERR_AUTH;
  }
  return MOSQ_ERR_SUCCESS;
}

// Ends what a client had that the library did not accept, and returns the answer to the broker.
// asked: what the library was told of the client.
static int refuse_client(plugin *self, struct mosquitto *client, const jwt_auth_client *asked,
                         const jwt_auth_result *result) {
  const char *id = mosquitto_client_id(client);
  bool offline = self->reloading && is_offline(self, client);
  if (self->reloading && keeps_its_grant(self, sessions_find(&self->sessions, client, id), offline,
                                         result->reason)) {
    return MOSQ_ERR_SUCCESS;
  }
  if (!offline && result->decision == JWT_AUTH_DECISION_DENY) {
    refusals_add(&self->refusals, self->auth, asked, result->reason);
  }
  // Not before: what the client sent may be kept in its session.
  sessions_refuse(&self->sessions, client, id, self->reloading);
  if (offline) {
    return MOSQ_ERR_SUCCESS;
  }
  return result->decision == JWT_AUTH_DECISION_IGNORE ? MOSQ_ERR_PLUGIN_DEFER : MOSQ_ERR_AUTH;
}

// May this client connect? For any other return value than these three the broker closes the
// connection without a CONNACK.
int on_basic_auth(int event, void *data, void *userdata) {
  (void)event;
  struct mosquitto_evt_basic_auth *asked = data;
  plugin *self = userdata;
  const char *id = mosquitto_client_id(asked->client);
  if (!has_ticks(self)) {
    return MOSQ_ERR_AUTH;
  }
  jwt_auth_result result;
  jwt_auth_session *grant = NULL;
  jwt_auth_client client = describe(self, asked);
  jwt_auth_status status = jwt_auth_check(self->auth, &client, &result, &grant);
  if (status != JWT_AUTH_STATUS_OK) {
    mosquitto_log_printf(MOSQ_LOG_ERR, "jwt_auth: a client could not be checked: %s",
                         jwt_auth_status_str(status));
  }
  int answer;
  if (result.decision == JWT_AUTH_DECISION_ALLOW && id != NULL) {
    answer = accept_client(self, asked->client, id, grant, result.expires_at);
  } else {
    jwt_auth_session_free(grant);
    answer = refuse_client(self, asked->client, &client, &result);
  }
  certificate_free(client.peer_certificate);
  return answer;
}

// Asks the library what the token says about a topic. A call that fails denies.
static int authorize(const plugin *self, const session *session,
                     const struct mosquitto_evt_acl_check *asked, int32_t action) {
  int32_t permission = JWT_AUTH_PERMISSION_DENY;
  jwt_auth_session_authorize(self->auth, session->grant, action, bytes(asked->topic), asked->qos,
                             asked->retain, &permission);
  switch (permission) {
  case JWT_AUTH_PERMISSION_ALLOW:
    return MOSQ_ERR_SUCCESS;
  case JWT_AUTH_PERMISSION_NO_MATCH:
    return MOSQ_ERR_PLUGIN_DEFER;
  default:
    return MOSQ_ERR_ACL_DENIED;
  }
}

// May this client use this topic? A client that this plugin did not accept is left to the broker's
// own permissions.
int on_acl_check(int event, void *data, void *userdata) {
  (void)event;
  const struct mosquitto_evt_acl_check *asked = data;
  const plugin *self = userdata;
  const session *session =
      sessions_find(&self->sessions, asked->client, mosquitto_client_id(asked->client));
  if (session == NULL) {
    return MOSQ_ERR_PLUGIN_DEFER;
  }
  // While the broker disconnects a client for this plugin, it removes the subscriptions that the
  // client may not have. They must be there when the client comes back with a new token, and they
  // grant nothing, because the broker asks about every delivery.
  bool kept = asked->access == MOSQ_ACL_SUBSCRIBE && self->kicked == asked->client;
  if (asked->access == MOSQ_ACL_UNSUBSCRIBE || kept) {
    return MOSQ_ERR_SUCCESS;
  }
  if (session->grant == NULL) {
    return MOSQ_ERR_ACL_DENIED;
  }
  switch (asked->access) {
  case MOSQ_ACL_WRITE:
    return authorize(self, session, asked, JWT_AUTH_ACTION_PUBLISH);
  case MOSQ_ACL_SUBSCRIBE:
    return authorize(self, session, asked, JWT_AUTH_ACTION_SUBSCRIBE);
  case MOSQ_ACL_READ:
    return authorize(self, session, asked, JWT_AUTH_ACTION_RECEIVE);
  default:
    return MOSQ_ERR_ACL_DENIED;
  }
}

// Whether the broker may keep the session of a client that goes. An MQTT 5 client says so in the
// property Session Expiry Interval, which plugins cannot see.
static bool is_durable(const struct mosquitto *client) {
  return mosquitto_client_protocol_version(client) == 5 || !mosquitto_client_clean_session(client);
}

int on_disconnect(int event, void *data, void *userdata) {
  (void)event;
  const struct mosquitto_evt_disconnect *gone = data;
  plugin *self = userdata;
  sessions_leave(&self->sessions, gone->client, mosquitto_client_id(gone->client),
                 is_durable(gone->client));
  return MOSQ_ERR_SUCCESS;
}
