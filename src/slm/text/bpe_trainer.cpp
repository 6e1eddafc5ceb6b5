#include "slm/text/bpe_trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <queue>
#include <unordered_map>
#include <unordered_set>

#include "slm/core/error.h"
#include "slm/text/pair_table.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

constexpr int64_t kProgressEvery = 256;  // merges

// A pair that may be merged next, with the words that got it since its last candidate was made.
struct Candidate {
  int64_t count;
  uint64_t pair;
  std::vector<uint32_t> words;

  // The queue's top has the largest count, then the smallest pair.
  bool operator<(const Candidate& other) const {
    return count != other.count ? count < other.count : pair > other.pair;
  }
};

std::vector<std::string_view> characters_of(std::string_view word) {
  std::vector<std::string_view> characters;
  for (size_t at = 0; at < word.size();) {
    const auto length = static_cast<size_t>(read_utf8(word, at).length);
    characters.push_back(word.substr(at, length));
    at += length;
  }
  return characters;
}

class Trainer {
 public:
  Trainer(const WordCounts& words, const BpeTrainerOptions& options) : options_(options) {
    for (const std::string& token : options.special_tokens) id_of(token, characters_of(token).size());
    add_alphabet(words);
    add_words(words);
    count_pairs();
  }

  TrainedBpe run() {
    while (static_cast<int64_t>(tokens_.size()) < options_.vocab_size && !queue_.empty()) {
      // Moving out of the top is safe: pop() only compares counts and pairs.
      Candidate top = std::move(const_cast<Candidate&>(queue_.top()));
      queue_.pop();
      const int64_t count = pairs_[top.pair].count;
      if (top.count != count) {
        top.count = count;
        queue_.push(std::move(top));
        continue;
      }
      if (top.count < 1 || options_.min_frequency > top.count) break;
      merge(top);
      if (options_.on_progress && merges_.size() % kProgressEvery == 0) {
        options_.on_progress(static_cast<int64_t>(tokens_.size()));
      }
    }
    return result();
  }

 private:
  struct Word {
    size_t begin;  // in symbols_
    uint32_t length;
    int64_t count;
  };

  static uint64_t pair_of(int32_t left, int32_t right) {
    return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
  }

  // The id of a token, which becomes one now if it was not. `length` is in characters.
  int32_t id_of(const std::string& token, size_t length) {
    const auto [place, is_new] = ids_.try_emplace(token, static_cast<int32_t>(tokens_.size()));
    if (is_new) {
      tokens_.push_back(token);
      lengths_.push_back(length);
    }
    return place->second;
  }

  void add_alphabet(const WordCounts& words) {
    std::map<std::string, uint64_t, std::less<>> counts;
    for (size_t i = 0; i < words.size(); ++i) {
      for (const std::string_view c : characters_of(words[i].text)) {
        const auto place = counts.find(c);
        (place != counts.end() ? place->second : counts[std::string(c)]) += static_cast<uint64_t>(words[i].count);
      }
    }
    for (const std::string& c : options_.initial_alphabet) counts[c] = std::numeric_limits<uint64_t>::max();
    std::vector<std::pair<std::string, uint64_t>> kept(counts.begin(), counts.end());
    if (options_.limit_alphabet && kept.size() > *options_.limit_alphabet) {
      std::stable_sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
      kept.resize(*options_.limit_alphabet);
      std::sort(kept.begin(), kept.end());  // UTF-8 sorts as code points do
    }
    for (const auto& [character, count] : kept) id_of(character, 1);
    if (static_cast<int64_t>(tokens_.size()) > options_.vocab_size) {
      throw Error(
          fmt::format("[BPE trainer] a vocabulary of {} tokens has no room for {} special tokens and an alphabet "
                      "of {} characters: ask for at least {} tokens, or limit the alphabet",
                      options_.vocab_size, options_.special_tokens.size(), kept.size(), tokens_.size()));
    }
  }

  // Characters outside the alphabet are left out.
  void add_words(const WordCounts& words) {
    std::vector<size_t> order(words.size());
    std::iota(order.begin(), order.end(), size_t{0});
    // New tokens with affixes are numbered in the order of the words, so that must not depend on how they came.
    const bool has_affixes = !options_.continuing_subword_prefix.empty() || !options_.end_of_word_suffix.empty();
    if (has_affixes) {
      std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return words[a].text < words[b].text; });
    }
    std::string token;
    for (const size_t index : order) {
      const WordCounts::Word word = words[index];
      const auto characters = characters_of(word.text);
      const size_t begin = symbols_.size();
      for (size_t i = 0; i < characters.size(); ++i) {
        token = characters[i];
        if (!ids_.contains(token)) continue;
        if (i > 0) token.insert(0, options_.continuing_subword_prefix);
        if (i + 1 == characters.size()) token += options_.end_of_word_suffix;
        symbols_.push_back(id_of(token, 1));
      }
      words_.push_back({begin, static_cast<uint32_t>(symbols_.size() - begin), word.count});
    }
  }

  void count_pairs() {
    for (uint32_t w = 0; w < words_.size(); ++w) {
      const int32_t* symbols = symbols_.data() + words_[w].begin;
      for (uint32_t i = 0; i + 1 < words_[w].length; ++i)
        change(pair_of(symbols[i], symbols[i + 1]), words_[w].count, w);
    }
    queue_changed();
  }

  void change(uint64_t pair, int64_t by, uint32_t word) {
    PairTable::Pair& entry = pairs_[pair];
    entry.count += by;
    if (by <= 0) return;
    if (entry.new_words.empty()) changed_.push_back(pair);
    if (entry.new_words.empty() || entry.new_words.back() != word) entry.new_words.push_back(word);
  }

  void queue_changed() {
    for (const uint64_t pair : changed_) {
      PairTable::Pair& entry = pairs_[pair];
      if (entry.count > 0) queue_.push({entry.count, pair, std::move(entry.new_words)});
      entry.new_words = {};
    }
    changed_.clear();
  }

  void merge(const Candidate& top) {
    const auto left = static_cast<int32_t>(top.pair >> 32), right = static_cast<int32_t>(top.pair & UINT32_MAX);
    std::string_view rest = tokens_[static_cast<size_t>(right)];
    if (rest.starts_with(options_.continuing_subword_prefix)) {
      rest.remove_prefix(options_.continuing_subword_prefix.size());
    }
    const std::string whole = tokens_[static_cast<size_t>(left)] + std::string(rest);
    const int32_t merged = id_of(whole, lengths_[static_cast<size_t>(left)] + lengths_[static_cast<size_t>(right)]);
    merges_.push_back(top.pair);
    for (const uint32_t word : top.words) merge_in(word, left, right, merged);
    queue_changed();
  }

  void merge_in(uint32_t index, int32_t left, int32_t right, int32_t merged) {
    Word& word = words_[index];
    int32_t* symbols = symbols_.data() + word.begin;
    const size_t limit = options_.max_token_length.value_or(std::numeric_limits<size_t>::max());
    const auto length_of = [&](int32_t id) { return lengths_[static_cast<size_t>(id)]; };
    uint32_t out = 0;  // symbols before it are done; reading is always ahead of writing
    for (uint32_t in = 0; in < word.length; ++in) {
      if (symbols[in] != left || in + 1 >= word.length || symbols[in + 1] != right) {
        symbols[out++] = symbols[in];
        continue;
      }
      if (out > 0) {
        change(pair_of(symbols[out - 1], left), -word.count, index);
        if (length_of(symbols[out - 1]) + length_of(merged) < limit) {
          change(pair_of(symbols[out - 1], merged), word.count, index);
        }
      }
      ++in;
      if (in + 1 < word.length) {
        change(pair_of(right, symbols[in + 1]), -word.count, index);
        if (length_of(symbols[in + 1]) + length_of(merged) < limit) {
          change(pair_of(merged, symbols[in + 1]), word.count, index);
        }
      }
      symbols[out++] = merged;
    }
    word.length = out;
  }

  TrainedBpe result() const {
    TrainedBpe trained;
    trained.tokens = tokens_;
    // Two ways to spell one token can bring a merged pair back; only its last merge counts.
    std::unordered_set<uint64_t> seen;
    for (auto pair = merges_.rbegin(); pair != merges_.rend(); ++pair) {
      if (!seen.insert(*pair).second) continue;
      trained.merges.emplace_back(tokens_[*pair >> 32], tokens_[*pair & UINT32_MAX]);
    }
    std::reverse(trained.merges.begin(), trained.merges.end());
    return trained;
  }

  const BpeTrainerOptions& options_;
  std::unordered_map<std::string, int32_t> ids_;
  std::vector<std::string> tokens_;  // by id
  std::vector<size_t> lengths_;      // by id
  std::vector<int32_t> symbols_;     // of all words
  std::vector<Word> words_;
  PairTable pairs_;
  std::vector<uint64_t> changed_;  // pairs with new words
  std::priority_queue<Candidate> queue_;
  std::vector<uint64_t> merges_;
};

}  // namespace

TrainedBpe train_bpe(const WordCounts& words, const BpeTrainerOptions& options) {
  return Trainer(words, options).run();
}

}  // namespace slm::text
