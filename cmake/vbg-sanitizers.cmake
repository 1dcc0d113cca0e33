# VBG_SANITIZE=address (with undefined) or thread, for everything built here.
if(VBG_SANITIZE STREQUAL "address")
  # Not vptr: LibTorch keeps type information to itself that this check would need to link.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(VBG_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
elseif(VBG_SANITIZE)
  message(FATAL_ERROR "VBG_SANITIZE is '${VBG_SANITIZE}'; wanted: empty, address or thread")
endif()
if(VBG_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 sees overflows that are not there in what the sanitizers add to std::string.
  add_compile_options(-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-maybe-uninitialized)
endif()
