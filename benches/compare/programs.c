// Libraries of other languages: programs that check tokens, each with a verifier that is made once.
// programs/start.sh starts one with the algorithm and the key. It says "ready", or ends if it does
// not know the algorithm, and is asked in lines:
//
//   check TOKEN CLIENT   answers 1 if the token is good and this client's, 0 otherwise; a good one
//                        comes into its list
//   time COUNT           goes through its list until it has checked so many, and answers how many
//                        nanoseconds of its processor time each took, or "refused"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "adapters.h"

typedef struct program {
  FILE *questions, *answers;
} program;

static const char *answer(program *program) {
  static char line[64];
  return fgets(line, sizeof line, program->answers);
}

static program *start(const char *name, const char *algorithm, const char *key) {
  int to[2], from[2];
  if (pipe(to) != 0 || pipe(from) != 0) {
    return NULL;
  }
  fflush(stdout);
  if (fork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
    close(to[1]);
    close(from[0]);
    execlp("sh", "sh", "benches/compare/programs/start.sh", name, algorithm, key, (char *)NULL);
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  program *started = malloc(sizeof *started);
  started->questions = fdopen(to[1], "w");
  started->answers = fdopen(from[0], "r");
  return answer(started) == NULL ? NULL : started;
}

static const char *ask(program *program) {
  fflush(program->questions);
  const char *line = answer(program);
  if (line == NULL) {
    fputs("compare: a program has ended\n", stderr);
    exit(1);
  }
  return line;
}

static int check(void *key, const char *token, const char *client) {
  program *program = key;
  fprintf(program->questions, "check %s %s\n", token, client);
  return ask(program)[0] == '1';
}

static double time_checks(void *key, int count) {
  program *program = key;
  fprintf(program->questions, "time %d\n", count);
  return atof(ask(program));
}

static void *open_fast_jwt(const char *algorithm, const char *jwk, const char *pem) {
  (void)jwk;
  return start("fast_jwt", algorithm, pem);
}

static void *open_fast_jwt_cache(const char *algorithm, const char *jwk, const char *pem) {
  (void)jwk;
  return start("fast_jwt_cache", algorithm, pem);
}

static void *open_jose(const char *algorithm, const char *jwk, const char *pem) {
  (void)jwk;
  return start("jose", algorithm, pem);
}

static void *open_libjwt_newer(const char *algorithm, const char *jwk, const char *pem) {
  (void)jwk;
  return start("libjwt_newer", algorithm, pem);
}

static void *open_pyjwt(const char *algorithm, const char *jwk, const char *pem) {
  (void)jwk;
  return start("pyjwt", algorithm, pem);
}

const adapter fast_jwt = {"fast-jwt (Node)", open_fast_jwt, check, time_checks};
const adapter fast_jwt_cache = {"the same, token seen before", open_fast_jwt_cache, check,
                                time_checks};
const adapter jose = {"erlang-jose + jiffy (Debian)", open_jose, check, time_checks};
const adapter libjwt_newer = {"libjwt 1.17 (Debian 13)", open_libjwt_newer, check, time_checks};
const adapter pyjwt = {"PyJWT", open_pyjwt, check, time_checks};
