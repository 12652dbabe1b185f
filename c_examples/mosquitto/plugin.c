// A plugin for Mosquitto 2 that asks libjwt_auth about the clients: whether they may connect, and
// what they may publish and receive. README.md tells how to use it; one command shows it:
// sh c_examples/mosquitto/run.sh
//
// The broker calls everything here on its one thread.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jwt_auth.h>
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

#include "lines.h"
#include "options.h"
#include "sessions.h"

// The broker looks three functions up by name. All others stay inside, where no other plugin's meet
// them.
#define EXPORT __attribute__((visibility("default")))

// All sessions are checked again once in so many seconds, a part of them at a time.
enum { ROUND_SECONDS = 2, PARTS_PER_SECOND = 10, ERROR_SIZE = 512 };

typedef struct plugin {
  mosquitto_plugin_id_t *identifier;
  options options;
  lines lines;
  jwt_auth *auth;
  sessions sessions;
  bool ticked;         // there are ticks
  bool warned;         // it was told that there are none
  const void *kicked;  // the client that is being disconnected by us
  bool reloading;      // from SIGHUP to the next tick, when known clients authenticate again
  int64_t last_part;   // when sessions were checked last, in tenths of a second
  time_t last_warning; // when it was told that permissions were forgotten
  uint64_t forgotten;  // how many of them that told of
} plugin;

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

// Without ticks nobody is disconnected when a token expires or is revoked, so nobody is accepted
// then. Mosquitto 2.0.11 sends none where per_listener_settings is true; otherwise the first comes
// before the first client.
static bool has_ticks(plugin *self) {
  if (!self->ticked && !self->warned) {
    mosquitto_log_printf(MOSQ_LOG_ERR, "jwt_auth: everybody is refused, because the broker sends "
                                       "no ticks: set per_listener_settings to false");
    self->warned = true;
  }
  return self->ticked;
}

// May this client connect? Any answer but these three would close the connection without one.
static int on_basic_auth(int event, void *data, void *userdata) {
  (void)event;
  struct mosquitto_evt_basic_auth *asked = data;
  plugin *self = userdata;
  const char *id = mosquitto_client_id(asked->client);
  if (!has_ticks(self)) {
    return MOSQ_ERR_AUTH;
  }
  jwt_auth_client client = {.struct_size = sizeof client};
  client.client_id = bytes(id);
  client.username = bytes(asked->username);
  client.password = bytes(asked->password);
  client.peer_address = bytes(mosquitto_client_address(asked->client));
  jwt_auth_result result;
  jwt_auth_session *grant = NULL;
  self->lines.accepted[0] = '\0';
  jwt_auth_status status = jwt_auth_check(self->auth, &client, &result, &grant);
  if (status != JWT_AUTH_STATUS_OK) {
    mosquitto_log_printf(MOSQ_LOG_ERR, "jwt_auth: a client could not be checked: %s",
                         jwt_auth_status_str(status));
  }
  if (result.decision == JWT_AUTH_DECISION_ALLOW && id != NULL) {
    bool accepted = sessions_accept(&self->sessions, asked->client, id, self->lines.accepted, grant,
                                result.expires_at, self->reloading);
    return accepted ? MOSQ_ERR_SUCCESS : MOSQ_ERR_AUTH;
  }
  jwt_auth_session_free(grant);
  bool offline = self->reloading && is_offline(self, asked->client);
  sessions_refuse(&self->sessions, asked->client, id, self->reloading);
  if (offline) {
    return MOSQ_ERR_SUCCESS;
  }
  return result.decision == JWT_AUTH_DECISION_IGNORE ? MOSQ_ERR_PLUGIN_DEFER : MOSQ_ERR_AUTH;
}

// Asks the token about a topic. What fails is denied.
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

// May this client use this topic? Whom this plugin did not accept, it leaves to the broker.
static int on_acl_check(int event, void *data, void *userdata) {
  (void)event;
  const struct mosquitto_evt_acl_check *asked = data;
  const plugin *self = userdata;
  const session *session =
      sessions_find(&self->sessions, asked->client, mosquitto_client_id(asked->client));
  if (session == NULL) {
    return MOSQ_ERR_PLUGIN_DEFER;
  }
  // Where the broker disconnects a client for us, it takes the subscriptions away that the client
  // may not have. They are to be there when it comes back: every delivery is asked about anyway.
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

// Whether the broker may keep the session of a client that goes. MQTT 5 clients say so in a
// property that plugins cannot see.
static bool is_durable(const struct mosquitto *client) {
  return mosquitto_client_protocol_version(client) == 5 || !mosquitto_client_clean_session(client);
}

static int on_disconnect(int event, void *data, void *userdata) {
  (void)event;
  const struct mosquitto_evt_disconnect *gone = data;
  plugin *self = userdata;
  sessions_leave(&self->sessions, gone->client, mosquitto_client_id(gone->client),
                 is_durable(gone->client));
  return MOSQ_ERR_SUCCESS;
}

// Ends a session that is not good any more, and disconnects its client. The broker calls
// on_acl_check and on_disconnect meanwhile; what is held stays until sessions_tidy.
static void end(plugin *self, session *session, int32_t reason) {
  bool connected = session->state == CONNECTED;
  mosquitto_log_printf(MOSQ_LOG_INFO, "jwt_auth: %s: %s: %s",
                       connected ? "disconnected" : "ended while offline",
                       jwt_auth_reason_str(reason), session->name);
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

// Checks the next part of the sessions if it is time to: tokens may have been revoked, and keys
// withdrawn.
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

// Says, at most once a minute, that permissions of offline clients had to be forgotten.
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

// Comes ten times a second, and more often while there is traffic.
static int on_tick(int event, void *data, void *userdata) {
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
  lines_write(&self->lines);
  tick->next_s = 1; // for brokers that ask when to come again
  return MOSQ_ERR_SUCCESS;
}

// SIGHUP: the broker has every client that it knows authenticate again after this, also those that
// are offline. Success in any case: what else would stop the broker.
static int on_reload(int event, void *data, void *userdata) {
  (void)event;
  (void)data;
  plugin *self = userdata;
  char error[ERROR_SIZE];
  size_t len = 0;
  char *config = options_config(&self->options, &len, error, sizeof error);
  bool good = config != NULL && jwt_auth_reload(self->auth, config, len, error, sizeof error) ==
                                    JWT_AUTH_STATUS_OK;
  options_wipe(config, len);
  self->reloading = true;
  if (good) {
    mosquitto_log_printf(MOSQ_LOG_NOTICE, "jwt_auth: the configuration was read again");
  } else {
    mosquitto_log_printf(MOSQ_LOG_ERR,
                         "jwt_auth: the new configuration is not accepted, the old one stays: %s",
                         error);
  }
  return MOSQ_ERR_SUCCESS;
}

static const struct {
  int event;
  MOSQ_FUNC_generic_callback callback;
} CALLBACKS[] = {
    {MOSQ_EVT_BASIC_AUTH, on_basic_auth}, {MOSQ_EVT_ACL_CHECK, on_acl_check},
    {MOSQ_EVT_DISCONNECT, on_disconnect}, {MOSQ_EVT_TICK, on_tick},
    {MOSQ_EVT_RELOAD, on_reload},
};
enum { CALLBACK_COUNT = sizeof CALLBACKS / sizeof *CALLBACKS };

static void stop(plugin *self) {
  for (size_t i = 0; i < CALLBACK_COUNT; i++) {
    mosquitto_callback_unregister(self->identifier, CALLBACKS[i].event, CALLBACKS[i].callback,
                                  NULL);
  }
  sessions_stop(&self->sessions);
  jwt_auth_free(self->auth);
  lines_stop(&self->lines);
  options_free(&self->options);
  free(self);
}

// Makes the verifier and asks for the events. false: error says what is wrong.
static bool start(plugin *self, const struct mosquitto_opt *given, int count, char *error,
                  size_t error_len) {
  if (jwt_auth_abi_version() != JWT_AUTH_ABI_VERSION) {
    snprintf(error, error_len, "libjwt_auth %s is not of the version this plugin was made for",
             jwt_auth_version());
    return false;
  }
  if (!options_read(&self->options, given, count, error, error_len)) {
    return false;
  }
  sessions_start(&self->sessions, self->options.max_offline_clients);
  size_t len = 0;
  char *config = options_config(&self->options, &len, error, error_len);
  if (config == NULL) {
    return false;
  }
  jwt_auth_hooks hooks = {sizeof hooks, lines_take, NULL, &self->lines};
  jwt_auth_status status =
      jwt_auth_init(config, len, &hooks, &self->auth, error, error_len);
  options_wipe(config, len);
  if (status != JWT_AUTH_STATUS_OK) {
    return false;
  }
  for (size_t i = 0; i < CALLBACK_COUNT; i++) {
    if (mosquitto_callback_register(self->identifier, CALLBACKS[i].event, CALLBACKS[i].callback,
                                    NULL, self) != MOSQ_ERR_SUCCESS) {
      snprintf(error, error_len, "the broker does not offer event %d", CALLBACKS[i].event);
      return false;
    }
  }
  return true;
}

EXPORT int mosquitto_plugin_version(int count, const int *versions) {
  for (int i = 0; i < count; i++) {
    if (versions[i] == MOSQ_PLUGIN_VERSION) {
      return MOSQ_PLUGIN_VERSION;
    }
  }
  return -1;
}

EXPORT int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **userdata,
                          struct mosquitto_opt *given, int count) {
  char error[ERROR_SIZE] = "out of memory";
  plugin *self = calloc(1, sizeof *self);
  *userdata = NULL;
  if (self != NULL) {
    self->identifier = identifier;
    lines_start(&self->lines);
    sessions_start(&self->sessions, 0);
    if (start(self, given, count, error, sizeof error)) {
      *userdata = self;
      return MOSQ_ERR_SUCCESS;
    }
    stop(self);
  }
  mosquitto_log_printf(MOSQ_LOG_ERR, "jwt_auth: %s", error);
  return MOSQ_ERR_INVAL;
}

EXPORT int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *given, int count) {
  (void)given;
  (void)count;
  if (userdata != NULL) {
    stop(userdata);
  }
  return MOSQ_ERR_SUCCESS;
}
