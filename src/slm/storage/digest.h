#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace slm::storage {

// A hash of bytes that come one piece after the other (FIPS 180-4), by OpenSSL: SHA-256 at 2 GB/s where the processor
// has instructions for it.
class Digest {
 public:
  enum class Algorithm : uint8_t { kSha1, kSha256 };

  explicit Digest(Algorithm algorithm);
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text) { update(std::as_bytes(std::span(text.data(), text.size()))); }
  // All of a file, piece by piece. Throws IoError.
  void update_from_file(const std::string& uri);

  // 40 or 64 lower-case hexadecimal digits. To be called once, at the end.
  std::string hex_digest();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace slm::storage
