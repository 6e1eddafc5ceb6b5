#pragma once

#include <memory>

#include "slm/storage/byte_source.h"

namespace slm::storage {

// What a gzip file unpacks to (RFC 1952), all of its members one after the other. read() throws FormatError where the
// file is cut off or a checksum differs.
std::unique_ptr<ByteSource> gunzip(std::unique_ptr<ByteSource> source);

}  // namespace slm::storage
