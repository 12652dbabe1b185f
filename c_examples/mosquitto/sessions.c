#include "sessions.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int compare_clients(const void *left, const void *right) {
  uintptr_t a = (uintptr_t)((const held *)left)->client;
  uintptr_t b = (uintptr_t)((const held *)right)->client;
  return (a > b) - (a < b);
}

static int compare_ids(const void *left, const void *right) {
  return strcmp(((const held *)left)->id, ((const held *)right)->id);
}

void sessions_start(sessions *all, size_t max_offline) {
  *all = (sessions){.max_offline = max_offline};
  TAILQ_INIT(&all->round);
  TAILQ_INIT(&all->offline);
  TAILQ_INIT(&all->leaving);
}

static held *find_client(const sessions *all, const void *client) {
  held key = {.client = client};
  held **found = tfind(&key, &all->by_client, compare_clients);
  return found == NULL ? NULL : *found;
}

static bool is_for(const held *one, const char *id) {
  return id != NULL && strcmp(one->id, id) == 0;
}

held *sessions_find(const sessions *all, const void *client, const char *id) {
  held *found = find_client(all, client);
  return found != NULL && is_for(found, id) ? found : NULL;
}

// Moves one to another state, and to the line that goes with it.
static void move(sessions *all, held *one, held_state state) {
  if (one->state == OFFLINE) {
    TAILQ_REMOVE(&all->offline, one, line);
    all->offline_count--;
  } else if (one->state == LEAVING) {
    TAILQ_REMOVE(&all->leaving, one, line);
  }
  one->state = state;
  if (state == OFFLINE) {
    TAILQ_INSERT_TAIL(&all->offline, one, line);
    all->offline_count++;
  } else if (state == LEAVING) {
    TAILQ_INSERT_TAIL(&all->leaving, one, line);
  }
}

static void forget_id(sessions *all, held *one) {
  held **found = tfind(one, &all->by_id, compare_ids);
  if (found != NULL && *found == one) {
    tdelete(one, &all->by_id, compare_ids);
  }
}

static void drop(sessions *all, held *one) {
  sessions_end(all, one);
  move(all, one, CONNECTED);
  forget_id(all, one);
  held **found = tfind(one, &all->by_client, compare_clients);
  if (found != NULL && *found == one) {
    tdelete(one, &all->by_client, compare_clients);
  }
  TAILQ_REMOVE(&all->round, one, round);
  all->count--;
  free(one->name);
  free(one->id);
  free(one);
}

// Takes the id over from whoever had it: a client that is still connected is about to be
// disconnected by the broker, and one that is offline is about to be freed.
static bool claim_id(sessions *all, held *one) {
  held **found = tsearch(one, &all->by_id, compare_ids);
  if (found == NULL) {
    return false;
  }
  held *before = *found;
  if (before != one) {
    tdelete(before, &all->by_id, compare_ids);
    before->replaced = true;
    if (before->state == OFFLINE) {
      move(all, before, LEAVING);
    }
    return tsearch(one, &all->by_id, compare_ids) != NULL;
  }
  return true;
}

static held *add(sessions *all, const void *client, const char *id) {
  held *one = calloc(1, sizeof *one);
  char *own_id = strdup(id);
  if (one == NULL || own_id == NULL) {
    free(one);
    free(own_id);
    return NULL;
  }
  *one = (held){.client = client, .id = own_id, .expiry_at = EXPIRY_NONE};
  TAILQ_INSERT_TAIL(&all->round, one, round);
  all->count++;
  if (tsearch(one, &all->by_client, compare_clients) == NULL || !claim_id(all, one)) {
    drop(all, one);
    one = NULL;
  }
  return one;
}

bool sessions_accept(sessions *all, const void *client, const char *id, const char *name,
                     jwt_auth_session *session, int64_t expires_at, bool again) {
  held *one = find_client(all, client);
  if (one != NULL && !(again && is_for(one, id))) {
    drop(all, one);
    one = NULL;
  }
  if (one == NULL) {
    one = add(all, client, id);
  } else {
    sessions_end(all, one);
  }
  if (one == NULL) {
    jwt_auth_session_free(session);
    return false;
  }
  one->session = session;
  one->expires_at = expires_at;
  one->name = strdup(name);
  if (one->name == NULL || (expires_at != 0 && !expiry_add(&all->expiry, one))) {
    sessions_end(all, one);
    return false;
  }
  return true;
}

void sessions_refuse(sessions *all, const void *client, const char *id, bool again) {
  held *one = find_client(all, client);
  if (one != NULL && again && is_for(one, id)) {
    sessions_end(all, one);
  } else if (one != NULL) {
    drop(all, one);
  }
}

void sessions_leave(sessions *all, const void *client, const char *id, bool durable) {
  held *one = find_client(all, client);
  if (one == NULL) {
    return;
  }
  if (!is_for(one, id)) {
    drop(all, one); // another client has this pointer now
  } else if (durable && !one->replaced) {
    move(all, one, OFFLINE);
  } else {
    move(all, one, LEAVING);
  }
  if (all->offline_count > all->max_offline) {
    move(all, TAILQ_FIRST(&all->offline), LEAVING);
    all->forgotten++;
  }
}

void sessions_end(sessions *all, held *one) {
  expiry_remove(&all->expiry, one);
  jwt_auth_session_free(one->session);
  one->session = NULL;
  free(one->name);
  one->name = NULL;
}

held *sessions_expired(const sessions *all, int64_t now) {
  held *first = expiry_first(&all->expiry);
  return first != NULL && first->expires_at <= now ? first : NULL;
}

held *sessions_next(sessions *all) {
  held *first = TAILQ_FIRST(&all->round);
  if (first != NULL) {
    TAILQ_REMOVE(&all->round, first, round);
    TAILQ_INSERT_TAIL(&all->round, first, round);
  }
  return first;
}

void sessions_tidy(sessions *all) {
  held *one;
  while ((one = TAILQ_FIRST(&all->leaving)) != NULL) {
    drop(all, one);
  }
}

void sessions_stop(sessions *all) {
  held *one;
  while ((one = TAILQ_FIRST(&all->round)) != NULL) {
    drop(all, one);
  }
  expiry_free(&all->expiry);
}
