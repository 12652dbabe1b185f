// How the library names a client in its log: by the client id, unless that tells of a secret, and
// by the name of the token.
//
// Some devices send their token in every field, so a client id must not be logged as it is. The
// library decides what may be shown of it, and says so in the line about an accepted client only,
// which it gives to the log hook on the thread that called jwt_auth_check.
#ifndef CLIENT_NAME_H
#define CLIENT_NAME_H

#include <stddef.h>

enum { CLIENT_NAME_SIZE = 512 };

typedef struct client_name {
  char text[CLIENT_NAME_SIZE]; // "client `c1`, token 5d41402a"; no NUL at its end
  size_t len;                  // 0: there was no such line
} client_name;

// Takes the name from the lines of this thread until it is called with NULL.
void client_name_expect(client_name *name);

// Looks at a line of the log hook.
void client_name_read(const char *line);

// The length of a line, if not more than size bytes are wanted of it: it is cut between two UTF-8
// sequences.
size_t cut_length(const char *line, size_t size);

#endif
