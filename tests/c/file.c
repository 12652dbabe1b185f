// A verifier whose configuration is in a file.
#include <sys/stat.h>
#include <unistd.h>

#include "broker.h"
#include "fence.h"

#define CONFIG_FILE "file_config.json"

static char poison;

static void write_config(const char *text) {
  FILE *file = fopen(CONFIG_FILE, "w");
  if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0) {
    perror(CONFIG_FILE);
    exit(1);
  }
}

// No verifier comes of this path, and the error text says so.
static void refused(const char *path, jwt_auth_status status, const char *part) {
  jwt_auth *auth = (jwt_auth *)(void *)&poison;
  char error[512] = "";
  EXPECT(jwt_auth_init_file(path, NULL, &auth, error, sizeof error), status);
  EXPECT(auth == NULL, 1);
  EXPECT_HAS(error, part);
  // Nobody has to want it.
  EXPECT(jwt_auth_init_file(path, NULL, &auth, NULL, 0), status);
}

static int64_t alice_has_expired(void *userdata) {
  (void)userdata;
  return ALICE_EXPIRES;
}

static void the_file_is_read_and_the_hooks_are_taken(void) {
  write_config(CONFIG);
  jwt_auth_client alice = broker_client(ALICE);
  jwt_auth *auth = NULL;
  char error[8] = "poison";
  // The path may end where memory ends.
  const char *path = fenced(CONFIG_FILE, sizeof CONFIG_FILE);
  EXPECT(jwt_auth_init_file(path, NULL, &auth, error, sizeof error), JWT_AUTH_STATUS_OK);
  EXPECT_TEXT(error, "");
  EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
  jwt_auth_free(auth);
  jwt_auth_hooks hooks = {.struct_size = sizeof hooks, .clock = alice_has_expired};
  EXPECT(jwt_auth_init_file(path, &hooks, &auth, NULL, 0), JWT_AUTH_STATUS_OK);
  EXPECT_ANSWER(broker_check(auth, &alice), OK, DENY, EXPIRED);
  jwt_auth_free(auth);
  hooks.struct_size = 1;
  EXPECT(jwt_auth_init_file(path, &hooks, &auth, error, sizeof error), JWT_AUTH_STATUS_BAD_STRUCT);
  EXPECT(auth == NULL, 1);
}

static void an_error_names_the_file(void) {
  refused("nowhere.json", JWT_AUTH_STATUS_BAD_CONFIG, "/nowhere.json`: ");
  refused("", JWT_AUTH_STATUS_BAD_CONFIG, "cannot be read");
  refused(".", JWT_AUTH_STATUS_BAD_CONFIG, "not a regular file");
  refused("/dev/zero", JWT_AUTH_STATUS_BAD_CONFIG, "`/dev/zero`: ");
  refused(NULL, JWT_AUTH_STATUS_NULL_ARGUMENT, "jwt_auth_init_file: an argument is NULL");
  remove("file_pipe");
  EXPECT(mkfifo("file_pipe", 0600), 0);
  refused("file_pipe", JWT_AUTH_STATUS_BAD_CONFIG, "not a regular file");
  remove("file_pipe");
  write_config("{\"secret\": [\"hunter2\"]}");
  refused(CONFIG_FILE, JWT_AUTH_STATUS_BAD_CONFIG, "/" CONFIG_FILE "`: `secret`: ");
  EXPECT(jwt_auth_init_file(CONFIG_FILE, NULL, NULL, NULL, 0), JWT_AUTH_STATUS_NULL_ARGUMENT);
}

// Every size of buffer; the byte after it may not be touched.
static void the_text_is_cut_where_the_buffer_ends(void) {
  char whole[512] = "";
  jwt_auth *auth = NULL;
  jwt_auth_init_file("nowhere.json", NULL, &auth, whole, sizeof whole);
  for (size_t size = 1; size <= strlen(whole) + 1; size++) {
    char *error = fenced(whole, size);
    EXPECT(jwt_auth_init_file("nowhere.json", NULL, &auth, error, size),
           JWT_AUTH_STATUS_BAD_CONFIG);
    EXPECT(strlen(error), size - 1);
    EXPECT(strncmp(error, whole, size - 1), 0);
  }
}

static void a_reload_in_vain_changes_nothing(void) {
  jwt_auth_client alice = broker_client(ALICE);
  jwt_auth *auth = broker_init(CONFIG, NULL);
  char error[512];
  const struct {
    jwt_auth *auth;
    const char *path;
    jwt_auth_status status;
    const char *part;
  } cases[] = {
      {NULL, CONFIG_FILE, JWT_AUTH_STATUS_NULL_ARGUMENT, "_reload_file: an argument is NULL"},
      {auth, NULL, JWT_AUTH_STATUS_NULL_ARGUMENT, "_reload_file: an argument is NULL"},
      {NULL, NULL, JWT_AUTH_STATUS_NULL_ARGUMENT, "_reload_file: an argument is NULL"},
      {auth, "nowhere.json", JWT_AUTH_STATUS_BAD_CONFIG, "/nowhere.json`: "},
      {auth, CONFIG_FILE, JWT_AUTH_STATUS_BAD_CONFIG, "/" CONFIG_FILE "`: `leeway`: "},
  };
  write_config("{\"secret\": \"" OTHER_SECRET "\", \"leeway\": -1}");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    EXPECT(jwt_auth_reload_file(cases[i].auth, cases[i].path, error, sizeof error),
           cases[i].status);
    EXPECT_HAS(error, cases[i].part);
    EXPECT(jwt_auth_reload_file(cases[i].auth, cases[i].path, NULL, 0), cases[i].status);
    EXPECT_ANSWER(broker_check(auth, &alice), OK, ALLOW, ACCEPTED);
  }
  write_config(OTHER_CONFIG);
  EXPECT(jwt_auth_reload_file(auth, CONFIG_FILE, error, sizeof error), JWT_AUTH_STATUS_OK);
  EXPECT_TEXT(error, "");
  EXPECT_ANSWER(broker_check(auth, &alice), OK, DENY, BAD_SIGNATURE);
  jwt_auth_free(auth);
}

int main(void) {
  the_file_is_read_and_the_hooks_are_taken();
  an_error_names_the_file();
  the_text_is_cut_where_the_buffer_ends();
  a_reload_in_vain_changes_nothing();
  remove(CONFIG_FILE);
  return expect_outcome();
}
