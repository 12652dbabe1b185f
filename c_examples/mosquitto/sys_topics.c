#include "sys_topics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker.h"

static bool publish(const char *name, const char *text) {
  char topic[64];
  snprintf(topic, sizeof topic, "$SYS/broker/jwt_auth/%s", name);
  return mosquitto_broker_publish_copy(NULL, topic, (int)strlen(text), text, 0, true, NULL) ==
         MOSQ_ERR_SUCCESS;
}

// Adds up the samples whose lines begin like this, up to the last label that is of interest.
static uint64_t sum(const char *prometheus_text, const char *beginning) {
  uint64_t total = 0;
  for (const char *line = prometheus_text; line != NULL && *line != '\0';) {
    const char *end = strchr(line, '\n');
    if (strncmp(line, beginning, strlen(beginning)) == 0) {
      const char *value = strchr(line + strlen(beginning) - 1, ' ');
      total += value == NULL ? 0 : strtoull(value, NULL, 10);
    }
    line = end == NULL ? NULL : end + 1;
  }
  return total;
}

void sys_topics_publish(sys_topics *topics, const char *prometheus_text,
                        const jwt_auth_registry *registry) {
  size_t connected = 0, offline = 0;
  jwt_auth_registry_counts(registry, &connected, &offline);
  const struct {
    const char *name;
    uint64_t value;
  } now[SYS_NUMBERS] = {
      {"checks/accepted", sum(prometheus_text, "jwt_auth_checks_total{decision=\"allow\",")},
      {"checks/refused", sum(prometheus_text, "jwt_auth_checks_total{decision=\"deny\",")},
      {"checks/ignored", sum(prometheus_text, "jwt_auth_checks_total{decision=\"ignore\",")},
      {"clients/connected", connected},
      {"clients/offline", offline},
      {"config/generation", sum(prometheus_text, "jwt_auth_config_generation ")},
  };
  if (!topics->has_version) {
    topics->has_version = publish("version", jwt_auth_version());
  }
  for (size_t i = 0; i < SYS_NUMBERS; i++) {
    if (topics->numbers[i].published && topics->numbers[i].value == now[i].value) {
      continue;
    }
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, now[i].value);
    topics->numbers[i].published = publish(now[i].name, text);
    topics->numbers[i].value = now[i].value;
  }
}
