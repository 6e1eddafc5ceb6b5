#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slm::text {

enum class TokenizerType { kBpe, kWordPiece, kChar, kByte };

// How a text is cut into words, which tokens do not cross: the expressions of GPT-2, cl100k (Llama 3), Qwen 2 and
// o200k, or BERT's words and punctuation.
enum class WordPattern { kGpt2, kCl100k, kQwen2, kO200k, kBert };

struct TokenizerTrainerOptions {
  TokenizerType type = TokenizerType::kBpe;
  int32_t vocab_size = 32000;  // kBpe, kWordPiece: special tokens included
  int64_t min_frequency = 0;   // a pair that comes less often is not merged
  // Get the first ids; kByte: the last. kWordPiece without any gets [PAD], [UNK], [CLS], [SEP] and [MASK].
  std::vector<std::string> special_tokens = {};
  std::optional<WordPattern> pattern = {};  // kBpe: else kGpt2. The others have their own.
  bool lowercase = false;
  std::optional<size_t> limit_alphabet = {};      // kWordPiece: only so many characters, the most frequent ones
  std::optional<size_t> max_token_length = {};    // kBpe: in bytes; kWordPiece: in characters
  std::function<void(int64_t)> on_progress = {};  // called now and then with the number of tokens so far
};

// Learns a tokenizer from texts. The same texts give the same tokenizer, in whatever order they come.
class TokenizerTrainer {
 public:
  // Throws UsageError for options that contradict each other.
  explicit TokenizerTrainer(TokenizerTrainerOptions options);
  ~TokenizerTrainer();
  TokenizerTrainer(const TokenizerTrainer&) = delete;
  TokenizerTrainer& operator=(const TokenizerTrainer&) = delete;

  // A text is cut into words by itself: no word spans two.
  void add(std::string_view text);

  // The content of a tokenizer.json. Throws Error when the texts have nothing to learn from, or the vocabulary has no
  // room for the alphabet.
  std::string finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace slm::text
