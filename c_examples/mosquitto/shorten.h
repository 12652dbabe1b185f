// Makes the answer of jwt_auth_explain short, and leaves it JSON.
#ifndef SHORTEN_H
#define SHORTEN_H

#include <stdbool.h>

enum { EXPLANATION_SIZE = 4096 };

// Leaves a text as it is if it has at most EXPLANATION_SIZE bytes. Of a longer one only those steps
// stay that have failed, the first ones, as many as there is room for; and if there is no room for
// what stands before them, the text becomes "null". true: it is as it was.
bool shorten(char *explanation);

#endif
