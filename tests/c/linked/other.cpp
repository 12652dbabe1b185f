#include "jwt_auth.h"

extern "C" uint32_t version_seen_by_cpp();

extern "C" uint32_t version_seen_by_cpp() {
  return jwt_auth_abi_version();
}
