// Once a call that read an HMAC secret has returned, the secret is nowhere in the memory of the
// process: a verifier keeps states of a hash, from which the secret cannot be computed.
//
// All readable mappings are searched, the stack and the heap among them, for pieces of the secret
// in each form in which code may have held it: the bytes, the text in the configuration, what the
// bytes are in base64, and the blocks that HMAC hashes (RFC 2104), also as the big-endian words of
// SHA-2. The caller's configuration is the caller's to wipe, and this program wipes its own. A
// secret that JSON must write with escapes is not tried: docs/configuration.md says why.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"
#include "jwt_auth.h"

enum { SHORT = 48, LONG = 160, PIECE = 8, MOST_PIECES = 4096 };

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Volatile, so that no compiler computes the secret beforehand.
static volatile uint8_t seed = 0x6d;

// A digit of the secret, which is text in base64.
static uint32_t secret_digit(size_t index) {
  uint32_t state = (uint32_t)index * 2654435761u + seed;
  state = (state ^ (state >> 15)) * 2246822519u;
  state = (state ^ (state >> 13)) * 3266489917u;
  return (state >> 16) % 62;
}

// A byte of the secret: a printable character.
static uint8_t secret_byte(size_t index) {
  return (uint8_t)base64_digits[secret_digit(index)];
}

// A byte that the secret decodes to, as which an issuer may read it. Its length is a multiple of 4.
static uint8_t decoded_byte(size_t index) {
  size_t first = index / 3 * 4;
  uint32_t bits = secret_digit(first) << 18 | secret_digit(first + 1) << 12 |
                  secret_digit(first + 2) << 6 | secret_digit(first + 3);
  return (uint8_t)(bits >> (16 - index % 3 * 8));
}

// A character of the secret in base64. Its length is a multiple of 3.
static uint8_t base64_byte(size_t index) {
  size_t first = index / 4 * 3;
  uint32_t bits = (uint32_t)secret_byte(first) << 16 | (uint32_t)secret_byte(first + 1) << 8 |
                  secret_byte(first + 2);
  return (uint8_t)base64_digits[bits >> (18 - index % 4 * 6) & 63];
}

// What is searched for. It is kept in another form, or it would be found here.
static const uint64_t DISGUISE = 0x9e3779b97f4a7c15;
static uint64_t pieces[MOST_PIECES];
static size_t piece_count;
static uint8_t may_be_piece[1 << 16];

// Adds a piece of a text, with each byte changed by a mask, and the bytes of each word reversed.
static void add_piece(uint8_t (*byte)(size_t), size_t start, uint8_t mask, size_t word) {
  uint64_t piece = 0;
  for (size_t i = 0; i < PIECE; i++) {
    size_t index = i / word * word + (word - 1 - i % word);
    piece |= (uint64_t)(byte(start + index) ^ mask) << (8 * i);
  }
  piece ^= DISGUISE;
  may_be_piece[piece & 0xffff] = 1;
  pieces[piece_count++] = piece;
}

static void look_for(size_t len) {
  static const uint8_t masks[] = {0, 0x36, 0x5c};
  static const size_t words[] = {1, 4, 8};
  piece_count = 0;
  memset(may_be_piece, 0, sizeof may_be_piece);
  for (size_t start = 0; start + PIECE <= len; start += PIECE) {
    for (size_t i = 0; i < 9; i++) {
      add_piece(secret_byte, start, masks[i / 3], words[i % 3]);
      if (start + PIECE <= len / 4 * 3) {
        add_piece(decoded_byte, start, masks[i / 3], words[i % 3]);
      }
    }
  }
  for (size_t start = 0; start + PIECE <= len / 3 * 4; start += PIECE) {
    add_piece(base64_byte, start, 0, 1);
  }
}

static int is_piece(uint64_t bytes) {
  if (!may_be_piece[bytes & 0xffff]) {
    return 0;
  }
  for (size_t i = 0; i < piece_count; i++) {
    if (pieces[i] == bytes) {
      return 1;
    }
  }
  return 0;
}

// How many pieces are in memory. The first few are told.
static size_t search(const char *when) {
  size_t found = 0;
  char line[512];
  FILE *maps = fopen("/proc/self/maps", "r");
  EXPECT(maps != NULL, 1);
  while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
    uintptr_t start, end;
    char readable;
    int matched = sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %c", &start, &end, &readable);
    if (matched != 3 || readable != 'r' || strstr(line, "[v") != NULL) {
      continue;
    }
    for (const uint8_t *at = (const uint8_t *)start; at + PIECE <= (const uint8_t *)end; at++) {
      uint64_t bytes;
      memcpy(&bytes, at, sizeof bytes);
      if (is_piece(bytes ^ DISGUISE) && found++ < 8 && when != NULL) {
        fprintf(stderr, "%s: at %p in %s", when, (const void *)at, line);
      }
    }
  }
  fclose(maps);
  return found;
}

// A text that may hold the secret.
static char text[8192];
static size_t text_len;

static void add(uint8_t byte) {
  text[text_len++] = (char)byte;
}

static void wipe(void) {
  volatile char *bytes = text;
  for (size_t i = 0; i < sizeof text; i++) {
    bytes[i] = 0;
  }
  text_len = 0;
}

// Writes a text in which % stands for the secret, and $ for it in base64.
static void compose(const char *form, size_t len) {
  wipe();
  for (; *form != '\0'; form++) {
    size_t count = *form == '$' ? len / 3 * 4 : *form == '%' ? len : 1;
    for (size_t i = 0; i < count; i++) {
      add(*form == '$' ? base64_byte(i) : *form == '%' ? secret_byte(i) : (uint8_t)*form);
    }
  }
}

static void write_file(const char *path, const char *form, size_t len) {
  compose(form, len);
  FILE *file = fopen(path, "w");
  EXPECT(file != NULL, 1);
  if (file != NULL) {
    setvbuf(file, NULL, _IONBF, 0);
    EXPECT(fwrite(text, 1, text_len, file), text_len);
    fclose(file);
  }
  wipe();
}

static void check(jwt_auth *auth) {
  static const char token[] = "eyJhbGciOiJIUzI1NiJ9.e30."
                              "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  jwt_auth_client client = {.struct_size = sizeof client};
  client.password = (jwt_auth_bytes){(const uint8_t *)token, sizeof token - 1};
  jwt_auth_result result;
  EXPECT(jwt_auth_check(auth, &client, &result, NULL), JWT_AUTH_STATUS_OK);
  EXPECT(result.reason, JWT_AUTH_REASON_BAD_SIGNATURE);
}

// Somebody listens: only then is a bad signature tried with what the secret may be taken for.
static void log_line(void *userdata, int32_t level, const char *line) {
  (void)userdata, (void)level, (void)line;
}

static void expect_none(const char *form, const char *when) {
  char name[256];
  snprintf(name, sizeof name, "%s %s", form, when);
  EXPECT(search(name), 0);
}

static void accepted(const char *form, size_t len) {
  jwt_auth *auth = NULL;
  jwt_auth_hooks hooks = {.struct_size = sizeof hooks, .log = log_line};
  compose(form, len);
  EXPECT(jwt_auth_init(text, text_len, &hooks, &auth, NULL, 0), JWT_AUTH_STATUS_OK);
  wipe();
  expect_none(form, "after init");
  check(auth);
  expect_none(form, "after check");
  compose(form, len);
  EXPECT(jwt_auth_reload(auth, text, text_len, NULL, 0), JWT_AUTH_STATUS_OK);
  wipe();
  expect_none(form, "after reload");
  jwt_auth_free(auth);
  expect_none(form, "after free");
}

// The same where the configuration is in a file.
static void accepted_file(const char *form, size_t len) {
  const char *path = "secret_memory.conf";
  jwt_auth *auth = NULL;
  write_file(path, form, len);
  expect_none(form, "in a file");
  EXPECT(jwt_auth_init_file(path, NULL, &auth, NULL, 0), JWT_AUTH_STATUS_OK);
  expect_none(form, "after init_file");
  EXPECT(jwt_auth_reload_file(auth, path, NULL, 0), JWT_AUTH_STATUS_OK);
  expect_none(form, "after reload_file");
  write_file(path, "{\"secret\":\"%\",\"leeway\":-1}", len);
  EXPECT(jwt_auth_reload_file(auth, path, NULL, 0), JWT_AUTH_STATUS_BAD_CONFIG);
  expect_none(form, "after a refused reload_file");
  jwt_auth_free(auth);
  remove(path);
}

static void refused(const char *form, size_t len) {
  jwt_auth *auth = NULL;
  compose(form, len);
  EXPECT(jwt_auth_init(text, text_len, NULL, &auth, NULL, 0), JWT_AUTH_STATUS_BAD_CONFIG);
  wipe();
  expect_none(form, "after a refused init");
}

int main(void) {
  static const size_t lens[] = {SHORT, LONG};
  const char *plain = "secret_memory.txt", *base64 = "secret_memory.b64", *set = "secret_memory.json";
  for (size_t i = 0; i < 2; i++) {
    size_t len = lens[i];
    look_for(len);
    compose("%", len);
    EXPECT(search(NULL) > 0, 1);
    wipe();
    EXPECT(search("before all"), 0);

    write_file(plain, "%\n", len);
    write_file(base64, "$", len);
    write_file(set, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"$\"}]}", len);
    expect_none("files", "written");
    accepted("{\"secret\":\"%\"}", len);
    accepted("{\"secret\":\"$\",\"secret_base64_encoded\":true}", len);
    accepted("{\"secret_file\":\"secret_memory.txt\"}", len);
    accepted("{\"secret_file\":\"secret_memory.b64\",\"secret_base64_encoded\":true}", len);
    accepted("{\"jwks\":{\"keys\":[{\"kty\":\"oct\",\"k\":\"$\"}]}}", len);
    accepted("{\"jwks_file\":\"secret_memory.json\"}", len);
    accepted_file("{\"secret\":\"%\"}", len);
    accepted_file("{\"jwks\":{\"keys\":[{\"kty\":\"oct\",\"k\":\"$\"}]}}", len);
    refused("{\"secret\":\"%\",\"leeway\":-1}", len);
    refused("{\"secret\":\"%\",\"secret_base64_encoded\":true,", len);
    refused("{\"secret\":\"%.\",\"secret_base64_encoded\":true}", len);
    refused("{\"secret\":\"%\",\"public_key\":\"none\"}", len);
  }
  remove(plain);
  remove(base64);
  remove(set);
  return expect_outcome();
}
