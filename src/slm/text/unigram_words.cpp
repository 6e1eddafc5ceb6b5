#include "slm/text/unigram_words.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "slm/text/utf8.h"

namespace slm::text {

UnigramWords::UnigramWords(CountedWords counted, size_t limit_alphabet) {
  const CountedWords words = std::move(counted);
  find_alphabet(words, limit_alphabet);
  std::unordered_set<char32_t> known;
  for (const Character& character : alphabet_) known.insert(read_utf8(character.text, 0).code_point);
  words.for_each_sorted([&](std::string_view word, int64_t count) {
    const auto end_word = [&, count] {
      if (bytes_.size() == begins_.back()) return;
      bytes_ += '\0';
      begins_.push_back(bytes_.size());
      counts_.push_back(count);
    };
    for (size_t at = 0; at < word.size();) {
      const Utf8Char c = read_utf8(word, at);
      const auto length = static_cast<size_t>(c.length);
      if (known.contains(c.code_point)) {
        bytes_ += word.substr(at, length);
        num_characters_ += count;
      } else {
        end_word();
      }
      at += length;
    }
    end_word();
  });
  bytes_.append(8, '\0');
}

void UnigramWords::find_alphabet(const CountedWords& words, size_t limit) {
  std::unordered_map<char32_t, int64_t> counts;
  words.for_each([&](std::string_view word, int64_t count) {
    for (size_t at = 0; at < word.size();) {
      const Utf8Char c = read_utf8(word, at);
      counts[c.code_point] += count;
      at += static_cast<size_t>(c.length);
    }
  });
  for (const auto& [code_point, count] : counts) {
    alphabet_.push_back({{}, count});
    append_utf8(alphabet_.back().text, code_point);
  }
  std::sort(alphabet_.begin(), alphabet_.end(), [](const Character& a, const Character& b) {
    return a.count != b.count ? a.count > b.count : a.text < b.text;
  });
  if (alphabet_.size() > limit) alphabet_.resize(limit);
}

}  // namespace slm::text
