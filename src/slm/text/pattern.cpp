#include "slm/text/pattern.h"

#include <algorithm>
#include <optional>

#include "slm/text/text_cut.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

class LiteralPattern final : public Pattern {
 public:
  explicit LiteralPattern(std::string literal) : literal_(std::move(literal)) {}

  Match find(std::string_view text, size_t from) const override {
    const size_t begin = text.find(literal_, from);
    return {begin, begin == std::string_view::npos ? begin : begin + literal_.size()};
  }

  Locality locality(char32_t before, char32_t after) const override {
    if (literal_.empty()) return Locality::kNone;
    const Utf8Char first = read_utf8(literal_, 0);
    if (literal_.size() != static_cast<size_t>(first.length)) return Locality::kNone;
    return first.code_point == before || first.code_point == after ? Locality::kSplit : Locality::kLocal;
  }

  // All but what may be the beginning of another match.
  size_t settled_size(std::string_view text, size_t) const override {
    if (literal_.empty()) return 0;
    size_t settled = 0;
    for (Match match = find(text, 0); match.begin != std::string_view::npos; match = find(text, settled)) {
      settled = match.end;
    }
    const size_t most = std::min(literal_.size() - 1, text.size() - settled);
    std::string_view rest = text.substr(text.size() - most);
    while (!std::string_view(literal_).starts_with(rest)) rest.remove_prefix(1);
    return text.size() - rest.size();
  }

 private:
  std::string literal_;
};

size_t next_character(std::string_view text, size_t at) {
  return at < text.size() ? at + static_cast<size_t>(read_utf8(text, at).length) : at + 1;
}

// A delimiter joins the part before it: unless that is a delimiter too.
std::vector<TextPart> merged_with_previous(const std::vector<TextPart>& parts) {
  std::vector<TextPart> merged;
  bool previous_is_match = false;
  for (const TextPart& part : parts) {
    if (part.is_match && !previous_is_match && !merged.empty()) {
      merged.back().end = part.end;
    } else {
      merged.push_back(part);
    }
    previous_is_match = part.is_match;
  }
  return merged;
}

std::vector<TextPart> merged_with_next(const std::vector<TextPart>& parts) {
  std::vector<TextPart> merged;  // from the last to the first
  bool previous_is_match = false;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (part->is_match && !previous_is_match && !merged.empty()) {
      merged.back().begin = part->begin;
    } else {
      merged.push_back(*part);
    }
    previous_is_match = part->is_match;
  }
  std::reverse(merged.begin(), merged.end());
  return merged;
}

std::vector<TextPart> contiguous(const std::vector<TextPart>& parts) {
  std::vector<TextPart> merged;
  bool previous_is_match = false;
  for (const TextPart& part : parts) {
    if (part.is_match == previous_is_match && !merged.empty()) {
      merged.back().end = part.end;
    } else {
      merged.push_back(part);
    }
    previous_is_match = part.is_match;
  }
  return merged;
}

}  // namespace

size_t Pattern::settled_size(std::string_view text, size_t num_searched) const {
  constexpr size_t kUnsettled = 16;  // a place to cut may show only with what comes behind it
  const size_t begin = num_searched - std::min(num_searched, kUnsettled);
  const auto allows = [this](char32_t before, char32_t after) { return is_local(before, after); };
  const size_t cut = last_cut(text.substr(begin), allows);
  return cut == 0 ? 0 : begin + cut;
}

std::vector<TextPart> Pattern::parts_of(std::string_view text) const {
  std::vector<TextPart> parts;
  size_t covered = 0, from = 0;
  std::optional<size_t> last_end;
  while (from <= text.size()) {
    const Match match = find(text, from);
    if (match.begin == std::string_view::npos) break;
    if (match.begin == match.end && last_end == match.end) {
      from = next_character(text, from);
      continue;
    }
    if (covered < match.begin) parts.push_back({covered, match.begin, false});
    parts.push_back({match.begin, match.end, true});
    covered = from = match.end;
    last_end = match.end;
  }
  if (covered < text.size()) parts.push_back({covered, text.size(), false});
  return parts;
}

std::unique_ptr<Pattern> literal_pattern(std::string literal) {
  return std::make_unique<LiteralPattern>(std::move(literal));
}

std::vector<TextPart> parts_by_character(std::string_view text, const std::function<bool(char32_t)>& is_match) {
  std::vector<TextPart> parts;
  size_t covered = 0;
  for (size_t at = 0; at < text.size();) {
    const Utf8Char c = read_utf8(text, at);
    const size_t end = at + static_cast<size_t>(c.length);
    if (is_match(c.code_point)) {
      if (covered < at) parts.push_back({covered, at, false});
      parts.push_back({at, end, true});
      covered = end;
    }
    at = end;
  }
  if (covered < text.size()) parts.push_back({covered, text.size(), false});
  return parts;
}

std::vector<AlignedText> split(const AlignedText& text, std::vector<TextPart> parts, SplitBehavior behavior) {
  if (behavior == SplitBehavior::kContiguous) parts = contiguous(parts);
  if (behavior == SplitBehavior::kMergedWithPrevious) parts = merged_with_previous(parts);
  if (behavior == SplitBehavior::kMergedWithNext) parts = merged_with_next(parts);
  std::vector<AlignedText> pieces;
  for (const TextPart& part : parts) {
    const bool is_removed = behavior == SplitBehavior::kRemoved && part.is_match;
    if (!is_removed && part.begin < part.end) pieces.push_back(text.slice(part.begin, part.end));
  }
  return pieces;
}

}  // namespace slm::text
