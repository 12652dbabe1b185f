// A plugin for Mosquitto 2 that asks libjwt_auth about the clients: whether they may connect, and
// what they may publish and receive. README.md tells how to use it; one command shows it:
// sh c_examples/mosquitto/run.sh
//
// This file starts and stops the plugin. decisions.c answers the broker's questions, and tick.c
// ends sessions.
#include <stdio.h>
#include <stdlib.h>

#include "plugin.h"

// The broker looks up three functions by name. All others are hidden in this shared object, so that
// they do not clash with functions of other plugins.
#define EXPORT __attribute__((visibility("default")))

enum { ERROR_SIZE = 512 };

// SIGHUP. After this the broker has every client that it knows authenticate again, also those that
// are offline. Returns success in any case: any other code stops the broker.
static int on_reload(int event, void *data, void *userdata) {
  (void)event;
  (void)data;
  plugin *self = userdata;
  char error[ERROR_SIZE];
  size_t len = 0;
  char *config = options_config(&self->options, &len, error, sizeof error);
  bool good = config != NULL && jwt_auth_reload(self->auth, config, len, error, sizeof error) ==
                                    JWT_AUTH_STATUS_OK;
  if (config == NULL) {
    // No configuration is accepted, which the library counts.
    jwt_auth_reload(self->auth, "", 0, NULL, 0);
  } else if (!good) {
    options_name_file(&self->options, error, sizeof error);
  }
  options_wipe(config, len);
  self->reloading = true;
  refusals_hurry(&self->refusals);
  if (good) {
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
    {MOSQ_EVT_BASIC_AUTH, on_basic_auth}, {MOSQ_EVT_ACL_CHECK, on_acl_check},
    {MOSQ_EVT_DISCONNECT, on_disconnect}, {MOSQ_EVT_TICK, on_tick},
    {MOSQ_EVT_RELOAD, on_reload},
};
enum { CALLBACK_COUNT = sizeof CALLBACKS / sizeof *CALLBACKS };

static void stop(plugin *self) {
  for (size_t i = 0; i < CALLBACK_COUNT; i++) {
    mosquitto_callback_unregister(self->identifier, CALLBACKS[i].event, CALLBACKS[i].callback,
                                  NULL);
  }
  sessions_stop(&self->sessions);
  metrics_stop(&self->metrics);
  refusals_stop(&self->refusals);
  jwt_auth_free(self->auth);
  lines_stop(&self->lines);
  options_free(&self->options);
  free(self);
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
  sessions_start(&self->sessions, self->options.max_offline_clients);
  if (!metrics_start(&self->metrics, self->options.metrics_file) ||
      !refusals_start(&self->refusals, self->options.refusals_file)) {
    snprintf(error, error_len, "out of memory");
    return false;
  }
  size_t len = 0;
  char *config = options_config(&self->options, &len, error, error_len);
  if (config == NULL) {
    return false;
  }
  jwt_auth_hooks hooks = {sizeof hooks, lines_take, NULL, &self->lines};
  jwt_auth_status status =
      jwt_auth_init(config, len, &hooks, &self->auth, error, error_len);
  options_wipe(config, len);
  if (status != JWT_AUTH_STATUS_OK) {
    options_name_file(&self->options, error, error_len);
    return false;
  }
  for (size_t i = 0; i < CALLBACK_COUNT; i++) {
    int registered = mosquitto_callback_register(self->identifier, CALLBACKS[i].event,
                                                 CALLBACKS[i].callback, NULL, self);
    if (registered == MOSQ_ERR_ALREADY_EXISTS) {
      snprintf(error, error_len, "the plugin is loaded already: name it in one plugin line only");
      return false;
    }
    if (registered != MOSQ_ERR_SUCCESS) {
      snprintf(error, error_len, "the broker does not offer event %d", CALLBACKS[i].event);
      return false;
    }
  }
  return true;
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
  char error[ERROR_SIZE] = "out of memory";
  plugin *self = calloc(1, sizeof *self);
  *userdata = NULL;
  if (self != NULL) {
    self->identifier = identifier;
    lines_start(&self->lines);
    sessions_start(&self->sessions, 0);
    if (start(self, given, count, error, sizeof error)) {
      *userdata = self;
      return MOSQ_ERR_SUCCESS;
    }
    stop(self);
  }
  mosquitto_log_printf(MOSQ_LOG_ERR, "jwt_auth: %s", error);
  return MOSQ_ERR_INVAL;
}

EXPORT int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *given, int count) {
  (void)given;
  (void)count;
  if (userdata != NULL) {
    stop(userdata);
  }
  return MOSQ_ERR_SUCCESS;
}
