#include "slm/cli/bench_command.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "slm/cli/machine_peak.h"
#include "slm/cli/model_options.h"
#include "slm/cli/precision.h"
#include "slm/cli/presets.h"
#include "slm/cli/run_options.h"
#include "slm/cli/training_benchmark.h"
#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/core/parallel.h"
#include "slm/core/quantities.h"
#include "slm/kernels/isa.h"

namespace slm::cli {
namespace {

// What `slm train --preset` would train.
TrainingBenchmarkOptions preset_options(const std::string& preset) {
  CLI::App parser;
  OptionTable table(parser);
  ModelOptions model;
  TrainFlags train;
  model.define(table);
  train.define(table);
  parser.allow_extras();  // options of the preset that set neither sizes nor the optimizer
  parser.parse(preset_arguments(preset));
  table.apply();
  const train::TrainOptions options = train.options();
  return {.model = model.config(model.vocab_size()), .batch_size = options.batch_size};
}

class BenchCommand final : public Command {
 public:
  std::string name() const override { return "bench"; }
  std::string summary() const override { return "This machine: matrix peak, memory bandwidth, training speed."; }
  std::string example() const override { return "slm bench --preset default"; }

  void define_options(OptionTable& options) override {
    options.add_choice("preset", preset_, {"all", "default", "openwebtext"}, "Training setups to time.");
    options.add("steps", num_steps_, "Timed training steps.", {.low = 1, .high = 1000000});
    options.add_choice("precision", precision_, {"auto", "fp32", "bf16"}, "Precision to compute in.");
    options.add_flag("json", json_, "Print one JSON object and nothing else.");
  }

  int run(const OptionTable&) override {
    const Precision precision = choose_precision(precision_);
    const DType dtype = precision.compute_type == nn::ComputeType::kBFloat16 ? DType::kBFloat16 : DType::kFloat32;
    nlohmann::json result = {{"isa", kernels::isa_description()},
                             {"threads", num_threads()},
                             {"precision", precision.name},
                             {"peak_gflops", measure_peak_gflops(dtype)},
                             {"bandwidth_gb_s", measure_bandwidth_gb_s()}};
    if (!json_) {
      std::cout << fmt::format("{}, {}, {}\nmatrix peak  {:8.1f} GFLOP/s\nbandwidth    {:8.1f} GB/s",
                               kernels::isa_description(), counted(num_threads(), "thread"), precision.name,
                               result["peak_gflops"].get<double>(), result["bandwidth_gb_s"].get<double>())
                << std::endl;
    }
    for (const std::string& preset : preset_names()) {
      if (preset_ != "all" && preset_ != preset) continue;
      TrainingBenchmarkOptions options = preset_options(preset);
      options.num_steps = num_steps_;
      options.compute_type = precision.compute_type;
      const TrainingBenchmark measured = run_training_benchmark(options);
      result[preset] = {{"tokens_per_s", measured.tokens_per_s},
                        {"matmul_only_tokens_per_s", measured.matmul_only_tokens_per_s},
                        {"peak_rss_mb", measured.peak_rss_bytes >> 20}};
      if (json_) continue;
      std::cout << fmt::format(
                       "{:<12} {:8.0f} tok/s; {:.0f}% of the {:.0f} that its matrix products alone would allow; "
                       "{} MB at most",
                       preset, measured.tokens_per_s, 100 * measured.tokens_per_s / measured.matmul_only_tokens_per_s,
                       measured.matmul_only_tokens_per_s, measured.peak_rss_bytes >> 20)
                << std::endl;
    }
    if (json_) std::cout << json_text(result) << std::endl;
    return kExitDone;
  }

 private:
  std::string preset_ = "all";
  std::string precision_ = "fp32";
  int64_t num_steps_ = 5;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_bench_command() { return std::make_unique<BenchCommand>(); }

}  // namespace slm::cli
