#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <iostream>

#include "slm/cli/text_input.h"
#include "slm/cli/tokenizer_commands.h"
#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "slm/text/tokenizer.h"

namespace slm::cli {
namespace {

class TokenizerDecodeCommand final : public Command {
 public:
  std::string name() const override { return "tokenizer decode"; }
  std::string summary() const override { return "Token ids to text."; }
  std::string example() const override {
    return "slm tokenizer decode --tokenizer tokenizer.json --input book.bin --out book.txt";
  }

  void define_options(OptionTable& options) override {
    options.add("tokenizer", tokenizer_, "A tokenizer.json, vocab.txt, .tiktoken file, or a folder with one.");
    options.add("input", input_,
                "Ids as text, a line of them for each line of the result, or a .bin file of little-endian uint32; '-' "
                "reads text from standard input.");
    options.add("out", out_, "File for the text.", "standard output");
    options.add_flag("keep_special_tokens", keep_special_tokens_, "Write special tokens, too.");
  }

  int run(const OptionTable&) override {
    if (tokenizer_.empty()) throw UsageError("--tokenizer is missing: a tokenizer.json, or a folder with one");
    const auto tokenizer = text::load_tokenizer(tokenizer_);
    const std::string content = read_input(input_);
    const std::string text =
        input_.ends_with(".bin") ? decode_binary(*tokenizer, content) : decode_lines(*tokenizer, content);
    if (out_) {
      storage::write_file(*out_, text);
    } else {
      std::cout << text << std::flush;
    }
    return kExitDone;
  }

 private:
  std::string decode(const text::Tokenizer& tokenizer, const std::vector<int32_t>& ids) const {
    return tokenizer.decode(ids, {.skip_special_tokens = !keep_special_tokens_});
  }

  void check(const text::Tokenizer& tokenizer, uint64_t id, size_t byte) const {
    if (id < static_cast<uint64_t>(tokenizer.vocab_size())) return;
    throw FormatError(input_, static_cast<int64_t>(byte),
                      fmt::format("token {} is not among the {} of the tokenizer", id, tokenizer.vocab_size()));
  }

  std::string decode_binary(const text::Tokenizer& tokenizer, const std::string& content) const {
    if (content.size() % sizeof(uint32_t) != 0) {
      throw FormatError(input_, FormatError::kNoOffset,
                        fmt::format("has {} bytes, expected a multiple of 4: truncated copy?", content.size()));
    }
    std::vector<int32_t> ids(content.size() / sizeof(uint32_t));
    std::memcpy(ids.data(), content.data(), content.size());
    for (size_t i = 0; i < ids.size(); ++i) check(tokenizer, static_cast<uint32_t>(ids[i]), i * sizeof(uint32_t));
    return decode(tokenizer, ids);
  }

  std::string decode_lines(const text::Tokenizer& tokenizer, const std::string& content) const {
    std::string text;
    std::vector<int32_t> ids;
    const char* const end = content.data() + content.size();
    for (const char* at = content.data(); at != end;) {
      if (*at == '\n') {
        text += decode(tokenizer, ids) + '\n';
        ids.clear();
        ++at;
        continue;
      }
      if (*at == ' ' || *at == '\t' || *at == '\r') {
        ++at;
        continue;
      }
      uint64_t id = 0;
      const auto [stop, error] = std::from_chars(at, end, id);
      const auto byte = static_cast<size_t>(at - content.data());
      if (error != std::errc()) {
        throw FormatError(input_, static_cast<int64_t>(byte), "expected token ids, separated by spaces");
      }
      check(tokenizer, id, byte);
      ids.push_back(static_cast<int32_t>(id));
      at = stop;
    }
    if (!ids.empty()) text += decode(tokenizer, ids);
    return text;
  }

  std::string tokenizer_;
  std::string input_ = "-";
  std::optional<std::string> out_;
  bool keep_special_tokens_ = false;
};

}  // namespace

std::unique_ptr<Command> make_tokenizer_decode_command() { return std::make_unique<TokenizerDecodeCommand>(); }

}  // namespace slm::cli
