#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace slm::storage {

// SHA-256 of bytes that come one piece after the other (FIPS 180-4), by OpenSSL: 2 GB/s where the processor has
// instructions for it.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text) { update(std::as_bytes(std::span(text.data(), text.size()))); }

  // 64 lower-case hexadecimal digits. To be called once, at the end.
  std::string hex_digest();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256_of(std::string_view content);

// Reads the file piece by piece. Throws IoError.
std::string sha256_of_file(const std::string& uri);

}  // namespace slm::storage
