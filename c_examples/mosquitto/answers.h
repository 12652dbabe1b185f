// What the broker is told of what the library has decided. What is not known is refused.
#ifndef ANSWERS_H
#define ANSWERS_H

#include <stdint.h>

#include "options.h"

// Whether a client may connect. decision: a jwt_auth_decision.
int answer_decision(int32_t decision);

// Whether a client that the library knows may use a topic. permission: a jwt_auth_permission.
int answer_permission(const options *options, int32_t permission);

#endif
