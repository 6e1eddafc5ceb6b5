#include "slm/cli/generate_command.h"

#include <fmt/format.h>

#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>

#include "slm/cli/loaded_model.h"
#include "slm/cli/progress_bar.h"
#include "slm/cli/stop_signal.h"
#include "slm/cli/text_input.h"
#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/core/quantities.h"
#include "slm/generate/generate.h"
#include "slm/generate/prompt.h"
#include "slm/storage/read_file.h"

namespace slm::cli {
namespace {

// Token ids in a text: "5 17 3".
std::vector<int32_t> parse_ids(const std::string& text, int64_t vocab_size) {
  std::vector<int32_t> ids;
  const char *at = text.data(), *const end = at + text.size();
  while (true) {
    while (at != end && std::isspace(static_cast<unsigned char>(*at)) != 0) ++at;
    if (at == end) break;
    int32_t id = -1;
    const auto [stop, error] = std::from_chars(at, end, id);
    if (error != std::errc() || id < 0 || id >= vocab_size) {
      throw Error(
          fmt::format("--prompt: this model has no tokenizer, so its prompt is token ids from 0 to {}: got '{}'",
                      vocab_size - 1, std::string(at, std::find(at, end, ' '))));
    }
    ids.push_back(id);
    at = stop;
  }
  if (ids.empty()) throw Error("--prompt: this model has no tokenizer; give token ids to begin with, as in \"5 17 3\"");
  return ids;
}

class GenerateCommand final : public Command {
 public:
  std::string name() const override { return "generate"; }
  std::string summary() const override { return "Text that continues a prompt, as it comes."; }
  std::string example() const override {
    return "slm generate --model runs/stories --prompt \"One morning\" --temperature 0.8";
  }

  void define_options(OptionTable& options) override {
    model_.define(options);
    options.heading("Prompt");
    options.add("prompt", prompt_,
                "What to continue; '-' reads standard input. Token ids for a model without tokenizer.", "empty");
    options.add("prompt_file", prompt_file_, "File with the prompt.", "");
    options.heading("Sampling");
    options.add("max_new_tokens", generate_.max_new_tokens, "Tokens to add at most.", {.low = 1, .high = 1e9});
    options.add("num_samples", generate_.num_samples, "Continuations, computed together.", {.low = 1, .high = 100000});
    options.add("temperature", generate_.sampling.temperature, "Divides the logits; 0 takes the likeliest token.",
                {.low = 0});
    options.add("top_k", generate_.sampling.top_k, "Only the k likeliest tokens; 0: all.", {.low = 0});
    options.add("top_p", generate_.sampling.top_p, "Only the likeliest tokens that have this probability together.",
                {.low = 0, .high = 1, .excludes_low = true});
    options.add("min_p", generate_.sampling.min_p, "Only tokens this fraction as likely as the likeliest.",
                {.low = 0, .high = 1});
    options.add("repetition_penalty", generate_.sampling.repetition_penalty, "Above 1: tokens seen become less likely.",
                {.low = 1e-6, .high = 1e6});
    options.add("seed", generate_.seed, "Fixes what is drawn.");
    options.add_list("stop", generate_.stop, "Text that ends a sample; may be given several times.");
    options.heading("Output");
    options.add_flag("json", json_, "Print one JSON object and nothing else.");
  }

  int run(const OptionTable&) override {
    if (prompt_ && prompt_file_) throw UsageError("--prompt and --prompt_file: give one of them");
    const LoadedModel model = load_model(model_);
    if (!model.precision.notice.empty()) warn(model.precision.notice);
    const std::string prompt = read_prompt();
    const int64_t vocab_size = model.decoder->config().vocab_size;
    const std::vector<int32_t> ids =
        model.tokenizer ? generate::encode_prompt(*model.tokenizer, prompt) : parse_ids(prompt, vocab_size);
    if (!model.tokenizer && !generate_.stop.empty()) {
      throw Error("--stop: stop strings need text, and this model has no tokenizer; leave them out");
    }
    generate_.eos_ids = generate::end_of_text_ids(model.tokenizer.get());

    const StopSignal stop;
    const bool is_streamed = !json_ && generate_.num_samples == 1 && model.tokenizer != nullptr;
    generate::GenerateCallbacks callbacks;
    ProgressBar bar("read the prompt", true);
    callbacks.on_prompt_progress = [&](int64_t read, int64_t total) {
      if (read < total) {
        bar.update(read, total, fmt::format("token {}/{}", with_thousands(read), with_thousands(total)));
        return;
      }
      bar.hide();
      if (is_streamed) std::cout << prompt << std::flush;
    };
    callbacks.on_notice = [&bar](std::string_view text) {
      bar.hide();
      warn(text);
    };
    callbacks.should_stop = [&stop] { return stop.flag().load(); };
    if (is_streamed) {
      callbacks.on_text = [](int64_t, std::string_view text) { std::cout << text << std::flush; };
    }
    const generate::Generation result =
        generate::generate(*model.decoder, model.tokenizer.get(), ids, generate_, callbacks);
    if (json_) {
      print_json(result);
    } else if (is_streamed) {
      std::cout << std::endl;
    } else {
      print_samples(result, prompt, model.tokenizer != nullptr);
    }
    return stop.exit_code();
  }

 private:
  static void warn(std::string_view text) { std::cerr << "slm: warning: " << text << std::endl; }

  std::string read_prompt() const {
    if (prompt_file_) return storage::read_file(*prompt_file_);
    if (prompt_ != "-") return prompt_.value_or("");
    return read_input(*prompt_);
  }

  static void print_json(const generate::Generation& result) {
    nlohmann::json samples = nlohmann::json::array();
    for (const generate::Sample& sample : result.samples) {
      samples.push_back({{"text", sample.text},
                         {"ids", sample.ids},
                         {"finish_reason", std::string(generate::name(sample.finish_reason))}});
    }
    const nlohmann::json object = {{"samples", samples},
                                   {"prefill_tokens_per_s", result.prefill_tokens_per_s},
                                   {"decode_tokens_per_s", result.decode_tokens_per_s}};
    // A text may hold bytes that are no UTF-8 where a byte vocabulary drew them; JSON cannot.
    std::cout << json_text(object) << std::endl;
  }

  static void print_samples(const generate::Generation& result, const std::string& prompt, bool has_text) {
    for (size_t i = 0; i < result.samples.size(); ++i) {
      const generate::Sample& sample = result.samples[i];
      if (result.samples.size() > 1)
        std::cout << fmt::format("--- sample {} ({}) ---\n", i + 1, generate::name(sample.finish_reason));
      std::cout << prompt;
      if (has_text) std::cout << sample.text;
      for (const int32_t id : has_text ? std::vector<int32_t>() : sample.ids) std::cout << ' ' << id;
      std::cout << '\n';
    }
    std::cout << std::flush;
  }

  ModelFlags model_;
  std::optional<std::string> prompt_;
  std::optional<std::string> prompt_file_;
  generate::GenerateOptions generate_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_generate_command() { return std::make_unique<GenerateCommand>(); }

}  // namespace slm::cli
