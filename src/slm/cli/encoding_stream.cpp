#include "slm/cli/encoding_stream.h"

#include <algorithm>

#include "slm/text/text_cut.h"

namespace slm::cli {

namespace {

constexpr size_t kPartBytes = size_t{1} << 16;
// So many bytes at the end of a text may show a place to cut only with what comes behind them.
constexpr size_t kUnsettledBytes = 8;

}  // namespace

EncodingStream::EncodingStream(const text::Tokenizer& tokenizer, const text::EncodeOptions& options, Texts texts,
                               Emit emit)
    : tokenizer_(tokenizer),
      options_(options),
      texts_(texts),
      emit_(std::move(emit)),
      may_cut_(tokenizer.is_cuttable() && !options.truncate_and_pad) {
  if (may_cut_ && options.add_special_tokens) {
    around_ = tokenizer.tokens_around();
    options_.add_special_tokens = false;  // they come at the beginning of the first part and the end of the last
  }
}

size_t EncodingStream::add_parts(size_t begin, size_t end, bool is_end) {
  const std::string_view text = pending_;
  while (may_cut_ && end - begin > kPartBytes) {
    size_t cut = text::last_cut(text.substr(begin, kPartBytes));
    if (cut == 0) {
      cut = text::next_cut(text.substr(begin, end - begin), std::max(kPartBytes, uncut_ - std::min(uncut_, begin)));
      if (cut == text::kNoCut) {
        uncut_ = std::max(uncut_, end - kUnsettledBytes);
        break;
      }
    }
    parts_.push_back({begin, begin + cut, false});
    begin += cut;
  }
  if (!is_end) return begin;
  parts_.push_back({begin, end, true});
  return end;
}

void EncodingStream::emit(std::span<const int32_t> ids, bool is_end) {
  if (!is_begun_ && !around_.before.empty()) emit_(around_.before, false);
  is_begun_ = !is_end;
  const bool goes_on = is_end && !around_.after.empty();
  emit_(ids, is_end && !goes_on);
  if (goes_on) emit_(around_.after, true);
}

void EncodingStream::run(bool is_last) {
  parts_.clear();
  size_t begin = 0;
  if (texts_ == Texts::kLines) {
    for (size_t end = pending_.find('\n', searched_); end != std::string::npos; end = pending_.find('\n', begin)) {
      add_parts(begin, end, true);
      begin = end + 1;
      is_inside_ = false;
    }
  }
  if (is_last && (begin < pending_.size() || is_inside_ || texts_ == Texts::kWhole)) {
    begin = add_parts(begin, pending_.size(), true);
  } else if (!is_last) {
    const size_t end = add_parts(begin, pending_.size(), false);
    is_inside_ |= end != begin;
    begin = end;
  }
  views_.clear();
  for (const Part& part : parts_)
    views_.push_back(std::string_view(pending_).substr(part.begin, part.end - part.begin));
  text::encode_batch(tokenizer_, views_, options_, batch_);
  for (size_t i = 0; i < parts_.size(); ++i) emit(batch_.ids_of(i), parts_[i].is_end);
  pending_.erase(0, begin);
  uncut_ -= std::min(uncut_, begin);
  searched_ = pending_.size();
}

}  // namespace slm::cli
