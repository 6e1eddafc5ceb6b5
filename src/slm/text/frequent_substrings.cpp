#include "slm/text/frequent_substrings.h"

#include <algorithm>
#include <numeric>

#include "slm/core/error.h"
#include "slm/core/parallel.h"
#include "slm/text/ascii_scan.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

bool begins_character(char c) { return !is_continuation(c); }

// Suffixes of the words, none longer than max_characters, as places in the text of all words.
class Suffixes {
 public:
  Suffixes(const UnigramWords& words, size_t max_characters)
      : text_(words.all_text()), max_characters_(max_characters) {
    if (text_.size() > UINT32_MAX) {
      throw Error("[Unigram trainer] the distinct words have more than 4 GB: train on less text");
    }
    sort();
  }

  size_t size() const { return places_.size(); }
  uint32_t place(size_t index) const { return places_[index]; }
  std::string_view text(size_t place, size_t size) const { return text_.substr(place, size); }

  // In bytes, of whole characters.
  size_t common_prefix(size_t a, size_t b) const {
    size_t characters_end = 0, characters = 0;
    for (size_t length = 0;; ++length) {
      const char x = text_[a + length], y = text_[b + length];
      if (begins_character(x) && begins_character(y)) {
        characters_end = length;
        if (characters++ == max_characters_) break;
      }
      if (x != y || x == '\0') break;
    }
    return characters_end;
  }

 private:
  bool is_less(size_t a, size_t b) const {
    const size_t limit = 4 * max_characters_;
    for (size_t length = 0; length < limit; length += 8) {
      const uint64_t x = ascii::load(text_.data() + a + length), y = ascii::load(text_.data() + b + length);
      const bool ends = ((x - ascii::kOnes) & ~x & ascii::kHighs) != 0;
      if (x == y && !ends) continue;
      for (size_t i = length; i < length + 8; ++i) {
        const auto s = static_cast<unsigned char>(text_[a + i]), t = static_cast<unsigned char>(text_[b + i]);
        if (s != t) return s < t;
        if (s == 0) return false;
      }
    }
    return false;
  }

  // First by two bytes, then each group by itself.
  void sort() {
    constexpr size_t kGroups = 1 << 16;
    const auto is_suffix = [&](size_t place) { return text_[place] != '\0' && begins_character(text_[place]); };
    const auto group_of = [&](size_t place) {
      return size_t{static_cast<unsigned char>(text_[place])} << 8 | static_cast<unsigned char>(text_[place + 1]);
    };
    std::vector<size_t> begins(kGroups + 1, 0);
    for (size_t place = 0; place < text_.size(); ++place) {
      if (is_suffix(place)) ++begins[group_of(place) + 1];
    }
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    places_.resize(begins.back());
    std::vector<size_t> next(begins.begin(), begins.end() - 1);
    for (size_t place = 0; place < text_.size(); ++place) {
      if (is_suffix(place)) places_[next[group_of(place)]++] = static_cast<uint32_t>(place);
    }
    // Neighbouring groups are often both large: each thread takes every so manieth.
    const int64_t num_lanes = 4 * num_threads();
    parallel_for(0, num_lanes, 1, [&](int64_t first, int64_t last) {
      for (int64_t lane = first; lane < last; ++lane) {
        for (auto group = static_cast<size_t>(lane); group < kGroups; group += static_cast<size_t>(num_lanes)) {
          std::sort(places_.begin() + static_cast<ptrdiff_t>(begins[group]),
                    places_.begin() + static_cast<ptrdiff_t>(begins[group + 1]),
                    [&](uint32_t a, uint32_t b) { return is_less(a, b); });
        }
      }
    });
  }

  std::string_view text_;
  size_t max_characters_;
  std::vector<uint32_t> places_;
};

int64_t num_characters(std::string_view text) { return std::count_if(text.begin(), text.end(), begins_character); }

}  // namespace

std::vector<Substring> frequent_substrings(const UnigramWords& words, size_t max_characters, size_t limit) {
  const Suffixes suffixes(words, max_characters);
  std::vector<Substring> found;
  // Prefixes that the suffixes now have in common with those before, from short to long; `first` had it first.
  struct Open {
    size_t size, first;
  };
  std::vector<Open> open;
  for (size_t i = 1; i <= suffixes.size(); ++i) {
    const size_t common = i < suffixes.size() ? suffixes.common_prefix(suffixes.place(i - 1), suffixes.place(i)) : 0;
    size_t first = i - 1;
    while (!open.empty() && open.back().size > common) {
      first = open.back().first;
      const std::string_view text = suffixes.text(suffixes.place(first), open.back().size);
      const int64_t characters = num_characters(text);
      if (characters >= 2) found.push_back({text, static_cast<int64_t>(i - first) * characters});
      open.pop_back();
    }
    if (common > 0 && (open.empty() || open.back().size < common)) open.push_back({common, first});
  }
  const auto is_better = [](const Substring& a, const Substring& b) {
    return a.score != b.score ? a.score > b.score : a.text < b.text;
  };
  if (found.size() > limit) {
    std::nth_element(found.begin(), found.begin() + static_cast<ptrdiff_t>(limit), found.end(), is_better);
    found.resize(limit);
  }
  std::sort(found.begin(), found.end(), is_better);
  return found;
}

}  // namespace slm::text
