#pragma once

#include <memory>

#include "slm/storage/byte_source.h"

namespace slm::storage {

// A copy of all the rest of `source` that can seek: in a temporary file without a name, which is gone with it, in the
// system's folder for those. Throws IoError, for a full disk as well.
std::unique_ptr<ByteSource> spool(ByteSource& source);

}  // namespace slm::storage
