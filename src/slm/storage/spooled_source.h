#pragma once

#include <memory>
#include <string>

#include "slm/storage/byte_source.h"

namespace slm::storage {

// A copy of all the rest of `source` that can seek: in a file without a name, which is gone with it, in `folder`, which
// is made where it is missing; in the system's folder for temporary files where `folder` is empty. Throws IoError, for
// a full disk as well.
std::unique_ptr<ByteSource> spool(ByteSource& source, const std::string& folder);

}  // namespace slm::storage
