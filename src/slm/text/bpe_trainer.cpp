#include "slm/text/bpe_trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "slm/core/error.h"
#include "slm/core/parallel.h"
#include "slm/text/bpe_words.h"
#include "slm/text/byte_tokenizer.h"
#include "slm/text/merge_changes.h"
#include "slm/text/pair_counts.h"
#include "slm/text/pair_queue.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

constexpr int64_t kProgressEvery = 256;      // merges
constexpr size_t kWordsPerThread = 1 << 11;  // for fewer a second thread costs more than it brings

void characters_of(std::string_view word, std::vector<std::string_view>& characters) {
  characters.clear();
  for (size_t at = 0; at < word.size();) {
    const auto length = static_cast<size_t>(read_utf8(word, at).length);
    characters.push_back(word.substr(at, length));
    at += length;
  }
}

size_t num_characters(std::string_view word) {
  std::vector<std::string_view> characters;
  characters_of(word, characters);
  return characters.size();
}

class Trainer {
 public:
  Trainer(CountedWords counted, const BpeTrainerOptions& options)
      : options_(options), changes_(static_cast<size_t>(num_threads())) {
    for (const std::string& token : options.special_tokens) id_of(token, num_characters(token));
    {
      const CountedWords words = std::move(counted);  // their memory is needed for the pairs
      add_alphabet(words);
      reserve(words);
      if (options.is_byte_level) {
        add_bytes(words);
      } else {
        add_words(words);
      }
    }
    count_pairs();
  }

  TrainedBpe run() {
    while (static_cast<int64_t>(tokens_.size()) < options_.vocab_size && !queue_.empty()) {
      Candidate top = queue_.pop();
      const int64_t count = counts_[top.pair];
      if (top.count != count) {
        top.count = count;
        if (count > 0) {
          queue_.push(top);
        } else {
          queue_.release_words(top.words);
        }
        continue;
      }
      if (options_.min_frequency > top.count) break;
      merge(top);
      if (options_.on_progress && merges_.size() % kProgressEvery == 0) {
        options_.on_progress(static_cast<int64_t>(tokens_.size()));
      }
    }
    return result();
  }

 private:
  // The id of a token, which becomes one now if it was not. `length` is in characters.
  int32_t id_of(const std::string& token, size_t length) {
    const auto [place, is_new] = ids_.try_emplace(token, static_cast<int32_t>(tokens_.size()));
    if (is_new) {
      tokens_.push_back(token);
      lengths_.push_back(length);
    }
    return place->second;
  }

  void add_alphabet(const CountedWords& words) {
    std::map<std::string, uint64_t, std::less<>> counts;
    if (!options_.is_byte_level) {
      std::vector<std::string_view> characters;
      words.for_each([&](std::string_view word, int64_t count) {
        characters_of(word, characters);
        for (const std::string_view c : characters) {
          const auto place = counts.find(c);
          (place != counts.end() ? place->second : counts[std::string(c)]) += static_cast<uint64_t>(count);
        }
      });
    }
    for (const std::string& c : options_.initial_alphabet) counts[c] = std::numeric_limits<uint64_t>::max();
    if (options_.is_byte_level) {
      for (const std::string& c : byte_level_alphabet()) counts[c] = std::numeric_limits<uint64_t>::max();
    }
    std::vector<std::pair<std::string, uint64_t>> kept(counts.begin(), counts.end());
    if (options_.limit_alphabet && kept.size() > *options_.limit_alphabet) {
      std::stable_sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
      kept.resize(*options_.limit_alphabet);
      std::sort(kept.begin(), kept.end());  // UTF-8 sorts as code points do
    }
    for (const auto& [character, count] : kept) id_of(character, 1);
    if (static_cast<int64_t>(tokens_.size()) > options_.vocab_size) {
      const bool is_bytes = options_.is_byte_level || !options_.initial_alphabet.empty();
      const std::string alphabet = fmt::format("an alphabet of {} {}", kept.size(), is_bytes ? "bytes" : "characters");
      throw Error(no_room_message(options_.vocab_size, options_.special_tokens.size(), alphabet, tokens_.size()) +
                  (is_bytes ? "" : ", or limit the alphabet"));
    }
  }

  void reserve(const CountedWords& words) {
    size_t num_words = 0, num_tokens = 0;
    words.for_each([&](std::string_view word, int64_t) {
      const auto is_first_byte = [](char c) { return !is_continuation(c); };
      const auto size = options_.is_byte_level
                            ? word.size()
                            : static_cast<size_t>(std::count_if(word.begin(), word.end(), is_first_byte));
      if (size < 2) return;
      ++num_words;
      num_tokens += size;
    });
    words_.reserve(num_words, num_tokens);
  }

  void add_bytes(const CountedWords& words) {
    std::array<int32_t, 256> byte_ids;
    for (size_t byte = 0; byte < 256; ++byte) byte_ids[byte] = ids_.at(byte_level_alphabet()[byte]);
    std::vector<int32_t> tokens;
    words.for_each([&](std::string_view word, int64_t count) {
      tokens.clear();
      for (const char c : word) tokens.push_back(byte_ids[static_cast<unsigned char>(c)]);
      words_.add(tokens, count);
    });
  }

  // Characters outside the alphabet are left out.
  void add_words(const CountedWords& words) {
    std::string token;
    std::vector<std::string_view> characters;
    std::vector<int32_t> tokens;
    const auto add = [&](std::string_view word, int64_t count) {
      characters_of(word, characters);
      tokens.clear();
      for (size_t i = 0; i < characters.size(); ++i) {
        token = characters[i];
        if (!ids_.contains(token)) continue;
        if (i > 0) token.insert(0, options_.continuing_subword_prefix);
        if (i + 1 == characters.size()) token += options_.end_of_word_suffix;
        tokens.push_back(id_of(token, 1));
      }
      words_.add(tokens, count);
    };
    // New tokens with affixes are numbered in the order of the words, so that must not depend on how they came.
    const bool has_affixes = !options_.continuing_subword_prefix.empty() || !options_.end_of_word_suffix.empty();
    if (has_affixes) {
      words.for_each_sorted(add);
    } else {
      words.for_each(add);
    }
  }

  void count_pairs() {
    struct Pair {
      uint64_t pair;
      int64_t count;
      size_t num_words;
      uint32_t last_word;
      std::span<uint32_t> words;
    };
    constexpr uint32_t kNoWord = UINT32_MAX;
    std::vector<Pair> pairs;
    PairCounts places;  // in `pairs`, plus 1
    const auto for_each_pair = [&](uint32_t word, const auto& visit) {
      const auto tokens = words_.tokens(word);
      for (size_t i = 0; i + 1 < tokens.size(); ++i) visit(pair_of(tokens[i], tokens[i + 1]));
    };
    words_.for_each([&](uint32_t word) {
      for_each_pair(word, [&](uint64_t pair) {
        auto place = static_cast<size_t>(places[pair]);
        if (place == 0) {
          pairs.push_back({pair, 0, 0, kNoWord, {}});
          place = pairs.size();
          places.add(pair, static_cast<int64_t>(place));
        }
        Pair& entry = pairs[place - 1];
        entry.count += words_.count(word);
        if (std::exchange(entry.last_word, word) != word) ++entry.num_words;
      });
    });
    for (Pair& entry : pairs) {
      entry.words = queue_.allocate_words(entry.num_words);
      entry.num_words = 0;
      entry.last_word = kNoWord;
    }
    words_.for_each([&](uint32_t word) {
      for_each_pair(word, [&](uint64_t pair) {
        Pair& entry = pairs[static_cast<size_t>(places[pair]) - 1];
        if (std::exchange(entry.last_word, word) != word) entry.words[entry.num_words++] = word;
      });
    });
    for (const Pair& entry : pairs) {
      counts_.add(entry.pair, entry.count);
      queue_.push({entry.count, entry.pair, entry.words});
    }
  }

  void merge(const Candidate& top) {
    const int32_t left = left_of(top.pair), right = right_of(top.pair);
    std::string_view rest = tokens_[static_cast<size_t>(right)];
    if (rest.starts_with(options_.continuing_subword_prefix)) {
      rest.remove_prefix(options_.continuing_subword_prefix.size());
    }
    const std::string whole = tokens_[static_cast<size_t>(left)] + std::string(rest);
    const int32_t merged = id_of(whole, lengths_[static_cast<size_t>(left)] + lengths_[static_cast<size_t>(right)]);
    merges_.push_back(top.pair);

    const size_t num_workers = std::clamp<size_t>(top.words.size() / kWordsPerThread, 1, changes_.size());
    parallel_for(0, static_cast<int64_t>(num_workers), 1, [&](int64_t first, int64_t last) {
      for (auto worker = static_cast<size_t>(first); worker < static_cast<size_t>(last); ++worker) {
        const size_t begin = top.words.size() * worker / num_workers;
        const size_t end = top.words.size() * (worker + 1) / num_workers;
        changes_[worker].resize(tokens_.size());
        changes_[worker].merge_in(words_, top.words.subspan(begin, end - begin), left, right, merged);
      }
    });
    queue_.release_words(top.words);
    MergeChanges& changes = changes_[0];
    for (size_t worker = 1; worker < num_workers; ++worker) {
      changes.before.add(changes_[worker].before);
      changes.after.add(changes_[worker].after);
      changes_[worker].clear();
    }
    count(changes.before, merged, [&](int32_t x) { return std::pair(pair_of(x, left), pair_of(x, merged)); });
    count(changes.after, merged, [&](int32_t x) { return std::pair(pair_of(right, x), pair_of(merged, x)); });
    queue(changes.before, merged, [&](int32_t x) { return pair_of(x, merged); });
    queue(changes.after, merged, [&](int32_t x) { return pair_of(merged, x); });
    changes.clear();
  }

  bool may_grow(int32_t a, int32_t b) const {
    const size_t length = lengths_[static_cast<size_t>(a)] + lengths_[static_cast<size_t>(b)];
    return !options_.max_token_length || length < *options_.max_token_length;
  }

  // `pairs` gives the pair that a neighbour was part of and the one that it is part of now.
  template <typename Pairs>
  void count(NeighbourChanges& changes, int32_t merged, const Pairs& pairs) {
    constexpr size_t kAhead = 8;
    const std::vector<int32_t>& touched = changes.touched();
    for (size_t i = 0; i < touched.size(); ++i) {
      if (i + kAhead < touched.size()) {
        const auto [old_pair, new_pair] = pairs(touched[i + kAhead]);
        counts_.prefetch(old_pair);
        counts_.prefetch(new_pair);
      }
      const auto [old_pair, new_pair] = pairs(touched[i]);
      const int64_t count = changes[touched[i]].count;
      counts_.add(old_pair, -count);
      if (may_grow(touched[i], merged)) counts_.add(new_pair, count);
    }
  }

  // The new pairs become candidates with the words that got them. `pair` gives a neighbour's.
  template <typename Pair>
  void queue(NeighbourChanges& changes, int32_t merged, const Pair& pair) {
    std::vector<Candidate>& candidates = new_candidates_;
    candidates.clear();
    for (const int32_t x : changes.touched()) {
      NeighbourChanges::Neighbour& neighbour = changes[x];
      if (neighbour.num_words == 0) continue;
      const int64_t count = counts_[pair(x)];
      if (count <= 0 || !may_grow(x, merged)) continue;
      const auto words = queue_.allocate_words(neighbour.num_words);
      neighbour.place = words.data();
      candidates.push_back({count, pair(x), words});
    }
    changes.scatter_words();
    for (const Candidate& candidate : candidates) queue_.push(candidate);
  }

  TrainedBpe result() const {
    TrainedBpe trained;
    trained.tokens = tokens_;
    // Two ways to spell one token can bring a merged pair back; only its last merge counts.
    std::unordered_set<uint64_t> seen;
    for (auto pair = merges_.rbegin(); pair != merges_.rend(); ++pair) {
      if (!seen.insert(*pair).second) continue;
      trained.merges.emplace_back(tokens_[static_cast<size_t>(left_of(*pair))],
                                  tokens_[static_cast<size_t>(right_of(*pair))]);
    }
    std::reverse(trained.merges.begin(), trained.merges.end());
    return trained;
  }

  const BpeTrainerOptions& options_;
  std::unordered_map<std::string, int32_t> ids_;
  std::vector<std::string> tokens_;  // by id
  std::vector<size_t> lengths_;      // by id
  BpeWords words_;
  PairCounts counts_;
  PairQueue queue_;
  std::vector<MergeChanges> changes_;  // of the threads
  std::vector<Candidate> new_candidates_;
  std::vector<uint64_t> merges_;
};

}  // namespace

std::string no_room_message(int64_t vocab_size, size_t num_special_tokens, std::string_view alphabet,
                            size_t num_needed) {
  return fmt::format(
      "[tokenizer training] a vocabulary of {} tokens has no room for {} special tokens and {}: ask for at "
      "least {} tokens",
      vocab_size, num_special_tokens, alphabet, num_needed);
}

TrainedBpe train_bpe(CountedWords words, const BpeTrainerOptions& options) {
  return Trainer(std::move(words), options).run();
}

}  // namespace slm::text
