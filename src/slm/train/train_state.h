#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "slm/data/loader.h"

namespace slm::train {

// How far a run is: with the model's and the optimizer's tensors, all that a checkpoint holds. Only the Trainer changes
// it. Everything random in training is a function of `seed`, `step` and the loader's position.
struct TrainState {
  uint64_t seed = 0;
  int64_t step = 0;             // updates, skipped ones too
  int64_t optimizer_steps = 0;  // updates that happened
  int64_t tokens_seen = 0;      // targets that were trained on
  data::LoaderPosition position;

  // Of the epoch that is going on: what its mean loss comes from.
  double epoch_loss_sum = 0;
  int64_t epoch_num_targets = 0;

  // The run was asked to stop before the evaluation that may be due after `step`: it comes first when the run goes on.
  bool is_evaluation_pending = false;
  std::optional<double> best_validation_loss;
  int64_t num_skipped_in_a_row = 0;  // steps whose loss or gradient was not finite

  bool operator==(const TrainState&) const = default;
};

// JSON, as train_state.json holds it. Numbers survive exactly.
std::string to_json(const TrainState& state);
// Throws FormatError naming `path`.
TrainState train_state_from_json(const std::string& path, const std::string& text);

}  // namespace slm::train
