// Any text, with a tokenizer of each kind: the fast path gives the ids of the pipeline, so do the parts of a text that
// is cut and blocks of any size, offsets lie inside the text, blocks and streams decode to the whole, and bytes come
// back. The first byte says which tokenizer.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "slm/core/error.h"
#include "slm/text/block_encoder.h"
#include "slm/text/stream_decoder.h"
#include "slm/text/text_cut.h"
#include "slm/text/utf8.h"
#include "small_tokenizers.h"

namespace {

void require(bool is_true) {
  if (!is_true) std::abort();
}

// The text in blocks, as one without a place to cut is encoded.
void check_blocks(const slm::text::Tokenizer& tokenizer, std::string_view text, const slm::text::Encoding& whole) {
  const size_t window = 16 + text.size() % 64, block = 1 + text.size() % 23;
  const auto with_offsets = tokenizer.block_encoder({.before = "", .window_bytes = window});
  const auto ids_alone = tokenizer.block_encoder({.before = "", .has_offsets = false, .window_bytes = window});
  require((with_offsets == nullptr) == (ids_alone == nullptr));
  if (!with_offsets) return;  // some models need all of a word
  slm::text::Encoding tokens, ids;
  for (; !text.empty(); text.remove_prefix(std::min(text.size(), block))) {
    with_offsets->push(text.substr(0, block), tokens);
    ids_alone->push(text.substr(0, block), ids);
  }
  with_offsets->finish(tokens);
  ids_alone->finish(ids);
  require(tokens.ids == whole.ids && tokens.offsets == whole.offsets && ids.ids == whole.ids);
}

void check(const slm::text::Tokenizer& tokenizer, std::string_view text) {
  const slm::text::Encoding encoding = tokenizer.encode_with_offsets(text, {.is_part = true});
  const auto size = static_cast<int64_t>(text.size());
  for (const auto& [begin, end] : encoding.offsets) require(0 <= begin && begin <= end && end <= size);
  require(tokenizer.encode(text, {.is_part = true}) == encoding.ids);
  require(tokenizer.encode(text) == tokenizer.encode_with_offsets(text).ids);
  const auto allows = [&](char32_t before, char32_t after) { return tokenizer.allows_cut(before, after); };
  if (const size_t cut = slm::text::last_cut(text, allows); cut != 0) {
    std::vector<int32_t> ids = tokenizer.encode(text.substr(0, cut), {.is_part = true});
    const size_t num_before = slm::text::last_character_size(text.substr(0, cut));
    tokenizer.encode(text.substr(cut - num_before), ids, {.num_before = num_before});
    require(ids == encoding.ids);
  }
  check_blocks(tokenizer, text, encoding);
  const std::string decoded = tokenizer.decode(encoding.ids, {.skip_special_tokens = false});
  const auto blocks = tokenizer.block_decoder(false);
  std::string joined;
  for (std::span<const int32_t> left = encoding.ids; !left.empty();) {
    const size_t count = std::min<size_t>(left.size(), 1 + text.size() % 40);
    blocks->push(left.first(count), joined);
    left = left.subspan(count);
  }
  blocks->finish(joined);
  require(joined == decoded);
  slm::text::StreamDecoder stream(tokenizer, false);
  std::string streamed;
  for (const int32_t id : encoding.ids) streamed += stream.push(id);
  require(streamed + stream.finish() == slm::text::replace_invalid_utf8(decoded));
  const bool keeps_bytes = tokenizer.kind() == "byte" || tokenizer.vocab_size() == 277;
  if (keeps_bytes) require(decoded == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto tokenizers = slm::fuzz::small_tokenizers();
  if (size == 0) return 0;
  try {
    check(*tokenizers[data[0] % tokenizers.size()], {reinterpret_cast<const char*>(data) + 1, size - 1});
  } catch (const slm::Error&) {
  }
  return 0;
}
