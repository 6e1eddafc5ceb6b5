#pragma once

#include <memory>
#include <string>

#include "slm/storage/byte_source.h"

namespace slm::storage {

// The bytes of a local file, a pipe or a device; of standard input for "-". Regular files can seek. `name` is what
// messages call it; the path by default. Throws IoError.
std::unique_ptr<ByteSource> open_file_source(const std::string& uri, const std::string& name = {});

}  // namespace slm::storage
