# For the plugins that are built here: libjwt_auth.so, in target/release or where
# -DJWT_AUTH_LIBRARY_DIR says.
include(GNUInstallDirs)
set(JWT_AUTH_LIBRARY_DIR "${CMAKE_CURRENT_LIST_DIR}/../target/release" CACHE PATH
  "Where libjwt_auth.so is")
find_library(JWT_AUTH_LIBRARY jwt_auth REQUIRED PATHS "${JWT_AUTH_LIBRARY_DIR}" NO_DEFAULT_PATH)

# link_library(TARGET): links a plugin with the library. It remembers the place, and where it is
# installed it looks where the system does.
function(link_library target)
  set(include "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../include")
  target_include_directories(${target} PRIVATE "${include}")
  target_link_libraries(${target} PRIVATE "${JWT_AUTH_LIBRARY}")
  # Under the name that the plugin asks for when it is loaded.
  file(STRINGS "${include}/jwt_auth.h" abi_version REGEX "^#define JWT_AUTH_ABI_VERSION ")
  string(REGEX REPLACE "^.* " "" abi_version "${abi_version}")
  file(CREATE_LINK "${JWT_AUTH_LIBRARY}"
    "${CMAKE_CURRENT_BINARY_DIR}/libjwt_auth.so.${abi_version}" SYMBOLIC)
  set_target_properties(${target} PROPERTIES BUILD_RPATH "${CMAKE_CURRENT_BINARY_DIR}")
  install(TARGETS ${target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()
