#include "slm/cli/encoding_stream.h"

#include <algorithm>

#include "slm/core/parallel.h"
#include "slm/text/text_cut.h"
#include "slm/text/unknown_character.h"

namespace slm::cli {

namespace {

constexpr size_t kPartBytes = size_t{1} << 14;  // small, so that no thread waits long for another one's last part
// From so many bytes without a place to cut on, blocks are encoded one after the other.
constexpr size_t kLongBytes = size_t{1} << 20;
// So many bytes at the end of a text may show a place to cut only with what comes behind them.
constexpr size_t kUnsettledBytes = 8;

void move_places(text::Encoding& tokens, int64_t distance) {
  for (auto& [begin, end] : tokens.offsets) {
    begin += distance;
    end += distance;
  }
}

}  // namespace

EncodingStream::EncodingStream(const text::Tokenizer& tokenizer, const text::EncodeOptions& encode,
                               const Options& options, Emit emit)
    : tokenizer_(tokenizer),
      encode_(encode),
      options_(options),
      emit_(std::move(emit)),
      may_cut_(tokenizer.is_cuttable() || tokenizer.block_encoder({}) != nullptr),
      assembly_(tokenizer.text_frame(), encode, options.has_offsets, emit_) {
  if (!may_cut_) return;
  encode_.add_special_tokens = false;
  encode_.truncate_and_pad = false;
  encode_.is_part = true;
}

size_t EncodingStream::size_before(size_t begin) const {
  return is_inside_ ? text::last_character_size(std::string_view(pending_).substr(0, begin)) : 0;
}

void EncodingStream::add_part(size_t begin, size_t end, bool is_end) {
  parts_.push_back({begin, end, size_before(begin), is_end});
  is_inside_ = !is_end;
}

size_t EncodingStream::add_parts(size_t begin, size_t end, bool is_end) {
  // Nobody sees the rest, unless it is that of a text whose beginning waits behind the end of another.
  const bool is_in_assembly =
      std::none_of(waiting_parts_.begin(), waiting_parts_.end(), [](const Part& part) { return part.is_end; });
  if (may_cut_ && is_inside_ && is_in_assembly && assembly_.is_full()) {
    begin = end;
    blocks_.reset();
  }
  const std::string_view text = pending_;
  const auto allows = [this](char32_t before, char32_t after) { return tokenizer_.allows_cut(before, after); };
  while (may_cut_ && (blocks_ || end - begin > kPartBytes)) {
    if (blocks_) {
      begin = add_to_block_encoder(begin, end, is_end);
      if (blocks_ || !is_inside_) return begin;
      continue;
    }
    size_t cut = text::last_cut(text.substr(begin, kPartBytes), allows);
    if (cut == 0) {
      const size_t from = std::max(kPartBytes, uncut_ - std::min(uncut_, begin));
      cut = text::next_cut(text.substr(begin, end - begin), from, allows);
    }
    if (cut == text::kNoCut) {
      uncut_ = std::max(uncut_, end - kUnsettledBytes);
      if (end - begin < kLongBytes) break;
      const size_t num_before = size_before(begin);
      text::BlockEncoderOptions options = {.before = std::string(text.substr(begin - num_before, num_before)),
                                           .special_in_text = encode_.special_in_text,
                                           .has_offsets = options_.has_offsets};
      blocks_ = tokenizer_.block_encoder(options);
      if (!blocks_) break;
      options.places_as_first = true;
      blocks_as_first_ = assembly_.needs_offsets_as_first() ? tokenizer_.block_encoder(options) : nullptr;
      blocks_begin_ = num_gone_ + static_cast<int64_t>(begin - num_before);
      continue;
    }
    add_part(begin, begin + cut, false);
    begin += cut;
  }
  if (!is_end) return begin;
  add_part(begin, end, true);
  return end;
}

void EncodingStream::emit(const Tokens& tokens) { may_cut_ ? assembly_.add(tokens) : emit_(tokens); }

text::Encoding EncodingStream::encode_block(text::BlockEncoder& encoder, std::string_view block, bool is_last) const {
  text::Encoding tokens;
  try {
    encoder.push(block, tokens);
    if (is_last) encoder.finish(tokens);
  } catch (const text::UnknownCharacterError& error) {
    throw error.in_file(options_.name, blocks_begin_);
  }
  move_places(tokens, blocks_begin_);
  return tokens;
}

size_t EncodingStream::add_to_block_encoder(size_t begin, size_t end, bool is_end) {
  encode_parts(nullptr);  // they come before
  emit_waiting();
  const auto allows = [this](char32_t before, char32_t after) { return tokenizer_.allows_cut(before, after); };
  while (blocks_ && (begin < end || is_end)) {
    const std::string_view block = std::string_view(pending_).substr(begin, std::min(kPartBytes, end - begin));
    // A place at the very beginning was not one when the block before it was encoded.
    const size_t cut = text::next_cut(block, 1, allows);
    const bool is_whole = is_end && begin + block.size() == end && cut == text::kNoCut;
    const size_t size = std::min(cut, block.size());
    const bool is_last = cut != text::kNoCut || is_whole;
    const text::Encoding tokens = encode_block(*blocks_, block.substr(0, size), is_last);
    text::Encoding as_first;
    if (blocks_as_first_) as_first = encode_block(*blocks_as_first_, block.substr(0, size), is_last);
    if (is_last) blocks_.reset();
    begin += size;
    is_inside_ = !is_whole;
    emit({.ids = tokens.ids, .offsets = tokens.offsets, .offsets_as_first = as_first.offsets, .is_end = is_whole});
  }
  return begin;
}

void EncodingStream::encode_parts(const std::function<void()>& beside) {
  views_.clear();
  num_before_.clear();
  for (const Part& part : parts_) {
    const size_t with_before = part.begin - part.num_before;
    views_.push_back(std::string_view(pending_).substr(with_before, part.end - with_before));
    num_before_.push_back(part.num_before);
  }
  try {
    if (options_.has_offsets) {
      encode_parts_with_offsets();
      if (beside) beside();
    } else {
      encode_parts_without_offsets(beside);
    }
  } catch (const text::UnknownCharacterError&) {
    find_unknown_character();
    throw;
  }
  parts_.clear();
}

void EncodingStream::emit_waiting() {
  for (size_t i = 0; i < waiting_parts_.size(); ++i) {
    emit({.ids = waiting_.ids_of(i), .offsets = {}, .offsets_as_first = {}, .is_end = waiting_parts_[i].is_end});
  }
  waiting_parts_.clear();
}

void EncodingStream::encode_parts_without_offsets(const std::function<void()>& beside) {
  text::encode_batch(tokenizer_, views_, encode_, batch_, num_before_, [&] {
    emit_waiting();
    if (beside) beside();
  });
  std::swap(waiting_parts_, parts_);
  std::swap(waiting_, batch_);
}

int64_t EncodingStream::begin_of_view(size_t part) const {
  return num_gone_ + static_cast<int64_t>(parts_[part].begin - num_before_[part]);
}

text::Encoding EncodingStream::encode_part(size_t part, bool places_as_first) const {
  text::EncodeOptions encode = encode_;
  encode.num_before = num_before_[part];
  encode.places_as_first = places_as_first;
  text::Encoding encoding = tokenizer_.encode_with_offsets(views_[part], encode);
  move_places(encoding, begin_of_view(part));
  return encoding;
}

void EncodingStream::encode_parts_with_offsets() {
  std::vector<text::Encoding> encodings(parts_.size());
  const auto num_parts = static_cast<int64_t>(parts_.size());
  parallel_for(0, num_parts, 1, [&](int64_t first, int64_t last) {
    for (auto i = static_cast<size_t>(first); i < static_cast<size_t>(last); ++i) encodings[i] = encode_part(i, false);
  });
  for (size_t i = 0; i < parts_.size(); ++i) {
    text::Encoding as_first;
    if (may_cut_ && assembly_.needs_offsets_as_first()) as_first = encode_part(i, true);
    emit({.ids = encodings[i].ids,
          .offsets = encodings[i].offsets,
          .offsets_as_first = as_first.offsets,
          .is_end = parts_[i].is_end});
  }
}

void EncodingStream::find_unknown_character() const {
  for (size_t i = 0; i < parts_.size(); ++i) {
    text::EncodeOptions encode = encode_;
    encode.num_before = num_before_[i];
    try {
      tokenizer_.encode(views_[i], encode);
    } catch (const text::UnknownCharacterError& error) {
      throw error.in_file(options_.name, begin_of_view(i));
    }
  }
}

void EncodingStream::finish() {
  run(true, nullptr);
  emit_waiting();
}

void EncodingStream::run(bool is_last, const std::function<void()>& beside) {
  size_t begin = num_kept_;
  if (options_.texts == Texts::kLines) {
    for (size_t end = pending_.find('\n', searched_); end != std::string::npos; end = pending_.find('\n', begin)) {
      add_parts(begin, end, true);
      begin = end + 1;
    }
  }
  if (is_last && (begin < pending_.size() || is_inside_ || options_.texts == Texts::kWhole)) {
    begin = add_parts(begin, pending_.size(), true);
  } else if (!is_last) {
    begin = add_parts(begin, pending_.size(), false);
  }
  encode_parts(beside);
  num_kept_ = size_before(begin);
  const size_t num_done = begin - num_kept_;
  pending_.erase(0, num_done);
  num_gone_ += static_cast<int64_t>(num_done);
  uncut_ -= std::min(uncut_, num_done);
  searched_ = pending_.size();
}

}  // namespace slm::cli
