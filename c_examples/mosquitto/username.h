// The user name of a client where the library's option username_claim takes it from the token.
//
// The broker then knows the client by that name: in its log, and in its acl_file. At SIGHUP it asks
// about the client with that name, so the session keeps what the client sent.
#ifndef USERNAME_H
#define USERNAME_H

#include <stdbool.h>

#include <mosquitto.h>
#include <mosquitto_broker.h>

#include "sessions.h"

// Gives the client the user name that its token says, or the one that it sent, if the option was
// taken away. false: it is none that the broker can have, or memory is short, and the log says so.
bool username_give(session *session, struct mosquitto *client);

// Wipes and frees what the client sent, which may be its token.
void username_forget(session *session);

#endif
