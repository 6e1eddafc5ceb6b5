#include "slm/data/arrow_readers.h"

// What arrow_readers.cpp looks up in libslm_arrow.so.
extern "C" [[gnu::visibility("default")]] const slm::data::ArrowReaders* slm_arrow_readers();

const slm::data::ArrowReaders* slm_arrow_readers() {
  namespace with_arrow = slm::data::with_arrow;
  static constexpr slm::data::ArrowReaders kReaders = {with_arrow::make_parquet_cutter, with_arrow::list_cloud_files,
                                                       with_arrow::open_cloud_file, with_arrow::end_cloud_clients};
  return &kReaders;
}
