#include "slm/train/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>
#include <vector>

#include "slm/core/error.h"
#include "slm/formats/safetensors.h"
#include "slm/formats/state_dict.h"
#include "slm/storage/atomic_directory.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/folder.h"
#include "slm/storage/read_file.h"

namespace slm::train {
namespace {

constexpr const char *kModel = "model.safetensors", *kOptimizer = "optimizer.safetensors", *kState = "train_state.json";
constexpr const char* kOptimizerKey = "slm_optimizer";  // in the metadata: which one the state belongs to
constexpr std::string_view kPrefix = "step-";
constexpr int64_t kMaxStateBytes = 1 << 20;

std::vector<formats::NamedTensor> optimizer_tensors(const optim::Optimizer& optimizer) {
  std::vector<formats::NamedTensor> tensors;
  for (optim::StateTensor& state : optimizer.state()) tensors.push_back({std::move(state.name), state.tensor});
  return tensors;
}

void read_optimizer(const std::string& path, const Training& training) {
  const auto file = formats::open_safetensors(path);
  const auto kind = file->metadata().find(kOptimizerKey);
  const std::string_view wanted = optim::name(training.optimizer_kind);
  if (kind == file->metadata().end() || kind->second != wanted) {
    const std::string got = kind == file->metadata().end() ? "no optimizer of slm" : "of " + kind->second;
    throw FormatError(
        path, FormatError::kNoOffset,
        fmt::format("is {}, expected {}; resume with the optimizer that the run began with", got, wanted));
  }
  for (const optim::StateTensor& state : training.optimizer.state()) {
    file->read_into(file->at(state.name), state.tensor);
  }
}

// The step in "step-00001000"; -1 for another name.
int64_t step_of(const std::string& name) {
  int64_t step = -1;
  const char *begin = name.data() + kPrefix.size(), *end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(begin, end, step);
  return error == std::errc() && stop == end ? step : -1;
}

// The complete checkpoints in a folder, oldest first.
std::vector<std::pair<int64_t, std::string>> steps_in(const std::string& path) {
  std::vector<std::pair<int64_t, std::string>> steps;
  for (const std::string& name : storage::list_complete_directories(path, kPrefix)) {
    if (const int64_t step = step_of(name); step >= 0) steps.emplace_back(step, storage::join(path, name));
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

}  // namespace

void write_checkpoint(const std::string& path, const Training& training, const TrainState& state,
                      std::span<const RunFile> run_files) {
  storage::AtomicDirectory folder(path);
  formats::write_safetensors(folder.path_of(kModel),
                             formats::state_dict(training.parameters, formats::Aliases::kLeaveOut));
  formats::write_safetensors(folder.path_of(kOptimizer), optimizer_tensors(training.optimizer),
                             {{"format", "pt"}, {kOptimizerKey, std::string(optim::name(training.optimizer_kind))}});
  storage::write_file(folder.path_of(kState), to_json(state));
  for (const RunFile& file : run_files) storage::write_file(folder.path_of(file.name), file.content);
  folder.commit();
}

TrainState read_checkpoint(const std::string& path, const Training& training) {
  if (!storage::is_complete_directory(path)) {
    throw FormatError(path, FormatError::kNoOffset,
                      "is no complete checkpoint (it has no DONE file); resume from another one");
  }
  const std::string state_path = storage::join(path, kState);
  const TrainState state = train_state_from_json(state_path, storage::read_file(state_path, kMaxStateBytes));
  formats::load_state_dict(*formats::open_safetensors(storage::join(path, kModel)), training.parameters);
  read_optimizer(storage::join(path, kOptimizer), training);
  training.optimizer.set_num_steps(state.optimizer_steps);
  return state;
}

std::optional<std::string> find_checkpoint(const std::string& path) {
  if (storage::is_complete_directory(path)) return path;
  return CheckpointFolder(path).newest();
}

CheckpointFolder::CheckpointFolder(const std::string& model_dir)
    : path_(storage::join(model_dir, kCheckpointsFolder)) {}

std::string CheckpointFolder::path_of(int64_t step) const {
  return storage::join(path_, fmt::format("{}{:08}", kPrefix, step));
}

std::string CheckpointFolder::best_path() const { return storage::join(path_, "best"); }

std::optional<std::string> CheckpointFolder::newest() const {
  const auto steps = steps_in(path_);
  if (!steps.empty()) return steps.back().second;
  return storage::is_complete_directory(best_path()) ? std::optional(best_path()) : std::nullopt;
}

void CheckpointFolder::remove_old(int64_t step, int64_t keep_last) const {
  auto steps = steps_in(path_);
  for (; !steps.empty() && steps.back().first > step; steps.pop_back()) {
    storage::remove_complete_directory(steps.back().second);
  }
  for (size_t i = 0; i + static_cast<size_t>(keep_last) < steps.size(); ++i) {
    storage::remove_complete_directory(steps[i].second);
  }
  storage::remove_leftovers(path_);
}

}  // namespace slm::train
