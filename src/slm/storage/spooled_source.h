#pragma once

#include <memory>
#include <string>

#include "slm/storage/byte_source.h"

namespace slm::storage {

// `folder`, which is made where it is missing; the system's folder for temporary files where it is empty.
std::string spool_folder(const std::string& folder);

// A copy of all the rest of `source` that can seek: in a file without a name, which is gone with it, in
// spool_folder(folder). Throws IoError, for a full disk as well.
std::unique_ptr<ByteSource> spool(ByteSource& source, const std::string& folder);

}  // namespace slm::storage
