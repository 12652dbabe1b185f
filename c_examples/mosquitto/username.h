// The user name of a client where the library's option username_claim takes it from the token.
//
// The broker then knows the client by that name: in its log, and in its acl_file.
#ifndef USERNAME_H
#define USERNAME_H

#include <stdbool.h>

#include <jwt_auth.h>

#include "plugin.h"

// Whether the broker knows the client by the name of its token, if that has one.
bool username_is_right(const struct mosquitto *client, const jwt_auth_session *session);

// Gives the client the user name of its token, or, if there is none, the one that it sent. false:
// it is none that the broker can have, or memory is short, and the log says so.
bool username_give(struct mosquitto *client, note *note, const jwt_auth_session *session,
                   lines *lines);

#endif
