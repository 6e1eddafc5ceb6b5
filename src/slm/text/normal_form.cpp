#include "slm/text/normal_form.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>

#include "slm/text/char_strings.h"
#include "slm/text/unicode_data.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// Hangul syllables are composed by arithmetic (The Unicode Standard, 3.12).
constexpr char32_t kSyllable = 0xAC00, kLead = 0x1100, kVowel = 0x1161, kTrail = 0x11A7;
constexpr char32_t kNumLeads = 19, kNumVowels = 21, kNumTrails = 28;
constexpr char32_t kNumSyllables = kNumLeads * kNumVowels * kNumTrails;

struct Mark {
  uint8_t combining_class;
  CharChange change;
};

const CharStrings& canonical_strings() {
  static const CharStrings strings(kCanonicalDecompositions);
  return strings;
}

const CharStrings& compatibility_strings() {
  static const CharStrings strings(kCompatibilityDecompositions);
  return strings;
}

template <typename Emit>
void decompose(char32_t c, bool is_compatible, const Emit& emit) {
  if (c < 0x80) return emit(c);
  if (c >= kSyllable && c < kSyllable + kNumSyllables) {
    const char32_t index = c - kSyllable;
    emit(kLead + index / (kNumVowels * kNumTrails));
    emit(kVowel + index % (kNumVowels * kNumTrails) / kNumTrails);
    if (index % kNumTrails != 0) emit(kTrail + index % kNumTrails);
    return;
  }
  std::string_view parts = is_compatible ? compatibility_strings()[c] : std::string_view();
  if (parts.empty()) parts = canonical_strings()[c];
  if (parts.empty()) return emit(c);
  for (size_t at = 0; at < parts.size();) {
    const Utf8Char part = read_utf8(parts, at);
    emit(part.code_point);
    at += static_cast<size_t>(part.length);
  }
}

std::vector<CharChange> decomposed(std::string_view text, bool is_compatible) {
  std::vector<CharChange> out;
  out.reserve(text.size());
  std::vector<Mark> marks;  // characters that combine with what is before them, waiting for their order
  const auto flush = [&] {
    std::stable_sort(marks.begin(), marks.end(),
                     [](const Mark& a, const Mark& b) { return a.combining_class < b.combining_class; });
    for (const Mark& mark : marks) out.push_back(mark.change);
    marks.clear();
  };
  for (size_t at = 0; at < text.size();) {
    const Utf8Char c = read_utf8(text, at);
    at += static_cast<size_t>(c.length);
    int change = 0;
    decompose(c.code_point, is_compatible, [&](char32_t part) {
      const uint8_t part_class = combining_class(part);
      if (part_class == 0) {
        flush();
        out.push_back({part, change});
      } else {
        marks.push_back({part_class, {part, change}});
      }
      change = 1;
    });
  }
  flush();
  return out;
}

std::optional<char32_t> compose(char32_t a, char32_t b) {
  static const auto pairs = [] {
    std::unordered_map<uint64_t, char32_t> map;
    std::string_view lines = kCompositions;
    while (!lines.empty()) {
      const Utf8Char first = read_utf8(lines, 0);
      const Utf8Char second = read_utf8(lines, static_cast<size_t>(first.length));
      const size_t end = static_cast<size_t>(first.length + second.length);
      map[uint64_t{first.code_point} << 32 | second.code_point] = read_utf8(lines, end).code_point;
      lines.remove_prefix(lines.find('\n', end) + 1);
    }
    return map;
  }();
  if (a >= kLead && a < kLead + kNumLeads && b >= kVowel && b < kVowel + kNumVowels) {
    return kSyllable + ((a - kLead) * kNumVowels + (b - kVowel)) * kNumTrails;
  }
  const bool is_open_syllable = a >= kSyllable && a < kSyllable + kNumSyllables && (a - kSyllable) % kNumTrails == 0;
  if (is_open_syllable && b > kTrail && b < kTrail + kNumTrails) return a + (b - kTrail);
  const auto found = pairs.find(uint64_t{a} << 32 | b);
  return found == pairs.end() ? std::nullopt : std::optional(found->second);
}

std::vector<CharChange> composed(const std::vector<CharChange>& parts) {
  std::vector<CharChange> out;
  out.reserve(parts.size());
  std::optional<CharChange> starter;  // the last character that others may still join
  std::vector<CharChange> between;    // marks after it that did not join
  int last_class = -1;                // of the last of those; -1: none
  const auto flush = [&] {
    if (starter) out.push_back(*starter);
    out.insert(out.end(), between.begin(), between.end());
    between.clear();
    last_class = -1;
  };
  for (const CharChange& part : parts) {
    const int part_class = combining_class(part.character);
    if (!starter) {
      if (part_class != 0) {
        out.push_back(part);
      } else {
        starter = part;
      }
      continue;
    }
    const bool is_blocked = last_class >= part_class;
    const auto whole = is_blocked ? std::nullopt : compose(starter->character, part.character);
    if (whole) {
      // A part that was there before the change (0) counts as removed, an inserted one (1) leaves no trace.
      starter = CharChange{*whole, starter->change + part.change - 1};
    } else if (part_class == 0) {
      flush();
      starter = part;
    } else {
      between.push_back(part);
      last_class = part_class;
    }
  }
  flush();
  return out;
}

}  // namespace

uint8_t combining_class(char32_t c) {
  static const CodePointMap<uint8_t> classes{std::span(kCombiningClasses, kNumCombiningClasses)};
  return c < 0x300 ? uint8_t{0} : classes[c];
}

void append_canonical_decomposition(char32_t c, std::string& out) {
  decompose(c, false, [&](char32_t part) { append_utf8(out, part); });
}

std::vector<CharChange> normal_form(std::string_view text, NormalForm form) {
  const bool is_compatible = form == NormalForm::kNfkc || form == NormalForm::kNfkd;
  std::vector<CharChange> parts = decomposed(text, is_compatible);
  const bool composes = form == NormalForm::kNfc || form == NormalForm::kNfkc;
  return composes ? composed(parts) : parts;
}

}  // namespace slm::text
