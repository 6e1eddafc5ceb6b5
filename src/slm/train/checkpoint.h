#pragma once

#include <optional>
#include <span>
#include <string>

#include "slm/optim/make_optimizer.h"
#include "slm/train/train_options.h"
#include "slm/train/train_state.h"

// A checkpoint is a folder: model.safetensors (the masters, under the model's published names), optimizer.safetensors
// (the optimizer's state, under its own), train_state.json, the run's files, and DONE, which comes last.
namespace slm::train {

// What is saved, and restored into.
struct Training {
  optim::Parameters parameters;
  optim::Optimizer& optimizer;
  optim::OptimizerKind optimizer_kind;
};

// Appears under its name complete or not at all; replaces a folder of that name. Throws IoError.
void write_checkpoint(const std::string& path, const Training& training, const TrainState& state,
                      std::span<const RunFile> run_files);

// Fills parameters and optimizer and returns the state. Throws FormatError for a folder that is no complete checkpoint,
// is damaged, or is one of another model or optimizer; IoError.
TrainState read_checkpoint(const std::string& path, const Training& training);

// The checkpoint that `path` means: itself, or the newest complete one of the run in that folder. Nothing where there
// is no checkpoint.
std::optional<std::string> find_checkpoint(const std::string& path);

inline constexpr const char* kCheckpointsFolder = "checkpoints";  // in the folder of a run

// Where the checkpoints of a run are, by step: "runs/a/checkpoints/step-00001000".
class CheckpointFolder {
 public:
  explicit CheckpointFolder(const std::string& model_dir);

  std::string path_of(int64_t step) const;
  std::string best_path() const;

  // The path of the newest complete checkpoint, if there is one; the best one where it is the only one.
  std::optional<std::string> newest() const;

  // After the save of `step`: removes all but the `keep_last` newest, those of later steps, which a run wrote that this
  // one left by resuming from an earlier checkpoint, and what an interrupted save left behind. The best one stays.
  void remove_old(int64_t step, int64_t keep_last) const;

 private:
  std::string path_;
};

}  // namespace slm::train
