#pragma once

#include <algorithm>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "slm/core/error.h"
#include "slm/data/block_cutter.h"
#include "slm/data/corpus.h"
#include "slm/data/text_pieces.h"

namespace slm::data {

// Gives its bytes in small pieces.
class BytesSource : public storage::ByteSource {
 public:
  explicit BytesSource(std::span<const std::byte> bytes) : bytes_(bytes) {}
  size_t read(std::span<std::byte> into) override {
    const size_t count = std::min({into.size(), bytes_.size(), size_t{4096}});
    std::copy_n(bytes_.begin(), count, into.begin());
    bytes_ = bytes_.subspan(count);
    return count;
  }
  const std::string& name() const override { return name_; }

 private:
  std::span<const std::byte> bytes_;
  std::string name_ = "fuzz";
};

// All documents of `bytes` as `make` cuts them, with blocks of about `block_bytes`, but for those of white space alone:
// whether they are left out depends on whether they are of one piece.
template <class Make>
std::vector<std::string> documents_of(std::span<const std::byte> bytes, int64_t block_bytes, const Make& make) {
  CorpusOptions options;
  options.block_bytes = block_bytes;
  options.max_piece_bytes = block_bytes;
  options.text_column = "a";
  BytesSource source(bytes);
  FileReader file(source, false);
  SkipCounts skips;
  std::vector<std::string> documents;
  try {
    const auto cutter = make(CutterArguments{source, file, options, skips});
    for (bool has_more = true; has_more;) {
      CorpusBlock block;
      cutter->begin(block);
      block.sources.emplace_back("fuzz");
      has_more = cutter->fill(block);
      for (const auto& part : block.parts) {
        if (part.begin > part.end || part.end > block.bytes.size()) std::abort();
      }
      for_each_document(
          block, options,
          [&](const CorpusDocument& document) {
            if (document.is_start) documents.emplace_back();
            documents.back() += document.text;
          },
          skips);
    }
  } catch (const Error&) {
  }
  std::erase_if(documents, [](const std::string& text) { return std::all_of(text.begin(), text.end(), is_space); });
  return documents;
}

}  // namespace slm::data
