#include "slm/storage/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <iterator>
#include <new>
#include <vector>

#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"
#include "slm/storage/open_file.h"

namespace slm::storage {

struct Sha256::Context {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> evp{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (!context_->evp || EVP_DigestInit_ex(context_->evp.get(), EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) != 1) throw std::bad_alloc();
}

std::string Sha256::hex_digest() {
  std::array<unsigned char, 32> digest;
  if (EVP_DigestFinal_ex(context_->evp.get(), digest.data(), nullptr) != 1) throw std::bad_alloc();
  std::string hex;
  for (const unsigned char byte : digest) fmt::format_to(std::back_inserter(hex), "{:02x}", byte);
  return hex;
}

std::string sha256_of(std::string_view content) {
  Sha256 hash;
  hash.update(content);
  return hash.hex_digest();
}

std::string sha256_of_file(const std::string& uri) {
  const std::string path = local_path(uri);
  const OpenFile file = OpenFile::to_read(path);
  std::vector<std::byte> buffer(size_t{1} << 20);
  Sha256 hash;
  while (true) {
    const ssize_t count = ::read(file.descriptor(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_io_error(path, "cannot read", errno);
    if (count == 0) return hash.hex_digest();
    hash.update(std::span(buffer).first(static_cast<size_t>(count)));
  }
}

}  // namespace slm::storage
