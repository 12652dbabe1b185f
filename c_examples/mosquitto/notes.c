#include "notes.h"

#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int compare_clients(const void *left, const void *right) {
  uintptr_t a = (uintptr_t)((const note *)left)->client;
  uintptr_t b = (uintptr_t)((const note *)right)->client;
  return (a > b) - (a < b);
}

static int compare_ids(const void *left, const void *right) {
  return strcmp(((const note *)left)->id, ((const note *)right)->id);
}

note *notes_find(const notes *notes, const void *client) {
  note key = {.client = client};
  struct note **found = tfind(&key, &notes->by_client, compare_clients);
  return found == NULL ? NULL : *found;
}

// false: out of memory.
static bool take_id(notes *notes, note *note) {
  if (!notes->needs_ids) {
    return true;
  }
  struct note **last = tsearch(note, &notes->by_id, compare_ids);
  if (last != NULL) {
    *last = note; // in the place of whoever had the identifier
  }
  return last != NULL;
}

note *notes_keep(notes *notes, const void *client, const char *id) {
  note *note = notes_find(notes, client);
  if (note != NULL) {
    return note;
  }
  note = calloc(1, sizeof *note + strlen(id) + 1);
  if (note == NULL) {
    return NULL;
  }
  note->client = client;
  strcpy(note->id, id);
  if (tsearch(note, &notes->by_client, compare_clients) == NULL || !take_id(notes, note)) {
    tdelete(note, &notes->by_client, compare_clients);
    free(note);
    return NULL;
  }
  return note;
}

// Where the note is, if any, that has the client identifier of this one.
static note **with_same_id(const notes *notes, const note *note) {
  return tfind(note, &notes->by_id, compare_ids);
}

bool notes_taken_over(const notes *notes, const void *client) {
  note *own = notes_find(notes, client);
  note **last = own == NULL ? NULL : with_same_id(notes, own);
  return last != NULL && *last != own;
}

bool note_sent(note *note, const char *sent) {
  if (!note->renamed && sent != NULL) {
    note->sent = strdup(sent);
    if (note->sent == NULL) {
      return false;
    }
  }
  note->renamed = true;
  return true;
}

void note_forget_sent(note *note) {
  if (note->sent != NULL) {
    explicit_bzero(note->sent, strlen(note->sent));
    free(note->sent);
  }
  note->sent = NULL;
  note->renamed = false;
}

void note_refused(notes *notes, note *note, bool refused) {
  notes->refused += (size_t)refused - (size_t)note->refused;
  note->refused = refused;
}

void notes_forget(notes *notes, const void *client) {
  note *note = notes_find(notes, client);
  if (note == NULL) {
    return;
  }
  note_refused(notes, note, false);
  note_forget_sent(note);
  tdelete(note, &notes->by_client, compare_clients);
  struct note **last = with_same_id(notes, note);
  if (last != NULL && *last == note) {
    tdelete(note, &notes->by_id, compare_ids);
  }
  free(note);
}

void notes_stop(notes *notes) {
  while (notes->by_client != NULL) {
    // The root of the tree.
    notes_forget(notes, (*(struct note **)notes->by_client)->client);
  }
}
