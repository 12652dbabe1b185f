#include "visitor.h"

#include <stdlib.h>

#include "answers.h"

static _Thread_local jwt_auth_session *visitor;
static _Thread_local char *visitor_name; // its user name, or NULL

static void forget_visitor(void) {
  jwt_auth_session_free(visitor);
  visitor = NULL;
  if (visitor_name != NULL) {
    explicit_bzero(visitor_name, strlen(visitor_name)); // it may be the token
    free(visitor_name);
  }
  visitor_name = NULL;
}

// false: out of memory.
static bool keep_name(const struct mosquitto *client) {
  const char *name = mosquitto_client_username(client);
  visitor_name = name == NULL ? NULL : strdup(name);
  if (name != NULL && visitor_name == NULL) {
    forget_visitor();
    return false;
  }
  return true;
}

// Whether this is the client that the session is of, and not one whom another plugin has accepted.
static bool is_visitor(const struct mosquitto *client) {
  const char *name = mosquitto_client_username(client);
  return visitor != NULL && (name == NULL || visitor_name == NULL
                                 ? name == visitor_name
                                 : strcmp(name, visitor_name) == 0);
}

int visitor_authenticate(plugin *self, const struct mosquitto_evt_basic_auth *asked) {
  jwt_auth_client who = identity_of(asked->client);
  who.password = bytes_of(asked->password);
  forget_visitor();
  jwt_auth_result result;
  lines_complain(&self->lines, jwt_auth_check(self->auth, &who, &result, &visitor));
  refusals_add(&self->refusals, self->auth, &who, &result);
  if (result.decision == JWT_AUTH_DECISION_ALLOW && !keep_name(asked->client)) {
    return MOSQ_ERR_AUTH;
  }
  return answer_decision(result.decision);
}

int visitor_authorize(const plugin *self, const struct mosquitto_evt_acl_check *asked) {
  if (!is_visitor(asked->client)) {
    forget_visitor();
    return MOSQ_ERR_PLUGIN_DEFER;
  }
  int32_t permission = JWT_AUTH_PERMISSION_DENY;
  jwt_auth_session_authorize(self->auth, visitor, JWT_AUTH_ACTION_RECEIVE, bytes_of(asked->topic),
                             asked->qos, asked->retain, &permission);
  forget_visitor();
  return answer_permission(&self->options, permission);
}
