# vbg_warnings(TARGET): the project's warnings, errors where VBG_WERROR is on.
function(vbg_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
  if(VBG_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
