#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "slm/text/json_fields.h"
#include "slm/text/tokenizer.h"

namespace slm::text {

// The "truncation" and "padding" of a tokenizer.json, for a single text.
class LengthRules {
 public:
  LengthRules() = default;
  // Throws FormatError for what slm does not know.
  explicit LengthRules(const JsonFields& document);

  // Cuts the text's own tokens so that with `num_added` others they are not too many.
  void truncate(Encoding& encoding, size_t num_added) const;
  void pad(Encoding& encoding, bool has_offsets) const;

  std::optional<int32_t> pad_id() const { return padding_ ? std::optional(padding_->id) : std::nullopt; }

 private:
  struct Padding {
    size_t length = 0;       // at least this many tokens
    size_t multiple_of = 1;  // and a multiple of this
    bool is_left = false;
    int32_t id = 0;
  };

  std::optional<size_t> max_length_;
  bool truncates_left_ = false;
  std::optional<Padding> padding_;
};

}  // namespace slm::text
