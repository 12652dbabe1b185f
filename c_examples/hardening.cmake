# harden(TARGET): builds it as distributions build what serves the network. CFLAGS that speak of the
# same count instead.
function(harden target)
  target_compile_options(${target} PRIVATE -include "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/fortify.h")
  if(NOT CMAKE_C_FLAGS MATCHES "stack-protector")
    target_compile_options(${target} PRIVATE -fstack-protector-strong)
  endif()
  target_link_options(${target} PRIVATE -Wl,-z,relro,-z,now)
endfunction()
