#include "slm/text/aligned_text.h"

#include <algorithm>
#include <cassert>

#include "slm/text/utf8.h"

namespace slm::text {

AlignedText AlignedText::of_bytes(std::string_view original) {
  AlignedText aligned;
  aligned.text_ = original;
  aligned.alignment_.reserve(original.size());
  for (size_t at = 0; at < original.size();) {
    const bool is_ascii = static_cast<unsigned char>(original[at]) < 0x80;
    const size_t length = is_ascii ? 1 : static_cast<size_t>(read_utf8(original, at).length);
    const TokenOffsets place = {static_cast<int64_t>(at), static_cast<int64_t>(at + length)};
    aligned.alignment_.insert(aligned.alignment_.end(), length, place);
    at += length;
  }
  return aligned;
}

AlignedText AlignedText::of_utf8(std::string_view original) {
  if (is_valid_utf8(original)) return of_bytes(original);
  AlignedText aligned;
  for (size_t at = 0; at < original.size();) {
    const Utf8Char c = read_utf8(original, at);
    const TokenOffsets place = {static_cast<int64_t>(at), static_cast<int64_t>(at) + c.length};
    append_utf8(aligned.text_, c.code_point);
    aligned.alignment_.resize(aligned.text_.size(), place);
    at += static_cast<size_t>(c.length);
  }
  return aligned;
}

TokenOffsets AlignedText::original_range(size_t begin, size_t end) const {
  assert(begin <= end && end <= text_.size());
  if (begin == end) return {original_begin_ + static_cast<int64_t>(begin), original_begin_ + static_cast<int64_t>(end)};
  return {alignment_[begin].begin, alignment_[end - 1].end};
}

size_t AlignedText::first_from(int64_t place) const {
  const auto first = std::find_if(alignment_.begin(), alignment_.end(),
                                  [=](const TokenOffsets& offsets) { return offsets.begin >= place; });
  return static_cast<size_t>(first - alignment_.begin());
}

AlignedText AlignedText::slice(size_t begin, size_t end) const {
  AlignedText part;
  part.text_ = text_.substr(begin, end - begin);
  part.alignment_.assign(alignment_.begin() + static_cast<std::ptrdiff_t>(begin),
                         alignment_.begin() + static_cast<std::ptrdiff_t>(end));
  part.original_begin_ = original_range(begin, end).begin;
  return part;
}

void AlignedText::forget_removed_beginning() {
  if (!empty()) original_begin_ = alignment_.front().begin;
}

void AlignedText::transform(std::span<const CharChange> changes, size_t num_removed) {
  if (text_.empty()) return;
  // Bytes in front that stand for nothing in the original stay as they are.
  const auto stands_for_something = [](const TokenOffsets& place) { return place.begin != place.end; };
  const auto first = std::find_if(alignment_.begin(), alignment_.end(), stands_for_something);
  transform_range(static_cast<size_t>(first - alignment_.begin()), text_.size(), changes, num_removed);
}

void AlignedText::transform_range(size_t begin, size_t end, std::span<const CharChange> changes, size_t num_removed) {
  size_t source = begin;  // the next character of the old text
  const auto skip = [&](size_t count) {
    for (; count > 0 && source < end; --count) source += static_cast<size_t>(read_utf8(text_, source).length);
  };
  skip(num_removed);
  std::string text;
  std::vector<TokenOffsets> alignment;
  text.reserve(end - begin);
  alignment.reserve(end - begin);
  for (const CharChange& change : changes) {
    TokenOffsets place{0, 0};
    if (change.change > 0) {
      if (source > 0) place = alignment_[source - 1];  // an inserted character shares the place of the one before it
    } else {
      place = alignment_[std::min(source, alignment_.size() - 1)];
      skip(1 + static_cast<size_t>(-change.change));
    }
    append_utf8(text, change.character);
    alignment.resize(text.size(), place);
  }
  text_.replace(begin, end - begin, text);
  const auto at = [&](size_t index) { return alignment_.begin() + static_cast<std::ptrdiff_t>(index); };
  const auto rest = alignment_.erase(at(begin), at(end));
  alignment_.insert(rest, alignment.begin(), alignment.end());
}

void AlignedText::keep_if(const std::function<bool(char32_t)>& keep) {
  std::vector<CharChange> changes;
  changes.reserve(text_.size());
  size_t num_removed_in_front = 0;
  for (size_t at = 0; at < text_.size();) {
    const Utf8Char c = read_utf8(text_, at);
    at += static_cast<size_t>(c.length);
    if (keep(c.code_point)) {
      changes.push_back({c.code_point, 0});
    } else if (changes.empty()) {
      ++num_removed_in_front;
    } else {
      --changes.back().change;
    }
  }
  transform(changes, num_removed_in_front);
}

void AlignedText::map(const std::function<char32_t(char32_t)>& change) {
  std::vector<CharChange> changes;
  changes.reserve(text_.size());
  for (size_t at = 0; at < text_.size();) {
    const Utf8Char c = read_utf8(text_, at);
    changes.push_back({change(c.code_point), 0});
    at += static_cast<size_t>(c.length);
  }
  transform(changes);
}

void AlignedText::prepend(std::string_view prefix) {
  if (text_.empty() || prefix.empty()) return;
  // By bytes, because the first character may be an ill-formed one that must stay as it is.
  const TokenOffsets place = alignment_.front();
  text_.insert(0, prefix);
  alignment_.insert(alignment_.begin(), prefix.size(), place);
}

void AlignedText::replace(std::span<const TextPart> parts, std::string_view content) {
  std::string text;
  std::vector<TokenOffsets> alignment;
  for (const TextPart& part : parts) {
    if (!part.is_match) {
      text.append(text_, part.begin, part.end - part.begin);
      alignment.insert(alignment.end(), alignment_.begin() + static_cast<std::ptrdiff_t>(part.begin),
                       alignment_.begin() + static_cast<std::ptrdiff_t>(part.end));
    } else {
      text += content;
      alignment.resize(text.size(), part.end > 0 ? alignment_[part.end - 1] : TokenOffsets{0, 0});
    }
  }
  text_ = std::move(text);
  alignment_ = std::move(alignment);
}

}  // namespace slm::text
