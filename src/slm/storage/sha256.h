#pragma once

#include <string>
#include <string_view>

#include "slm/storage/digest.h"

namespace slm::storage {

class Sha256 : public Digest {
 public:
  Sha256() : Digest(Algorithm::kSha256) {}
};

std::string sha256_of(std::string_view content);

// Reads the file piece by piece. Throws IoError.
std::string sha256_of_file(const std::string& uri);

}  // namespace slm::storage
