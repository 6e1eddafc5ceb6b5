#include "slm/cli/eval_command.h"

#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "slm/cli/data_options.h"
#include "slm/cli/loaded_model.h"
#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/core/quantities.h"
#include "slm/data/data_list.h"
#include "slm/train/evaluation.h"

namespace slm::cli {
namespace {

class EvalCommand final : public Command {
 public:
  std::string name() const override { return "eval"; }
  std::string summary() const override { return "Loss, perplexity, accuracy and bits per byte of a model on data."; }
  std::string example() const override { return "slm eval --model runs/stories --data more_text.txt"; }

  void define_options(OptionTable& options) override {
    model_.define(options);
    options.heading("Data");
    options.add("data", data_, "What to evaluate on, all of it: the kinds that 'slm train --data' takes. Required.");
    options.add("text_column", text_column_, "Of JSON, CSV and Parquet: where the text is.");
    options.add_choice("packing", packing_, {"stream", "documents"},
                       "documents: each document by itself, its first token not scored; stream: windows cross the "
                       "borders.");
    options.add("batch_size", batch_size_, "Sequences at once.", {.low = 1, .high = 1000000});
    options.add("seed", seed_, "Of --data dummy.");
    options.add_flag("json", json_, "Print one JSON object and nothing else.");
  }

  int run(const OptionTable&) override {
    if (data_.empty()) throw UsageError("--data is required: what to evaluate on, as in --data text.txt");
    const LoadedModel model = load_model(model_);
    if (!model.precision.notice.empty()) std::cerr << "slm: warning: " << model.precision.notice << std::endl;
    const models::DecoderConfig& config = model.decoder->config();
    ProgressBar bar("read", !json_);
    data::DataOptions options = data_options(data_, model_.model, bar);
    options.corpus.text_column = text_column_;
    options.given_tokenizer = model.tokenizer;
    options.vocab_size = config.vocab_size;
    options.max_seq_len = config.max_seq_len;
    options.seed = seed_;
    const data::Data data = data::open_evaluation_data(options);
    bar.hide();
    const train::Evaluator evaluator(data.validation, config, batch_size_, data::parse_packing(packing_));
    ProgressBar evaluation_bar("evaluate", !json_);
    const train::Evaluation result = evaluator.evaluate(*model.decoder, [&](int64_t done, int64_t total) {
      evaluation_bar.update(done, total, fmt::format("batch {}/{}", done, total));
    });
    evaluation_bar.hide();
    if (!std::isfinite(result.loss)) {
      throw Error(
          fmt::format("{}: its loss on {} is {}: its weights give no probabilities; evaluate an earlier checkpoint of "
                      "the run",
                      model_.model, data::data_list_name(data_), result.loss));
    }
    print(result);
    return kExitDone;
  }

 private:
  void print(const train::Evaluation& result) const {
    if (json_) {
      const nlohmann::json bits =
          result.bits_per_byte ? nlohmann::json(*result.bits_per_byte) : nlohmann::json(nullptr);
      std::cout << json_text(nlohmann::json{{"loss", result.loss},
                                            {"perplexity", result.perplexity},
                                            {"accuracy", result.accuracy},
                                            {"tokens", result.num_targets},
                                            {"bits_per_byte", bits}})
                << std::endl;
      return;
    }
    std::cout << fmt::format("Loss: {:.4f}, Perplexity: {:.1f}, Accuracy: {:.2f}%, Tokens: {}", result.loss,
                             result.perplexity, result.accuracy * 100, with_thousands(result.num_targets));
    if (result.bits_per_byte) std::cout << fmt::format(", Bits per byte: {:.3f}", *result.bits_per_byte);
    std::cout << std::endl;
  }

  ModelFlags model_;
  std::string data_;
  std::string packing_ = "stream";
  std::string text_column_ = "text";
  int64_t batch_size_ = 32;
  uint64_t seed_ = 42;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_eval_command() { return std::make_unique<EvalCommand>(); }

}  // namespace slm::cli
