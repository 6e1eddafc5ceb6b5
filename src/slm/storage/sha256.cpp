#include "slm/storage/sha256.h"

namespace slm::storage {

std::string sha256_of(std::string_view content) {
  Sha256 hash;
  hash.update(content);
  return hash.hex_digest();
}

std::string sha256_of_file(const std::string& uri) {
  Sha256 hash;
  hash.update_from_file(uri);
  return hash.hex_digest();
}

}  // namespace slm::storage
