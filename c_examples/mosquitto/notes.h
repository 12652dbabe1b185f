// What the broker does not keep of some clients, and SIGHUP needs: it then has them authenticate
// again with the user name and the password that it has.
//
// Every client that this plugin has accepted has a note, also where the registry has forgotten it.
// The broker tells nobody when it forgets a client that was offline, so a note may outlive its
// client, until the memory of that client is used for another one.
#ifndef NOTES_H
#define NOTES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct note {
  const void *client; // the broker's pointer: an address to compare, never dereferenced
  bool renamed;       // it has the user name of its token, and not that which it sent
  char *sent;         // the user name that it sent, if renamed; NULL: none
  bool extended;      // its token came in an AUTH property, and the broker has not kept it
  bool refused;       // SIGHUP found that its token is not accepted any more: all is denied to it
  char id[];          // its client identifier
} note;

// Trees of tsearch().
typedef struct notes {
  void *by_client;
  void *by_id;    // for each client identifier the one that was accepted last
  bool needs_ids; // the broker does not tell who has an identifier now: 2.0
  size_t refused; // how many are
} notes;

// NULL: there is none.
note *notes_find(const notes *notes, const void *client);

// The note of a client that is accepted, made if it has none: then the client takes its identifier
// from whoever had it. NULL: out of memory.
note *notes_keep(notes *notes, const void *client, const char *id);

// Whether another client was accepted after this one with the same client identifier; always false
// where identifiers are not needed.
bool notes_taken_over(const notes *notes, const void *client);

// Keeps the user name that a client sent, unless one is kept. false: out of memory.
bool note_sent(note *note, const char *sent);

// Wipes that name: the client has it again. Some devices send their token as user name.
void note_forget_sent(note *note);

// Sets whether all is denied to a client, and counts it.
void note_refused(notes *notes, note *note, bool refused);

// Wipes and frees the note of a client, if it has one.
void notes_forget(notes *notes, const void *client);

void notes_stop(notes *notes);

#endif
