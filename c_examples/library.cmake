# In the source tree jwt_auth::jwt_auth is the library that cargo has built, in target/release or
# where -DJWT_AUTH_LIBRARY_DIR says, and not one that may be installed.
if(TARGET jwt_auth::jwt_auth)
  return()
endif()
set(JWT_AUTH_LIBRARY_DIR "${CMAKE_CURRENT_LIST_DIR}/../target/release" CACHE PATH
  "Where libjwt_auth.so is")
set(library "${JWT_AUTH_LIBRARY_DIR}/libjwt_auth.so")
if(NOT EXISTS "${library}")
  message(FATAL_ERROR "${library} is not there; cargo build --release makes it")
endif()

# A link to it, under the name that programs ask for when they start.
set(include "${CMAKE_CURRENT_LIST_DIR}/../include")
file(STRINGS "${include}/jwt_auth.h" soname REGEX "^#define JWT_AUTH_ABI_VERSION ")
string(REGEX REPLACE "^.* " "libjwt_auth.so." soname "${soname}")
file(CREATE_LINK "${library}" "${CMAKE_CURRENT_BINARY_DIR}/${soname}" SYMBOLIC)

add_library(jwt_auth::jwt_auth SHARED IMPORTED)
set_target_properties(jwt_auth::jwt_auth PROPERTIES
  IMPORTED_LOCATION "${CMAKE_CURRENT_BINARY_DIR}/${soname}"
  INTERFACE_INCLUDE_DIRECTORIES "${include}")
