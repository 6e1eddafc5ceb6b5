#include <fmt/format.h>
#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

#include <cstring>
#include <optional>

#include "slm/core/error.h"
#include "slm/text/normalizer.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// Longer clusters are looked up character by character.
constexpr size_t kMaxClusterBytes = 5;

// SentencePiece's table: a u32 size in bytes, that many bytes of a double-array trie of u32 units (Darts-clone), then
// the replacements, each ended by a NUL. The trie maps a string to the place of its replacement.
class CharsMap {
 public:
  explicit CharsMap(const std::string& charsmap) {
    uint32_t trie_bytes = 0;
    if (charsmap.size() < sizeof trie_bytes) throw Error("is too short to be a compiled table of SentencePiece");
    std::memcpy(&trie_bytes, charsmap.data(), sizeof trie_bytes);
    if (trie_bytes > charsmap.size() - sizeof trie_bytes || trie_bytes < sizeof(uint32_t)) {
      throw Error(
          fmt::format("is a compiled table whose trie has {} bytes, beyond its end: truncated copy?", trie_bytes));
    }
    units_.resize(trie_bytes / sizeof(uint32_t));
    std::memcpy(units_.data(), charsmap.data() + sizeof trie_bytes, units_.size() * sizeof(uint32_t));
    replacements_ = charsmap.substr(sizeof trie_bytes + units_.size() * sizeof(uint32_t));
    if (!is_valid_utf8(replacements_)) throw Error("is a compiled table whose replacements are not UTF-8");
  }

  // What the shortest prefix of `key` in the table is replaced by.
  std::optional<std::string_view> find(std::string_view key) const {
    size_t node = offset_of(units_[0]);
    for (const char c : key) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte == 0) return std::nullopt;
      node ^= byte;
      if (node >= units_.size() || label_of(units_[node]) != byte) return std::nullopt;
      const uint32_t unit = units_[node];
      node ^= offset_of(unit);
      if (has_leaf(unit) && node < units_.size()) return replacement_at(units_[node] & 0x7FFFFFFF);
    }
    return std::nullopt;
  }

 private:
  static bool has_leaf(uint32_t unit) { return (unit >> 8 & 1) == 1; }
  static uint32_t label_of(uint32_t unit) { return unit & (0x80000000u | 0xFF); }
  static size_t offset_of(uint32_t unit) { return size_t{unit >> 10} << ((unit & 0x200) >> 6); }

  std::optional<std::string_view> replacement_at(size_t place) const {
    if (place > replacements_.size()) return std::nullopt;
    const std::string_view rest = std::string_view(replacements_).substr(place);
    return rest.substr(0, rest.find('\0'));
  }

  std::vector<uint32_t> units_;
  std::string replacements_;
};

size_t num_characters(std::string_view text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); at += static_cast<size_t>(read_utf8(text, at).length)) ++count;
  return count;
}

void append_replacement(std::vector<CharChange>& changes, std::string_view before, std::string_view after) {
  const auto num_before = static_cast<int>(num_characters(before));
  int num_after = 0;
  for (size_t at = 0; at < after.size();) {
    const Utf8Char c = read_utf8(after, at);
    // What goes beyond the number of old characters was inserted.
    changes.push_back({c.code_point, num_after < num_before ? 0 : 1});
    ++num_after;
    at += static_cast<size_t>(c.length);
  }
  if (num_after < num_before && !changes.empty()) changes.back().change += num_after - num_before;
}

// Where the grapheme clusters of a text end.
std::vector<size_t> cluster_ends(const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> iterator(
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
  UText* view = utext_openUTF8(nullptr, text.data(), static_cast<int64_t>(text.size()), &status);
  std::vector<size_t> ends;
  if (U_SUCCESS(status)) {
    iterator->setText(view, status);
    while (U_SUCCESS(status) && iterator->next() != icu::BreakIterator::DONE) {
      ends.push_back(static_cast<size_t>(iterator->current()));
    }
  }
  utext_close(view);
  if (U_FAILURE(status)) throw Error(fmt::format("[precompiled] ICU cannot find characters: {}", u_errorName(status)));
  return ends;
}

class PrecompiledNormalizer final : public Normalizer {
 public:
  explicit PrecompiledNormalizer(const std::string& charsmap) : map_(charsmap) {}

  void normalize(AlignedText& text) const override {
    const std::string& before = text.text();
    std::vector<CharChange> changes;
    bool is_changed = false;
    size_t begin = 0;
    for (const size_t end : cluster_ends(before)) {
      const std::string_view cluster = std::string_view(before).substr(begin, end - begin);
      begin = end;
      if (const auto whole = cluster.size() <= kMaxClusterBytes ? map_.find(cluster) : std::nullopt) {
        append_replacement(changes, cluster, *whole);
        is_changed = true;
        continue;
      }
      for (size_t at = 0; at < cluster.size();) {
        const Utf8Char c = read_utf8(cluster, at);
        const std::string_view one = cluster.substr(at, static_cast<size_t>(c.length));
        at += one.size();
        if (const auto replacement = map_.find(one)) {
          append_replacement(changes, one, *replacement);
          is_changed = true;
        } else {
          changes.push_back({c.code_point, 0});
        }
      }
    }
    if (is_changed) text.transform(changes);
  }

  // Few characters are in one cluster with a letter or mark behind them.
  bool is_local(char32_t before, char32_t after) const override {
    const auto break_of = [](char32_t c) {
      return u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_GRAPHEME_CLUSTER_BREAK);
    };
    switch (break_of(before)) {
      case U_GCB_PREPEND:
      case U_GCB_CR:
      case U_GCB_L:
      case U_GCB_ZWJ:
      case U_GCB_REGIONAL_INDICATOR:
        return false;
      default:
        break;
    }
    switch (break_of(after)) {
      case U_GCB_EXTEND:
      case U_GCB_SPACING_MARK:
      case U_GCB_ZWJ:
      case U_GCB_V:
      case U_GCB_T:
        return false;
      default:
        return true;
    }
  }

 private:
  CharsMap map_;
};

}  // namespace

std::unique_ptr<Normalizer> precompiled_normalizer(std::string charsmap) {
  return std::make_unique<PrecompiledNormalizer>(charsmap);
}

}  // namespace slm::text
