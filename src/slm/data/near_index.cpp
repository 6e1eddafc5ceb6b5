#include "slm/data/near_index.h"

#include <span>

#include "slm/core/error.h"
#include "slm/storage/file_source.h"
#include "slm/storage/folder.h"

namespace slm::data {
namespace {

constexpr int64_t kMaxKeysInMemory = int64_t{1} << 22;
// Documents that share a key with many others, such as a common beginning, are compared with the first ones only.
constexpr size_t kMaxSharers = 16;
constexpr int64_t kMaxDocuments = int64_t{1} << 32;

std::string path_in(const std::string& folder) { return storage::join(folder, "signatures"); }

constexpr auto kSignatureBytes = static_cast<int64_t>(sizeof(NearSignature));

}  // namespace

NearIndex::NearIndex(const std::string& folder, int64_t size, storage::SystemCalls& calls)
    : file_(path_in(folder), size * kSignatureBytes, calls),
      source_(storage::open_file_source(path_in(folder))),
      keys_(folder, kMaxKeysInMemory),
      num_flushed_(size) {
  for (; size_ < size; ++size_) insert_keys(read(size_));
}

bool NearIndex::has_similar(const NearSignature& signature) {
  int64_t last = -1;
  for (const uint64_t key : near_keys(signature)) {
    for (const uint64_t entry : keys_.with_leading_bits_of(key)) {
      const auto index = static_cast<int64_t>(static_cast<uint32_t>(entry));
      if (index != last && near_similarity(signature, read(index)) >= kNearSimilarity) return true;
      last = index;
    }
  }
  return false;
}

void NearIndex::insert(const NearSignature& signature) {
  if (size_ == kMaxDocuments) return;
  file_.write(std::as_bytes(std::span(signature)));
  insert_keys(signature);
  ++size_;
}

void NearIndex::insert_keys(const NearSignature& signature) {
  for (const uint64_t key : near_keys(signature)) {
    if (keys_.with_leading_bits_of(key).size() < kMaxSharers) {
      keys_.insert(key >> 32 << 32 | static_cast<uint64_t>(size_));
    }
  }
}

NearSignature NearIndex::read(int64_t index) {
  if (index >= num_flushed_) {
    file_.flush();
    num_flushed_ = size_;
  }
  NearSignature signature;
  source_->seek(index * kSignatureBytes);
  if (storage::read_fully(*source_, std::as_writable_bytes(std::span(signature))) < sizeof signature) {
    throw FormatError(file_.path(), FormatError::kNoOffset, "was cut off: use --overwrite");
  }
  return signature;
}

}  // namespace slm::data
