// The broker's headers, of Mosquitto 2.0 and of 2.1, and what one binary needs to serve both.
#ifndef BROKER_H
#define BROKER_H

#include <mosquitto.h>
#if LIBMOSQUITTO_VERSION_NUMBER < 2001000
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <mqtt_protocol.h>

// What 2.0 does not have. The numbers do not change; 2.0 refuses to register the events.
enum { MOSQ_EVT_CONNECT = 11, MOSQ_EVT_CLIENT_OFFLINE = 28 };
struct mosquitto *mosquitto_client(const char *client_id);
int mosquitto_plugin_set_info(mosquitto_plugin_id_t *identifier, const char *name,
                              const char *version);
#define next_ms next_ns // which 2.0 does not read
#endif

// NULL in a broker that does not have them.
#pragma weak mosquitto_client
#pragma weak mosquitto_plugin_set_info

// Whether this is Mosquitto 2.1 or later.
static inline bool broker_is_2_1(void) {
  return mosquitto_client != NULL;
}

#endif
