# What keeps compiling short.

# vbg_light(TARGET): code that only passes things on, or checks them: what costs compile time and saves no run time is left out.
function(vbg_light target)
  if(VBG_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  else()
    # With so little optimisation gcc 12 sees errors that are not there in std::optional and std::string.
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>
      "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-array-bounds;-Wno-stringop-overread>")
  endif()
endfunction()

# The presets compile several files of a target as one (CMAKE_UNITY_BUILD): most of a file's time is its headers'. So names that are a
# file's own differ from those of its target's other files. -DCMAKE_UNITY_BUILD=OFF compiles each by itself, for those who edit one
# over and over; the checks build the library so once, too.

# vbg_compile_alone(FILE...): of vbg_objects, in this folder. They include themselves, once for each kind of processor.
function(vbg_compile_alone)
  set_source_files_properties(${ARGN} TARGET_DIRECTORY vbg_objects PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# vbg_link_fast(TARGET): for programs of the build tree, of which there are many, each with all of the library: a linker that takes a
# tenth of the default one's time, where there is one. (Not lld 14: where two functions begin at one address, as one of them is empty,
# exceptions do not get past the other.)
include(CheckLinkerFlag)
check_linker_flag(CXX -fuse-ld=gold VBG_LINKS_WITH_gold)
if(VBG_LINKS_WITH_gold)
  set(VBG_FAST_LINKER -fuse-ld=gold)
endif()
function(vbg_link_fast target)
  target_link_options(${target} PRIVATE ${VBG_FAST_LINKER})
endfunction()

# Headers that nearly every file needs are parsed once a target instead of once a file. A file still includes what it uses:
# -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON builds without, and the checks build the library so once.

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
