#include "slm/data/arrow_readers.h"

#include <atomic>
#include <string>
#include <utility>

#include "slm/core/late_library.h"
#include "slm/storage/address_name.h"

namespace slm::data {
namespace {

// Null while the library is not loaded.
std::atomic<const ArrowReaders*>& loaded_readers() {
  static std::atomic<const ArrowReaders*> readers = nullptr;
  return readers;
}

// `what` cannot be read without it. Throws Error where it cannot be loaded.
const ArrowReaders& readers(const std::string& what) {
  static const ArrowReaders* const loaded =
      reinterpret_cast<const ArrowReaders* (*)()>(late_entry("libslm_arrow.so", "slm_arrow_readers", what))();
  loaded_readers() = loaded;
  return *loaded;
}

}  // namespace

CloudClients::~CloudClients() {
  if (const ArrowReaders* loaded = loaded_readers()) loaded->end_cloud_clients();
}

std::vector<CloudFile> list_cloud_files(const std::string& uri, const StopCheck& should_stop) {
  return readers(storage::address_name(uri)).list_cloud_files(uri, should_stop);
}

std::unique_ptr<storage::ByteSource> open_cloud_file(const std::string& uri, StopCheck should_stop) {
  return readers(storage::address_name(uri)).open_cloud_file(uri, std::move(should_stop));
}

std::unique_ptr<BlockCutter> make_parquet_cutter(const CutterArguments& arguments) {
  return readers(arguments.source.name()).make_parquet_cutter(arguments);
}

}  // namespace slm::data
