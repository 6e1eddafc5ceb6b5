#pragma once

#include <memory>
#include <string_view>

#include "slm/storage/byte_source.h"

namespace slm::storage {

// Zstandard's two kinds of frames (RFC 8878, section 3.1), by the first four bytes. Skippable ones hold no content:
// parallel and seekable compressors begin with one.
bool is_zstd_frame(std::string_view beginning);
bool is_skippable_frame(std::string_view beginning);

// `source` from its first frame that has content on: libarchive does not know a file that begins otherwise. Nothing
// where there is none. read() throws FormatError where something else follows.
std::unique_ptr<ByteSource> behind_skippable_frames(std::unique_ptr<ByteSource> source);

}  // namespace slm::storage
