# vbg_warnings(TARGET): the project's warnings, errors where VBG_WERROR is on.
function(vbg_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
    $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wreserved-identifier>)
  if(VBG_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# vbg_cuda_warnings(TARGET): the same for .cu files; nvcc's own, too.
function(vbg_cuda_warnings target)
  # 554: a view's conversion to a view of constant bytes, which is none for a view that is one already.
  target_compile_options(${target} PRIVATE -Xcompiler=-Wall,-Wextra,-Wshadow -diag-suppress=554)
  if(VBG_WERROR)
    target_compile_options(${target} PRIVATE -Werror=all-warnings -Xcompiler=-Werror)
  endif()
endfunction()
