# slm_layer(<name> SOURCES ... [DEPENDS <layer> ...] [LIBRARIES <target> ...])
#
# One layer of docs/architecture.md as the object library slm_<name>. A layer sees the headers of the layers it names in
# DEPENDS (and of theirs), and no others: each layer's include directory holds nothing but slm/<name>. An include that
# points up the list is therefore a compile error, not a matter of discipline.
function(slm_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  set(root ${PROJECT_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${root}/slm)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/slm/${name} ${root}/slm/${name} SYMBOLIC)

  add_library(slm_${name} OBJECT ${ARG_SOURCES})
  target_include_directories(slm_${name} PUBLIC $<BUILD_INTERFACE:${root}>)
  list(TRANSFORM ARG_DEPENDS PREPEND slm_)
  target_link_libraries(slm_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_LIBRARIES} $<BUILD_INTERFACE:slm_compile_options>)
  set_property(GLOBAL APPEND PROPERTY SLM_LAYERS ${name})
  set_property(GLOBAL APPEND PROPERTY SLM_LIBRARIES ${ARG_LIBRARIES})
endfunction()

# slm_late_library(<name> SOURCES ... LIBRARIES <target> ...)
#
# A part of a layer as lib<name>.so, which core/late_library.h loads where it is needed. It has its own copy of what it
# needs of slm, or that of the shared libslm, and shows nothing but its entry.
function(slm_late_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(${name} MODULE ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE slm_library ${ARG_LIBRARIES} slm_compile_options)
  target_link_options(${name} PRIVATE LINKER:--exclude-libs,ALL LINKER:--as-needed)
  # Beside what loads it: the shared libslm, or the programs.
  set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET hidden LIBRARY_OUTPUT_DIRECTORY
      "$<IF:$<BOOL:${BUILD_SHARED_LIBS}>,$<TARGET_FILE_DIR:slm_library>,${PROJECT_BINARY_DIR}>")
  install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  set_property(GLOBAL APPEND PROPERTY SLM_LATE_LIBRARIES ${name})
endfunction()
