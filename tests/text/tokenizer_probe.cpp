// Encodes and decodes texts for a comparison with another library: tokenizer_probe TOKENIZER [add_special_tokens]
//
// Standard input has texts, each a u32 size and its bytes. For each, standard output gets: u32 size of an error message
// and the message (0 when all went well); u32 number of ids, then for each an i32 id, i64 begin, i64 end; u32 number of
// ids of the fast path and those; u32 size of the decoded text (without special tokens) and that; u32: into how many
// parts the text can be cut, whose tokens are those of the whole, or 0 where they are not, or blocks have others.
// Little-endian.

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "slm/core/error.h"
#include "slm/text/block_encoder.h"
#include "slm/text/text_cut.h"
#include "slm/text/tokenizer.h"

namespace {

template <typename T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_string(std::string& out, const std::string& text) {
  put(out, static_cast<uint32_t>(text.size()));
  out += text;
}

// Only without special tokens around the text.
uint32_t num_equal_parts(const slm::text::Tokenizer& tokenizer, std::string_view text,
                         const slm::text::Encoding& whole) {
  const auto allows = [&](char32_t before, char32_t after) { return tokenizer.allows_cut(before, after); };
  uint32_t num_parts = 0;
  size_t num_tokens = 0;
  for (size_t begin = 0, end = 0; begin < text.size(); begin = end, ++num_parts) {
    end = std::min(slm::text::next_cut(text, begin + 1, allows), text.size());
    const size_t num_before = begin == 0 ? 0 : slm::text::last_character_size(text.substr(0, begin));
    const size_t from = begin - num_before;
    const auto part = tokenizer.encode_with_offsets(text.substr(from, end - from), {.num_before = num_before});
    const auto moved = static_cast<int64_t>(from);
    for (size_t i = 0; i < part.ids.size(); ++i, ++num_tokens) {
      const slm::text::TokenOffsets place = {part.offsets[i].begin + moved, part.offsets[i].end + moved};
      const bool is_same =
          num_tokens < whole.ids.size() && part.ids[i] == whole.ids[num_tokens] && place == whole.offsets[num_tokens];
      if (!is_same) return 0;
    }
  }
  return num_tokens == whole.ids.size() ? std::max(num_parts, 1u) : 0;
}

// For some texts: it takes longer than all the rest.
bool has_equal_blocks(const slm::text::Tokenizer& tokenizer, std::string_view text, const slm::text::Encoding& whole) {
  constexpr size_t kEach = 16;
  if (text.size() % kEach != 0) return true;
  const auto encoder = tokenizer.block_encoder({.before = "", .window_bytes = 2 * kEach});
  if (!encoder) return true;
  slm::text::Encoding blocks;
  for (; !text.empty(); text.remove_prefix(std::min<size_t>(text.size(), 7))) encoder->push(text.substr(0, 7), blocks);
  encoder->finish(blocks);
  return blocks.ids == whole.ids && blocks.offsets == whole.offsets;
}

std::string answer(const slm::text::Tokenizer& tokenizer, const std::string& text, bool add_special_tokens) {
  const slm::text::EncodeOptions options{.add_special_tokens = add_special_tokens};
  std::string out;
  try {
    const slm::text::Encoding encoding = tokenizer.encode_with_offsets(text, options);
    const std::vector<int32_t> fast = tokenizer.encode(text, options);
    const std::string decoded = tokenizer.decode(encoding.ids, {.replace_invalid_utf8 = true});
    put_string(out, "");
    put(out, static_cast<uint32_t>(encoding.ids.size()));
    for (size_t i = 0; i < encoding.ids.size(); ++i) {
      put(out, encoding.ids[i]);
      put(out, encoding.offsets[i].begin);
      put(out, encoding.offsets[i].end);
    }
    put(out, static_cast<uint32_t>(fast.size()));
    for (const int32_t id : fast) put(out, id);
    put_string(out, decoded);
    const bool is_alone = !add_special_tokens;
    const bool is_equal = !is_alone || has_equal_blocks(tokenizer, text, encoding);
    put(out, !is_equal ? 0 : is_alone ? num_equal_parts(tokenizer, text, encoding) : 1);
  } catch (const slm::Error& error) {
    out.clear();
    put_string(out, error.what());
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto tokenizer = slm::text::load_tokenizer(argc > 1 ? argv[1] : "");
    uint32_t size = 0;
    std::string text;
    while (std::cin.read(reinterpret_cast<char*>(&size), sizeof size)) {
      text.resize(size);
      if (!std::cin.read(text.data(), size)) break;
      const std::string out = answer(*tokenizer, text, argc > 2);
      std::cout.write(out.data(), static_cast<std::streamsize>(out.size()));
    }
  } catch (const slm::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
