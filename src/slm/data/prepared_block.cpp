#include "slm/data/prepared_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <type_traits>

#ifdef __SSE2__  // part of every x86-64 processor
#include <emmintrin.h>
#endif

#include "slm/core/error.h"
#include "slm/data/content_hash.h"
#include "slm/data/skip_row.h"
#include "slm/text/unknown_character.h"

namespace slm::data {
namespace {

class Encoder {
 public:
  template <class T>
  void number(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view value) {
    number(value.size());
    bytes_ += value;
  }
  template <class T>
  void numbers(const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    text({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view text() { return take(number<size_t>()); }
  template <class T>
  std::vector<T> numbers() {
    const std::string_view bytes = text();
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(static_cast<void*>(values.data()), bytes.data(), values.size() * sizeof(T));
    return values;
  }

 private:
  std::string_view take(size_t size) {
    if (size > bytes_.size()) throw Error("a message of another process is cut off");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  std::string_view bytes_;
};

void narrowed(std::span<const int32_t> ids, uint32_t* out) { std::copy(ids.begin(), ids.end(), out); }

void narrowed(std::span<const int32_t> ids, uint16_t* out) {
  size_t i = 0;
#ifdef __SSE2__
  // Eight at a time. What narrows there keeps what fits into a signed number, so 0 to 65535 are moved to that range.
  const __m128i middle = _mm_set1_epi32(0x8000), sign = _mm_set1_epi16(-0x8000);
  for (; i + 8 <= ids.size(); i += 8) {
    const auto* const from = reinterpret_cast<const __m128i*>(ids.data() + i);
    const __m128i low = _mm_sub_epi32(_mm_loadu_si128(from), middle);
    const __m128i high = _mm_sub_epi32(_mm_loadu_si128(from + 1), middle);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm_xor_si128(_mm_packs_epi32(low, high), sign));
  }
#endif
  for (; i < ids.size(); ++i) out[i] = static_cast<uint16_t>(ids[i]);
}

template <class Id>
void append_as(std::span<const int32_t> ids, std::vector<std::byte>& out) {
  std::array<Id, 1024> narrow;  // not initialized: a vector that grows is filled with zeros first
  for (size_t begin = 0; begin < ids.size(); begin += narrow.size()) {
    const auto piece = ids.subspan(begin, std::min(narrow.size(), ids.size() - begin));
    narrowed(piece, narrow.data());
    const auto bytes = std::as_bytes(std::span(narrow).first(piece.size()));
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
}

void count_input(std::string_view source, int64_t bytes, std::vector<PreparedBlock::InputBytes>& inputs) {
  const std::string_view path = source.substr(0, source.find('!'));
  if (inputs.empty() || inputs.back().path != path) inputs.push_back({std::string(path), 0});
  inputs.back().bytes += bytes;
}

}  // namespace

std::string encode(const PreparedBlock& block) {
  Encoder out;
  out.number(block.index);
  out.number(block.owner);
  out.number(block.raw_hash);
  out.numbers(block.documents);
  out.numbers(block.tokens);
  out.numbers(block.signatures);
  out.numbers(block.minima);
  out.number(block.inputs.size());
  for (const auto& input : block.inputs) {
    out.text(input.path);
    out.number(input.bytes);
  }
  for (size_t i = 0; i < kNumSkipReasons; ++i) {
    const SkipCounts::Entry& entry = block.skips[static_cast<SkipReason>(i)];
    out.number(entry.count);
    out.number(entry.first_block);
    out.text(entry.first_source);
    out.number(entry.first_line);
    out.text(entry.detail);
  }
  out.number(block.special_tokens_in_text);
  return out.take();
}

PreparedBlock decode_prepared_block(std::string_view bytes) {
  Decoder in(bytes);
  PreparedBlock block;
  block.index = in.number<int64_t>();
  block.owner = in.number<int>();
  block.raw_hash = in.number<uint64_t>();
  block.documents = in.numbers<PreparedBlock::Document>();
  block.tokens = in.numbers<std::byte>();
  block.signatures = in.numbers<NearSignature>();
  block.minima = in.numbers<NearMinima>();
  for (size_t left = in.number<size_t>(); left > 0; --left) {
    const std::string_view path = in.text();
    block.inputs.push_back({std::string(path), in.number<int64_t>()});
  }
  for (size_t i = 0; i < kNumSkipReasons; ++i) {
    const auto count = in.number<int64_t>(), first_block = in.number<int64_t>();
    const std::string_view source = in.text();
    const auto line = in.number<int64_t>();
    const std::string_view detail = in.text();
    if (count > 0) block.skips.add(static_cast<SkipReason>(i), first_block, source, line, count, detail);
  }
  block.special_tokens_in_text = in.number<int64_t>();
  return block;
}

void PreparedBlock::clear() {
  index = 0;
  owner = 0;
  raw_hash = 0;
  documents.clear();
  tokens.clear();
  signatures.clear();
  minima.clear();
  inputs.clear();
  skips = {};
  special_tokens_in_text = 0;
}

uint64_t raw_hash(const CorpusBlock& block) {
  return block.group.is_end ? block.group.listing_hash : content_hash(block.bytes);
}

BlockPreparer::BlockPreparer(std::shared_ptr<const text::Tokenizer> tokenizer, Options options)
    : tokenizer_(std::move(tokenizer)),
      options_(std::move(options)),
      token_type_(narrowest_token_type(tokenizer_->vocab_size()) == TokenType::kUInt32 ? TokenType::kUInt32
                                                                                       : TokenType::kUInt16) {
  for (int32_t id = 0; id < tokenizer_->vocab_size(); ++id) {
    is_special_.push_back(tokenizer_->is_special(id) && id != tokenizer_->special_tokens().unk);
    if (!is_special_.back()) continue;
    if (last_special_ < 0) first_special_ = id;
    last_special_ = id;
  }
}

void BlockPreparer::append_separator(std::string_view text, std::vector<int32_t>& ids) const {
  if (const auto separator = tokenizer_->special_tokens().document_separator()) {
    ids.push_back(*separator);
  } else {
    tokenizer_->encode(text.ends_with('\n') ? "\n" : "\n\n", ids);
  }
}

int64_t BlockPreparer::num_special(std::span<const int32_t> ids) const {
  // One comparison for each rules out nearly all texts: special tokens stand together at one end of a vocabulary.
  const auto first = static_cast<uint32_t>(first_special_), num = static_cast<uint32_t>(last_special_ + 1) - first;
  uint32_t num_near = 0;
  for (const int32_t id : ids) num_near += static_cast<uint32_t>(id) - first < num ? 1 : 0;
  if (num_near == 0) return 0;
  return std::count_if(ids.begin(), ids.end(), [&](int32_t id) { return is_special_[static_cast<size_t>(id)]; });
}

void BlockPreparer::encode_document(const CorpusDocument& document, std::vector<int32_t>& ids) const {
  try {
    tokenizer_->encode(document.text, ids, {.special_in_text = options_.special_in_text});
  } catch (const text::UnknownCharacterError& error) {
    std::string place(document.source);
    if (document.line > 0) place += fmt::format(":{}", document.line);
    throw error.in_document(place);
  }
}

void BlockPreparer::prepare(const CorpusBlock& block, PreparedBlock& out) const {
  out.clear();
  out.index = block.index;
  out.owner = block.owner;
  out.raw_hash = raw_hash(block);
  // More than most texts need: room that stays empty costs nothing, growing does.
  out.tokens.reserve(block.bytes.size() / 3 * static_cast<size_t>(size_bytes(token_type_)));
  std::vector<int32_t> ids;
  for_each_document(
      block, options_.corpus,
      [&](const CorpusDocument& document) {
        ids.clear();
        encode_document(document, ids);
        out.special_tokens_in_text += num_special(ids);
        const bool is_whole = document.is_start && document.is_end;
        if (is_whole && ids.empty()) {
          skip_row(options_.corpus, out.skips, SkipReason::kNoTokens, {block.index, document.source, document.line});
          return;
        }
        const bool has_signature = options_.with_signatures && is_whole && std::ssize(ids) >= kMinNearTokens;
        if (has_signature) out.signatures.push_back(near_signature(near_minima(ids)));
        if (options_.with_signatures && !is_whole) out.minima.push_back(near_minima(ids));
        if (document.is_end) append_separator(document.text, ids);
        out.documents.push_back({.hash = content_hash(document.text),
                                 .bytes = std::ssize(document.text),
                                 .num_tokens = std::ssize(ids),
                                 .has_signature = has_signature,
                                 .is_start = document.is_start,
                                 .is_end = document.is_end});
        if (token_type_ == TokenType::kUInt16) {
          append_as<uint16_t>(ids, out.tokens);
        } else {
          append_as<uint32_t>(ids, out.tokens);
        }
        count_input(document.source, std::ssize(document.text), out.inputs);
      },
      out.skips);
}

}  // namespace slm::data
