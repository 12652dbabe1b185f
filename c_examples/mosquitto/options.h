// The plugin's configuration, from the lines plugin_opt_NAME of mosquitto.conf.
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <jwt_auth.h>

struct mosquitto_opt;

typedef struct options {
  char *config_file;          // the file that holds the JSON, or NULL
  char *metrics_file;         // the file that statistics are written to, or NULL
  char *refusals_file;        // the file that the last refusals are written to, or NULL
  char *auth_methods;         // the names of our authentication methods, or NULL: jwt
  bool deny_no_match;         // what a token says nothing about is denied, and not left to others
  char *json;                 // the JSON made of all other options, unless there is a file
  size_t max_offline_clients; // of how many clients that went away permissions are kept
} options;

// Reads the options. false: error says what is wrong, without showing a value.
bool options_read(options *to, const struct mosquitto_opt *from, int count, char *error,
                  size_t error_len);

// Whether tokens of this authentication method are ours.
bool options_have_method(const options *options, const char *method);

// Makes the verifier, and has it read its configuration again: from the file as it is now, or from
// the options. false: error says why it cannot.
bool options_start(const options *from, const jwt_auth_hooks *hooks, jwt_auth **auth, char *error,
                   size_t error_len);
bool options_reload(const options *from, jwt_auth *auth, char *error, size_t error_len);

void options_free(options *from);

#endif
