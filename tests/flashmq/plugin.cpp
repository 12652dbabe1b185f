// What the plugin for FlashMQ makes of what it is asked, on several threads, in FlashMQ's order.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <stdexcept>

#include "broker.h"

static const std::string SECRET = "0123456789abcdef0123456789abcdef";
static const std::string OTHER = "fedcba9876543210fedcba9876543210";
static const std::string CONFIG = "flashmq_jwt_auth.json", REVOKED = "flashmq_revoked.json";

#define EXPECT(what) \
  if (!(what)) throw std::runtime_error(std::to_string(__LINE__) + ": " #what)

static std::string output_of(const std::string &command) {
  FILE *pipe = popen(command.c_str(), "r");
  std::string text;
  for (int c; (c = fgetc(pipe)) != EOF;) text += static_cast<char>(c);
  if (pclose(pipe) != 0) throw std::runtime_error(command);
  return text;
}

static const std::string BASE64URL = "openssl base64 -A | tr '+/' '-_' | tr -d =";

static std::string token(const std::string &claims, const std::string &secret = SECRET) {
  const std::string input =
      output_of("printf %s '{\"alg\":\"HS256\"}' | " + BASE64URL) + "." +
      output_of("printf %s '{\"iat\":" + std::to_string(time(nullptr)) + "," + claims + "}' | " + BASE64URL);
  return input + "." + output_of("printf %s " + input + " | openssl dgst -sha256 -hmac " + secret +
                                 " -binary | " + BASE64URL);
}

static std::string until(long seconds) {
  return "\"exp\":" + std::to_string(time(nullptr) + seconds) + ",";
}

// May publish below up/, and be sent what is below down/.
static const std::string ACL = R"("acl":{"pub":["up/#"],"sub":["down/#"]})";

static void write_file(const std::string &path, const std::string &text) {
  std::ofstream(path + ".new") << text;
  rename((path + ".new").c_str(), path.c_str());
}

static void configure(const std::string &secret = SECRET) {
  write_file(CONFIG, R"({"secret":")" + secret + R"(","revocations_file":")" + REVOKED + R"("})");
}

static std::unordered_map<std::string, std::string> options(const std::string &no_match = "deny") {
  return {{"config_file", CONFIG}, {"no_match", no_match}};
}

// Waits until the plugin has a client removed, for at most a minute.
static std::vector<std::string> next_removed(Broker &broker) {
  for (int i = 0; i < 600; i++) {
    broker.tick();
    const auto removed = broker.removed();
    if (!removed.empty()) return removed;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return {};
}

static void a_token_lets_in_and_nothing_else_does() {
  Broker broker(options());
  EXPECT(broker.connect(0, "c", "alice", token(ACL)));
  for (const std::string &password : {token(ACL, OTHER), std::string("secret"), std::string()}) {
    EXPECT(!broker.connect(1, "d", "alice", password));
    EXPECT(broker.refused_with == AuthResult::login_denied);
  }
}

static void a_list_of_revocations_that_is_yet_to_come_is_no_bad_login() {
  write_file(CONFIG, R"({"secret":")" + SECRET +
                         R"(","revocations_endpoint":{"url":"http://127.0.0.1:9/"}})");
  Broker broker(options());
  EXPECT(!broker.connect(0, "c", "alice", token(ACL)));
  EXPECT(broker.refused_with == AuthResult::server_not_available);
}

static void a_configuration_that_is_not_accepted_stops_the_start() {
  write_file(CONFIG, R"({"secrt":"x"})");
  std::string problem;
  try {
    Broker broker(options());
  } catch (const std::runtime_error &error) {
    problem = error.what();
  }
  EXPECT(problem.find("secrt") != std::string::npos);
}

static void the_token_says_what_a_client_may_do() {
  Broker broker(options());
  const auto client = broker.connect(0, "c", "alice", token(ACL));
  EXPECT(broker.may(AclAccess::write, *client, "up/1"));
  EXPECT(!broker.may(AclAccess::write, *client, "down/1"));
  EXPECT(broker.may(AclAccess::subscribe, *client, "down/#"));
  EXPECT(!broker.may(AclAccess::subscribe, *client, "#"));
  EXPECT(broker.may(0, AclAccess::subscribe, "c", "alice", "down/1", "group"));
  EXPECT(!broker.may(0, AclAccess::subscribe, "c", "alice", "up/1", "group"));
  EXPECT(broker.may(AclAccess::register_will, *client, "up/will"));
  EXPECT(!broker.may(AclAccess::register_will, *client, "down/will"));
  EXPECT(!broker.may(AclAccess::none, *client, "down/1"));
}

static void a_delivery_is_decided_on_the_thread_of_the_publisher() {
  Broker broker(options());
  const auto client = broker.connect(0, "c", "alice", token(ACL));
  for (size_t thread = 0; thread < Broker::THREADS; thread++) {
    EXPECT(broker.may(thread, AclAccess::read, "c", "alice", "down/1"));
    EXPECT(!broker.may(thread, AclAccess::read, "c", "alice", "up/1"));
  }
}

static void what_a_token_does_not_say_is_denied_unless_no_match_allows_it() {
  for (const std::string no_match : {"deny", "allow"}) {
    Broker broker(options(no_match));
    const auto client = broker.connect(0, "c", "alice", token(R"("sub":"alice")"));
    EXPECT(broker.may(AclAccess::write, *client, "up/1") == (no_match == "allow"));
    EXPECT(!broker.may(0, AclAccess::read, "c", "bob", "down/1"));
    EXPECT(!broker.may(0, AclAccess::subscribe, "d", "alice", "down/1"));
  }
}

static void a_retained_message_of_one_who_is_gone_passes() {
  Broker broker(options());
  EXPECT(broker.may(1, AclAccess::write, "gone", "alice", "any"));
  EXPECT(!broker.may(1, AclAccess::read, "gone", "alice", "any"));
}

static void one_who_came_without_a_login_may_nothing() {
  Broker broker(options("allow"), true);
  const auto client = broker.connect(0, "c", "", "");
  EXPECT(client);
  for (auto access : {AclAccess::write, AclAccess::read, AclAccess::subscribe, AclAccess::register_will})
    EXPECT(!broker.may(access, *client, "any"));
}

static void who_takes_an_id_over_has_its_own_permissions() {
  Broker broker(options());
  auto old = broker.connect(0, "c", "alice", token(ACL));
  const auto next = broker.connect(1, "c", "alice", token(R"("acl":{"pub":["other"]})"));
  broker.settle();
  EXPECT(broker.may(AclAccess::write, *next, "other"));
  EXPECT(!broker.may(AclAccess::write, *next, "up/1"));
  EXPECT(!broker.may(1, AclAccess::read, "c", "alice", "down/1"));
}

static void who_is_refused_disturbs_nobody() {
  Broker broker(options());
  const auto client = broker.connect(0, "c", "alice", token(ACL));
  EXPECT(!broker.connect(1, "c", "alice", token(ACL, OTHER)));
  EXPECT(!broker.connect(1, "c", "mallory", token(R"("is_superuser":true)")));
  broker.settle();
  EXPECT(broker.may(AclAccess::write, *client, "up/1"));
  EXPECT(!broker.may(AclAccess::write, *client, "other"));
}

static void who_is_offline_is_remembered() {
  Broker broker(options());
  auto client = broker.connect(0, "c", "alice", token(ACL), "up/will");
  EXPECT(broker.disconnect(client));
  broker.settle();
  EXPECT(broker.may(1, AclAccess::read, "c", "alice", "down/1"));
  EXPECT(!broker.may(1, AclAccess::read, "c", "alice", "up/1"));
  EXPECT(!broker.may(1, AclAccess::write, "c", "alice", "other"));
}

static void who_expires_is_removed_without_a_will() {
  Broker broker(options());
  auto client = broker.connect(0, "c", "alice", token(until(2) + ACL), "up/will");
  const auto other = broker.connect(1, "d", "alice", token(until(3600) + ACL));
  EXPECT(broker.may(AclAccess::write, *client, "up/1"));
  EXPECT(next_removed(broker) == std::vector<std::string>{"c"});
  EXPECT(!broker.may(AclAccess::write, *client, "up/1"));
  EXPECT(!broker.disconnect(client));
  broker.settle();
  EXPECT(!broker.may(1, AclAccess::read, "c", "alice", "down/1"));
  // A retained message from before.
  EXPECT(broker.may(1, AclAccess::write, "c", "alice", "up/1"));
  EXPECT(broker.may(AclAccess::write, *other, "up/1"));
  EXPECT(broker.log_lines("a client ends: expired") == 1);
}

static void who_took_over_outlives_the_token_of_the_one_before() {
  Broker broker(options());
  auto old = broker.connect(0, "c", "alice", token(until(2) + ACL));
  const auto next = broker.connect(1, "c", "alice", token(ACL));
  const auto mark = broker.connect(2, "mark", "alice", token(until(3) + ACL));
  EXPECT(next_removed(broker) == std::vector<std::string>{"mark"});
  EXPECT(broker.may(AclAccess::write, *next, "up/1"));
}

static void who_is_revoked_is_removed() {
  Broker broker(options());
  const auto client = broker.connect(0, "c", "alice", token(R"("jti":"J1",)" + ACL));
  const auto other = broker.connect(0, "d", "alice", token(R"("jti":"J2",)" + ACL));
  write_file(REVOKED, R"({"jti":["J1"]})");
  EXPECT(next_removed(broker) == std::vector<std::string>{"c"});
  EXPECT(broker.may(AclAccess::write, *other, "up/1"));
}

static void a_reload_is_done_once_for_all_threads() {
  Broker broker(options());
  const auto client = broker.connect(0, "c", "alice", token(ACL));
  for (size_t count = 1; count <= 3; count++) {
    write_file(CONFIG, R"({"secrt":"x"})");
    broker.reload();
    EXPECT(broker.log_lines("the new configuration is not accepted") == count);
  }
  EXPECT(broker.may(AclAccess::write, *client, "up/1"));
  configure(OTHER);
  broker.reload();
  EXPECT(broker.connect(1, "d", "alice", token(ACL, OTHER)));
  EXPECT(!broker.connect(1, "e", "alice", token(ACL)));
  EXPECT(next_removed(broker) == std::vector<std::string>{"c"});
}

static void all_threads_at_once() {
  Broker broker(options());
  const std::string good = token(ACL);
  std::vector<std::thread> threads;
  for (size_t thread = 0; thread < Broker::THREADS; thread++)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 500; i++) {
        const std::string id = "c" + std::to_string(i % 5);
        auto client = broker.connect(thread, id, "alice", good, "up/will");
        broker.may(thread, AclAccess::read, id, "alice", "down/1");
        if (client) broker.disconnect(client);
      }
    });
  for (int i = 0; i < 50; i++) broker.reload();
  for (auto &thread : threads) thread.join();
  const auto client = broker.connect(0, "end", "alice", good);
  EXPECT(client && broker.may(AclAccess::write, *client, "up/1"));
}

int main() {
#define TEST(name) {#name, name}
  const std::vector<std::pair<const char *, void (*)()>> tests = {
      TEST(a_token_lets_in_and_nothing_else_does),
      TEST(a_list_of_revocations_that_is_yet_to_come_is_no_bad_login),
      TEST(a_configuration_that_is_not_accepted_stops_the_start),
      TEST(the_token_says_what_a_client_may_do),
      TEST(a_delivery_is_decided_on_the_thread_of_the_publisher),
      TEST(what_a_token_does_not_say_is_denied_unless_no_match_allows_it),
      TEST(a_retained_message_of_one_who_is_gone_passes),
      TEST(one_who_came_without_a_login_may_nothing),
      TEST(who_takes_an_id_over_has_its_own_permissions),
      TEST(who_is_refused_disturbs_nobody),
      TEST(who_is_offline_is_remembered),
      TEST(who_expires_is_removed_without_a_will),
      TEST(who_took_over_outlives_the_token_of_the_one_before),
      TEST(who_is_revoked_is_removed),
      TEST(a_reload_is_done_once_for_all_threads),
      TEST(all_threads_at_once),
  };
  int failed = 0;
  for (const auto &[name, test] : tests) {
    configure();
    write_file(REVOKED, "{}");
    try {
      test();
      printf("ok %s\n", name);
    } catch (const std::exception &error) {
      printf("FAILED %s, line %s\n", name, error.what());
      failed++;
    }
    fflush(stdout);
  }
  return failed == 0 ? 0 : 1;
}
