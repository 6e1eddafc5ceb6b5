#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace slm::storage {

// Where a reader of a format gets its bytes, one after the other: a file, a pipe, a member of an archive, a download.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills the beginning of `into` and returns how many bytes that are: at least one, or 0 at the end of the source (or
  // where `into` is empty). Throws IoError, and FormatError for bytes that cannot be decoded.
  virtual size_t read(std::span<std::byte> into) = 0;

  // What messages call it.
  virtual const std::string& name() const = 0;

  // Of all bytes, where that is known beforehand.
  virtual std::optional<int64_t> size_bytes() const { return std::nullopt; }

  // Lets the next read() begin at byte `position`. Returns false where the source only goes forward. Throws IoError.
  virtual bool seek([[maybe_unused]] int64_t position) { return false; }
};

// Fills `into`, but for what is behind the end of the source. Returns how many bytes that are. Throws as read() does.
inline size_t read_fully(ByteSource& source, std::span<std::byte> into) {
  size_t size = 0;
  while (size < into.size()) {
    const size_t got = source.read(into.subspan(size));
    if (got == 0) break;
    size += got;
  }
  return size;
}

}  // namespace slm::storage
