// Retained messages below $SYS/broker/jwt_auth/, beside those in which the broker tells of itself.
//
// The broker keeps clients from publishing there, and asks about each delivery. It does not save
// them when it stops.
#ifndef SYS_TOPICS_H
#define SYS_TOPICS_H

#include <stdbool.h>
#include <stdint.h>

#include <jwt_auth.h>

enum { SYS_NUMBERS = 6 };

typedef struct sys_topics {
  bool has_version; // the version is published
  struct {
    bool published;
    uint64_t value;
  } numbers[SYS_NUMBERS];
} sys_topics;

// Publishes what has changed. prometheus_text: from jwt_auth_stats. Called in a tick: the broker
// sends what plugins publish in the next turn of its loop.
void sys_topics_publish(sys_topics *topics, const char *prometheus_text,
                        const jwt_auth_registry *registry);

#endif
