# Debian packages: libvbg0.1, libvbg-dev, vbg-cam (with vbg-model) and python3-vbg.
#   cmake --preset packages && cmake --build --preset packages && (cd build-packages && cpack)
# leaves them in build-packages/packages. tests/packages/run.sh does that, and tries them in a clean Debian.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_CONTACT "The libvbg maintainers <libvbg@users.noreply.github.com>")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION video)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_COMPONENTS_ALL runtime dev programs)
if(TARGET vbg_python)
  list(APPEND CPACK_COMPONENTS_ALL python)
endif()
foreach(_of runtime:libvbg0.1 dev:libvbg-dev programs:vbg-cam python:python3-vbg)
  string(REGEX MATCH "^([a-z]+):(.*)$" _ ${_of})
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${CMAKE_MATCH_2} RENAME copyright COMPONENT ${CMAKE_MATCH_1} EXCLUDE_FROM_ALL)
endforeach()

# Debian's way: the soname's version is part of the library package's name.
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libvbg0.1)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "The shared libraries.
Finds people in camera frames with a neural network, refines the matte, applies effects and puts another
background behind them. With interfaces for C++ and C.")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
# With the reference BLAS networks are some twenty times slower.
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS "libopenblas0-pthread")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libvbg-dev)
set(CPACK_COMPONENT_DEV_DESCRIPTION "Development files.
Headers, CMake package and pkg-config files, for C++20 and C11.")
set(CPACK_COMPONENT_DEV_DEPENDS runtime)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
# For those who include vbg/interop/opencv.hpp or torch.hpp.
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS "libopencv-dev, libtorch-dev")

set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME vbg-cam)
set(CPACK_COMPONENT_PROGRAMS_DESCRIPTION "The programs.
vbg-cam puts another background behind the person in front of a webcam and gives the result to a virtual
camera, a film or pictures. vbg-model gets and converts the networks for it.")
set(CPACK_COMPONENT_PROGRAMS_DEPENDS runtime)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SUGGESTS "v4l2loopback-dkms")

set(CPACK_DEBIAN_PYTHON_PACKAGE_NAME python3-vbg)
set(CPACK_COMPONENT_PYTHON_DESCRIPTION "The Python module vbg.
Every stage and the pipeline, with numpy arrays.")
set(CPACK_COMPONENT_PYTHON_DEPENDS runtime)
set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "python3-numpy")
include(CPack)
