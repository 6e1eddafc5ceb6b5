#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <set>

#include "slm/cli/progress_bar.h"
#include "slm/cli/text_input.h"
#include "slm/cli/tokenizer_commands.h"
#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/folder.h"
#include "slm/text/tokenizer.h"
#include "slm/text/tokenizer_trainer.h"

namespace slm::cli {
namespace {

constexpr size_t kProgressEvery = 1 << 20;  // bytes

class TokenizerTrainCommand final : public Command {
 public:
  std::string name() const override { return "tokenizer train"; }
  std::string summary() const override { return "Learns a tokenizer from text."; }
  std::string example() const override {
    return "slm tokenizer train book.txt --type bpe --vocab_size 8000 --out tokenizer.json";
  }

  void define_options(OptionTable& options) override {
    options.add_positional("INPUT", inputs_, "Text files or folders of them; '-' reads standard input.", 1, 1 << 20);
    options.add("out", out_, "The tokenizer.json to write.");
    options.heading("Vocabulary");
    options.add_choice("type", type_, {"bpe", "wordpiece", "char", "byte"}, "What to learn.");
    options.add("vocab_size", vocab_size_, "Tokens, special ones included (bpe, wordpiece).",
                {.low = 1, .high = 1 << 24});
    options.add("min_frequency", options_.min_frequency, "A pair that comes less often is not merged.", {.low = 0});
    options.add("special_tokens", special_tokens_, "Separated by commas; they get the first ids.",
                "none; wordpiece: BERT's five");
    options.add("limit_alphabet", limit_alphabet_, "Only so many characters (wordpiece).", "all", {.low = 1});
    options.add("max_token_length", max_token_length_, "Longest token, in bytes (bpe) or characters.", "any",
                {.low = 1});
    options.heading("Words");
    options.add_choice("pattern", pattern_, {"gpt2", "cl100k", "llama3", "qwen2", "o200k", "bert"},
                       "How bpe cuts text into words.");
    options.add_flag("lowercase", options_.lowercase, "Do not tell upper from lower case.");
    options.add_choice("split", split_, {"line", "file"},
                       "What counts as one text: no token spans two. A line keeps its newline.");
  }

  int run(const OptionTable&) override {
    if (out_.empty()) throw UsageError("--out is missing: the tokenizer.json to write");
    text::TokenizerTrainer trainer(trainer_options());
    ProgressBar bar("train", true);
    int64_t num_bytes = 0;
    for (const std::string& path : input_files()) num_bytes += add_file(trainer, path, bar);
    bar.hide();
    const std::string document = trainer.finish();
    storage::write_file(out_, document);
    const auto tokenizer = text::parse_tokenizer(document, out_);
    std::cout << fmt::format("{}: {} tokens from {} bytes of text\n", out_, tokenizer->vocab_size(), num_bytes)
              << std::flush;
    return kExitDone;
  }

 private:
  text::TokenizerTrainerOptions trainer_options() {
    text::TokenizerTrainerOptions options = options_;
    using Type = text::TokenizerType;
    using Pattern = text::WordPattern;
    options.type = type_ == "bpe"         ? Type::kBpe
                   : type_ == "wordpiece" ? Type::kWordPiece
                   : type_ == "char"      ? Type::kChar
                                          : Type::kByte;
    options.pattern = pattern_ == "gpt2"    ? Pattern::kGpt2
                      : pattern_ == "qwen2" ? Pattern::kQwen2
                      : pattern_ == "o200k" ? Pattern::kO200k
                      : pattern_ == "bert"  ? Pattern::kBert
                                            : Pattern::kCl100k;
    options.vocab_size = static_cast<int32_t>(vocab_size_);
    if (limit_alphabet_) options.limit_alphabet = static_cast<size_t>(*limit_alphabet_);
    if (max_token_length_) options.max_token_length = static_cast<size_t>(*max_token_length_);
    if (special_tokens_) {
      std::string_view rest = *special_tokens_;
      while (!rest.empty()) {
        const size_t comma = rest.find(',');
        options.special_tokens.emplace_back(rest.substr(0, comma));
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
      }
    }
    return options;
  }

  // Files as given, folders with all their files in sorted order.
  std::vector<std::string> input_files() const {
    std::vector<std::string> files;
    for (const std::string& input : inputs_) add_files(input, files);
    return files;
  }

  static void add_files(const std::string& path, std::vector<std::string>& files) {
    if (path == "-" || !storage::is_directory(path)) {
      files.push_back(path);
      return;
    }
    std::set<std::string> names;
    for (const storage::FolderEntry& entry : storage::list_folder(path)) names.insert(entry.name);
    for (const std::string& name : names) add_files(storage::join(path, name), files);
  }

  int64_t add_file(text::TokenizerTrainer& trainer, const std::string& path, ProgressBar& bar) const {
    const std::string content = read_input(path);
    if (split_ == "file") {
      trainer.add(content);
      return static_cast<int64_t>(content.size());
    }
    size_t shown = 0;
    for (size_t at = 0; at < content.size();) {
      const size_t newline = content.find('\n', at);
      const size_t end = newline == std::string::npos ? content.size() : newline + 1;
      trainer.add(std::string_view(content).substr(at, end - at));
      at = end;
      if (at - shown < kProgressEvery) continue;
      bar.update(static_cast<int64_t>(at), static_cast<int64_t>(content.size()), path);
      shown = at;
    }
    return static_cast<int64_t>(content.size());
  }

  std::vector<std::string> inputs_;
  std::string out_;
  std::string type_ = "bpe";
  std::string pattern_ = "gpt2";
  std::string split_ = "line";
  int64_t vocab_size_ = 32000;
  std::optional<std::string> special_tokens_;
  std::optional<int64_t> limit_alphabet_;
  std::optional<int64_t> max_token_length_;
  text::TokenizerTrainerOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_tokenizer_train_command() { return std::make_unique<TokenizerTrainCommand>(); }

}  // namespace slm::cli
