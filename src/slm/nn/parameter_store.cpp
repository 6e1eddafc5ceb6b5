#include "slm/nn/parameter_store.h"

#include <cassert>

#include "slm/nn/random_streams.h"

namespace slm::nn {

Parameter* ParameterStore::add(std::string name, const Shape& shape, const Initializer& initializer, bool is_matrix) {
  const DType master_dtype = compute_type_ == ComputeType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
  auto parameter = std::make_unique<Parameter>();
  parameter->name = name;
  parameter->master = Tensor::empty(shape, master_dtype);
  const auto index = static_cast<uint32_t>(parameters_.size());
  initializer.fill(parameter->master, {.seed = seed_, .stream = kInitializerStream + index, .step = 0});
  const bool has_copy = is_matrix && compute_type_ == ComputeType::kBFloat16;
  const Tensor value = has_copy ? parameter->master.to(DType::kBFloat16) : parameter->master;
  parameter->variable = Variable::parameter(value, name, master_dtype);
  parameter->has_weight_decay = is_matrix;
  parameter->parts = {{.name = std::move(name), .row_begin = 0, .num_rows = shape[0]}};
  parameters_.push_back(std::move(parameter));
  return parameters_.back().get();
}

Parameter* ParameterStore::add_vector(std::string name, int64_t size, const Initializer& initializer) {
  return add(std::move(name), {size}, initializer, /*is_matrix=*/false);
}

Parameter* ParameterStore::add_matrix(std::string name, int64_t out, int64_t in, const Initializer& initializer,
                                      const MatrixOptions& options) {
  Parameter* parameter = add(std::move(name), {out, in}, initializer, /*is_matrix=*/true);
  parameter->is_hidden_matrix = options.is_hidden;
  parameter->parts[0].is_transposed = options.is_transposed;
  return parameter;
}

void ParameterStore::split_into_parts(Parameter& parameter, std::span<const NamedRows> parts) {
  parameter.parts.clear();
  int64_t row = 0;
  for (const auto& [name, num_rows] : parts) {
    parameter.parts.push_back({.name = name, .row_begin = row, .num_rows = num_rows});
    row += num_rows;
  }
  assert(row == parameter.master.shape()[0]);
}

std::vector<Parameter*> ParameterStore::parameters() const {
  std::vector<Parameter*> pointers;
  for (const auto& parameter : parameters_) pointers.push_back(parameter.get());
  return pointers;
}

void refresh_compute_copy(const Parameter& parameter) {
  if (parameter.variable.dtype() != parameter.master.dtype()) parameter.variable.value().copy_from(parameter.master);
}

}  // namespace slm::nn
