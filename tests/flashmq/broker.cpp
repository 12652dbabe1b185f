#include "broker.h"

#include <cstdarg>
#include <future>
#include <stdexcept>

#include <dlfcn.h>

// The functions of the plugin.
template <typename Function> static Function *find(void *library, const char *name) {
  auto *found = reinterpret_cast<Function *>(dlsym(library, name));
  if (found == nullptr) throw std::runtime_error(std::string(name) + " is missing");
  return found;
}
#define FIND(name) find<decltype(name)>(library, #name)

static void *library;
static std::vector<std::unique_ptr<Worker>> workers;
static std::vector<void *> memory; // of each thread
static std::unordered_map<std::string, std::string> plugin_options;
static bool anonymous;

static std::mutex lock; // of what follows
static std::unordered_map<std::string, std::shared_ptr<Session>> sessions;
static std::vector<std::weak_ptr<Client>> to_remove;
static std::vector<std::string> log_text;

void Worker::post(std::function<void()> task) {
  std::lock_guard guard(lock);
  tasks.push_back(std::move(task));
  wake.notify_one();
}

void Worker::run(const std::function<void()> &task) {
  std::promise<void> done;
  post([&] {
    try {
      task();
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  done.get_future().get();
}

void Worker::work() {
  while (!ended) {
    std::unique_lock guard(lock);
    wake.wait(guard, [this] { return !tasks.empty(); });
    const auto task = std::move(tasks.front());
    tasks.pop_front();
    guard.unlock();
    task();
  }
}

// Does something on every thread, and waits for all.
static void everywhere(const std::function<void(size_t)> &task) {
  std::vector<std::future<void>> done;
  for (size_t i = 0; i < workers.size(); i++) {
    auto promise = std::make_shared<std::promise<void>>();
    done.push_back(promise->get_future());
    workers[i]->post([=] {
      task(i);
      promise->set_value();
    });
  }
  for (auto &one : done) one.get();
}

Broker::Broker(std::unordered_map<std::string, std::string> options, bool allow_anonymous) {
  plugin_options = std::move(options);
  anonymous = allow_anonymous;
  log_text.clear();
  library = dlopen(getenv("JWT_AUTH_FLASHMQ_PLUGIN"), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  if (FIND(flashmq_plugin_version)() != 5) throw std::runtime_error("another version");
  FIND(flashmq_plugin_main_init)(plugin_options);
  memory.assign(THREADS, nullptr);
  for (size_t i = 0; i < THREADS; i++) workers.push_back(std::make_unique<Worker>());
  everywhere([](size_t i) {
    auto own = plugin_options;
    FIND(flashmq_plugin_allocate_thread_memory)(&memory[i], own);
    FIND(flashmq_plugin_init)(memory[i], own, false);
    FIND(flashmq_plugin_periodic_event)(memory[i]);
  });
}

Broker::~Broker() {
  everywhere([](size_t i) {
    auto own = plugin_options;
    FIND(flashmq_plugin_deinit)(memory[i], own, false);
    FIND(flashmq_plugin_deallocate_thread_memory)(memory[i], own);
  });
  workers.clear();
  sessions.clear();
  FIND(flashmq_plugin_main_deinit)(plugin_options);
  dlclose(library);
}

// A client has gone, which its thread tells the plugin.
static void tell(size_t thread, const std::string &id) {
  workers[thread]->post([=] { FIND(flashmq_plugin_client_disconnected)(memory[thread], id); });
}

std::shared_ptr<Client> Broker::connect(size_t thread, const std::string &id,
                                        const std::string &username, const std::string &password,
                                        const std::string &will) {
  auto client = std::make_shared<Client>(Client{id, username, thread, will});
  AuthResult result = AuthResult::success;
  if (!anonymous || !username.empty())
    workers[thread]->run([&] {
      result = FIND(flashmq_plugin_login_check)(memory[thread], id, username, password, nullptr,
                                                client);
    });
  refused_with = result;
  if (result != AuthResult::success) return nullptr;
  if (!will.empty() && !may(AclAccess::register_will, *client, will)) client->will.clear();
  std::lock_guard guard(lock);
  auto &session = sessions[id];
  if (session && session->username != username) {
    refused_with = AuthResult::login_denied;
    return nullptr;
  }
  if (!session) session = std::make_shared<Session>(Session{username, {}});
  if (const auto old = session->client.lock()) tell(old->thread, id);
  session->client = client;
  return client;
}

bool Broker::disconnect(std::shared_ptr<Client> &client) {
  const auto [id, username, thread, will] = *client;
  client.reset();
  const bool sent = !will.empty() && may(thread, AclAccess::write, id, username, will);
  tell(thread, id);
  return sent;
}

void Broker::settle() {
  everywhere([](size_t) {});
}

bool Broker::may(size_t thread, AclAccess access, const std::string &id, const std::string &username,
                 const std::string &topic, const std::string &share) {
  AuthResult result = AuthResult::error;
  workers[thread]->run([&] {
    result = FIND(flashmq_plugin_acl_check)(memory[thread], access, id, username, topic, {topic},
                                            share, "payload", 0, false, {}, {}, {}, {}, nullptr);
  });
  return result == AuthResult::success;
}

bool Broker::may(AclAccess access, const Client &client, const std::string &topic) {
  return may(client.thread, access, client.id, client.username, topic);
}

void Broker::reload() {
  everywhere([](size_t i) {
    auto own = plugin_options;
    FIND(flashmq_plugin_deinit)(memory[i], own, true);
    FIND(flashmq_plugin_init)(memory[i], own, true);
    FIND(flashmq_plugin_periodic_event)(memory[i]);
  });
}

void Broker::tick() {
  everywhere([](size_t i) { FIND(flashmq_plugin_periodic_event)(memory[i]); });
}

std::vector<std::string> Broker::removed() {
  std::vector<std::string> ids;
  std::lock_guard guard(lock);
  for (const auto &one : to_remove)
    if (const auto client = one.lock()) ids.push_back(client->id);
  to_remove.clear();
  return ids;
}

size_t Broker::log_lines(const std::string &with) {
  std::lock_guard guard(lock);
  size_t count = 0;
  for (const auto &line : log_text) count += line.find(with) != std::string::npos;
  return count;
}

// What FlashMQ offers to plugins.
void flashmq_logf(int, const char *format, ...) {
  char line[4096];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  std::lock_guard guard(lock);
  log_text.emplace_back(line);
}

void flashmq_get_session_pointer(const std::string &id, const std::string &username,
                                 std::weak_ptr<Session> &session) {
  std::lock_guard guard(lock);
  const auto found = sessions.find(id);
  if (found != sessions.end() && found->second->username == username) session = found->second;
}

void flashmq_get_client_pointer(const std::weak_ptr<Session> &session,
                                std::weak_ptr<Client> &client) {
  std::lock_guard guard(lock);
  if (const auto found = session.lock()) client = found->client;
}

void flashmq_get_client_address_v4(const std::weak_ptr<Client> &, std::string *text, sockaddr *,
                                   socklen_t *) {
  *text = "192.0.2.7";
}

void flashmq_plugin_remove_client_v4(const std::weak_ptr<Session> &session, bool,
                                     ServerDisconnectReasons) {
  std::lock_guard guard(lock);
  if (const auto found = session.lock()) to_remove.push_back(found->client);
}
