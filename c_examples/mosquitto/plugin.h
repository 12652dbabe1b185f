// The plugin's state, and the callbacks that the broker is given.
//
// The broker calls everything here on its one thread, with userdata a plugin.
#ifndef PLUGIN_H
#define PLUGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <jwt_auth.h>
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

#include "lines.h"
#include "options.h"
#include "sessions.h"

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

// May a client connect, and may it use a topic? A client has gone.
int on_basic_auth(int event, void *data, void *userdata);
int on_acl_check(int event, void *data, void *userdata);
int on_disconnect(int event, void *data, void *userdata);

// Ends the sessions that are no longer good. Comes ten times a second, and more often while there is
// traffic.
int on_tick(int event, void *data, void *userdata);

#endif
