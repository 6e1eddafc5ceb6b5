# Apache Arrow with Parquet, which is optional: an installed one, or the one inside PyPI's pyarrow that scripts/setup --arrow
# keeps in the user's cache. Sets SLM_ARROW_FOUND, SLM_ARROW_INCLUDE_DIRS and SLM_ARROW_LIBRARIES (full paths, so that what
# is installed finds them again).
option(SLM_WITH_ARROW "Read Parquet, gs:// and s3:// where Apache Arrow is found" ON)
set(cache "$ENV{XDG_CACHE_HOME}")
if(NOT cache)
  set(cache "$ENV{HOME}/.cache")
endif()
file(GLOB wheels "${cache}/slm/arrow/lib/python*/site-packages/pyarrow")
set(SLM_ARROW_ROOT "" CACHE PATH "Where Apache Arrow is, when it is not where the system keeps libraries")

find_path(SLM_ARROW_INCLUDE_DIR parquet/file_reader.h HINTS ${SLM_ARROW_ROOT} ${wheels} PATH_SUFFIXES include)
find_library(SLM_ARROW_LIBRARY arrow HINTS ${SLM_ARROW_ROOT} ${wheels} PATH_SUFFIXES lib)
find_library(SLM_PARQUET_LIBRARY parquet HINTS ${SLM_ARROW_ROOT} ${wheels} PATH_SUFFIXES lib)
mark_as_advanced(SLM_ARROW_INCLUDE_DIR SLM_ARROW_LIBRARY SLM_PARQUET_LIBRARY)

set(SLM_ARROW_FOUND OFF)
if(SLM_WITH_ARROW AND SLM_ARROW_INCLUDE_DIR AND SLM_ARROW_LIBRARY AND SLM_PARQUET_LIBRARY)
  set(SLM_ARROW_FOUND ON)
  set(SLM_ARROW_INCLUDE_DIRS ${SLM_ARROW_INCLUDE_DIR})
  set(SLM_ARROW_LIBRARIES ${SLM_PARQUET_LIBRARY} ${SLM_ARROW_LIBRARY})
  message(STATUS "Apache Arrow: ${SLM_ARROW_LIBRARY}")
else()
  message(STATUS "No Apache Arrow: Parquet, gs:// and s3:// cannot be read (scripts/setup --arrow brings it)")
endif()
