#pragma once

#include <memory>
#include <string_view>

#include "slm/storage/byte_source.h"
#include "slm/storage/expansion_limit.h"

namespace slm::storage {

enum class Compression { kNone, kGzip, kZstd, kXz, kBzip2 };

// By the first bytes of a file: 10 of them are enough.
Compression compression_of(std::string_view beginning);

// The bytes that `source`, which is compressed so, unpacks to. Several streams one after the other are one. A stream
// that is cut off, or fails its checksum, or bytes behind it that are no stream, throw FormatError from read(); so does
// more than `limit` allows.
std::unique_ptr<ByteSource> decompress(std::unique_ptr<ByteSource> source, Compression compression,
                                       ExpansionLimit limit);

}  // namespace slm::storage
