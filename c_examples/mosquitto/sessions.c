#include "sessions.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "username.h"

static int compare_clients(const void *left, const void *right) {
  uintptr_t a = (uintptr_t)((const session *)left)->client;
  uintptr_t b = (uintptr_t)((const session *)right)->client;
  return (a > b) - (a < b);
}

static int compare_ids(const void *left, const void *right) {
  return strcmp(((const session *)left)->id, ((const session *)right)->id);
}

void sessions_start(sessions *sessions, size_t max_offline) {
  *sessions = (struct sessions){.max_offline = max_offline};
  TAILQ_INIT(&sessions->round);
  TAILQ_INIT(&sessions->offline);
  TAILQ_INIT(&sessions->leaving);
}

static session *find_client(const sessions *sessions, const void *client) {
  session key = {.client = client};
  struct session **found = tfind(&key, &sessions->by_client, compare_clients);
  return found == NULL ? NULL : *found;
}

static bool is_for(const session *session, const char *id) {
  return id != NULL && strcmp(session->id, id) == 0;
}

session *sessions_find(const sessions *sessions, const void *client, const char *id) {
  session *found = find_client(sessions, client);
  return found != NULL && is_for(found, id) ? found : NULL;
}

// Puts a session into another state, and into the list of that state.
static void move(sessions *sessions, session *session, session_state state) {
  if (session->state == OFFLINE) {
    TAILQ_REMOVE(&sessions->offline, session, by_state);
    sessions->offline_count--;
  } else if (session->state == LEAVING) {
    TAILQ_REMOVE(&sessions->leaving, session, by_state);
  }
  session->state = state;
  if (state == OFFLINE) {
    TAILQ_INSERT_TAIL(&sessions->offline, session, by_state);
    sessions->offline_count++;
  } else if (state == LEAVING) {
    TAILQ_INSERT_TAIL(&sessions->leaving, session, by_state);
  }
}

static void forget_id(sessions *sessions, session *session) {
  struct session **found = tfind(session, &sessions->by_id, compare_ids);
  if (found != NULL && *found == session) {
    tdelete(session, &sessions->by_id, compare_ids);
  }
}

static void drop(sessions *sessions, session *session) {
  sessions_end(sessions, session);
  move(sessions, session, CONNECTED);
  forget_id(sessions, session);
  struct session **found = tfind(session, &sessions->by_client, compare_clients);
  if (found != NULL && *found == session) {
    tdelete(session, &sessions->by_client, compare_clients);
  }
  TAILQ_REMOVE(&sessions->round, session, round);
  sessions->count--;
  username_forget(session);
  free(session->id);
  free(session);
}

// Makes this the session of its id. The session that had the id before is marked as replaced: the
// broker is about to disconnect its client, or to free it if it is offline.
static bool claim_id(sessions *sessions, session *session) {
  struct session **found = tsearch(session, &sessions->by_id, compare_ids);
  if (found == NULL) {
    return false;
  }
  struct session *before = *found;
  if (before != session) {
    tdelete(before, &sessions->by_id, compare_ids);
    before->replaced = true;
    if (before->state == OFFLINE) {
      move(sessions, before, LEAVING);
    }
    return tsearch(session, &sessions->by_id, compare_ids) != NULL;
  }
  return true;
}

static session *add(sessions *sessions, const void *client, const char *id) {
  session *session = calloc(1, sizeof *session);
  char *own_id = strdup(id);
  if (session == NULL || own_id == NULL) {
    free(session);
    free(own_id);
    return NULL;
  }
  *session = (struct session){.client = client, .id = own_id, .expiry_at = EXPIRY_NONE};
  TAILQ_INSERT_TAIL(&sessions->round, session, round);
  sessions->count++;
  if (tsearch(session, &sessions->by_client, compare_clients) == NULL ||
      !claim_id(sessions, session)) {
    drop(sessions, session);
    session = NULL;
  }
  return session;
}

bool sessions_accept(sessions *sessions, const void *client, const char *id,
                     jwt_auth_session *grant, int64_t expires_at, bool again) {
  session *session = find_client(sessions, client);
  if (session != NULL && !(again && is_for(session, id))) {
    drop(sessions, session);
    session = NULL;
  }
  if (session == NULL) {
    session = add(sessions, client, id);
  } else {
    sessions_end(sessions, session);
  }
  if (session == NULL) {
    jwt_auth_session_free(grant);
    return false;
  }
  session->grant = grant;
  session->expires_at = expires_at;
  if (expires_at != 0 && !expiry_add(&sessions->expiry, session)) {
    sessions_end(sessions, session);
    return false;
  }
  return true;
}

void sessions_refuse(sessions *sessions, const void *client, const char *id, bool again) {
  session *session = find_client(sessions, client);
  if (session != NULL && again && is_for(session, id)) {
    sessions_end(sessions, session);
  } else if (session != NULL) {
    drop(sessions, session);
  }
}

void sessions_leave(sessions *sessions, const void *client, const char *id, bool durable) {
  session *session = find_client(sessions, client);
  if (session == NULL) {
    return;
  }
  if (!is_for(session, id)) {
    drop(sessions, session); // another client has this pointer now
  } else if (durable && !session->replaced) {
    move(sessions, session, OFFLINE);
  } else {
    move(sessions, session, LEAVING);
  }
  if (sessions->offline_count > sessions->max_offline) {
    move(sessions, TAILQ_FIRST(&sessions->offline), LEAVING);
    sessions->forgotten++;
  }
}

void sessions_end(sessions *sessions, session *session) {
  expiry_remove(&sessions->expiry, session);
  jwt_auth_session_free(session->grant);
  session->grant = NULL;
}

session *sessions_expired(const sessions *sessions, int64_t now) {
  session *first = expiry_first(&sessions->expiry);
  return first != NULL && first->expires_at <= now ? first : NULL;
}

session *sessions_next(sessions *sessions) {
  session *first = TAILQ_FIRST(&sessions->round);
  if (first != NULL) {
    TAILQ_REMOVE(&sessions->round, first, round);
    TAILQ_INSERT_TAIL(&sessions->round, first, round);
  }
  return first;
}

void sessions_tidy(sessions *sessions) {
  session *session;
  while ((session = TAILQ_FIRST(&sessions->leaving)) != NULL) {
    drop(sessions, session);
  }
}

void sessions_stop(sessions *sessions) {
  session *session;
  while ((session = TAILQ_FIRST(&sessions->round)) != NULL) {
    drop(sessions, session);
  }
  expiry_free(&sessions->expiry);
}
