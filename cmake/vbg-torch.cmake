# LibTorch: TORCH_INCLUDE_DIRS, TORCH_LIBRARIES, TORCH_CXX_FLAGS.
#
# By default whatever find_package(Torch) finds: Debian's libtorch-dev, or another one through CMAKE_PREFIX_PATH.
# VBG_TORCH_ROOT names an unpacked LibTorch (a folder with include/ and lib/, also the `torch` folder of a Python wheel) whose
# CPU part is to be used, whatever else its own CMake files would ask for; VBG_TORCH_CUDA=ON links its CUDA part, too, which needs
# CUDA's own libraries (cuBLAS, cuDNN, ...) wherever it is loaded, but no GPU and no driver.
set(VBG_TORCH_ROOT "" CACHE PATH "Folder of a LibTorch whose CPU part is used; empty: find_package(Torch)")
option(VBG_TORCH_CUDA "Link the CUDA part of the LibTorch in VBG_TORCH_ROOT" OFF)
if(NOT VBG_TORCH_ROOT)
  find_package(Torch REQUIRED)
  set(VBG_TORCH_C10_CUDA ${C10_CUDA_LIBRARY})  # only where it has CUDA; TORCH_LIBRARIES has it then
  return()
endif()

find_library(VBG_TORCH_CPU torch_cpu PATHS ${VBG_TORCH_ROOT}/lib NO_DEFAULT_PATH REQUIRED)
find_library(VBG_TORCH_C10 c10 PATHS ${VBG_TORCH_ROOT}/lib NO_DEFAULT_PATH REQUIRED)
set(TORCH_INCLUDE_DIRS ${VBG_TORCH_ROOT}/include ${VBG_TORCH_ROOT}/include/torch/csrc/api/include)
set(TORCH_LIBRARIES ${VBG_TORCH_CPU} ${VBG_TORCH_C10})
if(VBG_TORCH_CUDA)
  find_library(VBG_TORCH_CUDA_LIBRARY torch_cuda PATHS ${VBG_TORCH_ROOT}/lib NO_DEFAULT_PATH REQUIRED)
  find_library(VBG_TORCH_C10_CUDA c10_cuda PATHS ${VBG_TORCH_ROOT}/lib NO_DEFAULT_PATH REQUIRED)  # its streams
  # The other one is used by being there: its operators sign on while it is loaded; of its symbols only CUDA graphs' are called.
  list(APPEND TORCH_LIBRARIES -Wl,--push-state,--no-as-needed,${VBG_TORCH_CUDA_LIBRARY},--pop-state ${VBG_TORCH_C10_CUDA})
endif()
set(TORCH_CXX_FLAGS "")
link_directories(${VBG_TORCH_ROOT}/lib)
message(STATUS "vbg: LibTorch in ${VBG_TORCH_ROOT}, its CUDA part: ${VBG_TORCH_CUDA}")
