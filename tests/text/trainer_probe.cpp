// Trains a tokenizer for a comparison with another library and writes its tokenizer.json to standard output:
//   trainer_probe bpe|wordpiece|unigram gpt2|cl100k VOCAB_SIZE MIN_FREQUENCY MAX_TOKEN_LENGTH LIMIT_ALPHABET LOWERCASE
//   [SPECIAL...]
// 0 for a limit means none. Standard input has texts, each a little-endian u32 size and its bytes.

#include <cstdint>
#include <iostream>
#include <string>

#include "slm/core/error.h"
#include "slm/text/tokenizer_trainer.h"

int main(int argc, char** argv) {
  if (argc < 8) return 2;
  using namespace slm::text;
  const auto limit = [&](int i) {
    return std::stoul(argv[i]) == 0 ? std::nullopt : std::optional<size_t>(std::stoul(argv[i]));
  };
  try {
    TokenizerTrainerOptions options;
    const std::string type = argv[1];
    options.type = type == "bpe"         ? TokenizerType::kBpe
                   : type == "wordpiece" ? TokenizerType::kWordPiece
                                         : TokenizerType::kUnigram;
    const std::string pattern = argv[2];
    options.pattern = pattern == "gpt2"    ? WordPattern::kGpt2
                      : pattern == "qwen2" ? WordPattern::kQwen2
                      : pattern == "o200k" ? WordPattern::kO200k
                      : pattern == "bert"  ? WordPattern::kBert
                                           : WordPattern::kCl100k;
    options.vocab_size = std::stoi(argv[3]);
    options.min_frequency = std::stol(argv[4]);
    options.max_token_length = limit(5);
    options.limit_alphabet = limit(6);
    options.lowercase = std::string(argv[7]) == "1";
    options.special_tokens.assign(argv + 8, argv + argc);
    TokenizerTrainer trainer(options);
    uint32_t size = 0;
    std::string text;
    while (std::cin.read(reinterpret_cast<char*>(&size), sizeof size)) {
      text.resize(size);
      if (!std::cin.read(text.data(), size)) break;
      trainer.add(text);
    }
    std::cout << trainer.finish();
  } catch (const slm::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
