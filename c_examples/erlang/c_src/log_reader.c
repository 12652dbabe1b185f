#include "log_reader.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES_AT_ONCE = 100 };

typedef struct log_reader {
  state *state;
  ErlNifPid owner;
  int read_end; // of the pipe that wakes the owner; -1: closed
} log_reader;

static void detach(log_reader *reader) {
  log_queue *queue = &reader->state->queue;
  pthread_mutex_lock(&queue->lock);
  if (queue->reader == reader) {
    log_queue_detach(queue);
  }
  pthread_mutex_unlock(&queue->lock);
}

// The virtual machine calls this when it no longer polls the pipe.
static void stop(ErlNifEnv *env, void *object, ErlNifEvent event, int is_direct_call) {
  log_reader *reader = object;
  (void)env;
  (void)is_direct_call;
  close(event);
  reader->read_end = -1;
}

static void down(ErlNifEnv *env, void *object, ErlNifPid *pid, ErlNifMonitor *monitor) {
  log_reader *reader = object;
  (void)pid;
  (void)monitor;
  detach(reader);
  enif_select(env, reader->read_end, ERL_NIF_SELECT_STOP, reader, NULL,
              reader->state->atoms.undefined);
}

static void destroy(ErlNifEnv *env, void *object) {
  log_reader *reader = object;
  (void)env;
  detach(reader);
  if (reader->read_end >= 0) {
    close(reader->read_end);
  }
  state_drop(reader->state, HOLDER);
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

// Makes this the reader, unless another one is alive. The process of the reader before may have
// died without its monitor having fired yet.
static bool attach(ErlNifEnv *env, log_reader *reader, int write_end) {
  log_queue *queue = &reader->state->queue;
  pthread_mutex_lock(&queue->lock);
  log_reader *before = queue->reader;
  bool is_free = before == NULL || !enif_is_process_alive(env, &before->owner);
  if (is_free) {
    log_queue_detach(queue);
    log_queue_attach(queue, reader, write_end);
  }
  pthread_mutex_unlock(&queue->lock);
  return is_free;
}

static bool arm(ErlNifEnv *env, log_reader *reader) {
  return enif_select(env, reader->read_end, ERL_NIF_SELECT_READ, reader, &reader->owner,
                     reader->state->atoms.undefined) >= 0;
}

static log_reader *reader_new(ErlNifEnv *env, state *state, int read_end) {
  log_reader *reader = enif_alloc_resource(state->types.log_reader, sizeof *reader);
  reader->state = state_hold(state, HOLDER);
  reader->read_end = read_end;
  enif_self(env, &reader->owner);
  return reader;
}

ERL_NIF_TERM log_open(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  state *state = enif_priv_data(env);
  const atoms *a = &state->atoms;
  int ends[2];
  (void)argc;
  (void)argv;
  if (!open_pipe(ends)) {
    return enif_make_tuple2(env, a->error, a->undefined);
  }
  ERL_NIF_TERM answer;
  log_reader *reader = reader_new(env, state, ends[0]);
  if (!attach(env, reader, ends[1])) {
    close(ends[1]);
    answer = enif_make_tuple2(env, a->error, a->busy);
  } else if (!arm(env, reader) || enif_monitor_process(env, reader, &reader->owner, NULL) != 0) {
    // The destructor closes the pipe, once the virtual machine no longer polls it.
    answer = enif_make_tuple2(env, a->error, a->undefined);
  } else {
    answer = enif_make_tuple2(env, a->ok, enif_make_resource(env, reader));
  }
  enif_release_resource(reader);
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
  state *state = enif_priv_data(env);
  log_line lines[LINES_AT_ONCE];
  uint64_t dropped;
  ErlNifPid self;
  void *object;
  (void)argc;
  if (!enif_get_resource(env, reader_arg, state->types.log_reader, &object)) {
    return state->atoms.badarg;
  }
  log_reader *reader = object;
  if (enif_compare_pids(enif_self(env, &self), &reader->owner) != 0) {
    return state->atoms.badarg;
  }
  bool debug = enif_is_identical(debug_arg, state->atoms.true_);
  atomic_store(&reader->state->queue.wanted,
               debug ? JWT_AUTH_LOG_LEVEL_DEBUG : JWT_AUTH_LOG_LEVEL_INFO);
  size_t count =
      log_queue_take(&reader->state->queue, reader->read_end, lines, LINES_AT_ONCE, &dropped);
  ERL_NIF_TERM list = enif_make_list(env, 0);
  for (size_t i = count; i > 0; i--) {
    list = enif_make_list_cell(env, line_term(env, &state->atoms, &lines[i - 1]), list);
  }
  arm(env, reader);
  return enif_make_tuple2(env, list, enif_make_uint64(env, dropped));
}
