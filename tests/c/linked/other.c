#include "jwt_auth.h"

uint32_t version_seen_by_c(void);

uint32_t version_seen_by_c(void) {
  return jwt_auth_abi_version();
}
