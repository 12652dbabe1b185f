// Compares ways to check tokens. run.sh builds and runs it.
//
//   compare KEYS PEERS_AWS PEERS_RUSTCRYPTO
//
// Method: 256 different tokens of 204 bytes of claims for each algorithm, in turn. Every adapter
// must first accept all of them and refuse each that has a defect. Then they take turns in slices
// of about 10 ms, in a new order each of the rounds. A ratio is taken within a round, to this
// library at first sight; shown is the median time, the median ratio, and the quartiles of the
// ratio. Time is the processor's, of the one thread, or of the whole program (programs.c).
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "adapters.h"

enum { TOKENS = 256, ROUNDS = 21, ADAPTERS = 13, SLICE_NS = 10000000 };

typedef void *open_function(const char *name, const char *algorithm, const char *keys);
typedef char *token_function(const char *algorithm, const char *keys, const char *defect, int number);
typedef char *jwk_function(const char *algorithm, const char *keys);

static const char *keys;
static const char *peers[2];
static open_function *peers_open[2];
static int (*peers_check[2])(void *peer, const char *token, const char *client);
static token_function *peers_token;
static jwk_function *peers_jwk;

static void *fail(const char *what, const char *problem) {
  fprintf(stderr, "compare: %s: %s\n", what, problem);
  exit(1);
}

static void *symbol(void *library, const char *name) {
  void *found = dlsym(library, name);
  return found != NULL ? found : fail(name, "is missing");
}

static void load_peers(void) {
  for (int i = 0; i < 2; ++i) {
    void *library = dlopen(peers[i], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
      fail(peers[i], dlerror());
    }
    *(void **)&peers_open[i] = symbol(library, "peers_open");
    *(void **)&peers_check[i] = symbol(library, "peers_check");
    *(void **)&peers_token = symbol(library, "peers_token");
    *(void **)&peers_jwk = symbol(library, "peers_jwk");
  }
}

static void *open_aws(const char *algorithm, const char *jwk, const char *pem) {
  (void)jwk, (void)pem;
  return peers_open[0]("jsonwebtoken", algorithm, keys);
}

static void *open_simple(const char *algorithm, const char *jwk, const char *pem) {
  (void)jwk, (void)pem;
  return peers_open[0]("jwt-simple", algorithm, keys);
}

static void *open_rustcrypto(const char *algorithm, const char *jwk, const char *pem) {
  (void)jwk, (void)pem;
  return peers_open[1]("jsonwebtoken", algorithm, keys);
}

static int check_aws(void *peer, const char *token, const char *client) {
  return peers_check[0](peer, token, client);
}

static int check_rustcrypto(void *peer, const char *token, const char *client) {
  return peers_check[1](peer, token, client);
}

static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static char *tokens[TOKENS], clients[TOKENS][16];

static double slice(const adapter *adapter, void *key, int count) {
  if (adapter->time != NULL) {
    double each = adapter->time(key, count);
    if (each <= 0) {
      fail(adapter->name, "refused a good token");
    }
    return each;
  }
  double start = now_ns();
  for (int i = 0; i < count; ++i) {
    if (!adapter->check(key, tokens[i % TOKENS], clients[i % TOKENS])) {
      fail(adapter->name, "refused a good token");
    }
  }
  return (now_ns() - start) / count;
}

// A figure that nobody can trust is worse than none.
static void must_be_right(const adapter *adapter, void *key, const char *algorithm) {
  const char *defects[] = {"expired", "another audience", "alg none", "no signature",
                           "another's signature"};
  for (int i = 0; i < TOKENS; ++i) {
    if (!adapter->check(key, tokens[i], clients[i])) {
      fail(adapter->name, "refuses a good token");
    }
  }
  for (size_t i = 0; i < sizeof defects / sizeof *defects; ++i) {
    char *token = peers_token(algorithm, keys, defects[i], 0);
    if (adapter->check(key, token, clients[0])) {
      fail(adapter->name, defects[i]);
    }
  }
  if (adapter->check(key, tokens[0], clients[1])) {
    fail(adapter->name, "accepts another client");
  }
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double quarter(const double *figures, int number) {
  double sorted[ROUNDS];
  memcpy(sorted, figures, sizeof sorted);
  qsort(sorted, ROUNDS, sizeof *sorted, ascending);
  return sorted[(ROUNDS - 1) * number / 4];
}

static char *public_key(const char *name) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s.pub.pem", keys, name);
  FILE *file = fopen(path, "r");
  if (file == NULL) {
    fail(path, "cannot be read");
  }
  char *text = calloc(1, 4096);
  size_t len = fread(text, 1, 4095, file);
  fclose(file);
  return len == 0 ? fail(path, "is empty") : text;
}

static void compare(const adapter *const *all, const char *algorithm, const char *pem) {
  void *opened[ADAPTERS];
  int counts[ADAPTERS], order[ADAPTERS];
  static double figures[ADAPTERS][ROUNDS], ratios[ROUNDS];
  char *jwk = peers_jwk(algorithm, keys);
  for (int i = 0; i < TOKENS; ++i) {
    snprintf(clients[i], sizeof clients[i], "d-%06d", i);
    tokens[i] = peers_token(algorithm, keys, "", i);
  }
  for (int i = 0; i < ADAPTERS; ++i) {
    order[i] = i;
    opened[i] = all[i]->open(algorithm, jwk, pem);
    if (opened[i] != NULL) {
      must_be_right(all[i], opened[i], algorithm);
      counts[i] = (int)(SLICE_NS / slice(all[i], opened[i], 32)) + 8;
    }
  }
  for (int round = 0; round < ROUNDS; ++round) {
    for (int i = ADAPTERS - 1; i > 0; --i) {
      int other = rand() % (i + 1), own = order[i];
      order[i] = order[other];
      order[other] = own;
    }
    for (int i = 0; i < ADAPTERS; ++i) {
      int one = order[i];
      if (opened[one] != NULL) {
        figures[one][round] = slice(all[one], opened[one], counts[one]);
      }
    }
  }
  printf("\n%-34s %10s %8s  %s\n", algorithm, "us", "ratio", "quartiles");
  for (int i = 0; i < ADAPTERS; ++i) {
    if (opened[i] == NULL) {
      printf("  %-32s %10s\n", all[i]->name, "-");
      continue;
    }
    for (int round = 0; round < ROUNDS; ++round) {
      ratios[round] = figures[i][round] / figures[0][round];
    }
    double low = quarter(ratios, 1), median = quarter(ratios, 2), high = quarter(ratios, 3);
    printf("  %-32s %10.3f %7.2fx  %.2f to %.2f\n", all[i]->name, quarter(figures[i], 2) / 1e3,
           median, low, high);
  }
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fail("usage", "compare KEYS PEERS_AWS PEERS_RUSTCRYPTO");
  }
  keys = argv[1];
  peers[0] = argv[2];
  peers[1] = argv[3];
  load_peers();
  static const adapter aws = {"jsonwebtoken, aws-lc-rs", open_aws, check_aws, NULL};
  static const adapter simple = {"jwt-simple", open_simple, check_aws, NULL};
  static const adapter rustcrypto = {"jsonwebtoken, RustCrypto", open_rustcrypto, check_rustcrypto,
                                     NULL};
  const adapter *const all[ADAPTERS] = {
      &jwt_auth_first,  &jwt_auth_again, &aws,    &rustcrypto,   &simple,
      &openssl_jansson, &cjose,          &libjwt, &libjwt_newer, &fast_jwt,
      &fast_jwt_cache,  &pyjwt,          &jose};
  printf("%d rounds of interleaved slices; ratios are to libjwt_auth at first sight\n", ROUNDS);
  compare(all, "HS256", SECRET);
  compare(all, "RS256", public_key("rsa2048"));
  compare(all, "PS256", public_key("rsa2048"));
  compare(all, "ES256", public_key("p256"));
  compare(all, "ES384", public_key("p384"));
  compare(all, "EdDSA", public_key("ed25519"));
  return 0;
}
