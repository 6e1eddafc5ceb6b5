#include "slm/text/stream_decoder.h"

#include <algorithm>

#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// How many ids already emitted stay in the window as context at least (a first token may lose its leading space, a byte
// token depends on its neighbours), and how long the window may grow before it is cut back to them.
constexpr size_t kContext = 8;
constexpr size_t kMaxWindow = 32;
// With this many ids in the window a U+FFFD at the end is taken as meant and no longer held back.
constexpr size_t kMaxHeldBack = 64;

constexpr std::string_view kReplacementUtf8 = "\xEF\xBF\xBD";

// A decoder with byte fallback shows U+FFFD for each byte of a character that is not whole yet, so a U+FFFD at the end
// is held back as well.
size_t emittable_prefix(std::string_view text, bool hold_back) {
  size_t end = complete_utf8_prefix(text);
  if (end < text.size() || !hold_back) return end;
  while (text.substr(0, end).ends_with(kReplacementUtf8)) end -= kReplacementUtf8.size();
  return end;
}

}  // namespace

StreamDecoder::StreamDecoder(const Tokenizer& tokenizer, DecodeOptions options)
    : tokenizer_(&tokenizer), options_(options) {
  options_.replace_invalid_utf8 = false;  // an incomplete end must stay visible here
}

std::string StreamDecoder::push(int32_t id) {
  window_.push_back(id);
  const std::string text = tokenizer_->decode(window_, options_);
  const size_t end = emittable_prefix(text, window_.size() < kMaxHeldBack);
  std::string out;
  if (end > emitted_) {
    out = replace_invalid_utf8(std::string_view(text).substr(emitted_, end - emitted_));
    emitted_ = end;
  }
  if (window_.size() > kMaxWindow && emitted_ == text.size()) shorten_window(text);
  return out;
}

void StreamDecoder::shorten_window(std::string_view text) {
  // Not in the middle of a character that several tokens spell, and not down to nothing, where a first token would read
  // differently: the rest alone must read as it does now.
  for (size_t kept = kContext; kept < 2 * kContext; ++kept) {
    const std::vector<int32_t> last(window_.end() - static_cast<std::ptrdiff_t>(kept), window_.end());
    const std::string last_text = tokenizer_->decode(last, options_);
    if (last_text.empty() || !text.ends_with(last_text)) continue;
    window_ = last;
    emitted_ = last_text.size();
    return;
  }
}

std::string StreamDecoder::finish() {
  const std::string text = tokenizer_->decode(window_, options_);
  std::string rest = replace_invalid_utf8(std::string_view(text).substr(std::min(emitted_, text.size())));
  window_.clear();
  emitted_ = 0;
  return rest;
}

}  // namespace slm::text
