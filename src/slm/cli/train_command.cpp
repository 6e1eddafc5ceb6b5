#include "slm/cli/train_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "slm/cli/arguments.h"
#include "slm/cli/console_observer.h"
#include "slm/cli/data_options.h"
#include "slm/cli/machine_peak.h"
#include "slm/cli/model_options.h"
#include "slm/cli/precision.h"
#include "slm/cli/presets.h"
#include "slm/cli/run_folder.h"
#include "slm/cli/run_options.h"
#include "slm/cli/stop_signal.h"
#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/core/parallel.h"
#include "slm/core/quantities.h"
#include "slm/data/data_list.h"
#include "slm/formats/model_folder.h"
#include "slm/generate/generate.h"
#include "slm/generate/prompt.h"
#include "slm/kernels/isa.h"
#include "slm/storage/atomic_directory.h"
#include "slm/storage/folder.h"
#include "slm/train/checkpoint.h"
#include "slm/train/memory_plan.h"
#include "slm/train/metrics_log.h"
#include "slm/train/tensorboard_log.h"
#include "slm/train/trainer.h"

namespace slm::cli {
namespace {

// What a checkpoint's ids mean must not change: throws Error unless it was trained with this tokenizer.
void check_same_tokenizer(const std::string& checkpoint, const text::Tokenizer& tokenizer) {
  const std::string path = storage::join(checkpoint, formats::kTokenizerFile);
  if (!storage::exists(path)) return;
  const auto of_run = text::load_tokenizer(path);
  if (of_run->to_json() == tokenizer.to_json()) return;
  throw Error(
      fmt::format("{}: the run's tokenizer ({}, {} tokens) is not that of the data now ({}, {} tokens): --resume takes "
                  "the data and the --tokenizer that the run began with",
                  path, of_run->kind(), of_run->vocab_size(), tokenizer.kind(), tokenizer.vocab_size()));
}

class TrainCommand final : public Command {
 public:
  std::string name() const override { return "train"; }
  std::string summary() const override { return "Trains a model. With no option at all, on the built-in dummy data."; }
  std::string example() const override {
    return "slm train --data stories --family gpt2 --max_steps 500 --model_dir runs/stories";
  }

  void define_options(OptionTable& options) override {
    model_.define(options);
    data_.define(options);
    train_.define(options);
    options.add("model_dir", model_dir_, "Folder for everything the run leaves.");
    options.add_with_implicit_value(
        "resume", resume_, "latest",
        "Go on from a checkpoint: 'latest' of --model_dir, 'auto' (the same, or a fresh start "
        "where there is none), or a path. Options not given are those of the run.",
        "");
    options.add_flag("overwrite", overwrite_, "Start anew in a folder that holds a run, which is removed.");
    options.add("log_every", log_every_, "Batches between two lines on standard output.", {.low = 1, .high = 1e9});
    options.add_flag("quiet", is_quiet_, "Print warnings and errors only.");
    options.add("sample_prompt", sample_prompt_, "What sample texts begin with.");
    options.add_choice("precision", precision_, {"auto", "fp32", "bf16", "fp16"},
                       "Of matrices and activations; auto is the faster of fp32 and bf16.");
    options.heading("Configuration");
    options.add("config", config_,
                "JSON file with values for these options, by name; options given here go before it.");
    options.add_choice("preset", preset_, preset_names(), "A set of defaults.");
  }

  Arguments base_arguments(const Arguments& given) const override;
  int run(const OptionTable& options) override;

 private:
  std::optional<std::string> checkpoint_to_resume() const;
  void check_place(const RunFolder& folder, const std::optional<std::string>& checkpoint) const;
  std::string config_json(const OptionTable& options, const models::DecoderConfig& config) const;
  void print_start(const models::DecoderConfig& config, const Precision& precision,
                   const train::MemoryPlan& memory) const;
  void check_sample_prompt(const text::Tokenizer* tokenizer) const;
  std::function<std::string()> sampler(const models::Decoder& model, const text::Tokenizer* tokenizer) const;

  ModelOptions model_;
  TrainDataFlags data_;
  TrainFlags train_;
  std::string model_dir_ = ".";
  std::optional<std::string> resume_;
  bool overwrite_ = false;
  int64_t log_every_ = 10;
  bool is_quiet_ = false;
  std::string sample_prompt_;
  std::string precision_ = "fp32";
  std::string config_;
  std::string preset_ = "default";
};

// A resumed run has the options it was started with, so that only what is to change need be given.
Arguments TrainCommand::base_arguments(const Arguments& given) const {
  const bool is_resumed = std::any_of(given.begin(), given.end(), [](const std::string& argument) {
    return argument == "--resume" || argument.starts_with("--resume=");
  });
  if (!is_resumed) return {};
  const std::string from = last_value_of(given, "resume").value_or("");
  const bool is_of_this_run = from.empty() || from == "latest" || from == "auto";
  const std::string folder = is_of_this_run ? last_value_of(given, "model_dir").value_or(model_dir_) : from;
  const std::string path = storage::join(folder, formats::kConfigFile);
  Arguments arguments = storage::exists(path) ? arguments_from_file(path) : Arguments();
  if (!is_of_this_run) {
    const std::string place = storage::is_complete_directory(folder) ? run_folder_of(folder) : folder;
    if (!place.empty()) arguments.push_back("--model_dir=" + place);
  }
  // The epochs that are asked for now, other than by a preset, are not to be cut short by the steps that were asked for
  // then.
  const size_t of_preset = preset_arguments(last_value_of(given, "preset").value_or(preset_)).size();
  const Arguments asked(given.begin() + static_cast<std::ptrdiff_t>(of_preset), given.end());
  if (last_value_of(asked, "epochs") && !last_value_of(asked, "max_steps")) arguments.emplace_back("--max_steps=0");
  return arguments;
}

std::optional<std::string> TrainCommand::checkpoint_to_resume() const {
  if (!resume_) return std::nullopt;
  const bool is_of_this_run = *resume_ == "latest" || *resume_ == "auto";
  const std::string where = is_of_this_run ? model_dir_ : *resume_;
  std::optional<std::string> checkpoint = train::find_checkpoint(where);
  if (!checkpoint && *resume_ != "auto") {
    throw Error(fmt::format(
        "{}: has no complete checkpoint to resume from; start without --resume, or use --resume auto", where));
  }
  return checkpoint;
}

void TrainCommand::check_place(const RunFolder& folder, const std::optional<std::string>& checkpoint) const {
  const bool goes_on_here = checkpoint && folder.wrote(*checkpoint);
  if (goes_on_here && overwrite_) {
    throw UsageError(
        fmt::format("--overwrite would remove {}, which --resume goes on from; give one of them", *checkpoint));
  }
  if (goes_on_here || overwrite_ || !folder.holds_run()) return;
  if (resume_ == "auto") {
    throw Error(fmt::format("{}: holds a model but no checkpoint to go on from; --overwrite starts anew", model_dir_));
  }
  if (checkpoint) {
    throw Error(fmt::format("{}: holds another run than {}; choose another --model_dir, or --overwrite it", model_dir_,
                            *checkpoint));
  }
  throw Error(fmt::format("{}: holds a run already; --resume goes on with it, --overwrite starts anew", model_dir_));
}

std::string TrainCommand::config_json(const OptionTable& options, const models::DecoderConfig& config) const {
  nlohmann::json object = options.values();
  for (const char* of_one_call : {"resume", "overwrite", "config", "quiet", "model_dir"}) object.erase(of_one_call);
  for (const char* of_data : {"data", "val_data"}) {
    if (object.contains(of_data) && object[of_data].is_string())
      object[of_data] = data::data_list_record(object[of_data]);
  }
  object.update(parse_json(formats::to_json(config)));
  // A path need not be UTF-8, a JSON text must.
  return json_text(object, 2) + "\n";
}

void TrainCommand::print_start(const models::DecoderConfig& config, const Precision& precision,
                               const train::MemoryPlan& memory) const {
  if (is_quiet_) return;
  std::cout << fmt::format("{} model: {} parameters; {}, {} wide, {}, vocabulary {}, sequences of {}\n",
                           models::name(config.family), format_count(models::num_parameters(config)),
                           counted(config.num_layers, "layer"), config.embed_dim, counted(config.num_heads, "head"),
                           config.vocab_size, config.max_seq_len)
            << fmt::format("device: cpu, {}, {}, {}\n", kernels::isa_description(), counted(num_threads(), "thread"),
                           precision.name)
            << fmt::format("memory: {}", train::to_string(memory)) << std::endl;
}

// Now, not at the first sample.
void TrainCommand::check_sample_prompt(const text::Tokenizer* tokenizer) const {
  if (tokenizer == nullptr) {
    std::cerr << "slm: warning: --sample_every: there is no text without a tokenizer, so no samples are shown"
              << std::endl;
    return;
  }
  try {
    generate::encode_prompt(*tokenizer, sample_prompt_);
  } catch (const Error& error) {
    throw Error(fmt::format("--sample_prompt: {}", error.what()));
  }
}

std::function<std::string()> TrainCommand::sampler(const models::Decoder& model,
                                                   const text::Tokenizer* tokenizer) const {
  if (tokenizer == nullptr) return {};
  return [&model, tokenizer, prompt = sample_prompt_] {
    const std::vector<int32_t> ids = generate::encode_prompt(*tokenizer, prompt);
    const generate::GenerateOptions options{
        .max_new_tokens = 200, .sampling = {.temperature = 0.8}, .eos_ids = generate::end_of_text_ids(tokenizer)};
    return prompt + generate::generate(model, tokenizer, ids, options).samples[0].text;
  };
}

int TrainCommand::run(const OptionTable& options) {
  if (model_dir_.empty()) throw UsageError("--model_dir: got '', expected a folder, as in --model_dir runs/a");
  train::TrainOptions train_options = train_.options();
  const Precision precision = choose_precision(precision_);
  model_.config(model_.vocab_size());  // what the command line alone shows to be wrong, before any file is read

  RunFolder folder(model_dir_);
  const std::optional<std::string> checkpoint = checkpoint_to_resume();
  check_place(folder, checkpoint);

  ProgressBar bar("read", !is_quiet_);
  data::DataOptions data_options = cli::data_options(data_.data, model_dir_, bar);
  data_options.corpus.text_column = data_.text_column;
  data_options.val_data = data_.val_data;
  data_options.val_fraction = data_.val_fraction;
  data_options.tokenizer = data_.tokenizer.value_or("");
  data_options.text_tokenizer = preset_text_tokenizer(preset_);
  if (options.was_set("vocab_size")) data_options.vocab_size = model_.vocab_size();
  data_options.default_vocab_size = model_.vocab_size();
  data_options.max_seq_len = model_.max_seq_len();
  data_options.seed = train_options.seed;
  if (checkpoint) {
    data_options.check_tokenizer = [&](const text::Tokenizer& now) { check_same_tokenizer(*checkpoint, now); };
  }
  const data::Data data = data::open_data(data_options);
  bar.hide();
  if (train_options.sample_every > 0) check_sample_prompt(data.tokenizer.get());

  const models::DecoderConfig config = model_.config(data.vocab_size);
  if (!precision.notice.empty()) std::cerr << "slm: warning: " << precision.notice << std::endl;
  const train::MemoryPlan memory = train::plan_memory(config, {.compute_type = precision.compute_type,
                                                               .optimizer = train_options.optimizer,
                                                               .batch_size = train_options.batch_size,
                                                               .recompute = train_options.recompute});
  if (const auto available = train::available_memory_bytes()) train::check_memory(memory, *available);
  models::Decoder model(config, precision.compute_type, train_options.seed);

  train_options.model_dir = model_dir_;
  train_options.run_files = {{formats::kConfigFile, config_json(options, config)}};
  if (data.tokenizer) train_options.run_files.push_back({formats::kTokenizerFile, data.tokenizer->to_json()});
  train::Trainer trainer(model, data.train, data.validation, train_options);
  if (checkpoint) trainer.resume(*checkpoint);

  const StopSignal stop;  // from here on there is something to save
  folder.open();
  check_place(folder, checkpoint);  // again: another run may have ended here in the meantime
  if (overwrite_) folder.clear();

  print_start(config, precision, memory);
  const DType matrix_dtype = precision.compute_type == nn::ComputeType::kBFloat16 ? DType::kBFloat16 : DType::kFloat32;
  trainer.add_observer(std::make_shared<ConsoleObserver>(
      ConsoleOptions{.log_every = log_every_,
                     .is_quiet = is_quiet_,
                     .precision = precision.name,
                     .flops_per_token = models::training_flops_per_token(config, config.max_seq_len),
                     .peak_flops_per_s = is_quiet_ ? 0 : 1e9 * measure_peak_gflops(matrix_dtype)}));
  trainer.add_observer(std::make_shared<train::MetricsLog>(folder.path_of(kMetricsFile)));
  trainer.add_observer(std::make_shared<train::TensorBoardLog>(folder.path_of(kLogsFolder)));
  trainer.set_sampler(sampler(model, data.tokenizer.get()));

  const train::StopReason reason = trainer.run(&stop.flag());
  if (reason == train::StopReason::kAsked) return stop.exit_code();
  if (!is_quiet_) std::cout << fmt::format("saved {}", folder.path_of(formats::kModelFile)) << std::endl;
  return kExitDone;
}

}  // namespace

std::unique_ptr<Command> make_train_command() { return std::make_unique<TrainCommand>(); }

}  // namespace slm::cli
