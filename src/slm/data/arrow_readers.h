#pragma once

#include <memory>
#include <string>
#include <vector>

#include "slm/data/block_cutter.h"
#include "slm/data/cloud_source.h"
#include "slm/storage/byte_source.h"

namespace slm::data {

// What is made with Apache Arrow. It stands in a library of its own, libslm_arrow.so, which is loaded when something of
// it is first needed: loading Arrow takes as long as loading all the rest of the program.
struct ArrowReaders {
  std::unique_ptr<BlockCutter> (*make_parquet_cutter)(const CutterArguments&);
  std::vector<CloudFile> (*list_cloud_files)(const std::string& uri, const StopCheck& should_stop);
  std::unique_ptr<storage::ByteSource> (*open_cloud_file)(const std::string& uri, StopCheck should_stop);
  void (*end_cloud_clients)();
};

// Inside that library.
namespace with_arrow {

std::unique_ptr<BlockCutter> make_parquet_cutter(const CutterArguments& arguments);
std::vector<CloudFile> list_cloud_files(const std::string& uri, const StopCheck& should_stop);
std::unique_ptr<storage::ByteSource> open_cloud_file(const std::string& uri, StopCheck should_stop);
void end_cloud_clients();

}  // namespace with_arrow

}  // namespace slm::data
