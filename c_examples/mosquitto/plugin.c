// A plugin for Mosquitto 2 that asks libjwt_auth about the clients: whether they may connect, and
// what they may publish and receive. README.md tells how to use it; one command shows it:
// sh c_examples/mosquitto/run.sh
//
// This file starts and stops the plugin. authenticate.c and topics.c answer the broker's questions,
// connections.c keeps the library's table of clients up to date, and tick.c ends sessions.
#include <stdio.h>
#include <stdlib.h>

#include "plugin.h"

// The broker looks up three functions by name. All others are hidden in this shared object, so that
// they do not clash with functions of other plugins.
#define EXPORT __attribute__((visibility("default")))

enum { ERROR_SIZE = 512, RECHECK_SECONDS = 2 };

// The broker calls a plugin that two `plugin` lines name twice for each client.
static bool is_loaded;

// SIGHUP. After this the broker has every client that it knows authenticate again, also those that
// are offline. Returns success in any case: any other code stops the broker.
static int on_reload(int event, void *data, void *userdata) {
  (void)event;
  (void)data;
  plugin *self = userdata;
  char error[ERROR_SIZE];
  self->reloading = true;
  refusals_hurry(&self->refusals);
  if (options_reload(&self->options, self->auth, error, sizeof error)) {
    mosquitto_log_printf(MOSQ_LOG_NOTICE, "jwt_auth: the configuration was read again");
  } else {
    mosquitto_log_printf(MOSQ_LOG_ERR,
                         "jwt_auth: the new configuration is not accepted, the old one stays: %s",
                         error);
  }
  return MOSQ_ERR_SUCCESS;
}

static const struct {
  int event;
  MOSQ_FUNC_generic_callback callback;
} CALLBACKS[] = {
    {MOSQ_EVT_BASIC_AUTH, on_basic_auth},  {MOSQ_EVT_EXT_AUTH_START, on_auth_start},
    {MOSQ_EVT_ACL_CHECK, on_acl_check},    {MOSQ_EVT_CONNECT, on_connect},
    {MOSQ_EVT_CLIENT_OFFLINE, on_offline}, {MOSQ_EVT_DISCONNECT, on_disconnect},
    {MOSQ_EVT_TICK, on_tick},              {MOSQ_EVT_RELOAD, on_reload},
};
enum { CALLBACK_COUNT = sizeof CALLBACKS / sizeof *CALLBACKS };

static void stop(plugin *self) {
  for (size_t i = 0; i < CALLBACK_COUNT; i++) {
    mosquitto_callback_unregister(self->identifier, CALLBACKS[i].event, CALLBACKS[i].callback,
                                  NULL);
  }
  notes_stop(&self->notes);
  metrics_stop(&self->metrics);
  refusals_stop(&self->refusals);
  jwt_auth_registry_free(self->registry);
  jwt_auth_free(self->auth);
  lines_stop(&self->lines);
  options_free(&self->options);
  free(self);
}

// Which of these events the broker has. 2.0 has neither.
static bool is_optional(int event) {
  return event == MOSQ_EVT_CONNECT || event == MOSQ_EVT_CLIENT_OFFLINE;
}

static bool register_callbacks(plugin *self, char *error, size_t error_len) {
  for (size_t i = 0; i < CALLBACK_COUNT; i++) {
    if (is_optional(CALLBACKS[i].event) && !broker_is_2_1()) {
      continue;
    }
    if (mosquitto_callback_register(self->identifier, CALLBACKS[i].event, CALLBACKS[i].callback,
                                    NULL, self) != MOSQ_ERR_SUCCESS) {
      snprintf(error, error_len, "the broker does not offer event %d", CALLBACKS[i].event);
      return false;
    }
  }
  return true;
}

// Makes the verifier and registers the callbacks. false: error says what is wrong.
static bool start(plugin *self, const struct mosquitto_opt *given, int count, char *error,
                  size_t error_len) {
  if (jwt_auth_abi_version() != JWT_AUTH_ABI_VERSION) {
    snprintf(error, error_len, "libjwt_auth %s is not of the version this plugin was made for",
             jwt_auth_version());
    return false;
  }
  if (!options_read(&self->options, given, count, error, error_len)) {
    return false;
  }
  jwt_auth_registry_options bounds = {.struct_size = sizeof bounds,
                                      .max_offline = self->options.max_offline_clients,
                                      .recheck_seconds = RECHECK_SECONDS};
  if (!metrics_start(&self->metrics, self->options.metrics_file) ||
      !refusals_start(&self->refusals, self->options.refusals_file) ||
      jwt_auth_registry_new(&bounds, &self->registry) != JWT_AUTH_STATUS_OK) {
    snprintf(error, error_len, "out of memory");
    return false;
  }
  jwt_auth_hooks hooks = {sizeof hooks, lines_take, NULL, &self->lines};
  return options_start(&self->options, &hooks, &self->auth, error, error_len) &&
         register_callbacks(self, error, error_len);
}

EXPORT int mosquitto_plugin_version(int count, const int *versions) {
  for (int i = 0; i < count; i++) {
    if (versions[i] == MOSQ_PLUGIN_VERSION) {
      return MOSQ_PLUGIN_VERSION;
    }
  }
  return -1;
}

EXPORT int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **userdata,
                                 struct mosquitto_opt *given, int count) {
  char error[ERROR_SIZE] = "the plugin is loaded already: name it in one plugin line only";
  *userdata = NULL;
  plugin *self = is_loaded ? NULL : calloc(1, sizeof *self);
  if (self != NULL) {
    if (mosquitto_plugin_set_info != NULL) {
      mosquitto_plugin_set_info(identifier, "jwt_auth", jwt_auth_version());
    }
    self->identifier = identifier;
    lines_start(&self->lines);
    self->notes.needs_ids = !broker_is_2_1();
    if (start(self, given, count, error, sizeof error)) {
      is_loaded = true;
      *userdata = self;
      return MOSQ_ERR_SUCCESS;
    }
    stop(self);
  } else if (!is_loaded) {
    snprintf(error, sizeof error, "out of memory");
  }
  mosquitto_log_printf(MOSQ_LOG_ERR, "jwt_auth: %s", error);
  return MOSQ_ERR_INVAL;
}

EXPORT int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *given, int count) {
  (void)given;
  (void)count;
  if (userdata != NULL) {
    stop(userdata);
    is_loaded = false;
  }
  return MOSQ_ERR_SUCCESS;
}
