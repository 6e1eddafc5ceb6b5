#include "slm/storage/git_blob_hash.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <iterator>
#include <memory>
#include <new>
#include <vector>

#include "slm/storage/file_source.h"
#include "slm/storage/folder.h"

namespace slm::storage {

std::string git_blob_sha1_of_file(const std::string& uri) {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  const std::unique_ptr<EVP_MD_CTX, Free> hash(EVP_MD_CTX_new());
  if (!hash || EVP_DigestInit_ex(hash.get(), EVP_sha1(), nullptr) != 1) throw std::bad_alloc();
  const std::string header = fmt::format("blob {}", file_size(uri));
  EVP_DigestUpdate(hash.get(), header.c_str(), header.size() + 1);  // with its zero
  const auto source = open_file_source(uri);
  std::vector<std::byte> piece(size_t{1} << 20);
  while (const size_t got = source->read(piece)) EVP_DigestUpdate(hash.get(), piece.data(), got);
  std::array<unsigned char, 20> digest;
  if (EVP_DigestFinal_ex(hash.get(), digest.data(), nullptr) != 1) throw std::bad_alloc();
  std::string hex;
  for (const unsigned char byte : digest) fmt::format_to(std::back_inserter(hex), "{:02x}", byte);
  return hex;
}

}  // namespace slm::storage
