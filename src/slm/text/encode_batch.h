#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "slm/text/tokenizer.h"

namespace slm::text {

// The ids of many texts.
class BatchEncoding {
 public:
  size_t num_texts() const { return places_.size(); }
  std::span<const int32_t> ids_of(size_t text) const {
    const Place& place = places_[text];
    return std::span(parts_[place.part]).subspan(place.begin, place.end - place.begin);
  }

 private:
  friend void encode_batch(const Tokenizer& tokenizer, std::span<const std::string_view> texts,
                           const EncodeOptions& options, BatchEncoding& batch, std::span<const size_t> num_before,
                           const std::function<void()>& beside);
  struct Place {
    size_t part, begin, end;
  };

  // Ids of neighbouring texts that one thread has encoded; memory is kept for the next batch, since new memory costs
  // more than encoding into it.
  std::vector<std::vector<int32_t>> parts_;
  std::vector<Place> places_;  // by text
};

// Encodes the texts on all threads of parallel_for, each text as a whole: the ids are those of Tokenizer::encode. Best
// with many texts; one alone is encoded by one thread. `batch` is overwritten; its memory is used again. `num_before`:
// EncodeOptions::num_before of each text, or empty. `beside`, which may be null, is called once, by one thread while
// the others begin to encode: for what has to be done with the batches before and after this one.
void encode_batch(const Tokenizer& tokenizer, std::span<const std::string_view> texts, const EncodeOptions& options,
                  BatchEncoding& batch, std::span<const size_t> num_before = {},
                  const std::function<void()>& beside = nullptr);

}  // namespace slm::text
