// What is held for each client: from the moment it is accepted until the broker asks no more.
//
// The broker names a client by a pointer. It goes on asking after the client has gone: for its
// will, and for messages that are queued until it comes back. Then it frees the pointer without a
// word and may give the same one to another client. So:
//
// * what is held carries the client id, and answers only to pointer and id together;
// * a client that authenticates drops first what its pointer held;
// * a client that has gone is OFFLINE if its session in the broker may outlive the connection, and
//   LEAVING if not. What is LEAVING answers until the end of the tick, since a will is sent in
//   the same turn of the broker's loop in which its client goes;
// * OFFLINE ends when the id authenticates again, and there are never more than a fixed number;
// * when the token expires, or is revoked, the session is freed. A husk stays, and denies: nothing
//   at all would leave the decision to the broker's own permissions.
#ifndef SESSIONS_H
#define SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <jwt_auth.h>

#include "expiry.h"

typedef enum held_state { CONNECTED, OFFLINE, LEAVING } held_state;

typedef struct held {
  const void *client;        // the broker's pointer: an address to compare, never looked into
  char *id;
  char *name;                // how the log names the client and its token
  jwt_auth_session *session; // NULL: it is over, and everything is denied
  int64_t expires_at;        // 0: never
  size_t expiry_at;          // where it is in the heap
  held_state state;
  bool replaced;             // the id has authenticated again since
  TAILQ_ENTRY(held) round, line;
} held;

TAILQ_HEAD(held_list, held);

typedef struct sessions {
  void *by_client, *by_id; // trees of tsearch()
  struct held_list round;  // all, the one to be checked next first
  struct held_list offline, leaving;
  expiry expiry;
  size_t count, offline_count, max_offline;
  uint64_t forgotten;      // how many were OFFLINE and had to make room
} sessions;

void sessions_start(sessions *all, size_t max_offline);

// What is held for this client, or NULL. id may be NULL, and finds nothing.
held *sessions_find(const sessions *all, const void *client, const char *id);

// Holds what a client was granted, instead of what its pointer held. Takes session over, also when
// it fails: false, out of memory. again: a client that the broker knows is checked again, so it
// stays connected or offline as it was.
bool sessions_accept(sessions *all, const void *client, const char *id, const char *name,
                     jwt_auth_session *session, int64_t expires_at, bool again);

// Drops what the pointer of a client held that was not accepted. again: as above, and a husk stays.
void sessions_refuse(sessions *all, const void *client, const char *id, bool again);

// A client has gone. durable: its session in the broker may outlive the connection.
void sessions_leave(sessions *all, const void *client, const char *id, bool durable);

// Makes a husk of it.
void sessions_end(sessions *all, held *one);

// One that has expired at this time, or NULL.
held *sessions_expired(const sessions *all, int64_t now);

// The one whose turn it is to be checked, or NULL; the next call gives the next.
held *sessions_next(sessions *all);

// Frees those that are LEAVING.
void sessions_tidy(sessions *all);

void sessions_stop(sessions *all);

#endif
