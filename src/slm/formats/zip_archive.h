#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slm/storage/byte_sink.h"

// The part of the zip format that torch archives use: records stored as they are, not compressed, with zip64 fields
// where a size or position needs more than 32 bits.
namespace slm::formats {

struct ZipRecord {
  std::string name;
  int64_t offset = 0;  // of the content, in bytes from the start of the file
  int64_t size_bytes = 0;
  uint32_t crc = 0;
};

// The records of an archive in the order of its directory. Each lies inside the file and overlaps no other; names
// differ. Throws FormatError.
std::vector<ZipRecord> read_zip_directory(const std::string& path, std::span<const std::byte> bytes);

class ZipWriter {
 public:
  static constexpr int64_t kAlignment = 64;           // of each record's content
  static constexpr int64_t kZip64From = 0xFFFFFFFFl;  // the sizes and positions that 32 bits cannot hold

  // Sizes and positions of `zip64_from` and more are written as zip64 fields: a test lowers it.
  explicit ZipWriter(storage::ByteSink& sink, int64_t zip64_from = kZip64From) : sink_(sink), zip64_from_(zip64_from) {}

  // Names must differ.
  void add(const std::string& name, std::span<const std::byte> content);
  void add(const std::string& name, std::string_view content) {
    add(name, std::as_bytes(std::span(content.data(), content.size())));
  }

  // Content that need not be in memory at once. `write` puts the same `size_bytes` bytes into its sink each of the two
  // times that it is called: the checksum stands before the content.
  void add(const std::string& name, int64_t size_bytes, const std::function<void(storage::ByteSink&)>& write);

  // Writes the directory. To be called once, at the end.
  void finish();

 private:
  struct Added {
    std::string name;
    int64_t header_offset;
    int64_t size_bytes;
    uint32_t crc;
  };

  void put(std::string_view bytes);
  std::string local_header(const Added& added) const;
  std::string directory_entry(const Added& added) const;

  storage::ByteSink& sink_;
  int64_t zip64_from_;
  int64_t position_ = 0;
  std::vector<Added> added_;
};

}  // namespace slm::formats
