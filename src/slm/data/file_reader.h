#pragma once

#include <optional>
#include <string>

#include "slm/storage/byte_source.h"

namespace slm::data {

// Appends a file's bytes to strings, without the byte order mark that some editors put in front of UTF-8.
class FileReader {
 public:
  // With `keeps_damage` a failure to read ends the file, and damage() tells of it; else it is thrown.
  FileReader(storage::ByteSource& source, bool keeps_damage) : source_(source), keeps_damage_(keeps_damage) {}

  // Up to `count` more bytes; fewer only at the end of the file, from where on at_end() is true.
  void append(std::string& out, size_t count);

  bool at_end() const { return at_end_; }
  bool is_damaged() const { return damage_.has_value(); }
  const std::optional<std::string>& damage() const { return damage_; }
  const std::string& name() const { return source_.name(); }

 private:
  size_t read(std::span<std::byte> into);

  storage::ByteSource& source_;
  bool keeps_damage_;
  bool at_end_ = false;
  bool is_first_ = true;
  std::optional<std::string> damage_;
};

}  // namespace slm::data
