// A plugin that has no opinion on topics, as the plugins have that only count or log. Mosquitto 2.1
// takes the answer of the plugin that is asked last for that of all.
#include <stddef.h>

#include <mosquitto.h>
#if LIBMOSQUITTO_VERSION_NUMBER < 2001000
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#endif

// MOSQ_ERR_PLUGIN_IGNORE, which the headers of 2.0 do not have.
enum { PLUGIN_IGNORE = 32 };

static int on_acl_check(int event, void *data, void *userdata) {
  (void)event;
  (void)data;
  (void)userdata;
  return PLUGIN_IGNORE;
}

int mosquitto_plugin_version(int count, const int *versions) {
  (void)count;
  (void)versions;
  return 5;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **userdata,
                          struct mosquitto_opt *options, int count) {
  (void)options;
  (void)count;
  *userdata = NULL;
  return mosquitto_callback_register(identifier, MOSQ_EVT_ACL_CHECK, on_acl_check, NULL, NULL);
}
