// Three translation units with the header, one of them C++, make one program.
#include "jwt_auth.h"

uint32_t version_seen_by_c(void);
uint32_t version_seen_by_cpp(void);

int main(void) {
  uint32_t version = jwt_auth_abi_version();
  return version == version_seen_by_c() && version == version_seen_by_cpp() ? 0 : 1;
}
