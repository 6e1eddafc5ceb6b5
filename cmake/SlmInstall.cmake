# cmake --install: the program, the library with its headers, and the package that find_package(slm) finds.
include(CMakePackageConfigHelpers)

# What SlmDependencies.cmake finds, a program that links the static library has to find again.
file(READ ${CMAKE_CURRENT_LIST_DIR}/SlmDependencies.cmake dependencies)
string(REGEX REPLACE "find_package\\(([A-Za-z0-9_]+) REQUIRED" "find_dependency(\\1" SLM_FIND_DEPENDENCIES "${dependencies}")
string(REPLACE "find_dependency(CLI11)\n" "" SLM_FIND_DEPENDENCIES "${SLM_FIND_DEPENDENCIES}")  # the program's alone

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/slm)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/slmConfig.cmake.in ${PROJECT_BINARY_DIR}/slmConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/slmConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/slmConfig.cmake ${PROJECT_BINARY_DIR}/slmConfigVersion.cmake
        DESTINATION ${package_dir})

# A program that links the static library finds the late ones beside it.
target_link_options(slm_library INTERFACE
                    "$<INSTALL_INTERFACE:LINKER:-rpath,$<INSTALL_PREFIX>/${CMAKE_INSTALL_LIBDIR}>")
install(TARGETS slm_library EXPORT slmTargets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT slmTargets NAMESPACE slm:: DESTINATION ${package_dir})
# Headers of kernels/cpu are parts of its sources, those of cli/ of the program, which cli/ installs, and page_memory.h
# of libslm_arrow.so.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/src/slm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h
        PATTERN kernels/cpu EXCLUDE PATTERN cli EXCLUDE PATTERN page_memory.h EXCLUDE)
