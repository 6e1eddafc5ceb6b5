#include "slm/data/token_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

#include "slm/core/error.h"
#include "slm/storage/read_ahead.h"

namespace slm::data {
namespace {

static_assert(std::endian::native == std::endian::little, "token files are little-endian and are not converted");

constexpr int64_t kBlockTokens = 4096;  // how many are looked at together by passes over a whole source

template <class Function>
auto with_type(TokenType type, Function function) {
  switch (type) {
    case TokenType::kUInt8:
      return function(uint8_t{});
    case TokenType::kUInt16:
      return function(uint16_t{});
    case TokenType::kUInt32:
      return function(uint32_t{});
    case TokenType::kInt32:
      return function(int32_t{});
    default:
      return function(int64_t{});
  }
}

}  // namespace

int64_t size_bytes(TokenType type) {
  return with_type(type, [](auto id) { return static_cast<int64_t>(sizeof id); });
}

TokenType narrowest_token_type(int64_t vocab_size) {
  if (vocab_size <= 256) return TokenType::kUInt8;
  return vocab_size <= 65536 ? TokenType::kUInt16 : TokenType::kUInt32;
}

TokenSource::TokenSource(std::shared_ptr<const void> owner, std::span<const std::byte> ids, TokenType type,
                         std::string name, bool is_mapped)
    : name_(std::move(name)), size_(static_cast<int64_t>(ids.size()) / size_bytes(type)) {
  if (size_ > 0) segments_.push_back({std::move(owner), ids.data(), type, is_mapped, name_, 0, 0, size_});
}

bool TokenSource::is_mapped() const {
  return std::any_of(segments_.begin(), segments_.end(), [](const Segment& s) { return s.is_mapped; });
}

const TokenSource::Segment& TokenSource::segment_at(int64_t position) const {
  assert(position >= 0 && position < size_);
  return *std::upper_bound(segments_.begin(), segments_.end(), position,
                           [](int64_t at, const Segment& s) { return at < s.end; });
}

int64_t TokenSource::operator[](int64_t position) const {
  const Segment& segment = segment_at(position);
  return with_type(segment.type, [&]<class T>(T) {
    return static_cast<int64_t>(reinterpret_cast<const T*>(segment.ids)[position - segment.begin]);
  });
}

void TokenSource::copy(int64_t begin, std::span<int32_t> out) const {
  assert(begin >= 0 && static_cast<int64_t>(out.size()) <= size_ - begin);
  while (!out.empty()) {
    const Segment& segment = segment_at(begin);
    const auto count = static_cast<size_t>(std::min(static_cast<int64_t>(out.size()), segment.end - begin));
    with_type(segment.type, [&]<class T>(T) {
      const T* ids = reinterpret_cast<const T*>(segment.ids) + (begin - segment.begin);
      std::transform(ids, ids + count, out.begin(), [](T id) {
        if constexpr (sizeof(T) < sizeof(int32_t)) return int32_t{id};
        return std::in_range<int32_t>(id) ? static_cast<int32_t>(id) : -1;
      });
    });
    begin += static_cast<int64_t>(count);
    out = out.subspan(count);
  }
}

void TokenSource::read_ahead(int64_t begin, int64_t count) const {
  const int64_t end = std::min(begin + count, size_);
  while (begin < end) {
    const Segment& segment = segment_at(begin);
    const int64_t segment_end = std::min(end, segment.end), id_bytes = size_bytes(segment.type);
    if (segment.is_mapped) {
      storage::read_ahead(
          {segment.ids + (begin - segment.begin) * id_bytes, static_cast<size_t>((segment_end - begin) * id_bytes)});
    }
    begin = segment_end;
  }
}

TokenSource TokenSource::slice(int64_t begin, int64_t end) const {
  assert(0 <= begin && begin <= end && end <= size_);
  TokenSource result;
  result.name_ = name_;
  result.size_ = end - begin;
  result.token_lengths_ = token_lengths_;
  result.bytes_per_length_ = bytes_per_length_;
  result.document_starts_ = document_starts_;
  result.document_offset_ = document_offset_ + begin;
  result.document_separator_ = document_separator_;
  for (Segment segment : segments_) {
    const int64_t from = std::max(begin, segment.begin), to = std::min(end, segment.end);
    if (from >= to) continue;
    segment.ids += (from - segment.begin) * size_bytes(segment.type);
    segment.offset += from - segment.begin;
    segment.begin = from - begin;
    segment.end = to - begin;
    result.segments_.push_back(std::move(segment));
  }
  return result;
}

TokenSource TokenSource::concatenate(std::span<const TokenSource> parts, std::string name) {
  TokenSource result;
  result.name_ = std::move(name);
  for (const TokenSource& part : parts) {
    for (Segment segment : part.segments_) {
      segment.begin += result.size_;
      segment.end += result.size_;
      result.segments_.push_back(std::move(segment));
    }
    result.size_ += part.size_;
  }
  return result;
}

TokenSource TokenSource::with_text(int64_t text_bytes,
                                   std::shared_ptr<const std::vector<int32_t>> token_lengths) const {
  TokenSource result = *this;
  result.token_lengths_ = std::move(token_lengths);
  const double length = result.count_lengths();
  result.bytes_per_length_ = length > 0 ? static_cast<double>(text_bytes) / length : 0;
  return result;
}

TokenSource TokenSource::with_exact_text(std::shared_ptr<const std::vector<int32_t>> token_lengths) const {
  TokenSource result = *this;
  result.token_lengths_ = std::move(token_lengths);
  result.bytes_per_length_ = 1;
  return result;
}

std::optional<int64_t> TokenSource::text_bytes() const {
  if (token_lengths_ == nullptr) return std::nullopt;
  return std::llround(count_lengths() * bytes_per_length_);
}

TokenSource TokenSource::with_document_starts(std::shared_ptr<const void> owner,
                                              std::span<const uint64_t> starts) const {
  TokenSource result = *this;
  result.document_starts_ = std::make_shared<const DocumentStarts>(DocumentStarts{std::move(owner), starts});
  result.document_offset_ = 0;
  result.document_separator_.reset();
  return result;
}

TokenSource TokenSource::with_document_separator(int32_t id) const {
  TokenSource result = *this;
  result.document_starts_.reset();
  result.document_separator_ = id;
  return result;
}

std::vector<int64_t> TokenSource::document_starts_between(int64_t begin, int64_t end) const {
  assert(0 <= begin && end <= size_);
  std::vector<int64_t> starts;
  if (document_separator_) {
    std::vector<int32_t> ids(static_cast<size_t>(std::clamp<int64_t>(end - 1 - begin, 0, kBlockTokens)));
    for (int64_t at = begin; at < end - 1; at += kBlockTokens) {
      const auto block = std::span(ids).first(static_cast<size_t>(std::min(kBlockTokens, end - 1 - at)));
      copy(at, block);
      for (size_t i = 0; i < block.size(); ++i) {
        if (block[i] == *document_separator_) starts.push_back(at + static_cast<int64_t>(i) + 1);
      }
    }
  } else if (document_starts_ != nullptr) {
    // The places may come from a damaged file: nothing here trusts that they rise.
    const auto& places = document_starts_->places;
    const auto first = static_cast<uint64_t>(document_offset_ + begin),
               last = static_cast<uint64_t>(document_offset_ + end);
    uint64_t previous = first;
    for (auto it = std::upper_bound(places.begin(), places.end(), first); it != places.end() && *it < last; ++it) {
      if (*it <= previous) continue;
      starts.push_back(static_cast<int64_t>(*it) - document_offset_);
      previous = *it;
    }
  }
  return starts;
}

double TokenSource::count_lengths() const {
  int64_t length = 0;
  std::vector<int32_t> ids(kBlockTokens);
  for (int64_t at = 0; at < size_; at += kBlockTokens) {
    const auto block = std::span(ids).first(static_cast<size_t>(std::min(kBlockTokens, size_ - at)));
    copy(at, block);
    for (const int32_t id : block) {
      if (id >= 0 && std::cmp_less(id, token_lengths_->size())) length += (*token_lengths_)[static_cast<size_t>(id)];
    }
  }
  return static_cast<double>(length);
}

void TokenSource::check_ids(int64_t vocab_size, int64_t begin, int64_t end) const {
  std::vector<int32_t> ids(static_cast<size_t>(std::min(kBlockTokens, end - begin)));
  for (int64_t at = begin; at < end; at += kBlockTokens) {
    const auto block = std::span(ids).first(static_cast<size_t>(std::min(kBlockTokens, end - at)));
    copy(at, block);
    const auto wrong = std::find_if(block.begin(), block.end(), [&](int32_t id) { return id < 0 || id >= vocab_size; });
    if (wrong == block.end()) continue;
    const int64_t position = at + (wrong - block.begin());
    const Segment& segment = segment_at(position);
    const int64_t id = (*this)[position];
    const std::string place =
        fmt::format("{}: token {} is id {}", segment.name, position - segment.begin + segment.offset, id);
    if (id < 0) throw Error(place + ", expected at least 0: is this a sequence of token ids?");
    throw Error(
        fmt::format("{}, but the vocabulary has {} (ids 0 to {}): set --vocab_size to at least {}, or check that "
                    "the data was made with this tokenizer",
                    place, vocab_size, vocab_size - 1, id + 1));
  }
}

}  // namespace slm::data
