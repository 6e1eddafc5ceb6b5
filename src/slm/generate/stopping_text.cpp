#include "slm/generate/stopping_text.h"

#include <algorithm>
#include <cassert>
#include <span>

namespace slm::generate {

StoppingText::StoppingText(const text::Tokenizer* tokenizer, std::vector<std::string> stop_strings)
    : tokenizer_(tokenizer),
      decoder_(tokenizer == nullptr ? nullptr : std::make_unique<text::StreamDecoder>(*tokenizer)),
      stop_strings_(std::move(stop_strings)) {
  std::erase(stop_strings_, "");
}

std::string StoppingText::push(int32_t id) {
  assert(!has_stopped_);
  const std::string added = decoder_ == nullptr ? std::string() : decoder_->push(id);
  text_ += added;
  text_after_token_.push_back(text_.size());
  if (!stop_strings_.empty()) ids_.push_back(id);
  num_tokens_ = std::ssize(text_after_token_);
  find_stop(added.size());
  return take_certain(has_stopped_ ? text_.size() : text_.size() - num_undecided());
}

std::string StoppingText::finish() {
  assert(!has_stopped_);
  const std::string added = decoder_ == nullptr ? std::string() : decoder_->finish();
  text_ += added;
  find_stop(added.size());
  return take_certain(text_.size());
}

void StoppingText::find_stop(size_t added) {
  size_t cut = std::string::npos;
  for (const std::string& stop : stop_strings_) {
    const size_t unsearched = text_.size() - added;
    const size_t from = unsearched + 1 > stop.size() ? unsearched + 1 - stop.size() : 0;
    cut = std::min(cut, text_.find(stop, from));
  }
  if (cut == std::string::npos) return;
  has_stopped_ = true;
  text_.resize(cut);
  // Tokens that end behind the cut are no part of the text, nor are those before them that gave nothing: but for those
  // whose characters came with a later token, as with tokens that each name a byte.
  while (num_tokens_ > 0 && length_after(num_tokens_) > cut) --num_tokens_;
  while (num_tokens_ > 0 && length_after(num_tokens_ - 1) == length_after(num_tokens_)) {
    const std::string decoded =
        tokenizer_->decode(std::span(ids_).first(static_cast<size_t>(num_tokens_)), {.replace_invalid_utf8 = true});
    if (decoded.size() > length_after(num_tokens_) && text_.starts_with(decoded)) break;
    --num_tokens_;
  }
}

size_t StoppingText::length_after(int64_t num_tokens) const {
  return num_tokens == 0 ? 0 : text_after_token_[static_cast<size_t>(num_tokens - 1)];
}

size_t StoppingText::num_undecided() const {
  size_t longest = 0;
  for (const std::string& stop : stop_strings_) {
    for (size_t length = std::min(stop.size() - 1, text_.size()); length > longest; --length) {
      if (text_.compare(text_.size() - length, length, stop, 0, length) == 0) longest = length;
    }
  }
  return longest;
}

std::string StoppingText::take_certain(size_t certain) {
  if (certain <= num_returned_) return {};
  std::string taken = text_.substr(num_returned_, certain - num_returned_);
  num_returned_ = certain;
  return taken;
}

}  // namespace slm::generate
