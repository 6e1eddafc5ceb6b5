#include "slm/data/document_starts.h"

#include <fmt/format.h>

#include <cstring>

#include "slm/core/error.h"
#include "slm/storage/mapped_file.h"

namespace slm::data {
namespace {

constexpr std::string_view kMagic = "SLMDOCS1";
constexpr size_t kHeaderBytes = 24;

uint64_t number_at(std::span<const std::byte> bytes, size_t offset) {
  uint64_t number;
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

}  // namespace

DocumentStarts::DocumentStarts(std::shared_ptr<const void> owner, std::span<const std::byte> bytes,
                               const std::string& path)
    : owner_(std::move(owner)) {
  if (bytes.size() < kHeaderBytes || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    throw FormatError(path, 0, "is not the documents file of a prepared corpus: copy the folder again");
  }
  const size_t num_starts = (bytes.size() - kHeaderBytes) / sizeof(uint64_t);
  const uint64_t num_train = number_at(bytes, 8), num_val = number_at(bytes, 16);
  if (bytes.size() % sizeof(uint64_t) != 0 || num_train > num_starts || num_val != num_starts - num_train) {
    throw FormatError(
        path, 8,
        fmt::format("counts {} and {} documents, but the file has {} bytes: truncated copy? copy it again", num_train,
                    num_val, bytes.size()));
  }
  const std::span starts(reinterpret_cast<const uint64_t*>(bytes.data() + kHeaderBytes), num_starts);
  starts_ = {starts.first(static_cast<size_t>(num_train)), starts.subspan(static_cast<size_t>(num_train))};
  for (const auto& part : starts_) {
    for (size_t i = 0; i < part.size(); ++i) {
      const bool is_right = i == 0 ? part[i] == 0 : part[i] > part[i - 1] && part[i] <= INT64_MAX;
      if (is_right) continue;
      const auto offset = static_cast<int64_t>(kHeaderBytes) + 8 * (&part[i] - starts.data());
      throw FormatError(path, offset, fmt::format("document {} starts at token {}, which cannot be", i, part[i]));
    }
  }
}

DocumentStarts open_document_starts(const std::string& path) {
  const auto file = std::make_shared<const storage::MappedFile>(path);
  return {file, file->bytes(), path};
}

std::string document_starts_header(int64_t num_train, int64_t num_val) {
  std::string header(kMagic);
  for (const int64_t count : {num_train, num_val}) {
    header.append(reinterpret_cast<const char*>(&count), sizeof count);
  }
  return header;
}

}  // namespace slm::data
