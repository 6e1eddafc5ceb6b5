#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "slm/cli/progress_bar.h"
#include "slm/cli/tokenizer_commands.h"
#include "slm/core/error.h"
#include "slm/text/tokenizer.h"

namespace slm::cli {
namespace {

// Printable on one line, with the places of line ends visible.
std::string visible(const std::string& token) {
  std::string out;
  for (const char c : token) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return out;
}

class TokenizerShowCommand final : public Command {
 public:
  std::string name() const override { return "tokenizer show"; }
  std::string summary() const override { return "What a tokenizer is, or how it splits a text."; }
  std::string example() const override { return "slm tokenizer show --tokenizer tokenizer.json \"Hello, world!\""; }

  void define_options(OptionTable& options) override {
    options.add_positional("TEXT", text_, "A text to split into tokens.", 0, 1);
    options.add("tokenizer", tokenizer_, "A tokenizer.json, vocab.txt, .tiktoken file, or a folder with one.");
  }

  int run(const OptionTable&) override {
    if (tokenizer_.empty()) throw UsageError("--tokenizer is missing: a tokenizer.json, or a folder with one");
    const auto tokenizer = text::load_tokenizer(tokenizer_);
    if (text_.empty()) {
      describe(*tokenizer);
    } else {
      show_tokens(*tokenizer, text_[0]);
    }
    return kExitDone;
  }

 private:
  static void describe(const text::Tokenizer& tokenizer) {
    std::cout << "kind: " << tokenizer.kind() << "\nvocabulary: " << tokenizer.vocab_size() << " tokens\n";
    for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
      if (tokenizer.is_special(id)) std::cout << fmt::format("special: {:>8} {}\n", id, tokenizer.id_to_token(id));
    }
    std::cout << std::flush;
  }

  // A line of the text with its tokens in turning colours, or apart by bars; then a line for each token.
  static void show_tokens(const text::Tokenizer& tokenizer, const std::string& content) {
    constexpr int kFirstColour = 41, kNumColours = 6;
    const bool has_colours = is_terminal(STDOUT_FILENO);
    const text::Encoding encoding = tokenizer.encode_with_offsets(content);
    std::string line;
    for (size_t i = 0; i < encoding.ids.size(); ++i) {
      const auto [begin, end] = encoding.offsets[i];
      const std::string part = visible(content.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
      if (has_colours) {
        line += fmt::format("\x1b[30;{}m{}\x1b[0m", kFirstColour + static_cast<int>(i) % kNumColours, part);
      } else {
        line += (i == 0 ? "" : "|") + part;
      }
    }
    std::cout << line << '\n';
    for (size_t i = 0; i < encoding.ids.size(); ++i) {
      std::cout << fmt::format("{:>8}  {:<24} bytes {}-{}\n", encoding.ids[i], tokenizer.id_to_token(encoding.ids[i]),
                               encoding.offsets[i].begin, encoding.offsets[i].end);
    }
    std::cout << std::flush;
  }

  std::vector<std::string> text_;
  std::string tokenizer_;
};

}  // namespace

std::unique_ptr<Command> make_tokenizer_show_command() { return std::make_unique<TokenizerShowCommand>(); }

}  // namespace slm::cli
