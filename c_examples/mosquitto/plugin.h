// The plugin's state, and the callbacks that the broker is given.
//
// The broker calls everything here on its one thread, with userdata a plugin. Only on_basic_auth
// and on_acl_check are called on another thread as well, for visitors of the HTTP API: see
// visitor.h.
#ifndef PLUGIN_H
#define PLUGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <jwt_auth.h>

#include "broker.h"
#include "lines.h"
#include "metrics.h"
#include "notes.h"
#include "options.h"
#include "refusals.h"

typedef struct plugin {
  mosquitto_plugin_id_t *identifier;
  options options;
  lines lines;
  jwt_auth *auth;
  jwt_auth_registry *registry; // which client has which session
  notes notes;
  metrics metrics;
  refusals refusals;
  bool ticked;                 // the broker has sent a tick
  bool warned;                 // the log says that the broker sends none
  bool reloading;              // in 2.0: from SIGHUP until the next tick
  const struct mosquitto *admitted; // in 2.1: the client that is accepted and yet to be connected
  const struct mosquitto *leaving;  // a client that is gone, but for the question about its will
  const struct mosquitto *kicked;   // the client that this plugin is disconnecting
  time_t last_look;            // when the registry was last asked whose time is over
  time_t last_warning;         // when the log last said that permissions were forgotten
  uint64_t forgotten;          // how many were, since then
} plugin;

// The name of a connection in the registry: the broker's pointer.
static inline uint64_t connection_of(const struct mosquitto *client) {
  return (uint64_t)(uintptr_t)client;
}

static inline jwt_auth_bytes bytes_of(const char *text) {
  jwt_auth_bytes bytes = {(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
  return bytes;
}

// The client as the broker knows it now, and so as the registry does. The rest of it is not sent.
static inline jwt_auth_client identity_of(const struct mosquitto *client) {
  jwt_auth_client identity = {.struct_size = sizeof identity};
  identity.client_id = bytes_of(mosquitto_client_id(client));
  identity.username = bytes_of(mosquitto_client_username(client));
  return identity;
}

// May a client connect? In CONNECT, and in AUTH packets with one of our methods.
int on_basic_auth(int event, void *data, void *userdata);
int on_auth_start(int event, void *data, void *userdata);

// May it use a topic?
int on_acl_check(int event, void *data, void *userdata);

// A client has connected, has gone and may come back, or has gone.
int on_connect(int event, void *data, void *userdata);
int on_offline(int event, void *data, void *userdata);
int on_disconnect(int event, void *data, void *userdata);

// What the registry knows of a client: a jwt_auth_state.
int32_t state_of(const plugin *self, const struct mosquitto *client);

// Ends what a client has.
void forget(plugin *self, const struct mosquitto *client);

// Ends what the client has that is leaving, if there is one.
void end_leaving(plugin *self);

// Ends the sessions that are no longer good, and tells statistics and refusals. The broker calls it
// ten times a second; 2.0 more often while there is traffic.
int on_tick(int event, void *data, void *userdata);

#endif
