// May a client with this token connect? In C++17, with what the installed header needs there.
#include <cstdio>
#include <cstring>
#include <memory>

#include <jwt_auth.h>

int main(int argc, char **argv) {
  const char *config = "{\"secret\": \"emqxsecret\"}", *token = argv[argc - 1];
  char error[256];
  jwt_auth *made = nullptr;
  if (jwt_auth_init(config, std::strlen(config), nullptr, &made, error, sizeof error) !=
      JWT_AUTH_STATUS_OK) {
    std::fprintf(stderr, "%s\n", error);
    return 2;
  }
  std::unique_ptr<jwt_auth, decltype(&jwt_auth_free)> auth{made, jwt_auth_free};
  jwt_auth_client client{};
  client.struct_size = sizeof client;
  client.password = {reinterpret_cast<const uint8_t *>(token), std::strlen(token)};
  jwt_auth_result result;
  jwt_auth_check(auth.get(), &client, &result, nullptr);
  std::printf("%s: %s\n", jwt_auth_decision_str(result.decision),
              jwt_auth_reason_str(result.reason));
  return result.decision == JWT_AUTH_DECISION_ALLOW ? 0 : 1;
}
