// The plugin's configuration, from the lines plugin_opt_NAME of mosquitto.conf.
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct mosquitto_opt;

typedef struct options {
  char *config_file;          // the file that holds the JSON, or NULL
  char *metrics_file;         // the file that statistics are written to, or NULL
  char *refusals_file;        // the file that the last refusals are written to, or NULL
  char *json;                 // the JSON made of all other options, unless there is a file
  size_t max_offline_clients; // of how many clients that went away permissions are kept
} options;

// Reads the options. false: error says what is wrong, without showing a value.
bool options_read(options *to, const struct mosquitto_opt *from, int count, char *error,
                  size_t error_len);

// The configuration to give to the library, from the file as it is now or from the options, to be
// given back to options_wipe. NULL: error says why there is none.
char *options_config(const options *from, size_t *len, char *error, size_t error_len);

// Begins what the library says of a configuration with the name of the file, if it is from one.
void options_name_file(const options *from, char *error, size_t error_len);

// Wipes and frees a configuration, which may hold secrets. NULL does nothing.
void options_wipe(char *config, size_t len);

void options_free(options *from);

#endif
