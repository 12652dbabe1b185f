#include "answers.h"

#include <jwt_auth.h>

#include "broker.h"

int answer_decision(int32_t decision) {
  switch (decision) {
  case JWT_AUTH_DECISION_ALLOW:
    return MOSQ_ERR_SUCCESS;
  case JWT_AUTH_DECISION_IGNORE:
    return MOSQ_ERR_PLUGIN_DEFER;
  default:
    return MOSQ_ERR_AUTH;
  }
}

int answer_permission(const options *options, int32_t permission) {
  switch (permission) {
  case JWT_AUTH_PERMISSION_ALLOW:
    return MOSQ_ERR_SUCCESS;
  case JWT_AUTH_PERMISSION_NO_MATCH:
    return options->deny_no_match ? MOSQ_ERR_ACL_DENIED : MOSQ_ERR_PLUGIN_DEFER;
  default:
    return MOSQ_ERR_ACL_DENIED;
  }
}
