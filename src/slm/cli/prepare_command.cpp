#include "slm/cli/prepare_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include "slm/cli/hub_environment.h"
#include "slm/cli/prepare_ranks.h"
#include "slm/cli/prepared_report.h"
#include "slm/cli/progress_bar.h"
#include "slm/cli/separator_option.h"
#include "slm/cli/stop_signal.h"
#include "slm/core/error.h"
#include "slm/core/interrupted.h"
#include "slm/core/json_text.h"
#include "slm/core/parallel.h"
#include "slm/core/quantities.h"
#include "slm/data/output_folder.h"
#include "slm/data/prepare.h"
#include "slm/formats/torch_archive.h"
#include "slm/storage/address_name.h"
#include "slm/storage/folder.h"
#include "slm/storage/hub_repository.h"
#include "slm/storage/local_path.h"
#include "slm/text/tokenizer.h"

namespace slm::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kOpenWebText = "hf://Skylion007/openwebtext";

void write_tensor(const std::string& path, int64_t num_tokens, const data::PrepareOptions::ReadTokens& read) {
  std::vector<int32_t> ids;
  formats::write_int64_tensor(path, num_tokens, [&](int64_t begin, std::span<int64_t> values) {
    ids.resize(values.size());
    read(begin, ids);
    std::copy(ids.begin(), ids.end(), values.begin());
  });
}

// The tokenizer of a model on the hub, through its cache.
std::shared_ptr<const text::Tokenizer> download_tokenizer(const std::string& address,
                                                          const storage::HubSettings& settings) {
  storage::HubRepository model(settings, storage::HubKind::kModel, storage::parse_hub_address(address));
  const std::vector<storage::HubFile> files = model.list();
  const auto has = [&](std::string_view name) {
    return std::any_of(files.begin(), files.end(), [&](const auto& file) { return file.path == name; });
  };
  // It says which special token has which role.
  if (has("tokenizer_config.json")) model.download("tokenizer_config.json");
  if (!has("tokenizer.json")) throw Error(fmt::format("{}: has no tokenizer.json; name a local tokenizer", address));
  return text::load_tokenizer(model.download("tokenizer.json"));
}

std::shared_ptr<const text::Tokenizer> open_tokenizer(const std::string& name, const storage::HubSettings& hub) {
  if (name.empty()) throw UsageError("--tokenizer is missing: a tokenizer.json, a folder with one, hf://..., or byte");
  if (storage::is_hub_address(name)) return download_tokenizer(name, hub);
  if (storage::exists(name)) return text::load_tokenizer(name);
  if (name == "byte") return text::make_byte_tokenizer();
  if (name == "char") {
    throw UsageError(
        "--tokenizer char has no vocabulary before the text is read: train one with 'slm tokenizer train --type char'");
  }
  if (name == "bert-base-uncased") return download_tokenizer("hf://google-bert/bert-base-uncased", hub);
  return text::load_tokenizer(name);
}

// By a token of its own or, where the tokenizer has none, by a blank line.
bool marks_ends_of_documents(const text::Tokenizer& tokenizer) {
  if (tokenizer.special_tokens().document_separator()) return true;
  std::vector<int32_t> ids;
  tokenizer.encode("\n\n", ids);
  return !ids.empty();
}

// Calls `action` at the end of its scope, however that comes.
class Finally {
 public:
  explicit Finally(std::function<void()> action) : action_(std::move(action)) {}
  ~Finally() { action_(); }
  Finally(const Finally&) = delete;
  Finally& operator=(const Finally&) = delete;

 private:
  std::function<void()> action_;
};

class PrepareCommand final : public Command {
 public:
  std::string name() const override { return "prepare"; }
  std::string summary() const override {
    return "Turns a corpus into token shards, once, for any number of trainings.";
  }
  std::string example() const override {
    return "slm prepare articles.jsonl --tokenizer tokenizer.json --out prepared --max_tokens 10000000";
  }

  void define_options(OptionTable& options) override {
    options.add_positional("INPUT", inputs_,
                           "Files, folders, globs, http://, s3://, gs:// and hf://OWNER/NAME, or - for standard input.",
                           0, 1 << 20);
    options.add("tokenizer", tokenizer_,
                "A tokenizer.json, vocab.txt, .tiktoken file, a folder with one, a model's on the hub "
                "(hf://OWNER/NAME), or byte.");
    options.add("out", out_, "Folder for the shards and their index.json.");
    options.add("max_tokens", max_tokens_, "Training tokens to stop after, exactly: the last document is cut.", "all",
                {.low = 1, .high = 1e15});
    options.add("val_fraction", val_fraction_, "Part of the documents to validate on, chosen by their content.",
                {.low = 0, .high = 1, .excludes_high = true});
    options.add_choice("dedup", dedup_, {"exact", "near", "none"},
                       "Which repeated documents to leave out: equal ones, also those that share four fifths of their "
                       "5-grams (MinHash), or none.");
    options.add("shard_tokens", shard_tokens_, "Tokens of each shard but the last.", {.low = 1, .high = 2147483647});
    options.add_choice("format", format_, {"bin", "pt"},
                       "pt also writes all training tokens as one int64 tensor for torch.load.");
    options.add("pt_name", pt_name_, "Name of that file inside --out.");
    options.heading("Inputs");
    options.add("text_column", corpus_.text_column, "Where the text is in JSON, CSV and Parquet; in JSON also a.b.");
    add_separator_option(options, separator_);
    options.add_choice("input_format", input_format_, {"auto", "text", "json", "csv", "tsv", "parquet"},
                       "Of all inputs; auto goes by their names.");
    options.add_choice("special_in_text", special_in_text_, {"token", "plain"},
                       "Text that spells a special token becomes that token, or is text like any other.");
    options.add_flag("skip_bad_files", corpus_.skip_bad_files, "Go on behind a damaged file, and count it.");
    options.add_flag("strict", corpus_.strict, "Stop at the first row without a text, or text that is not UTF-8.");
    options.heading("Run");
    options.add_choice("preset", preset_, {"default", "openwebtext"},
                       "openwebtext: that corpus, bert-base-uncased, 10,000,000 tokens, tokenized_openwebtext.pt.");
    options.add_flag("overwrite", overwrite_,
                     "Replace what --out holds, once there is something whole to replace it with.");
    options.add_flag("quiet", is_quiet_, "Print warnings and errors only.");
    options.add_flag("json", json_, "Print one JSON object and nothing else.");
  }

  Arguments base_arguments(const Arguments& given) const override {
    if (last_value_of(given, "preset") != "openwebtext") return {};
    return {"--tokenizer=bert-base-uncased", "--max_tokens=10000000", "--format=pt",
            "--pt_name=tokenized_openwebtext.pt", "--out=openwebtext"};
  }

  int run(const OptionTable& options) override;
  int run_first_rank(dist::Communicator& ranks, const StopSignal& stop, Clock::time_point start);

 private:
  // `stop` is for the first process, which tells the others to end, and which tokenizer to use.
  data::PrepareOptions prepare_options(const std::atomic<bool>* stop,
                                       std::shared_ptr<const text::Tokenizer> tokenizer = nullptr) const;
  std::vector<std::string> command(const std::vector<std::string>& inputs) const;
  void print_result(const data::PrepareResult& result, double seconds) const;

  std::vector<std::string> inputs_;
  std::string tokenizer_, out_;
  std::optional<int64_t> max_tokens_;
  double val_fraction_ = 0.005;
  std::string dedup_ = "exact";
  int64_t shard_tokens_ = 100'000'000;
  std::string format_ = "bin";
  std::string pt_name_ = "tokens.pt";
  data::CorpusOptions corpus_;
  std::optional<std::string> separator_;
  std::string input_format_ = "auto";
  std::string special_in_text_ = "token";
  std::string preset_ = "default";
  bool overwrite_ = false, is_quiet_ = false, json_ = false;
};

std::vector<std::string> PrepareCommand::command(const std::vector<std::string>& inputs) const {
  std::vector<std::string> words = {"slm", "prepare"};
  for (const std::string& input : inputs) words.push_back(storage::address_record(input));
  const auto add = [&](std::string_view name, const std::string& value) {
    words.push_back(fmt::format("--{}={}", name, value));
  };
  add("tokenizer", tokenizer_);
  if (max_tokens_) add("max_tokens", std::to_string(*max_tokens_));
  add("val_fraction", fmt::format("{}", val_fraction_));
  add("dedup", dedup_);
  add("shard_tokens", std::to_string(shard_tokens_));
  add("format", format_);
  if (format_ == "pt") add("pt_name", pt_name_);
  add("text_column", corpus_.text_column);
  if (separator_) add("document_separator", *separator_);
  add("input_format", input_format_);
  add("special_in_text", special_in_text_);
  if (corpus_.skip_bad_files) words.emplace_back("--skip_bad_files");
  if (corpus_.strict) words.emplace_back("--strict");
  return words;
}

data::PrepareOptions PrepareCommand::prepare_options(const std::atomic<bool>* stop,
                                                     std::shared_ptr<const text::Tokenizer> tokenizer) const {
  data::PrepareOptions options;
  options.inputs = inputs_;
  if (inputs_.empty() && preset_ == "openwebtext") options.inputs = {kOpenWebText};
  if (options.inputs.empty()) throw UsageError("no INPUT: name files, folders or globs, or - for standard input");
  if (out_.empty()) throw UsageError("--out is missing: the folder to write the shards into");
  if (pt_name_.empty() || pt_name_.starts_with('.') || pt_name_.find('/') != std::string::npos) {
    throw UsageError(fmt::format("--pt_name is '{}', expected the name of a file inside --out", pt_name_));
  }
  if (data::is_name_of_corpus(pt_name_)) {
    throw UsageError(fmt::format("--pt_name is '{}', which is the name of another file of the corpus", pt_name_));
  }
  options.corpus = corpus_;
  if (separator_) options.corpus.document_separator = unescaped(*separator_);
  using data::InputFormat;
  options.corpus.format = input_format_ == "text"      ? InputFormat::kText
                          : input_format_ == "json"    ? InputFormat::kJson
                          : input_format_ == "csv"     ? InputFormat::kCsv
                          : input_format_ == "tsv"     ? InputFormat::kTsv
                          : input_format_ == "parquet" ? InputFormat::kParquet
                                                       : InputFormat::kAuto;
  options.corpus.hub = hub_settings_from_environment();
  options.stop = stop;
  if (stop != nullptr) {
    options.corpus.should_stop = options.corpus.hub.http.should_stop = [stop] { return stop->load(); };
  } else {
    options.corpus.hub.warn = {};  // the first process says it
  }
  options.tokenizer = tokenizer ? std::move(tokenizer) : open_tokenizer(tokenizer_, options.corpus.hub);
  options.out = out_;
  options.max_tokens = max_tokens_;
  options.val_fraction = val_fraction_;
  options.shard_tokens = shard_tokens_;
  options.dedup = dedup_ == "none" ? data::Dedup::kNone : dedup_ == "near" ? data::Dedup::kNear : data::Dedup::kExact;
  options.special_in_text = special_in_text_ == "token";
  options.overwrite = overwrite_;
  options.num_threads = num_threads();
  options.command = command(options.inputs);
  if (format_ == "pt") options.tensor_name = pt_name_;
  options.write_tensor = write_tensor;
  return options;
}

int PrepareCommand::run(const OptionTable&) {
  const auto start = Clock::now();
  const StopSignal stop;
  const std::unique_ptr<dist::Communicator> ranks = make_communicator();
  if (ranks->rank() != 0) {
    serve_blocks(*ranks, out_, [this](std::shared_ptr<const text::Tokenizer> tokenizer) {
      return data::block_source_options(prepare_options(nullptr, std::move(tokenizer)), {});
    });
    return kExitDone;
  }
  const Finally stopping([&] { stop_others(*ranks); });
  try {
    return run_first_rank(*ranks, stop, start);
  } catch (const Interrupted&) {
    std::cerr << "slm: stopped while the inputs were being opened; the same command goes on from here\n";
    return stop.exit_code();
  }
}

int PrepareCommand::run_first_rank(dist::Communicator& ranks, const StopSignal& stop, Clock::time_point start) {
  const auto seconds_since_start = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  data::PrepareOptions options = prepare_options(&stop.flag());
  if (ranks.size() > 1) {
    for (const std::string& input : options.inputs) {
      if (input != "-" && (storage::is_address(input) || !storage::is_pipe(input))) continue;
      throw UsageError(fmt::format("{} reaches only one of several processes: put the text into files",
                                   input == "-" ? "standard input" : input));
    }
    options.open_blocks = [&](data::BlockSourceOptions of_blocks) {
      return open_gathered_blocks(std::move(of_blocks), out_, ranks);
    };
  }
  if (!is_quiet_ && !marks_ends_of_documents(*options.tokenizer)) {
    std::cerr << fmt::format(
        "slm: warning: {}: has no token for the end of a document, nor for a blank line: documents will follow each "
        "other without a border\n",
        tokenizer_);
  }
  data::PrepareResult result;
  {
    ProgressBar bar("prepare", !is_quiet_ && !json_);
    options.progress = [&](const data::PrepareProgress& progress) {
      const double speed = static_cast<double>(progress.text_bytes) / 1e6 / seconds_since_start();
      const std::string text = fmt::format("{:.1f} MB/s, {} of text, {} tokens", speed,
                                           format_bytes(progress.text_bytes), format_count(progress.tokens));
      int64_t done = progress.bytes_read, total = progress.bytes_total.value_or(0);
      if (progress.max_tokens) {
        // Whichever end comes first.
        const double of_tokens = static_cast<double>(progress.train_tokens) / static_cast<double>(*progress.max_tokens);
        if (total == 0 || of_tokens > static_cast<double>(done) / static_cast<double>(total)) {
          done = progress.train_tokens;
          total = *progress.max_tokens;
        }
      }
      bar.update(done, total, text);
    };
    result = data::prepare(options);
  }
  if (result.is_interrupted) {
    std::cerr << fmt::format("slm: stopped with {} done; the same command goes on from here\n",
                             counted(result.index.total().tokens, "token"));
    return stop.exit_code();
  }
  print_result(result, seconds_since_start());
  return kExitDone;
}

void PrepareCommand::print_result(const data::PrepareResult& result, double seconds) const {
  const data::PreparedIndex& index = result.index;
  if (max_tokens_ && !index.is_cut) {
    std::cerr << fmt::format("slm: warning: the inputs have {}, fewer than --max_tokens {}\n",
                             counted(index.counts(data::Part::kTrain).tokens, "training token"),
                             with_thousands(*max_tokens_));
  }
  if (val_fraction_ > 0 && index.counts(data::Part::kVal).documents == 0) {
    std::cerr << fmt::format(
        "slm: warning: no document of {} was chosen for validation: use a larger --val_fraction (it is {})\n",
        with_thousands(index.total().documents), val_fraction_);
  }
  const PrepareSpeed speed = {.mb_per_s = static_cast<double>(result.text_bytes_done) / 1e6 / seconds,
                              .seconds = seconds,
                              .is_resumed = result.is_resumed};
  if (!result.was_complete) save_speed(out_, speed);
  if (json_) {
    nlohmann::json object = prepared_json(index);
    object["out"] = out_;
    object["was_complete"] = result.was_complete;
    object["seconds"] = seconds;
    object["mb_per_s"] = speed.mb_per_s;
    std::cout << json_text(object) << std::endl;
    return;
  }
  if (is_quiet_) return;
  std::cout << format_prepared(index);
  if (result.was_complete) {
    std::cout << fmt::format("{} is complete and was left alone; --overwrite prepares it again", out_) << std::endl;
  } else {
    std::cout << format_speed(speed) << fmt::format("saved {}", out_) << std::endl;
  }
}

}  // namespace

std::unique_ptr<Command> make_prepare_command() { return std::make_unique<PrepareCommand>(); }

}  // namespace slm::cli
