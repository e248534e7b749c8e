# The installed package: headers, archives and a CMake configuration that finds what they need.
include(CMakePackageConfigHelpers)
set(installed twinloop_loop)
foreach(name real sim testing)
  if(TARGET twinloop_${name})
    list(APPEND installed twinloop_${name})
  endif()
endforeach()
install(TARGETS ${installed} EXPORT twinloopTargets)
install(DIRECTORY include/twinloop TYPE INCLUDE)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/twinloop)
install(EXPORT twinloopTargets NAMESPACE twinloop:: DESTINATION ${package_dir})
configure_package_config_file(cmake/twinloopConfig.cmake.in ${PROJECT_BINARY_DIR}/twinloopConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/twinloopConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/twinloopConfig.cmake ${PROJECT_BINARY_DIR}/twinloopConfigVersion.cmake
        DESTINATION ${package_dir})
