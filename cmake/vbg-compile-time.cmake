# What keeps compiling short.

# vbg_light(TARGET): code that only passes things on, or checks them: what costs compile time and saves no run time is left out.
function(vbg_light target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# Headers that nearly every file needs are parsed once a target instead of once a file. A file still includes what it uses:
# -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON builds without, and the checks do so once.

# vbg_precompile(TARGET [HEADER...]): those of src/precompiled.hpp, and these.
function(vbg_precompile target)
  target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src/precompiled.hpp ${ARGN})
  _vbg_precompile_for_ccache(${target})
endfunction()

# vbg_precompile_as(TARGET OTHER): those of another target that is compiled with the same options.
function(vbg_precompile_as target other)
  target_precompile_headers(${target} REUSE_FROM ${other})
  _vbg_precompile_for_ccache(${target})
endfunction()

function(_vbg_precompile_for_ccache target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
endfunction()
