#include "slm/storage/digest.h"

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

struct Digest::Context {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> evp{EVP_MD_CTX_new()};
};

Digest::Digest(Algorithm algorithm) : context_(std::make_unique<Context>()) {
  const EVP_MD* const kind = algorithm == Algorithm::kSha1 ? EVP_sha1() : EVP_sha256();
  if (!context_->evp || EVP_DigestInit_ex(context_->evp.get(), kind, nullptr) != 1) throw std::bad_alloc();
}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) != 1) throw std::bad_alloc();
}

void Digest::update_from_file(const std::string& uri) {
  const std::string path = local_path(uri);
  const OpenFile file = OpenFile::to_read(path);
  std::vector<std::byte> buffer(size_t{1} << 20);
  while (true) {
    const ssize_t count = ::read(file.descriptor(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_io_error(path, "cannot read", errno);
    if (count == 0) return;
    update(std::span(buffer).first(static_cast<size_t>(count)));
  }
}

std::string Digest::hex_digest() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (EVP_DigestFinal_ex(context_->evp.get(), digest.data(), &size) != 1) throw std::bad_alloc();
  std::string hex;
  for (const unsigned char byte : std::span(digest).first(size)) {
    fmt::format_to(std::back_inserter(hex), "{:02x}", byte);
  }
  return hex;
}

}  // namespace slm::storage
