#include "slm/cli/text_assembly.h"

#include <algorithm>
#include <vector>

namespace slm::cli {

TextAssembly::TextAssembly(const text::TextFrame& frame, const text::EncodeOptions& encode, bool has_offsets, Emit emit)
    : frame_(frame),
      emit_(std::move(emit)),
      has_offsets_(has_offsets),
      adds_around_(encode.add_special_tokens),
      pads_(encode.truncate_and_pad && frame.padding) {
  if (adds_around_) {
    for (const auto& ids : frame.around) num_around_ += ids.size();
  }
  if (encode.truncate_and_pad && frame.truncation) {
    const auto [max_length, is_left] = *frame.truncation;
    (is_left ? max_left_ : max_right_) = max_length - std::min(max_length, num_around_);
  }
  if (frame.around.size() == 1) max_right_ = 0;
  waits_ = max_left_ != kNoLimit || (pads_ && frame.padding->is_left);
}

void TextAssembly::emit(std::span<const int32_t> ids, std::span<const text::TokenOffsets> offsets) const {
  if (!ids.empty()) emit_({.ids = ids, .offsets = offsets, .offsets_as_first = {}, .is_end = false});
}

void TextAssembly::emit_without_place(std::span<const int32_t> ids) {
  const std::vector<text::TokenOffsets> nowhere(has_offsets_ ? ids.size() : 0, text::TokenOffsets{0, 0});
  emit(ids, nowhere);
}

void TextAssembly::emit_around(size_t place) {
  if (adds_around_) emit_without_place(frame_.around[place]);
}

void TextAssembly::emit_padding(bool is_left) {
  constexpr size_t kBlock = size_t{1} << 16;
  if (!pads_ || frame_.padding->is_left != is_left) return;
  const size_t num_texts = frame_.around.size() - 1;
  size_t missing = frame_.padding->num_missing(num_around_ + num_texts * std::min(num_taken_, max_left_));
  const std::vector<int32_t> ids(std::min(missing, kBlock), frame_.padding->id);
  for (; missing > 0; missing -= std::min(missing, kBlock)) {
    emit_without_place(std::span(ids).first(std::min(missing, kBlock)));
  }
}

void TextAssembly::add(const TextTokens& part) {
  const bool comes_again = frame_.around.size() > 2;
  if (!is_begun_ && !waits_) emit_around(0);
  is_begun_ = true;
  const size_t count = std::min(part.ids.size(), max_right_ - num_taken_);
  const auto ids = part.ids.first(count);
  std::vector<text::TokenOffsets> offsets(part.offsets.begin(), part.offsets.end());
  offsets.resize(std::min(count, offsets.size()));
  if (num_taken_ == 0 && count > 0 && !part.offsets_as_first.empty()) offsets[0] = part.offsets_as_first[0];
  num_taken_ += count;
  if (waits_ || comes_again) held_.add(ids, offsets);
  if (max_left_ != kNoLimit) {
    held_.keep_last(max_left_);
    if (!part.offsets_as_first.empty()) held_as_first_.add(ids, part.offsets_as_first);
    held_as_first_.keep_last(max_left_);
  }
  if (!waits_) emit(ids, offsets);
  if (part.is_end) end_text();
}

void TextAssembly::emit_held() const {
  bool is_first = held_as_first_.size() > 0;
  held_.give([&](std::span<const int32_t> ids, std::span<const text::TokenOffsets> offsets) {
    if (is_first) {
      const text::TokenOffsets place = held_as_first_.first_offsets();
      emit(ids.first(1), {&place, 1});
      ids = ids.subspan(1);
      offsets = offsets.subspan(1);
      is_first = false;
    }
    emit(ids, offsets);
  });
}

void TextAssembly::end_text() {
  if (waits_) {
    emit_padding(/*is_left=*/true);
    emit_around(0);
    if (frame_.around.size() > 1) emit_held();
  }
  for (size_t place = 1; place < frame_.around.size(); ++place) {
    if (place > 1) emit_held();
    emit_around(place);
  }
  emit_padding(/*is_left=*/false);
  emit_({.ids = {}, .offsets = {}, .offsets_as_first = {}, .is_end = true});
  held_.clear();
  held_as_first_.clear();
  is_begun_ = false;
  num_taken_ = 0;
}

}  // namespace slm::cli
