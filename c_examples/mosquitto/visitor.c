#include "visitor.h"

static _Thread_local jwt_auth_session *visitor;

int visitor_authenticate(plugin *self, const struct mosquitto_evt_basic_auth *asked) {
  jwt_auth_client who = identity_of(asked->client);
  who.password = bytes_of(asked->password);
  jwt_auth_session_free(visitor);
  jwt_auth_result result;
  jwt_auth_check(self->auth, &who, &result, &visitor);
  if (result.decision == JWT_AUTH_DECISION_DENY) {
    refusals_add(&self->refusals, self->auth, &who, result.reason);
  }
  switch (result.decision) {
  case JWT_AUTH_DECISION_ALLOW:
    return MOSQ_ERR_SUCCESS;
  case JWT_AUTH_DECISION_IGNORE:
    return MOSQ_ERR_PLUGIN_DEFER;
  default:
    return MOSQ_ERR_AUTH;
  }
}

int visitor_authorize(const plugin *self, const struct mosquitto_evt_acl_check *asked) {
  if (visitor == NULL) {
    return MOSQ_ERR_PLUGIN_DEFER;
  }
  int32_t permission = JWT_AUTH_PERMISSION_DENY;
  jwt_auth_session_authorize(self->auth, visitor, JWT_AUTH_ACTION_RECEIVE, bytes_of(asked->topic),
                             asked->qos, asked->retain, &permission);
  jwt_auth_session_free(visitor);
  visitor = NULL;
  return answer_of(self, permission);
}
