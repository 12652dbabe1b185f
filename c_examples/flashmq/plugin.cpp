// A plugin for FlashMQ that asks libjwt_auth what clients may do. README.md tells how to use it.
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>

#include "flashmq_plugin.h"
#include "jwt_auth.h"

using Options = std::unordered_map<std::string, std::string>;
using Properties = std::vector<std::pair<std::string, std::string>>;

// One table for all threads: FlashMQ asks about a delivery on the thread of the publisher.
static jwt_auth *auth;
static jwt_auth_registry *table;
static std::atomic<unsigned> threads, inits;
static std::mutex timer;
static bool allows_no_match;

// FlashMQ names a client by its id, the table by a number for each connection. By client id: the
// user name and the connection of the last login that was accepted. 0 is nobody's.
static std::unordered_map<std::string, std::pair<std::string, uint64_t>> logins;
static std::shared_mutex lock; // of the logins
static std::atomic<uint64_t> connections;

static std::pair<std::string, uint64_t> login_of(const std::string &id) {
  std::shared_lock guard(lock);
  const auto found = logins.find(id);
  return found == logins.end() ? std::pair<std::string, uint64_t>() : found->second;
}

// FlashMQ gives an empty string for what was not sent, too.
static jwt_auth_bytes bytes(const std::string &text) {
  return {text.empty() ? nullptr : (const uint8_t *)text.data(), text.size()};
}
static jwt_auth_client describe(const std::string &id, const std::string &username,
                                const std::string &password = "", const std::string &address = "") {
  return {sizeof(jwt_auth_client), bytes(id), bytes(username), bytes(password), bytes(address), {}};
}
static int32_t state_of(const jwt_auth_client &client, uint64_t connection) {
  int32_t state = JWT_AUTH_STATE_ABSENT;
  jwt_auth_registry_state(table, connection, &client, &state);
  return state;
}

// The broker gives a client's session only with its user name. The other one is the connection.
static auto session_of(const std::string &id, const std::string &username) {
  std::pair<std::weak_ptr<Session>, std::weak_ptr<Client>> found;
  flashmq_get_session_pointer(id, username, found.first);
  flashmq_get_client_pointer(found.first, found.second);
  return found;
}

int flashmq_plugin_version() { return FLASHMQ_PLUGIN_VERSION; }
void flashmq_plugin_main_init(Options &options) {
  allows_no_match = options["no_match"] == "allow";
  const auto log = [](void *, int32_t level, const char *line) {
    const int levels[] = {LOG_ERR, LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};
    flashmq_logf(levels[level % 5], "jwt_auth: %s", line);
  };
  const jwt_auth_hooks hooks = {sizeof hooks, log, nullptr, nullptr};
  char error[512] = "no memory";
  if (jwt_auth_init_file(options["config_file"].c_str(), &hooks, &auth, error, sizeof error) ||
      jwt_auth_registry_new(nullptr, &table))
    throw std::runtime_error(error);
}
void flashmq_plugin_main_deinit(Options &) { jwt_auth_registry_free(table); jwt_auth_free(auth); }
void flashmq_plugin_allocate_thread_memory(void **, Options &) { threads++; }
void flashmq_plugin_deallocate_thread_memory(void *, Options &) { threads--; }

// At SIGHUP every thread calls these, in its own time; the first one reloads.
void flashmq_plugin_deinit(void *, Options &, bool) {}
void flashmq_plugin_init(void *, Options &options, bool reloading) {
  if (!reloading || inits++ % threads != 0) return;
  char error[512];
  if (jwt_auth_reload_file(auth, options["config_file"].c_str(), error, sizeof error))
    flashmq_logf(LOG_ERR, "jwt_auth: the new configuration is not accepted: %s", error);
}

// Comes before the old client of the id is thrown out, and before FlashMQ refuses to let one user
// take over the session of another. With allow_anonymous it does not come for everybody.
AuthResult flashmq_plugin_login_check(void *, const std::string &id, const std::string &username,
                                      const std::string &password, const Properties *,
                                      const std::weak_ptr<Client> &peer) {
  const std::string before = login_of(id).first;
  if (before != username && !session_of(id, before).first.expired())
    return AuthResult::login_denied;
  std::string address;
  flashmq_get_client_address_v4(peer, &address, nullptr, nullptr);
  const jwt_auth_client client = describe(id, username, password, address);
  const uint64_t connection = ++connections;
  jwt_auth_result result;
  jwt_auth_registry_connect(table, auth, connection, &client, &result, nullptr);
  if (result.decision != JWT_AUTH_DECISION_ALLOW) // Nobody is asked next about who is ignored.
    return result.mqtt5_code == 0x88 ? AuthResult::server_not_available : AuthResult::login_denied;
  std::lock_guard guard(lock);
  jwt_auth_registry_disconnect(table, logins[id].second, 0);
  logins[id] = {username, connection};
  // The table has forgotten some of those who are offline; so does this, now and then.
  for (auto it = logins.begin(); connection % 50000 == 0 && it != logins.end();)
    it = state_of(describe(it->first, it->second.first), it->second.second) ? std::next(it)
                                                                            : logins.erase(it);
  return AuthResult::success;
}

// Comes for the old client of the id when the new one is there, too: the broker knows which it is.
void flashmq_plugin_client_disconnected(void *, const std::string &id) {
  const auto [username, connection] = login_of(id);
  const bool over = state_of(describe(id, username), connection) == JWT_AUTH_STATE_OVER;
  if (session_of(id, username).second.expired())
    jwt_auth_registry_disconnect(table, connection, !over);
}

// A retained or queued message is asked about as a write of its publisher, who may be gone.
AuthResult flashmq_plugin_acl_check(
    void *, const AclAccess access, const std::string &id, const std::string &username,
    const std::string &topic, const std::vector<std::string> &, const std::string &,
    std::string_view, const uint8_t qos, const bool retain, const std::optional<std::string> &,
    const std::optional<std::string> &, const std::optional<std::string> &,
    const std::optional<std::chrono::time_point<std::chrono::steady_clock>>, const Properties *) {
  const uint64_t connection = login_of(id).second;
  const jwt_auth_client client = describe(id, username);
  const int32_t action = access == AclAccess::read        ? JWT_AUTH_ACTION_RECEIVE
                         : access == AclAccess::subscribe ? JWT_AUTH_ACTION_SUBSCRIBE
                                                          : JWT_AUTH_ACTION_PUBLISH;
  int32_t permission = JWT_AUTH_PERMISSION_DENY;
  jwt_auth_registry_authorize(table, auth, connection, &client, action, bytes(topic), qos,
                              retain, &permission);
  bool allowed = permission == JWT_AUTH_PERMISSION_ALLOW;
  if (permission == JWT_AUTH_PERMISSION_NO_MATCH && state_of(client, connection))
    allowed = allows_no_match;
  else if (permission == JWT_AUTH_PERMISSION_NO_MATCH) // One who is there came without a token.
    allowed = access == AclAccess::write && session_of(id, username).second.expired();
  return allowed ? AuthResult::success : AuthResult::acl_denied;
}

// Every thread calls it; one does the work.
void flashmq_plugin_periodic_event(void *) {
  std::unique_lock only(timer, std::try_to_lock);
  jwt_auth_over over;
  while (only && jwt_auth_registry_next_over(table, auth, &over) == JWT_AUTH_STATUS_OK) {
    const std::string id((const char *)over.client_id.data, over.client_id.len);
    const auto [session, client] = session_of(id, login_of(id).first);
    flashmq_logf(LOG_INFO, "jwt_auth: a client ends: %s", jwt_auth_reason_str(over.reason));
    if (login_of(id).second == over.connection && !client.expired())
      flashmq_plugin_remove_client_v4(session, false, ServerDisconnectReasons::NotAuthorized);
    else
      jwt_auth_registry_disconnect(table, over.connection, 0);
  }
}
