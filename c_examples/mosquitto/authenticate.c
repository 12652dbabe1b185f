// May a client connect? Asked when it does, again at SIGHUP, and when it sends a new token.
#include "answers.h"
#include "certificate.h"
#include "plugin.h"
#include "username.h"
#include "visitor.h"

// What this plugin refuses, and not the library.
static const jwt_auth_result BAD_CREDENTIALS = {.mqtt5_code = MQTT_RC_BAD_USERNAME_OR_PASSWORD};

// Without ticks the plugin cannot disconnect a client when its token expires or is revoked, so it
// accepts nobody then. Mosquitto 2.0.11 sends none where per_listener_settings is true; otherwise
// the first tick comes before the first client.
static bool has_ticks(plugin *self) {
  if (!self->ticked && !self->warned) {
    lines_say(&self->lines, JWT_AUTH_LOG_LEVEL_ERROR,
              "everybody is refused, because the broker sends no ticks: set per_listener_settings "
              "to false");
    self->warned = true;
  }
  return self->ticked;
}

// Whether the broker has a client authenticate that it has accepted before, as it does for SIGHUP,
// with those that are offline among them. 2.1 has a client in its table only once it is accepted.
// 2.0 asks about all of them after MOSQ_EVT_RELOAD, and before the next tick it takes what new
// clients send over WebSockets, and no other. So one on a WebSocket is known only if it has a
// session and has not gone since, as 2.0 tells of each that goes before it frees it. One that is
// offline has no WebSocket.
static bool is_known(const plugin *self, const struct mosquitto *client) {
  if (broker_is_2_1()) {
    return mosquitto_client(mosquitto_client_id(client)) == client;
  }
  return self->reloading && (mosquitto_client_protocol(client) != mp_websockets ||
                             state_of(self, client) == JWT_AUTH_STATE_CONNECTED);
}

// What the library is told of a client. Its certificate is to be freed.
static jwt_auth_client describe(const struct mosquitto *client, jwt_auth_bytes password) {
  jwt_auth_client who = identity_of(client);
  who.password = password;
  who.peer_address = bytes_of(mosquitto_client_address(client));
  who.peer_certificate = certificate_read(client);
  return who;
}

// Has the library decide about a client, and gives it a note and the user name of its token.
static void connect_client(plugin *self, struct mosquitto *client, const jwt_auth_client *who,
                           jwt_auth_result *result) {
  jwt_auth_session *session = NULL;
  jwt_auth_status status = jwt_auth_registry_connect(
      self->registry, self->auth, connection_of(client), who, result, &session);
  lines_complain(&self->lines, status);
  if (result->decision == JWT_AUTH_DECISION_ALLOW) {
    note *note = notes_keep(&self->notes, client, mosquitto_client_id(client));
    if (note == NULL || !username_give(client, note, session, &self->lines)) {
      jwt_auth_registry_disconnect(self->registry, connection_of(client), 0);
      *result = BAD_CREDENTIALS;
    }
  }
  self->admitted = result->decision == JWT_AUTH_DECISION_ALLOW ? client : NULL;
  jwt_auth_session_free(session);
}

static void connect_new(plugin *self, struct mosquitto *client, const jwt_auth_client *who,
                        jwt_auth_result *result) {
  *result = (jwt_auth_result){0};
  notes_forget(&self->notes, client);
  if (has_ticks(self)) {
    connect_client(self, client, who, result);
    refusals_add(&self->refusals, self->auth, who, result);
  }
}

// The answer to the broker. 2.1 lets plugins choose what it tells MQTT 5 clients; others are told
// "not authorized", and so they are for any answer by 2.0.
static int answer_to(const struct mosquitto *client, const jwt_auth_result *result) {
  int answer = answer_decision(result->decision);
  bool is_told = result->mqtt5_code == MQTT_RC_BAD_USERNAME_OR_PASSWORD ||
                 result->mqtt5_code == MQTT_RC_SERVER_UNAVAILABLE;
  bool may_choose =
      broker_is_2_1() && mosquitto_client_protocol_version(client) == MQTT_PROTOCOL_V5;
  return answer == MOSQ_ERR_AUTH && is_told && may_choose ? result->mqtt5_code : answer;
}

static int authenticate_new(plugin *self, struct mosquitto *client, const jwt_auth_client *who) {
  jwt_auth_result result;
  connect_new(self, client, who, &result);
  return answer_to(client, &result);
}

// Whether nothing was decided, for a reason that passes: keys or revocations are yet to come, or
// the library failed. What a client has stays as it is, and the registry ends it once the token is
// revoked or the keys have come without its own.
static bool is_undecided(int32_t reason) {
  return reason == JWT_AUTH_REASON_KEYS_UNAVAILABLE ||
         reason == JWT_AUTH_REASON_REVOCATIONS_UNAVAILABLE || reason == JWT_AUTH_REASON_UNDECIDED;
}

// Decides about a client that the broker has authenticate again and that has a session, without
// ending that. One that is offline keeps it as it is until the client comes back. One that has the
// user name of its token is checked with the name that it sent, by which the registry does not know
// it.
static void check_again(plugin *self, struct mosquitto *client, const note *note, int32_t state,
                        jwt_auth_client *who, jwt_auth_result *result) {
  bool renamed = note->renamed;
  if (renamed) {
    who->username = bytes_of(note->sent);
  }
  jwt_auth_session *session = NULL;
  jwt_auth_status status;
  if (state == JWT_AUTH_STATE_CONNECTED && !renamed) {
    status = jwt_auth_registry_renew(self->registry, self->auth, connection_of(client), who, result,
                                     &session);
  } else {
    status = jwt_auth_check(self->auth, who, result, &session);
  }
  lines_complain(&self->lines, status);
  bool accepted = result->decision == JWT_AUTH_DECISION_ALLOW;
  // By the new configuration it may have another user name, for which the registry would not
  // answer.
  bool may_be_named = result->reason == JWT_AUTH_REASON_IDENTITY_CHANGED ||
                      (accepted && (renamed || !username_is_right(client, session)));
  if (state == JWT_AUTH_STATE_CONNECTED && may_be_named) {
    connect_client(self, client, who, result);
  }
  jwt_auth_session_free(session);
}

// A client authenticates for SIGHUP. To accept one that is offline grants it nothing, and to refuse
// it would have the broker disconnect it a second time, and 2.0 use memory that it has freed.
static int authenticate_again(plugin *self, struct mosquitto *client, jwt_auth_client *who) {
  note *note = notes_find(&self->notes, client);
  if (note == NULL) {
    // Not accepted by this plugin. One without an address has not been connected since the broker
    // started.
    if (mosquitto_client_address(client) == NULL) {
      return MOSQ_ERR_SUCCESS;
    }
    return authenticate_new(self, client, who);
  }
  // What is over is offline, and so is a client that has no session: it was forgotten.
  int32_t state = state_of(self, client);
  if (note->extended || state == JWT_AUTH_STATE_OVER || state == JWT_AUTH_STATE_ABSENT) {
    return MOSQ_ERR_SUCCESS;
  }
  jwt_auth_result result;
  check_again(self, client, note, state, who, &result);
  if (is_undecided(result.reason) && state_of(self, client) == state) {
    return MOSQ_ERR_SUCCESS;
  }
  // The certificate of one that is offline is gone with its connection. It showed it when it was
  // accepted.
  bool is_offline = state == JWT_AUTH_STATE_OFFLINE;
  bool good = result.decision == JWT_AUTH_DECISION_ALLOW ||
              (is_offline && result.reason == JWT_AUTH_REASON_CERTIFICATE_MISMATCH);
  note_refused(&self->notes, note, !good);
  if (good || is_offline) {
    return MOSQ_ERR_SUCCESS;
  }
  refusals_add(&self->refusals, self->auth, who, &result);
  return answer_to(client, &result);
}

// The broker hands passwords over as C strings. From 2.1.3 on it tells their length too, in bytes
// that are zero before.
static bool has_nul(const struct mosquitto_evt_basic_auth *asked) {
  uint16_t len;
  memcpy(&len, (const char *)&asked->password + sizeof asked->password, sizeof len);
  return asked->password != NULL && len != 0 && strlen(asked->password) != len;
}

// For any other return value than those of answer_to the broker closes the connection without a
// CONNACK.
int on_basic_auth(int event, void *data, void *userdata) {
  (void)event;
  struct mosquitto_evt_basic_auth *asked = data;
  plugin *self = userdata;
  if (has_nul(asked)) {
    lines_say(&self->lines, JWT_AUTH_LOG_LEVEL_INFO, "refused: a password with a NUL in it");
    return answer_to(asked->client, &BAD_CREDENTIALS);
  }
  if (!lines_are_of_this_thread(&self->lines)) {
    return visitor_authenticate(self, asked);
  }
  end_leaving(self);
  jwt_auth_client who = describe(asked->client, bytes_of(asked->password));
  int answer = is_known(self, asked->client) ? authenticate_again(self, asked->client, &who)
                                             : authenticate_new(self, asked->client, &who);
  certificate_free(who.peer_certificate);
  return answer;
}

// The token in CONNECT of a client that names an authentication method.
static int start(plugin *self, struct mosquitto *client, const jwt_auth_client *who) {
  jwt_auth_result result;
  connect_new(self, client, who, &result);
  if (result.decision == JWT_AUTH_DECISION_ALLOW) {
    notes_find(&self->notes, client)->extended = true;
  }
  return answer_decision(result.decision);
}

// The token in AUTH of a client that is connected. If it is refused the broker disconnects the
// client; until then it has what it had.
static int renew(plugin *self, struct mosquitto *client, const jwt_auth_client *who) {
  jwt_auth_result result;
  jwt_auth_status status = jwt_auth_registry_renew(self->registry, self->auth,
                                                   connection_of(client), who, &result, NULL);
  lines_complain(&self->lines, status);
  refusals_add(&self->refusals, self->auth, who, &result);
  return answer_decision(result.decision);
}

// CONNECT with an authentication method, or an AUTH packet that begins another authentication. The
// broker does not say which, but one that begins another has a session. For any other answer than
// those of answer_decision the broker closes the connection without a word.
int on_auth_start(int event, void *data, void *userdata) {
  (void)event;
  struct mosquitto_evt_extended_auth *asked = data;
  plugin *self = userdata;
  end_leaving(self);
  bool is_connected = state_of(self, asked->client) == JWT_AUTH_STATE_CONNECTED;
  if (!options_have_method(&self->options, asked->auth_method)) {
    if (!is_connected) {
      forget(self, asked->client);
    }
    return MOSQ_ERR_PLUGIN_DEFER;
  }
  jwt_auth_bytes token = {asked->data_in, asked->data_in_len};
  jwt_auth_client who = describe(asked->client, token);
  int answer = is_connected ? renew(self, asked->client, &who) : start(self, asked->client, &who);
  certificate_free(who.peer_certificate);
  return answer;
}
