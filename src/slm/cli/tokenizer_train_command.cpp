#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iostream>
#include <numeric>

#include "slm/cli/hub_environment.h"
#include "slm/cli/progress_bar.h"
#include "slm/cli/separator_option.h"
#include "slm/cli/stop_signal.h"
#include "slm/cli/tokenizer_commands.h"
#include "slm/core/error.h"
#include "slm/core/interrupted.h"
#include "slm/core/parallel.h"
#include "slm/core/quantities.h"
#include "slm/data/corpus.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/local_path.h"
#include "slm/text/tokenizer.h"
#include "slm/text/tokenizer_trainer.h"
#include "slm/train/memory_plan.h"

namespace slm::cli {
namespace {

constexpr int32_t kMaxVocabSize = 1 << 24;
constexpr double kLeastMemory = 32 << 20;
constexpr int64_t kMaxDocumentBytes = int64_t{64} << 20;  // a longer one is cut
// Options that only some types have.
constexpr std::pair<const char*, std::string_view> kTypesOfOptions[] = {
    {"min_frequency", "bpe, wordpiece"},
    {"limit_alphabet", "wordpiece, unigram"},
    {"max_token_length", "bpe, wordpiece, unigram"},
    {"pattern", "bpe"},
    {"lowercase", "bpe, wordpiece, unigram, char"},
};
constexpr int64_t kBytesPerInvalidPlace = 20;  // a file with more places that are not UTF-8 is no text

class TokenizerTrainCommand final : public Command {
 public:
  std::string name() const override { return "tokenizer train"; }
  std::string summary() const override { return "Learns a tokenizer from text."; }
  std::string example() const override {
    return "slm tokenizer train book.txt articles.jsonl --type bpe --vocab_size 8000 --out tokenizer.json";
  }

  void define_options(OptionTable& options) override {
    options.add_positional("INPUT", inputs_,
                           "Files, folders, globs, URLs, or - for standard input; also compressed, and in archives.", 1,
                           1 << 20);
    options.add("out", out_, "The tokenizer.json to write.");
    options.heading("Vocabulary");
    options.add_choice("type", type_, {"bpe", "wordpiece", "unigram", "char", "byte"}, "What to learn.");
    options.add("vocab_size", vocab_size_, "Tokens, special ones included; for char and byte, no more than so many.",
                "32000; char, byte: any", {.low = 1, .high = kMaxVocabSize});
    options.add("min_frequency", options_.min_frequency, "A pair that comes less often is not merged (bpe, wordpiece).",
                {.low = 0});
    options.add("special_tokens", special_tokens_, "Separated by commas; they get the first ids.",
                "none; wordpiece: BERT's five; unigram: <unk>");
    options.add("limit_alphabet", limit_alphabet_, "Only so many characters (wordpiece, unigram).", "all", {.low = 1});
    options.add(
        "max_token_length", max_token_length_,
        "No merge makes a longer token, in bytes (bpe) or characters (wordpiece, unigram). As with Hugging Face, "
        "the pairs of the start are merged whatever their length (bpe, wordpiece).",
        "any; unigram: 16", {.low = 1});
    options.heading("Words");
    options.add_choice("pattern", pattern_, {"gpt2", "cl100k", "llama3", "qwen2", "o200k", "bert"},
                       "How bpe cuts text into words.");
    options.add_flag("lowercase", options_.lowercase, "Do not tell upper from lower case (all but byte).");
    options.add_choice(
        "split", split_, {"line", "document"},
        "What counts as one text: no token spans two. A line keeps its newline. A document separator is no "
        "part of any.");
    options.heading("Inputs");
    options.add("text_column", corpus_.text_column, "Where the text is in JSON, CSV and Parquet; in JSON also a.b.");
    add_separator_option(options, separator_);
    options.add("max_memory", max_memory_,
                "What counting words may take, as 500M or 8G. Beyond it counts move to a temporary file in the folder "
                "of --out; what is learned stays the same.",
                "half of what is free");
  }

  int run(const OptionTable& table) override {
    refuse_options_of_other_types(table);
    if (separator_) corpus_.document_separator = unescaped(*separator_);
    if (out_.empty()) throw UsageError("--out is missing: the tokenizer.json to write");
    const text::TokenizerTrainerOptions options = trainer_options();
    storage::AtomicFile(out_).write("");  // a folder that is not there shows now, not after hours
    const StopSignal stop;
    try {
      return train(options, stop);
    } catch (const Interrupted&) {
      return stop.exit_code();
    }
  }

 private:
  void refuse_options_of_other_types(const OptionTable& table) const {
    for (const auto& [option, types] : kTypesOfOptions) {
      if (!table.was_set(option) || types.find(type_) != std::string_view::npos) continue;
      throw UsageError(fmt::format("--{} means nothing to --type {}, only to {}: leave it out", option, type_, types));
    }
  }

  static void check(const StopSignal& stop) {
    if (stop.flag()) throw Interrupted();
  }

  int train(text::TokenizerTrainerOptions options, const StopSignal& stop) {
    ProgressBar learning("learn", true);
    options.on_progress = [&](int64_t num_tokens) {
      check(stop);
      if (type_ == "unigram") return learning.update(0, 0, fmt::format("{} pieces left", num_tokens));
      learning.update(num_tokens, options.vocab_size, "");
    };
    text::TokenizerTrainer trainer(options);
    const int64_t num_bytes = count_words(trainer, stop);
    check(stop);
    const std::string document = trainer.finish();
    learning.hide();
    check(stop);
    const auto tokenizer = text::parse_tokenizer(document, out_);
    storage::write_file(out_, document);
    std::cout << fmt::format("{}: {} from {} of text\n", out_, counted(tokenizer->vocab_size(), "token"),
                             counted(num_bytes, "byte"))
              << std::flush;
    return kExitDone;
  }

  // Blocks of the corpus, and what happened to each.
  struct Batch {
    std::vector<data::CorpusBlock> blocks;
    size_t size = 0;
  };

  // Reads the next blocks while the words of those before are counted. Returns the bytes of text.
  int64_t count_words(text::TokenizerTrainer& trainer, const StopSignal& stop) {
    if (split_ == "document") corpus_.max_piece_bytes = kMaxDocumentBytes;
    corpus_.hub = hub_settings_from_environment();
    corpus_.should_stop = [&stop] { return stop.flag().load(); };
    corpus_.spool_folder = std::filesystem::absolute(storage::local_path(out_)).parent_path().string();
    data::CorpusReader reader(inputs_, corpus_);
    const auto batch_size = static_cast<size_t>(2 * num_threads());
    Batch batch, next;
    for (Batch* each : {&batch, &next}) each->blocks.resize(batch_size);
    const auto read = [&](Batch& into) {
      into.size = 0;
      while (into.size < batch_size && reader.next(into.blocks[into.size])) ++into.size;
    };
    ProgressBar bar("read", true);
    data::SkipCounts skips;
    int64_t num_bytes = 0;
    for (read(batch); batch.size > 0; std::swap(batch, next)) {
      check(stop);
      auto reading = std::async(std::launch::async, [&] { read(next); });
      num_bytes += count_words(trainer, batch, skips);
      reading.get();
      refuse_binary(skips, num_bytes);
      bar.update_bytes(reader.bytes_read(), reader.bytes_total().value_or(0));
    }
    bar.hide();
    skips.merge(reader.skips());
    warn(skips);
    return num_bytes;
  }

  int64_t count_words(text::TokenizerTrainer& trainer, const Batch& batch, data::SkipCounts& skips) const {
    std::vector<data::SkipCounts> block_skips(batch.size);
    std::vector<int64_t> num_bytes(batch.size, 0);
    trainer.add(static_cast<int64_t>(batch.size), [&](int64_t source, const auto& add) {
      const auto i = static_cast<size_t>(source);
      const auto use = [&](const data::CorpusDocument& document) {
        num_bytes[i] += static_cast<int64_t>(document.text.size());
        if (split_ == "document") return add(document.text);
        for (size_t at = 0; at < document.text.size();) {
          const size_t newline = document.text.find('\n', at);
          const size_t end = newline == std::string::npos ? document.text.size() : newline + 1;
          add(document.text.substr(at, end - at));
          at = end;
        }
      };
      data::for_each_document(batch.blocks[i], corpus_, use, block_skips[i]);
    });
    for (const data::SkipCounts& counts : block_skips) skips.merge(counts);
    return std::accumulate(num_bytes.begin(), num_bytes.end(), int64_t{0});
  }

  static void refuse_binary(const data::SkipCounts& skips, int64_t num_bytes) {
    const auto& invalid = skips[data::SkipReason::kInvalidUtf8];
    if (invalid.count == 0 || invalid.count * kBytesPerInvalidPlace < num_bytes) return;
    throw Error(
        fmt::format("{}: this is not text: {} places of the first {} bytes are not UTF-8; name files of text, "
                    "JSON lines, or these compressed",
                    invalid.first_source, invalid.count, num_bytes));
  }

  static void warn(const data::SkipCounts& skips) {
    for (size_t i = 0; i < data::kNumSkipReasons; ++i) {
      const auto reason = static_cast<data::SkipReason>(i);
      const auto& entry = skips[reason];
      if (entry.count == 0 || reason == data::SkipReason::kEmpty) continue;
      const std::string line = entry.first_line > 0 ? fmt::format(", line {}", entry.first_line) : "";
      std::cerr << fmt::format("slm: warning: {} {}, first in {}{}\n", entry.count, data::describe(reason, entry.count),
                               entry.first_source, line);
    }
  }

  // "500M" in bytes.
  static int64_t parse_memory(const std::string& text) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    constexpr std::string_view kUnits = "KMGT";
    const size_t unit = *end == '\0' ? std::string_view::npos : kUnits.find(static_cast<char>(std::toupper(*end)));
    const bool is_number = end != text.c_str() && (*end == '\0' || (unit != std::string_view::npos && end[1] == '\0'));
    const double bytes = std::ldexp(number, unit == std::string_view::npos ? 0 : static_cast<int>(10 * (unit + 1)));
    if (!is_number || !(bytes >= kLeastMemory) || bytes > 1e18) {
      throw UsageError(fmt::format("--max_memory: got '{}', expected at least 32M, as in 500M or 8G", text));
    }
    return static_cast<int64_t>(bytes);
  }

  text::TokenizerTrainerOptions trainer_options() {
    text::TokenizerTrainerOptions options = options_;
    using Type = text::TokenizerType;
    using Pattern = text::WordPattern;
    options.type = type_ == "bpe"         ? Type::kBpe
                   : type_ == "wordpiece" ? Type::kWordPiece
                   : type_ == "unigram"   ? Type::kUnigram
                   : type_ == "char"      ? Type::kChar
                                          : Type::kByte;
    options.pattern = pattern_ == "gpt2"    ? Pattern::kGpt2
                      : pattern_ == "qwen2" ? Pattern::kQwen2
                      : pattern_ == "o200k" ? Pattern::kO200k
                      : pattern_ == "bert"  ? Pattern::kBert
                                            : Pattern::kCl100k;
    const bool is_alphabet_only = options.type == Type::kChar || options.type == Type::kByte;
    if (is_alphabet_only) options.vocab_size = kMaxVocabSize;
    if (vocab_size_) options.vocab_size = static_cast<int32_t>(*vocab_size_);
    options.max_memory_bytes = max_memory_ ? parse_memory(*max_memory_)
                                           : static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGE_SIZE) / 2;
    const auto folder = std::filesystem::path(out_).parent_path();
    options.temporary_folder = folder.empty() ? "." : folder.string();
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

  std::vector<std::string> inputs_;
  std::string out_;
  std::string type_ = "bpe";
  std::string pattern_ = "gpt2";
  std::string split_ = "line";
  std::optional<int64_t> vocab_size_;
  std::optional<std::string> special_tokens_;
  std::optional<int64_t> limit_alphabet_;
  std::optional<int64_t> max_token_length_;
  std::optional<std::string> max_memory_;
  std::optional<std::string> separator_;
  data::CorpusOptions corpus_;
  text::TokenizerTrainerOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_tokenizer_train_command() { return std::make_unique<TokenizerTrainCommand>(); }

}  // namespace slm::cli
