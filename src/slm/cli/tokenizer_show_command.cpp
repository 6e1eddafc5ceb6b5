#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "slm/cli/progress_bar.h"
#include "slm/cli/tokenizer_commands.h"
#include "slm/core/error.h"
#include "slm/text/tokenizer.h"
#include "slm/text/utf8.h"

namespace slm::cli {
namespace {

// Printable on one line, with the places of line ends visible: control characters, C1 ones too, and what is not UTF-8
// as their bytes.
std::string visible(std::string_view token) {
  std::string out;
  for (size_t at = 0; at < token.size();) {
    const text::Utf8Char c = text::read_utf8(token, at);
    const std::string_view bytes = token.substr(at, static_cast<size_t>(c.length));
    const bool is_control = c.code_point < 0x20 || (c.code_point >= 0x7F && c.code_point < 0xA0);
    const bool is_line_end = c.code_point == 0x2028 || c.code_point == 0x2029;
    if (c.is_valid && !is_control && !is_line_end) {
      out += bytes;
    } else {
      for (const char byte : bytes) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
    at += bytes.size();
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
      if (tokenizer.is_special(id))
        std::cout << fmt::format("special: {:>8} {}\n", id, visible(tokenizer.id_to_token(id)));
    }
    std::cout << std::flush;
  }

  // A line of the text with its tokens in turning colours, or apart by bars; then a line for each token.
  static void show_tokens(const text::Tokenizer& tokenizer, const std::string& content) {
    constexpr int kFirstColour = 41, kNumColours = 6;
    const bool has_colours = is_terminal(STDOUT_FILENO);
    const text::Encoding encoding = tokenizer.encode_with_offsets(content);
    std::string line;
    int64_t shown = 0;  // bytes of the text: several tokens of one character share its place
    for (size_t i = 0; i < encoding.ids.size(); ++i) {
      const auto [first, end] = encoding.offsets[i];
      const int64_t begin = std::max(first, shown);
      const auto size = static_cast<size_t>(std::max<int64_t>(end - begin, 0));
      const std::string part = visible(std::string_view(content).substr(static_cast<size_t>(begin), size));
      shown = std::max(shown, end);
      if (has_colours) {
        line += fmt::format("\x1b[30;{}m{}\x1b[0m", kFirstColour + static_cast<int>(i) % kNumColours, part);
      } else {
        line += (i == 0 ? "" : "|") + part;
      }
    }
    std::cout << line << '\n';
    for (size_t i = 0; i < encoding.ids.size(); ++i) {
      std::cout << fmt::format("{:>8}  {:<24} bytes {}-{}\n", encoding.ids[i],
                               visible(tokenizer.id_to_token(encoding.ids[i])), encoding.offsets[i].begin,
                               encoding.offsets[i].end);
    }
    std::cout << std::flush;
  }

  std::vector<std::string> text_;
  std::string tokenizer_;
};

}  // namespace

std::unique_ptr<Command> make_tokenizer_show_command() { return std::make_unique<TokenizerShowCommand>(); }

}  // namespace slm::cli
