# Warnings, the linker and the compiler cache: what every target of this project is built with.
add_library(slm_compile_options INTERFACE)
# g++ 12 warns of overlaps inside std::string that cannot be (its bug 105651).
target_compile_options(slm_compile_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> -Wall -Wextra -Wshadow -Wconversion $<$<BOOL:${SLM_WERROR}>:-Werror>)

find_program(SLM_CCACHE ccache)
if(SLM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Builds in other folders share their objects.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
                                  ${SLM_CCACHE})
endif()

find_program(SLM_MOLD mold)
if(SLM_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
