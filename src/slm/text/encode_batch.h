#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "slm/text/tokenizer.h"

namespace slm::text {

// The ids of many texts, one after the other.
struct BatchEncoding {
  std::vector<int32_t> ids;
  std::vector<int64_t> ends;  // by text: where its ids end in `ids`
  // Where threads put theirs first; kept for the next batch, since new memory costs more than encoding into it.
  std::vector<std::vector<int32_t>> parts;
};

// Encodes the texts on all threads of parallel_for, each text as a whole: the ids are those of Tokenizer::encode. Best
// with many texts; one alone is encoded by one thread. `batch` is overwritten; its memory is used again.
void encode_batch(const Tokenizer& tokenizer, std::span<const std::string_view> texts, const EncodeOptions& options,
                  BatchEncoding& batch);

}  // namespace slm::text
