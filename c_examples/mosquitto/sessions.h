// The sessions: what the library granted to each client, from the moment at which the client is
// accepted until the broker no longer asks about it.
//
// The broker names a client by a pointer. It goes on asking after the client has gone: about its
// will, and about messages that are queued until it comes back. Then it frees the pointer without
// telling the plugin, and may give the same address to another client. So:
//
// * a session carries the client id, and is found by pointer and id together only;
// * when a client authenticates, the session of its pointer is dropped first;
// * when a client goes, its session is OFFLINE if the client's session in the broker may outlive
//   the connection, and LEAVING if not. A LEAVING session answers until the end of the tick,
//   because the broker sends a will in the same turn of its loop in which the client goes;
// * an OFFLINE session ends when its client id authenticates again, and there are never more of
//   them than a fixed number;
// * when the token expires, or is revoked, the grant is freed and the session stays as a tombstone
//   that denies everything: without a session the broker's own permissions would decide.
#ifndef SESSIONS_H
#define SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <jwt_auth.h>

#include "expiry.h"

typedef enum session_state { CONNECTED, OFFLINE, LEAVING } session_state;

typedef struct session {
  const void *client;      // the broker's pointer: an address to compare, never dereferenced
  char *id;                // of the client
  bool renamed;            // the client has the user name of its token, and not that which it sent
  char *sent;              // the user name that it sent, if renamed; NULL: none
  jwt_auth_session *grant; // NULL: a tombstone, which denies everything
  int64_t expires_at;      // Unix seconds; 0: never
  size_t expiry_at;        // its index in the heap, or EXPIRY_NONE
  session_state state;
  bool replaced;           // the id has authenticated again since, on another connection
  TAILQ_ENTRY(session) round, by_state;
} session;

TAILQ_HEAD(session_list, session);

typedef struct sessions {
  void *by_client, *by_id;   // binary search trees of tsearch()
  struct session_list round; // all sessions, the one to be checked next first
  struct session_list offline, leaving;
  expiry expiry;
  size_t count, offline_count, max_offline;
  uint64_t forgotten;        // how many OFFLINE sessions had to make room for others
} sessions;

void sessions_start(sessions *sessions, size_t max_offline);

// The session of this client, or NULL. id may be NULL, and finds nothing.
session *sessions_find(const sessions *sessions, const void *client, const char *id);

// Makes the session of a client that the library accepted, in the place of the one that its pointer
// had. Takes ownership of grant, also when it returns false: out of memory. again: the broker has a
// client that it knows authenticate again, so the session stays connected or offline as it was.
bool sessions_accept(sessions *sessions, const void *client, const char *id,
                     jwt_auth_session *grant, int64_t expires_at, bool again);

// Drops the session of a client that the library did not accept. again: as above; the session then
// stays, as a tombstone.
void sessions_refuse(sessions *sessions, const void *client, const char *id, bool again);

// A client has gone. durable: its session in the broker may outlive the connection.
void sessions_leave(sessions *sessions, const void *client, const char *id, bool durable);

// Frees the grant, which leaves a tombstone.
void sessions_end(sessions *sessions, session *session);

// A session whose token has expired by now, or NULL.
session *sessions_expired(const sessions *sessions, int64_t now);

// The session whose turn it is to be checked, or NULL; the next call returns the next one.
session *sessions_next(sessions *sessions);

// Frees the sessions that are LEAVING.
void sessions_tidy(sessions *sessions);

void sessions_stop(sessions *sessions);

#endif
