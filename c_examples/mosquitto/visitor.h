// Visitors of the HTTP API that Mosquitto 2.1 has (`protocol http_api`).
//
// For each request the broker asks whether a client may connect and then whether it may read the
// path. It asks on the thread of the HTTP server, while it is at work on its own, and the client is
// on the stack of that thread, so the next one has the same address. Nothing is kept of a visitor
// but the session of the request that the thread is at.
#ifndef VISITOR_H
#define VISITOR_H

#include "plugin.h"

// What on_basic_auth and on_acl_check answer on another thread than the broker's own.
int visitor_authenticate(plugin *self, const struct mosquitto_evt_basic_auth *asked);
int visitor_authorize(const plugin *self, const struct mosquitto_evt_acl_check *asked);

#endif
