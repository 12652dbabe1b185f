// A file that the plugin writes for others to read, anew each time.
#ifndef OUTPUT_FILE_H
#define OUTPUT_FILE_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct output_file {
  const char *option; // the name of the plugin's option that names it
  const char *path;   // lives as long as this; NULL: no file is wanted
  mode_t mode;        // whatever the umask is: the reader may be another user
  char *new_path;     // under which it is written, to be renamed
  bool failed;        // the log says that it cannot be written
} output_file;

// false: out of memory.
bool output_file_start(output_file *file, const char *option, const char *path, mode_t mode);

// Puts a file with this text in the place of the old one, so that nobody reads half of it. text:
// NULL: there is none, because the library failed. false: it is not there; the log says why, once.
bool output_file_write(output_file *file, const char *text);

void output_file_stop(output_file *file);

#endif
