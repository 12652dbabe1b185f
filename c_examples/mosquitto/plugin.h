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
#include "metrics.h"
#include "options.h"
#include "refusals.h"
#include "sessions.h"

typedef struct plugin {
  mosquitto_plugin_id_t *identifier;
  options options;
  lines lines;
  jwt_auth *auth;
  metrics metrics;
  refusals refusals;
  sessions sessions;
  bool ticked;         // the broker has sent a tick
  bool warned;         // the log says that the broker sends none
  const void *kicked;  // the client that this plugin is disconnecting
  bool reloading;      // from SIGHUP to the next tick, while known clients authenticate again
  int64_t last_part;   // when a part of the sessions was last checked, in tenths of a second
  time_t last_warning; // when the log last said that permissions were forgotten
  uint64_t forgotten;  // the count of forgotten sessions at that time
} plugin;

// May a client connect, and may it use a topic? A client has gone.
int on_basic_auth(int event, void *data, void *userdata);
int on_acl_check(int event, void *data, void *userdata);
int on_disconnect(int event, void *data, void *userdata);

// Ends the sessions that are no longer good, and tells statistics and refusals. The broker calls it
// ten times a second, and more often while there is traffic.
int on_tick(int event, void *data, void *userdata);

#endif
