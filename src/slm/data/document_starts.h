#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "slm/data/prepared_index.h"

namespace slm::data {

// The file `documents` of a prepared corpus, little-endian: the 8 bytes "SLMDOCS1", the numbers of training and of
// validation documents as uint64, then as uint64 the position of each document's first token among the tokens of its
// part, over the part's shards one after the other. A document ends where the next one, or the part, does.
inline constexpr std::string_view kDocumentStartsName = "documents";

class DocumentStarts {
 public:
  // `owner` keeps `bytes`, aligned to 8, alive. Throws FormatError for a wrong magic, for a size other than the counts
  // make, and for starts of a part that do not begin with 0 and rise.
  DocumentStarts(std::shared_ptr<const void> owner, std::span<const std::byte> bytes, const std::string& path);

  // Rising, the first one 0; empty where the part has no document.
  std::span<const uint64_t> of(Part part) const { return starts_[static_cast<size_t>(part)]; }

 private:
  std::shared_ptr<const void> owner_;
  std::array<std::span<const uint64_t>, 2> starts_;
};

// The file, mapped. Throws IoError or FormatError.
DocumentStarts open_document_starts(const std::string& path);

// The first 24 bytes of the file.
std::string document_starts_header(int64_t num_train, int64_t num_val);

}  // namespace slm::data
