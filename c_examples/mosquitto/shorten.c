#include "shorten.h"

#include <stddef.h>
#include <string.h>

// In compact JSON these mean what they say wherever they are: quotation marks in a string have a
// backslash before them.
static const char STEPS[] = "\"steps\":[", FAILED[] = "\"outcome\":\"failed\"";

// Behind the object that begins here and holds no other; NULL: none does.
static char *end_of_object(char *at) {
  bool in_string = false;
  if (*at != '{') {
    return NULL;
  }
  for (; *at != '\0'; at++) {
    if (in_string && *at == '\\' && at[1] != '\0') {
      at++;
    } else if (*at == '"') {
      in_string = !in_string;
    } else if (!in_string && *at == '}') {
      return at + 1;
    }
  }
  return NULL;
}

bool shorten(char *explanation) {
  if (strlen(explanation) <= EXPLANATION_SIZE) {
    return true;
  }
  char *steps = strstr(explanation, STEPS);
  char *to = steps == NULL ? NULL : steps + strlen(STEPS);
  char *most = explanation + EXPLANATION_SIZE - strlen("]}");
  if (to == NULL || to > most) {
    strcpy(explanation, "null");
    return false;
  }
  char *begin = to, *end;
  for (char *from = to; (end = end_of_object(from)) != NULL; from = end + (*end == ',')) {
    char *failed = memmem(from, (size_t)(end - from), FAILED, strlen(FAILED));
    size_t len = (size_t)(end - from), comma = to > begin;
    if (failed == NULL) {
      continue;
    }
    if ((size_t)(most - to) < len + comma) {
      break;
    }
    // It only moves to the front: what was read before made room for the comma.
    if (comma) {
      *to++ = ',';
    }
    memmove(to, from, len);
    to += len;
  }
  memcpy(to, "]}", sizeof "]}");
  return false;
}
