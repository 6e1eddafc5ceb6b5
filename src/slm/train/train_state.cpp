#include "slm/train/train_state.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "slm/core/error.h"
#include "slm/core/json_text.h"

namespace slm::train {
namespace {

constexpr int64_t kVersion = 1;
constexpr int64_t kMostSteps = int64_t{1} << 53;  // steps are added to and multiplied

// Reads fields and says which one is wrong.
class Reader {
 public:
  Reader(const std::string& path, const nlohmann::json& object) : path_(path), object_(object) {}

  int64_t count(const char* name, int64_t most = INT64_MAX) const {
    const nlohmann::json& value = field(name);
    if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{INT64_MAX}) ||
        value.get<int64_t>() < 0) {
      fail(name, "a whole number, 0 or more");
    }
    if (value.get<int64_t>() > most) fail(name, fmt::format("at most {}", most));
    return value.get<int64_t>();
  }
  uint64_t seed(const char* name) const {
    const nlohmann::json& value = field(name);
    if (!value.is_number_unsigned()) fail(name, "a whole number, 0 or more");
    return value.get<uint64_t>();
  }
  // False where it is not there: checkpoints of runs that knew no such question.
  bool optional_answer(const char* name) const {
    if (!object_.contains(name)) return false;
    if (!field(name).is_boolean()) fail(name, "true or false");
    return field(name).get<bool>();
  }
  double number(const char* name) const {
    const nlohmann::json& value = field(name);
    if (!value.is_number()) fail(name, "a number");
    return value.get<double>();
  }
  std::optional<double> optional_number(const char* name) const {
    if (field(name).is_null()) return {};
    return number(name);
  }

 private:
  const nlohmann::json& field(const char* name) const {
    if (!object_.contains(name)) fail(name, "to be there");
    return object_[name];
  }
  [[noreturn]] void fail(const char* name, std::string_view expected) const {
    throw FormatError(path_, FormatError::kNoOffset,
                      fmt::format("'{}' is wrong, expected {}; resume from another checkpoint", name, expected));
  }

  const std::string& path_;
  const nlohmann::json& object_;
};

}  // namespace

std::string to_json(const TrainState& state) {
  const nlohmann::ordered_json object = {
      {"version", kVersion},
      {"seed", state.seed},
      {"step", state.step},
      {"optimizer_steps", state.optimizer_steps},
      {"tokens_seen", state.tokens_seen},
      {"epoch", state.position.epoch},
      {"window", state.position.window},
      {"epoch_loss_sum", state.epoch_loss_sum},
      {"epoch_num_targets", state.epoch_num_targets},
      {"is_evaluation_pending", state.is_evaluation_pending},
      {"best_validation_loss", state.best_validation_loss ? nlohmann::ordered_json(*state.best_validation_loss)
                                                          : nlohmann::ordered_json(nullptr)},
      {"num_skipped_in_a_row", state.num_skipped_in_a_row},
  };
  return json_text(object, 2) + "\n";
}

TrainState train_state_from_json(const std::string& path, const std::string& text) {
  const auto object = parse_json(text);
  if (!object.is_object()) {
    throw FormatError(path, FormatError::kNoOffset, "is not a JSON object; resume from another checkpoint");
  }
  const Reader reader(path, object);
  if (const int64_t version = reader.count("version"); version != kVersion) {
    throw FormatError(path, FormatError::kNoOffset,
                      fmt::format("has version {}, this program reads version {}; resume with the slm that wrote it",
                                  version, kVersion));
  }
  TrainState state;
  state.seed = reader.seed("seed");
  state.step = reader.count("step", kMostSteps);
  state.optimizer_steps = reader.count("optimizer_steps");
  state.tokens_seen = reader.count("tokens_seen");
  state.position = {.epoch = reader.count("epoch", kMostSteps), .window = reader.count("window")};
  state.epoch_loss_sum = reader.number("epoch_loss_sum");
  state.epoch_num_targets = reader.count("epoch_num_targets");
  state.is_evaluation_pending = reader.optional_answer("is_evaluation_pending");
  if (state.is_evaluation_pending && state.step < 1) {
    throw FormatError(path, FormatError::kNoOffset,
                      "has an evaluation pending before the first step; resume from another checkpoint");
  }
  state.best_validation_loss = reader.optional_number("best_validation_loss");
  state.num_skipped_in_a_row = reader.count("num_skipped_in_a_row");
  return state;
}

}  // namespace slm::train
