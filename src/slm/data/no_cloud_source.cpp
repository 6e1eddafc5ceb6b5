#include <fmt/format.h>

#include "slm/core/error.h"
#include "slm/data/cloud_source.h"

namespace slm::data {
namespace {

[[noreturn]] void fail(const std::string& uri) {
  throw Error(fmt::format(
      "{}: this build has no Apache Arrow, which reads gs:// and s3://: run scripts/setup --arrow and build again",
      uri));
}

}  // namespace

CloudClients::~CloudClients() = default;

std::vector<CloudFile> list_cloud_files(const std::string& uri, const StopCheck&) { fail(uri); }

std::unique_ptr<storage::ByteSource> open_cloud_file(const std::string& uri, StopCheck) { fail(uri); }

}  // namespace slm::data
