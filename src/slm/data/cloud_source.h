#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "slm/core/interrupted.h"
#include "slm/storage/byte_source.h"

namespace slm::data {

// Files in gs:// (Google Cloud Storage) and s3:// (Amazon S3), by Apache Arrow's clients, which find credentials as
// those clouds' own tools do. In a build without Arrow each function throws Error.

// One of these lives as long as the program uses any of this. At its end the clients end their threads, as they must
// before the program ends; from then on none of this works.
class CloudClients {
 public:
  CloudClients() = default;
  ~CloudClients();
  CloudClients(const CloudClients&) = delete;
  CloudClients& operator=(const CloudClients&) = delete;
};

struct CloudFile {
  std::string uri;
  int64_t size_bytes = 0;
};

inline bool is_cloud_address(std::string_view uri) { return uri.starts_with("gs://") || uri.starts_with("s3://"); }

// The file itself, or all files under a folder, sorted. Throws Error where there is nothing, and Interrupted: the call
// to the server then goes on, on a thread of its own, until the program ends, which must not wait for ~CloudClients().
std::vector<CloudFile> list_cloud_files(const std::string& uri, const StopCheck& should_stop);

// Can seek. Throws as list_cloud_files does, when it is read, too.
std::unique_ptr<storage::ByteSource> open_cloud_file(const std::string& uri, StopCheck should_stop);

}  // namespace slm::data
