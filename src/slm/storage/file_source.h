#pragma once

#include <memory>
#include <string>

#include "slm/storage/byte_source.h"

namespace slm::storage {

// The bytes of a local file, a pipe or a device; of standard input for "-". Regular files can seek. Throws IoError.
std::unique_ptr<ByteSource> open_file_source(const std::string& uri);

}  // namespace slm::storage
