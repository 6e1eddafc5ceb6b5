# Installs BUILD_DIR into a fresh prefix under WORK_DIR, then configures, builds and runs the project at PROJECT_DIR
# against it. RUN is the command line, started in the project's build folder.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed (${result}): ${ARGN}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/prefix)
run(${WORK_DIR}/prefix/bin/slm --version)  # with every library that it needs
# Where there is Arrow, its library is found: what is wrong is the file.
file(WRITE ${WORK_DIR}/no.parquet "text")
execute_process(COMMAND ${WORK_DIR}/prefix/bin/slm prepare ${WORK_DIR}/no.parquet --tokenizer byte --out ${WORK_DIR}/out
                RESULT_VARIABLE result ERROR_VARIABLE output)
if(result EQUAL 0 OR NOT output MATCHES "Parquet" OR output MATCHES "cannot be loaded")
  message(FATAL_ERROR "expected a complaint about the Parquet file, got (${result}): ${output}")
endif()
run(${CMAKE_COMMAND} -S ${PROJECT_DIR} -B ${WORK_DIR}/build -G Ninja -D CMAKE_PREFIX_PATH=${WORK_DIR}/prefix
    -D CMAKE_CXX_COMPILER=${CXX_COMPILER} -D CMAKE_CXX_FLAGS=${CXX_FLAGS} -D CMAKE_BUILD_TYPE=${BUILD_TYPE})
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build)
separate_arguments(RUN)
run(${CMAKE_COMMAND} -E chdir ${WORK_DIR}/build ${RUN})
message("${output}")
