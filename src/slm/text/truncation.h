#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "slm/text/json_fields.h"
#include "slm/text/text_frame.h"
#include "slm/text/tokenizer.h"

namespace slm::text {

// The "truncation" and "padding" of a tokenizer.json, for a single text.
class LengthRules {
 public:
  LengthRules() = default;
  // Throws FormatError for what slm does not know.
  explicit LengthRules(const JsonFields& document);

  // Cuts the text's own tokens so that with `num_added` others they are not too many.
  // `tokens` goes with them, where it is not empty.
  void truncate(Encoding& encoding, std::vector<std::string>& tokens, size_t num_added) const;
  void pad(Encoding& encoding, bool has_offsets) const;

  const std::optional<Truncation>& truncation() const { return truncation_; }
  const std::optional<Padding>& padding() const { return padding_; }

 private:
  std::optional<Truncation> truncation_;
  std::optional<Padding> padding_;
};

}  // namespace slm::text
