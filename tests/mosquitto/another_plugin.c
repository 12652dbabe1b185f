// A plugin beside ours. It accepts clients by itself: who has the password "open", or names the
// authentication method "other". And it lets everybody read one path of the HTTP API.
//
// With an option, whichever that is, it does none of this, and ignores what it is asked about
// topics, as the plugins do that only count or log. Mosquitto 2.1 takes the answer of the plugin
// that is asked last for that of all.
#include <stddef.h>
#include <string.h>

#include <mosquitto.h>
#if LIBMOSQUITTO_VERSION_NUMBER < 2001000
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#endif

// MOSQ_ERR_PLUGIN_IGNORE, which the headers of 2.0 do not have.
enum { PLUGIN_IGNORE = 32 };

static int answer(const char *text, const char *accepted) {
  return text != NULL && strcmp(text, accepted) == 0 ? MOSQ_ERR_SUCCESS : MOSQ_ERR_PLUGIN_DEFER;
}

static int on_basic_auth(int event, void *data, void *userdata) {
  (void)event;
  (void)userdata;
  return answer(((struct mosquitto_evt_basic_auth *)data)->password, "open");
}

static int on_auth_start(int event, void *data, void *userdata) {
  (void)event;
  (void)userdata;
  return answer(((struct mosquitto_evt_extended_auth *)data)->auth_method, "other");
}

static int on_acl_check(int event, void *data, void *userdata) {
  (void)event;
  (void)userdata;
  return answer(((struct mosquitto_evt_acl_check *)data)->topic, "/api/v1/version");
}

static int ignore(int event, void *data, void *userdata) {
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
  *userdata = NULL;
  if (count > 0) {
    return mosquitto_callback_register(identifier, MOSQ_EVT_ACL_CHECK, ignore, NULL, NULL);
  }
  mosquitto_callback_register(identifier, MOSQ_EVT_BASIC_AUTH, on_basic_auth, NULL, NULL);
  mosquitto_callback_register(identifier, MOSQ_EVT_EXT_AUTH_START, on_auth_start, NULL, NULL);
  return mosquitto_callback_register(identifier, MOSQ_EVT_ACL_CHECK, on_acl_check, NULL, NULL);
}

int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int count) {
  (void)userdata;
  (void)options;
  (void)count;
  return MOSQ_ERR_SUCCESS;
}
