// Stands in for FlashMQ, which is in no package registry: loads the plugin, and calls it in the
// order and on the threads in which FlashMQ 1.26 does. Its log, sessions and clients are here.
#ifndef BROKER_H
#define BROKER_H

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "flashmq_plugin.h"

// A thread that does one thing after the other.
class Worker {
public:
  Worker() : thread([this] { work(); }) {}
  ~Worker() {
    run([this] { ended = true; });
    thread.join();
  }
  void post(std::function<void()> task);
  // Waits until it is done.
  void run(const std::function<void()> &task);

private:
  void work();
  std::mutex lock;
  std::condition_variable wake;
  std::deque<std::function<void()>> tasks;
  bool ended = false;
  std::thread thread;
};

class Client {
public:
  std::string id, username;
  size_t thread;
  std::string will; // its topic; empty: none
};

class Session {
public:
  std::string username;
  std::weak_ptr<Client> client;
};

class Broker {
public:
  static constexpr size_t THREADS = 3;

  // Throws what the plugin throws.
  explicit Broker(std::unordered_map<std::string, std::string> options, bool allow_anonymous = false);
  ~Broker();

  // A client that is let in; NULL: refused, and `refused_with` says how. The client that had the id
  // is thrown out: the plugin hears of it later, on that client's thread.
  std::shared_ptr<Client> connect(size_t thread, const std::string &id, const std::string &username,
                                  const std::string &password, const std::string &will = "");
  AuthResult refused_with = AuthResult::success;

  // The client goes. Its will is asked about first, and whether it is sent is returned.
  bool disconnect(std::shared_ptr<Client> &client);
  // Waits until the plugin has heard of all who have gone.
  void settle();

  // What is asked of the plugin on a thread, about whoever has this id and user name.
  bool may(size_t thread, AclAccess access, const std::string &id, const std::string &username,
           const std::string &topic, const std::string &share = "");
  bool may(AclAccess access, const Client &client, const std::string &topic);

  // SIGHUP, and the timer: on all threads, none of which waits for another.
  void reload();
  void tick();

  // Whom the plugin has had removed. They are gone when this returns.
  std::vector<std::string> removed();
  size_t log_lines(const std::string &with);
};

#endif
