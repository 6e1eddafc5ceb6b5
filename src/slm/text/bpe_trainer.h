#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "slm/text/counted_words.h"

namespace slm::text {

struct BpeTrainerOptions {
  int32_t vocab_size = 30000;                 // special tokens and alphabet included
  int64_t min_frequency = 0;                  // a pair that comes less often is not merged
  std::vector<std::string> special_tokens;    // get the first ids
  std::vector<std::string> initial_alphabet;  // characters that are in the vocabulary even if they never come
  // Words are any bytes, and the characters are byte_level_alphabet(), which stands for them: all 256.
  bool is_byte_level = false;
  std::optional<size_t> limit_alphabet;    // only so many characters, the most frequent ones
  std::optional<size_t> max_token_length;  // in characters
  std::string continuing_subword_prefix;   // of every character but a word's first
  std::string end_of_word_suffix;          // of a word's last character
  // Called now and then with the number of tokens so far. What it throws ends the training.
  std::function<void(int64_t)> on_progress = {};
};

struct TrainedBpe {
  std::vector<std::string> tokens;                          // by id
  std::vector<std::pair<std::string, std::string>> merges;  // by rank
};

// What is wrong with a vocabulary that has no room for its `alphabet` ("256 bytes").
std::string no_room_message(int64_t vocab_size, size_t num_special_tokens, std::string_view alphabet,
                            size_t num_needed);

// Learns byte-pair encoding from counted words: the most frequent pair of neighbouring tokens is merged, of equally
// frequent ones the pair with the smaller ids, until the vocabulary is full. These are the merges that Hugging Face's
// BpeTrainer gives for the same words and options. The order of the words does not matter.
//
// Takes 16 bytes for each distinct word and about 8 for each of its characters, and some 60 for each pair of tokens
// that ever comes; the words as they were given are let go before.
TrainedBpe train_bpe(CountedWords words, const BpeTrainerOptions& options);

}  // namespace slm::text
