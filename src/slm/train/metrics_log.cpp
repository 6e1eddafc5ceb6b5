#include "slm/train/metrics_log.h"

#include <nlohmann/json.hpp>

#include "slm/core/json_text.h"

namespace slm::train {
namespace {

// Whether a line speaks of what had happened when the run was in this state. Lines of something else are kept.
bool is_before(std::string_view line, const TrainState& state) {
  const auto object = parse_json(line);
  if (!object.is_object() || !object.contains("step") || !object["step"].is_number_integer()) return true;
  const auto step = object["step"].get<int64_t>();
  const bool is_of_evaluation = object.contains("val_loss") || object.contains("train_loss");
  return step < state.step || (step == state.step && !(state.is_evaluation_pending && is_of_evaluation));
}

}  // namespace

void MetricsLog::on_start(const StartReport& report) {
  log_.emplace(path_);
  log_->keep_while([&](std::string_view line) { return is_before(line, report.state); });
}

void MetricsLog::on_step(const StepReport& report) {
  log_->append(json_text(nlohmann::ordered_json{{"step", report.state.step},
                                                {"epoch", report.epoch + 1},
                                                {"tokens", report.state.tokens_seen},
                                                {"loss", report.loss},
                                                {"lr", report.learning_rate},
                                                {"grad_norm", report.gradient_norm},
                                                {"tokens_per_s", report.tokens_per_s},
                                                {"wait_s", report.time.seconds_waited}}));
}

void MetricsLog::on_skip(const SkipReport& report) {
  log_->append(json_text(nlohmann::ordered_json{{"step", report.state.step},
                                                {"tokens", report.state.tokens_seen},
                                                {"skipped", report.op},
                                                {"parameter", report.parameter}}));
}

void MetricsLog::on_evaluation(const EvaluationReport& report) {
  nlohmann::ordered_json line = {{"step", report.state.step},
                                 {"epoch", report.epoch + 1},
                                 {"tokens", report.state.tokens_seen},
                                 {"val_loss", report.evaluation.loss},
                                 {"val_accuracy", report.evaluation.accuracy},
                                 {"perplexity", report.evaluation.perplexity}};
  if (report.evaluation.bits_per_byte) line["bits_per_byte"] = *report.evaluation.bits_per_byte;
  log_->append(json_text(line));
}

void MetricsLog::on_epoch(const EpochReport& report) {
  log_->append(json_text(nlohmann::ordered_json{{"step", report.state.step},
                                                {"epoch", report.epoch + 1},
                                                {"tokens", report.state.tokens_seen},
                                                {"train_loss", report.loss},
                                                {"train_s", report.time.seconds},
                                                {"wait_s", report.time.seconds_waited}}));
}

}  // namespace slm::train
