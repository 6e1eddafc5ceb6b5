#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

// The file itself, or all files under a folder, sorted. Throws Error where there is nothing.
std::vector<CloudFile> list_cloud_files(const std::string& uri);

// Can seek. Throws Error.
std::unique_ptr<storage::ByteSource> open_cloud_file(const std::string& uri);

}  // namespace slm::data
