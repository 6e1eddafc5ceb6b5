#include "slm/text/truncation.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "slm/core/json_text.h"

namespace slm::text {
namespace {

bool parse_is_left(const JsonFields& fields) {
  const std::string direction = fields.string_or("direction", "Right");
  if (direction != "Left" && direction != "Right") {
    fields.fail(fmt::format("has direction \"{}\", expected Left or Right", direction));
  }
  return direction == "Left";
}

// Tokens of a padded text: more than any model takes.
constexpr size_t kMaxPadding = size_t{1} << 24;

// Removes `count` elements at one end.
template <typename T>
void cut(std::vector<T>& values, size_t count, bool is_left) {
  if (values.empty()) return;
  const auto size = static_cast<std::ptrdiff_t>(count);
  is_left ? values.erase(values.begin(), values.begin() + size) : values.erase(values.end() - size, values.end());
}

}  // namespace

LengthRules::LengthRules(const JsonFields& document) {
  if (document.has("truncation")) {
    const JsonFields fields = document.object("truncation");
    const std::string strategy = fields.string_or("strategy", "LongestFirst");
    if (strategy != "LongestFirst" && strategy != "OnlyFirst") {
      fields.fail(fmt::format("has strategy \"{}\", which slm does not support", strategy));
    }
    truncation_ = {.max_length = static_cast<size_t>(fields.integer("max_length")), .is_left = parse_is_left(fields)};
  }
  if (document.has("padding")) {
    const JsonFields fields = document.object("padding");
    Padding padding;
    const auto& strategy = fields.at("strategy");
    if (strategy.is_object()) {
      padding.length = static_cast<size_t>(fields.object("strategy").integer("Fixed"));
    } else if (strategy != "BatchLongest") {
      fields.fail(fmt::format("has strategy {}, which slm does not support", json_text(strategy)));
    }
    padding.multiple_of = std::max<size_t>(1, static_cast<size_t>(fields.integer_or("pad_to_multiple_of", 1)));
    padding.is_left = parse_is_left(fields);
    if (padding.length > kMaxPadding || padding.multiple_of > kMaxPadding) {
      fields.fail(fmt::format("makes texts of {} tokens, slm takes at most {}",
                              std::max(padding.length, padding.multiple_of), kMaxPadding));
    }
    padding.id = static_cast<int32_t>(fields.integer("pad_id"));
    padding_ = padding;
  }
}

void LengthRules::truncate(Encoding& encoding, std::vector<std::string>& tokens, size_t num_added) const {
  if (!truncation_) return;
  const size_t limit = truncation_->max_length - std::min(truncation_->max_length, num_added);
  if (encoding.ids.size() <= limit) return;
  const size_t excess = encoding.ids.size() - limit;
  cut(encoding.ids, excess, truncation_->is_left);
  cut(encoding.offsets, excess, truncation_->is_left);
  cut(tokens, excess, truncation_->is_left);
}

void LengthRules::pad(Encoding& encoding, bool has_offsets) const {
  if (!padding_) return;
  const size_t missing = padding_->num_missing(encoding.ids.size());
  encoding.ids.insert(padding_->is_left ? encoding.ids.begin() : encoding.ids.end(), missing, padding_->id);
  if (!has_offsets) return;
  auto& offsets = encoding.offsets;
  offsets.insert(padding_->is_left ? offsets.begin() : offsets.end(), missing, TokenOffsets{0, 0});
}

}  // namespace slm::text
