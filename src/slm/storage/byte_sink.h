#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace slm::storage {

// Where a writer of a format puts its bytes, one after the other.
class ByteSink {
 public:
  virtual ~ByteSink() = default;

  // Throws IoError when not all of `bytes` could be written.
  virtual void write(std::span<const std::byte> bytes) = 0;

  void write(std::string_view text) { write(std::as_bytes(std::span(text.data(), text.size()))); }
};

// Gathers the bytes in memory.
class MemorySink : public ByteSink {
 public:
  using ByteSink::write;
  void write(std::span<const std::byte> bytes) override {
    content_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  const std::string& content() const { return content_; }

 private:
  std::string content_;
};

}  // namespace slm::storage
