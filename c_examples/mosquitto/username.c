#include "username.h"

#include <stdlib.h>

enum { LONGEST = 65535 }; // of MQTT

// Whether the broker can have a name. It writes names to its log, so they must not have line
// breaks, and into the patterns of its acl_file, where wildcards, and a name of several levels,
// would match topics of others: it refuses clients with + or # there, but not with a slash. A name
// that begins with $ would match topics of the broker itself.
static bool is_good(const char *name, size_t len) {
  return len <= LONGEST && strlen(name) == len &&
         mosquitto_validate_utf8(name, (int)len) == MOSQ_ERR_SUCCESS &&
         strpbrk(name, "+#/") == NULL && name[0] != '$';
}

static bool is_named(const struct mosquitto *client, jwt_auth_bytes name) {
  jwt_auth_bytes has = bytes_of(mosquitto_client_username(client));
  return has.data != NULL && has.len == name.len && memcmp(has.data, name.data, name.len) == 0;
}

bool username_is_right(const struct mosquitto *client, const jwt_auth_session *session) {
  jwt_auth_bytes name;
  return jwt_auth_session_username(session, &name) != JWT_AUTH_STATUS_OK || is_named(client, name);
}

static bool rename_client(struct mosquitto *client, note *note, jwt_auth_bytes claim) {
  char *name = strndup((const char *)claim.data, claim.len);
  bool good = name != NULL && is_good(name, claim.len);
  if (good && !is_named(client, claim)) {
    good = note_sent(note, mosquitto_client_username(client)) &&
           mosquitto_set_username(client, name) == MOSQ_ERR_SUCCESS;
  }
  free(name);
  return good;
}

bool username_give(struct mosquitto *client, note *note, const jwt_auth_session *session,
                   lines *lines) {
  jwt_auth_bytes claim;
  if (jwt_auth_session_username(session, &claim) == JWT_AUTH_STATUS_OK) {
    if (rename_client(client, note, claim)) {
      return true;
    }
    char fingerprint[9];
    jwt_auth_session_fingerprint(session, fingerprint);
    lines_say(lines, JWT_AUTH_LOG_LEVEL_INFO,
              "refused: the user name in the token has a wildcard, a slash or a control character, "
              "or begins with $, or memory is short: token %s",
              fingerprint);
    return false;
  }
  if (note->renamed) {
    if (mosquitto_set_username(client, note->sent) != MOSQ_ERR_SUCCESS) {
      return false;
    }
    note_forget_sent(note);
  }
  return true;
}
