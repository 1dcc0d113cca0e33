# What is installed: library, public headers, CMake package, pkg-config file.
include(CMakePackageConfigHelpers)
install(TARGETS vbg vbg_c EXPORT vbg-targets FILE_SET HEADERS COMPONENT dev
  LIBRARY COMPONENT runtime NAMELINK_COMPONENT dev ARCHIVE COMPONENT dev)
install(EXPORT vbg-targets NAMESPACE vbg:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/vbg COMPONENT dev)
configure_package_config_file(cmake/vbg-config.cmake.in ${PROJECT_BINARY_DIR}/vbg-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/vbg)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/vbg-config-version.cmake COMPATIBILITY SameMinorVersion)
# Relative to the file itself, so that an installed tree may be moved.
file(RELATIVE_PATH VBG_PC_TO_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/vbg.pc.in ${PROJECT_BINARY_DIR}/vbg.pc @ONLY)
configure_file(cmake/vbg-c.pc.in ${PROJECT_BINARY_DIR}/vbg-c.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/vbg-config.cmake ${PROJECT_BINARY_DIR}/vbg-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/vbg COMPONENT dev)
install(FILES ${PROJECT_BINARY_DIR}/vbg.pc ${PROJECT_BINARY_DIR}/vbg-c.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
