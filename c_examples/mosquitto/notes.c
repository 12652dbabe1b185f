#include "notes.h"

#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right) {
  uintptr_t a = (uintptr_t)((const note *)left)->client;
  uintptr_t b = (uintptr_t)((const note *)right)->client;
  return (a > b) - (a < b);
}

note *notes_find(const notes *notes, const void *client) {
  note key = {.client = client};
  struct note **found = tfind(&key, &notes->tree, compare);
  return found == NULL ? NULL : *found;
}

note *notes_make(notes *notes, const void *client) {
  note *note = notes_find(notes, client);
  if (note != NULL) {
    return note;
  }
  note = calloc(1, sizeof *note);
  if (note == NULL) {
    return NULL;
  }
  note->client = client;
  if (tsearch(note, &notes->tree, compare) == NULL) {
    free(note);
    return NULL;
  }
  return note;
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
  tdelete(note, &notes->tree, compare);
  if (note->sent != NULL) {
    explicit_bzero(note->sent, strlen(note->sent));
    free(note->sent);
  }
  free(note);
}

void notes_stop(notes *notes) {
  while (notes->tree != NULL) {
    // The root of the tree.
    notes_forget(notes, (*(struct note **)notes->tree)->client);
  }
}
