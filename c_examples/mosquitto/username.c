#include "username.h"

#include <stdlib.h>
#include <string.h>

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

// Keeps what the client sent, unless that was kept before.
static bool keep_sent(session *session, const char *sent) {
  if (!session->renamed && sent != NULL) {
    session->sent = strdup(sent);
    if (session->sent == NULL) {
      return false;
    }
  }
  session->renamed = true;
  return true;
}

static bool rename_to(session *session, struct mosquitto *client, jwt_auth_bytes claim) {
  char fingerprint[9];
  char *name = strndup((const char *)claim.data, claim.len);
  bool good = name != NULL && is_good(name, claim.len) &&
              keep_sent(session, mosquitto_client_username(client)) &&
              mosquitto_set_username(client, name) == MOSQ_ERR_SUCCESS;
  free(name);
  if (!good) {
    jwt_auth_session_fingerprint(session->grant, fingerprint);
    mosquitto_log_printf(MOSQ_LOG_INFO,
                         "jwt_auth: refused: the user name in the token has a wildcard, a slash or "
                         "a control character, or begins with $, or memory is short: token %s",
                         fingerprint);
  }
  return good;
}

bool username_give(session *session, struct mosquitto *client) {
  jwt_auth_bytes claim;
  if (jwt_auth_session_username(session->grant, &claim) == JWT_AUTH_STATUS_OK) {
    return rename_to(session, client, claim);
  }
  if (session->renamed) {
    if (mosquitto_set_username(client, session->sent) != MOSQ_ERR_SUCCESS) {
      return false;
    }
    username_forget(session);
  }
  return true;
}

void username_forget(session *session) {
  if (session->sent != NULL) {
    explicit_bzero(session->sent, strlen(session->sent));
    free(session->sent);
  }
  session->sent = NULL;
  session->renamed = false;
}
