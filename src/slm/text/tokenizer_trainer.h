#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slm/storage/system_calls.h"

namespace slm::text {

enum class TokenizerType { kBpe, kWordPiece, kUnigram, kChar, kByte };

// How a text is cut into words, which tokens do not cross: the expressions of GPT-2, cl100k (Llama 3), Qwen 2 and
// o200k, or BERT's words and punctuation.
enum class WordPattern { kGpt2, kCl100k, kQwen2, kO200k, kBert };

struct TokenizerTrainerOptions {
  TokenizerType type = TokenizerType::kBpe;
  // Special tokens included. kChar, kByte: no more than so many.
  int32_t vocab_size = 32000;
  int64_t min_frequency = 0;  // kBpe, kWordPiece: a pair that comes less often is not merged
  // Get the first ids; kByte: the last. Without any kWordPiece gets [PAD], [UNK], [CLS], [SEP] and [MASK], and kUnigram
  // <unk>.
  std::vector<std::string> special_tokens = {};
  std::optional<WordPattern> pattern = {};  // kBpe: else kGpt2. The others have their own.
  bool lowercase = false;
  std::optional<size_t> limit_alphabet = {};  // kWordPiece, kUnigram: only so many characters, the most frequent ones
  // kBpe: in bytes; kWordPiece, kUnigram: in characters. kUnigram: else 16.
  std::optional<size_t> max_token_length = {};

  // What counting words may take; beyond it counts move to a file without a name in `temporary_folder`. What is learned
  // does not depend on it.
  std::optional<int64_t> max_memory_bytes = {};
  std::string temporary_folder = ".";

  // Called now and then with the number of tokens so far (kUnigram: that are left). What it throws ends the training.
  std::function<void(int64_t)> on_progress = {};
};

// Learns a tokenizer from texts. The same texts give the same tokenizer, in whatever order they come and with any
// number of threads.
class TokenizerTrainer {
 public:
  using AddText = std::function<void(std::string_view text)>;

  // Throws UsageError for options that contradict each other.
  explicit TokenizerTrainer(TokenizerTrainerOptions options, storage::SystemCalls& calls = storage::system_calls());
  ~TokenizerTrainer();
  TokenizerTrainer(const TokenizerTrainer&) = delete;
  TokenizerTrainer& operator=(const TokenizerTrainer&) = delete;

  // A text is cut into words by itself: no word spans two. Throws IoError where counts have to be written to a file and
  // cannot be.
  void add(std::string_view text);

  // The texts of several sources, on several threads: `read(i, add)` calls `add` for each text of source i.
  void add(int64_t num_sources, const std::function<void(int64_t source, const AddText& add)>& read);

  // The content of a tokenizer.json. Throws Error when the texts have nothing to learn from, or the vocabulary has no
  // room for the alphabet.
  std::string finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace slm::text
