#include "options.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker.h"

enum { DEFAULT_MAX_OFFLINE_CLIENTS = 20000 };

// The library's options whose values are not strings. In mosquitto.conf their values are JSON; the
// values of all other options are strings without quotes, so a secret such as 12345 stays text.
static const char *const IN_JSON[] = {
    "acl", "algorithms", "cache_capacity", "check_iat", "disconnect_after_expire",
    "headers", "issuers", "jwks", "leeway", "max_fail_count", "max_key_trials",
    "max_lifetime", "max_token_size", "refresh_interval", "require_exp",
    "revocations_endpoint", "secret_base64_encoded", "ssl", "superuser_claim_name",
    "token_type", "verify_claims",
};

static bool is_in_json(const char *name) {
  for (size_t i = 0; i < sizeof IN_JSON / sizeof *IN_JSON; i++) {
    if (strcmp(name, IN_JSON[i]) == 0) {
      return true;
    }
  }
  return false;
}

// Whether a value may be meant as JSON: true, false, a whole number, an object or a list.
static bool looks_like_json(const char *value) {
  size_t digits = strspn(value, "0123456789");
  return strcmp(value, "true") == 0 || strcmp(value, "false") == 0 ||
         (digits > 0 && value[digits] == '\0') || *value == '{' || *value == '[';
}

// Whether a text, written as the value of a member, cannot end that member and add others: its
// brackets and quotes are balanced, and no comma or colon is outside of them. The library reports
// every other error of its syntax.
static bool is_one_value(const char *value) {
  size_t depth = 0;
  bool in_string = false;
  for (const char *c = value; *c != '\0'; c++) {
    if (in_string) {
      if (*c == '\\' && c[1] != '\0') {
        c++;
      } else if (*c == '"') {
        in_string = false;
      }
    } else if (*c == '"') {
      in_string = true;
    } else if (*c == '{' || *c == '[') {
      depth++;
    } else if (*c == '}' || *c == ']') {
      if (depth == 0) {
        return false;
      }
      depth--;
    } else if ((*c == ',' || *c == ':') && depth == 0) {
      return false;
    }
  }
  return depth == 0 && !in_string;
}

// Writes a text as a JSON string, at most six bytes for each byte, and returns the end.
static char *write_string(char *at, const char *text) {
  *at++ = '"';
  for (const char *c = text; *c != '\0'; c++) {
    if (*c == '"' || *c == '\\') {
      *at++ = '\\';
      *at++ = *c;
    } else if ((unsigned char)*c < 0x20) {
      at += sprintf(at, "\\u%04x", (unsigned)(unsigned char)*c);
    } else {
      *at++ = *c;
    }
  }
  *at++ = '"';
  return at;
}

static bool read_number(const char *value, size_t *to) {
  char *end;
  errno = 0;
  unsigned long long number = strtoull(value, &end, 10);
  bool good = errno == 0 && *value >= '0' && *value <= '9' && *end == '\0' && number <= 10000000;
  *to = good ? (size_t)number : 0;
  return good;
}

// The values of the plugin's own options that are text, given once.
static bool take_text(char **to, const struct mosquitto_opt *option, const char *what, char *error,
                      size_t error_len) {
  if (*to != NULL || option->value[0] == '\0') {
    snprintf(error, error_len, "plugin_opt_%s needs %s, and is given once", option->key, what);
    return false;
  }
  *to = strdup(option->value);
  if (*to == NULL) {
    snprintf(error, error_len, "out of memory");
  }
  return *to != NULL;
}

static bool take_no_match(bool *deny, const struct mosquitto_opt *option, char *error,
                          size_t error_len) {
  *deny = strcmp(option->value, "deny") == 0;
  if (!*deny && strcmp(option->value, "defer") != 0) {
    snprintf(error, error_len, "plugin_opt_no_match needs defer or deny");
    return false;
  }
  return true;
}

// Reads an option if it is one of the plugin itself, which *own says. false: its value is wrong.
static bool take_own(options *to, const struct mosquitto_opt *option, bool *own, char *error,
                     size_t error_len) {
  *own = true;
  if (strcmp(option->key, "config_file") == 0) {
    return take_text(&to->config_file, option, "one path", error, error_len);
  }
  if (strcmp(option->key, "metrics_file") == 0) {
    return take_text(&to->metrics_file, option, "one path", error, error_len);
  }
  if (strcmp(option->key, "refusals_file") == 0) {
    return take_text(&to->refusals_file, option, "one path", error, error_len);
  }
  if (strcmp(option->key, "auth_methods") == 0) {
    return take_text(&to->auth_methods, option, "names", error, error_len);
  }
  if (strcmp(option->key, "no_match") == 0) {
    return take_no_match(&to->deny_no_match, option, error, error_len);
  }
  if (strcmp(option->key, "max_offline_clients") == 0) {
    if (!read_number(option->value, &to->max_offline_clients)) {
      snprintf(error, error_len, "plugin_opt_max_offline_clients needs a number up to 10000000");
      return false;
    }
    return true;
  }
  *own = false;
  return true;
}

// Writes an option of the library as a member of the object, and returns the end. NULL: the value
// is not one JSON value.
static char *write_member(char *at, const struct mosquitto_opt *option) {
  at = write_string(at, option->key);
  *at++ = ':';
  // What is no JSON is written as a string all the same, so that the library says what it expected
  // for this option.
  if (!is_in_json(option->key) || !looks_like_json(option->value)) {
    return write_string(at, option->value);
  }
  // On a line of its own, so that the columns of an error are those of the value.
  return is_one_value(option->value) ? at + sprintf(at, "\n%s", option->value) : NULL;
}

// Writes the object of the library's options to to->json. *first: the key of the first of them, or
// NULL. false: error says what is wrong.
static bool write_json(options *to, const struct mosquitto_opt *from, int count,
                       const char **first, char *error, size_t error_len) {
  char *at = to->json;
  *first = NULL;
  *at++ = '{';
  for (int i = 0; i < count; i++) {
    bool own;
    if (!take_own(to, &from[i], &own, error, error_len)) {
      return false;
    }
    if (own) {
      continue;
    }
    if (*first != NULL) {
      *at++ = ',';
    }
    *first = *first == NULL ? from[i].key : *first;
    at = write_member(at, &from[i]);
    if (at == NULL) {
      snprintf(error, error_len, "plugin_opt_%s needs one JSON value", from[i].key);
      return false;
    }
  }
  memcpy(at, "}", sizeof "}");
  return true;
}

bool options_read(options *to, const struct mosquitto_opt *from, int count, char *error,
                  size_t error_len) {
  size_t size = sizeof "{}";
  for (int i = 0; i < count; i++) {
    size += 6 * (strlen(from[i].key) + strlen(from[i].value)) + sizeof "\"\":\"\",";
  }
  *to = (options){.max_offline_clients = DEFAULT_MAX_OFFLINE_CLIENTS};
  to->json = malloc(size);
  if (to->json == NULL) {
    snprintf(error, error_len, "out of memory");
    return false;
  }
  const char *first;
  if (!write_json(to, from, count, &first, error, error_len)) {
    return false;
  }
  if (to->config_file != NULL && first != NULL) {
    snprintf(error, error_len,
             "plugin_opt_%s belongs into the file that plugin_opt_config_file names", first);
    return false;
  }
  return true;
}

bool options_have_method(const options *options, const char *method) {
  const char *at = options->auth_methods == NULL ? "jwt" : options->auth_methods;
  size_t wanted = strlen(method), len;
  for (; *at != '\0'; at += len + (at[len] != '\0')) {
    len = strcspn(at, " ");
    if (len == wanted && len > 0 && memcmp(at, method, len) == 0) {
      return true;
    }
  }
  return false;
}

bool options_start(const options *from, const jwt_auth_hooks *hooks, jwt_auth **auth, char *error,
                   size_t error_len) {
  jwt_auth_status status =
      from->config_file != NULL
          ? jwt_auth_init_file(from->config_file, hooks, auth, error, error_len)
          : jwt_auth_init(from->json, strlen(from->json), hooks, auth, error, error_len);
  return status == JWT_AUTH_STATUS_OK;
}

bool options_reload(const options *from, jwt_auth *auth, char *error, size_t error_len) {
  jwt_auth_status status =
      from->config_file != NULL
          ? jwt_auth_reload_file(auth, from->config_file, error, error_len)
          : jwt_auth_reload(auth, from->json, strlen(from->json), error, error_len);
  return status == JWT_AUTH_STATUS_OK;
}

void options_free(options *from) {
  if (from->json != NULL) {
    explicit_bzero(from->json, strlen(from->json));
  }
  free(from->json);
  free(from->config_file);
  free(from->metrics_file);
  free(from->refusals_file);
  free(from->auth_methods);
  *from = (options){0};
}
