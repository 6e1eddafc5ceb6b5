#include "slm/text/block_decoder.h"

#include "slm/text/decoder.h"

namespace slm::text {
namespace {

constexpr size_t kContext = 16;
constexpr size_t kMaxContext = 64;
// So many ids that each name a byte are no character any more: they do not wait for its end.
constexpr size_t kMaxHeldBack = size_t{1} << 16;

}  // namespace

bool BlockDecoder::names_byte(int32_t id) const { return named_byte(tokenizer_->id_to_token(id)).has_value(); }

std::string BlockDecoder::decode_to(size_t end) {
  const std::span<const int32_t> decoded = std::span(ids_).first(end);
  const std::string text = tokenizer_->decode(decoded, options_);
  std::string out = text.substr(std::min(context_bytes_, text.size()));
  // The new context must alone read as it does behind all that came before; a first token may lose its space.
  for (size_t kept = kContext; kept <= kMaxContext && kept < end; ++kept) {
    if (names_byte(decoded[end - kept])) continue;
    const std::string context = tokenizer_->decode(decoded.last(kept), options_);
    if (context.empty() || !text.ends_with(context)) continue;
    ids_.erase(ids_.begin(), ids_.begin() + static_cast<std::ptrdiff_t>(end - kept));
    num_context_ = kept;
    context_bytes_ = context.size();
    return out;
  }
  num_context_ = end;
  context_bytes_ = text.size();
  return out;
}

std::string BlockDecoder::push(std::span<const int32_t> ids) {
  ids_.insert(ids_.end(), ids.begin(), ids.end());
  // Ids that name bytes of a character wait until it ends.
  size_t end = ids_.size();
  while (end > num_context_ && ids_.size() - end < kMaxHeldBack && names_byte(ids_[end - 1])) --end;
  return end == num_context_ ? std::string() : decode_to(end);
}

std::string BlockDecoder::finish() {
  std::string rest;
  if (ids_.size() > num_context_) rest = decode_to(ids_.size());
  ids_.clear();
  num_context_ = context_bytes_ = 0;
  return rest;
}

}  // namespace slm::text
