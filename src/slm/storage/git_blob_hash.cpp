#include "slm/storage/git_blob_hash.h"

#include <fmt/format.h>

#include "slm/storage/digest.h"
#include "slm/storage/folder.h"

namespace slm::storage {

std::string git_blob_sha1_of_file(const std::string& uri) {
  Digest hash(Digest::Algorithm::kSha1);
  const std::string header = fmt::format("blob {}", file_size(uri));
  hash.update(std::string_view(header.c_str(), header.size() + 1));  // with its zero
  hash.update_from_file(uri);
  return hash.hex_digest();
}

}  // namespace slm::storage
