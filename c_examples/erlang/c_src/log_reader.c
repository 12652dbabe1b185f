#include "log_reader.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES_AT_ONCE = 100 };

typedef struct log_reader {
  state *state;
  ErlNifPid owner;
  int sleep; // the end of the pipe that is read from; -1: closed
} log_reader;

static void detach(log_reader *one) {
  log_queue *queue = &one->state->queue;
  pthread_mutex_lock(&queue->lock);
  if (queue->reader == one) {
    log_queue_detach(queue);
  }
  pthread_mutex_unlock(&queue->lock);
}

// The virtual machine has let go of the pipe.
static void stop(ErlNifEnv *env, void *object, ErlNifEvent event, int is_direct_call) {
  log_reader *one = object;
  (void)env;
  (void)is_direct_call;
  close(event);
  one->sleep = -1;
}

static void down(ErlNifEnv *env, void *object, ErlNifPid *pid, ErlNifMonitor *monitor) {
  log_reader *one = object;
  (void)pid;
  (void)monitor;
  detach(one);
  enif_select(env, one->sleep, ERL_NIF_SELECT_STOP, one, NULL, one->state->atoms.undefined);
}

static void destroy(ErlNifEnv *env, void *object) {
  log_reader *one = object;
  (void)env;
  detach(one);
  if (one->sleep >= 0) {
    close(one->sleep);
  }
  state_drop(one->state, HOLDER);
}

ErlNifResourceType *log_reader_type(ErlNifEnv *env) {
  const ErlNifResourceTypeInit callbacks = {.dtor = destroy, .stop = stop, .down = down};
  return enif_open_resource_type_x(env, "log_reader/" STATE_LAYOUT, &callbacks,
                                   ERL_NIF_RT_CREATE | ERL_NIF_RT_TAKEOVER, NULL);
}

static bool open_pipe(int ends[2]) {
  if (pipe(ends) != 0) {
    return false;
  }
  for (int i = 0; i < 2; i++) {
    (void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[i], F_SETFL, O_NONBLOCK);
  }
  return true;
}

// Takes the place of a reader that is gone, also of one whose end has not been told yet.
static bool attach(ErlNifEnv *env, log_reader *one, int wake) {
  log_queue *queue = &one->state->queue;
  pthread_mutex_lock(&queue->lock);
  log_reader *before = queue->reader;
  bool is_free = before == NULL || !enif_is_process_alive(env, &before->owner);
  if (is_free) {
    log_queue_detach(queue);
    log_queue_attach(queue, one, wake);
  }
  pthread_mutex_unlock(&queue->lock);
  return is_free;
}

static bool arm(ErlNifEnv *env, log_reader *one) {
  return enif_select(env, one->sleep, ERL_NIF_SELECT_READ, one, &one->owner,
                     one->state->atoms.undefined) >= 0;
}

static log_reader *reader_new(ErlNifEnv *env, state *all, int sleep) {
  log_reader *one = enif_alloc_resource(all->types.log_reader, sizeof *one);
  one->state = state_hold(all, HOLDER);
  one->sleep = sleep;
  enif_self(env, &one->owner);
  return one;
}

ERL_NIF_TERM log_open(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  state *all = enif_priv_data(env);
  const atoms *a = &all->atoms;
  int ends[2];
  (void)argc;
  (void)argv;
  if (!open_pipe(ends)) {
    return enif_make_tuple2(env, a->error, a->undefined);
  }
  ERL_NIF_TERM answer;
  log_reader *one = reader_new(env, all, ends[0]);
  if (!attach(env, one, ends[1])) {
    close(ends[1]);
    answer = enif_make_tuple2(env, a->error, a->busy);
  } else if (!arm(env, one) || enif_monitor_process(env, one, &one->owner, NULL) != 0) {
    // The destructor closes the rest, or the message of a process that has just died does.
    answer = enif_make_tuple2(env, a->error, a->undefined);
  } else {
    answer = enif_make_tuple2(env, a->ok, enif_make_resource(env, one));
  }
  enif_release_resource(one);
  return answer;
}

static ERL_NIF_TERM level_atom(const atoms *a, int32_t level) {
  switch (level) {
  case JWT_AUTH_LOG_LEVEL_ERROR:
    return a->error;
  case JWT_AUTH_LOG_LEVEL_WARN:
    return a->warning;
  case JWT_AUTH_LOG_LEVEL_INFO:
    return a->info;
  default:
    return a->debug;
  }
}

static ERL_NIF_TERM line_term(ErlNifEnv *env, const atoms *a, log_line *line) {
  ERL_NIF_TERM text;
  memcpy(enif_make_new_binary(env, line->len, &text), line->text, line->len);
  free(line->text);
  return enif_make_tuple2(env, level_atom(a, line->level), text);
}

ERL_NIF_TERM log_take(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  const ERL_NIF_TERM reader_arg = argv[0], debug_arg = argv[1];
  state *all = enif_priv_data(env);
  log_line lines[LINES_AT_ONCE];
  uint64_t dropped;
  ErlNifPid self;
  void *object;
  (void)argc;
  if (!enif_get_resource(env, reader_arg, all->types.log_reader, &object)) {
    return all->atoms.badarg;
  }
  log_reader *one = object;
  if (enif_compare_pids(enif_self(env, &self), &one->owner) != 0) {
    return all->atoms.badarg;
  }
  bool debug = enif_is_identical(debug_arg, all->atoms.true_);
  atomic_store(&one->state->queue.wanted,
               debug ? JWT_AUTH_LOG_LEVEL_DEBUG : JWT_AUTH_LOG_LEVEL_INFO);
  size_t count = log_queue_take(&one->state->queue, one->sleep, lines, LINES_AT_ONCE, &dropped);
  ERL_NIF_TERM list = enif_make_list(env, 0);
  for (size_t i = count; i > 0; i--) {
    list = enif_make_list_cell(env, line_term(env, &all->atoms, &lines[i - 1]), list);
  }
  arm(env, one);
  return enif_make_tuple2(env, list, enif_make_uint64(env, dropped));
}
