#include "slm/formats/state_dict.h"

#include <fmt/format.h>

#include <set>
#include <string>

#include "slm/core/error.h"
#include "slm/nn/parameter_part.h"
#include "slm/nn/parameter_store.h"

namespace slm::formats {
namespace {

void load_part(const TensorFile& file, const nn::Parameter& parameter, const nn::ParameterPart& part) {
  const TensorEntry* entry = file.find(part.name);
  if (entry == nullptr) {
    throw FormatError(file.path(), FormatError::kNoOffset,
                      fmt::format("has no tensor '{}'; does config.json belong to this file?", part.name));
  }
  const Shape expected = nn::part_shape(parameter, part);
  if (entry->shape != expected) {
    throw FormatError(file.path(), FormatError::kNoOffset,
                      fmt::format("tensor '{}' has shape {}, expected {}; does config.json belong to this file?",
                                  part.name, to_string(entry->shape), to_string(expected)));
  }
  nn::insert_part(parameter.master, part, file.read(*entry, parameter.master.dtype()));
}

}  // namespace

std::vector<OutputTensor> state_dict(std::span<nn::Parameter* const> parameters, Aliases aliases) {
  std::vector<OutputTensor> tensors;
  for (const nn::Parameter* parameter : parameters) {
    const bool has_alias = parameter->parts.back().is_alias;
    for (const nn::ParameterPart& part : parameter->parts) {
      if (part.is_alias && aliases == Aliases::kLeaveOut) continue;
      tensors.push_back({.name = part.name,
                         .dtype = parameter->master.dtype(),
                         .shape = nn::part_shape(*parameter, part),
                         .content = [parameter, part] { return nn::extract_part(parameter->master, part); },
                         .shared_with = has_alias ? parameter->master.raw() : nullptr});
    }
  }
  return tensors;
}

void load_state_dict(const TensorFile& file, std::span<nn::Parameter* const> parameters) {
  std::set<std::string, std::less<>> known;
  for (const nn::Parameter* parameter : parameters) {
    for (const nn::ParameterPart& part : parameter->parts) {
      known.insert(part.name);
      if (!part.is_alias) load_part(file, *parameter, part);
    }
    nn::refresh_compute_copy(*parameter);
  }
  for (const TensorEntry& entry : file.entries()) {
    if (known.contains(entry.name)) continue;
    throw FormatError(
        file.path(), FormatError::kNoOffset,
        fmt::format("tensor '{}' is not part of the model that config.json describes; does it belong to this file?",
                    entry.name));
  }
}

}  // namespace slm::formats
