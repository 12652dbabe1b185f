// May a client use a topic?
#include "answers.h"
#include "plugin.h"
#include "visitor.h"

static bool is_ours(const plugin *self, const struct mosquitto *client) {
  return state_of(self, client) != JWT_AUTH_STATE_ABSENT;
}

// Whether SIGHUP found that the token of a client is not accepted any more.
static bool is_refused(const plugin *self, const struct mosquitto *client) {
  const note *note = self->notes.refused == 0 ? NULL : notes_find(&self->notes, client);
  const char *id = mosquitto_client_id(client);
  return note != NULL && note->refused && id != NULL && strcmp(note->id, id) == 0;
}

// A client that this plugin did not accept is left to the broker's own permissions.
int on_acl_check(int event, void *data, void *userdata) {
  (void)event;
  const struct mosquitto_evt_acl_check *asked = data;
  const plugin *self = userdata;
  if (!lines_are_of_this_thread(&self->lines)) {
    return visitor_authorize(self, asked);
  }
  int32_t action;
  switch (asked->access) {
  case MOSQ_ACL_READ:
    action = JWT_AUTH_ACTION_RECEIVE;
    break;
  case MOSQ_ACL_WRITE:
    action = JWT_AUTH_ACTION_PUBLISH;
    break;
  case MOSQ_ACL_SUBSCRIBE:
    action = JWT_AUTH_ACTION_SUBSCRIBE;
    break;
  case MOSQ_ACL_UNSUBSCRIBE:
    return is_ours(self, asked->client) ? MOSQ_ERR_SUCCESS : MOSQ_ERR_PLUGIN_DEFER;
  default:
    return MOSQ_ERR_ACL_DENIED;
  }
  // While the broker disconnects a client for this plugin, it removes the subscriptions that the
  // client may not have. They must be there when the client comes back with a new token, and they
  // grant nothing, because the broker asks about every delivery.
  if (asked->access == MOSQ_ACL_SUBSCRIBE && self->kicked == asked->client) {
    return MOSQ_ERR_SUCCESS;
  }
  if (is_refused(self, asked->client)) {
    return MOSQ_ERR_ACL_DENIED;
  }
  jwt_auth_client who = identity_of(asked->client);
  int32_t permission = JWT_AUTH_PERMISSION_DENY;
  jwt_auth_registry_authorize(self->registry, self->auth, connection_of(asked->client), &who,
                              action, bytes_of(asked->topic), asked->qos, asked->retain,
                              &permission);
  if (permission == JWT_AUTH_PERMISSION_NO_MATCH && !is_ours(self, asked->client)) {
    return MOSQ_ERR_PLUGIN_DEFER;
  }
  return answer_permission(&self->options, permission);
}
