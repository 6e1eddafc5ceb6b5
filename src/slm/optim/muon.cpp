#include "slm/optim/muon.h"

#include <algorithm>
#include <cmath>

#include "slm/kernels/muon_momentum.h"
#include "slm/kernels/scaled_add.h"
#include "slm/optim/orthogonalize.h"

namespace slm::optim {
namespace {

// Rows [begin, begin + count) of a matrix as a kernel sees them.
kernels::View rows_of(const kernels::View& matrix, const nn::ParameterPart& part) {
  if (!matrix) return {};
  const int64_t row_bytes = matrix.shape[1] * size_bytes(matrix.dtype);
  return {static_cast<char*>(matrix.data) + part.row_begin * row_bytes, matrix.dtype, {part.num_rows, matrix.shape[1]}};
}

}  // namespace

Muon::Muon(Parameters parameters, const MuonOptions& options) : options_(options) {
  std::vector<nn::Parameter*> rest;
  for (nn::Parameter* parameter : parameters) {
    if (!parameter->is_hidden_matrix) {
      rest.push_back(parameter);
      continue;
    }
    const Tensor& master = parameter->master;
    slots_.push_back({parameter, Tensor::zeros(master.shape(), master.dtype(), master.device())});
  }
  rest_ = std::make_unique<AdamW>(rest, options.adamw);
}

std::vector<StateTensor> Muon::state() const {
  std::vector<StateTensor> tensors;
  for (const Slot& slot : slots_) tensors.push_back({slot.parameter->name + ".momentum_buffer", slot.momentum_buffer});
  for (StateTensor& tensor : rest_->state()) tensors.push_back(std::move(tensor));
  return tensors;
}

void Muon::update(const Step& step) {
  for (const Slot& slot : slots_) {
    if (slot.parameter->variable.grad()) update_matrix(slot, step);
  }
  rest_->set_num_steps(num_steps() - 1);
  rest_->step(step);
}

void Muon::update_matrix(const Slot& slot, const Step& step) const {
  const Tensor& master = slot.parameter->master;
  const Tensor averaged = empty_like(master);
  kernels::muon_momentum(master.device(), master.dtype(),
                         {.g = slot.parameter->variable.grad().view(),
                          .b = slot.momentum_buffer.view(),
                          .u = averaged.view(),
                          .gradient_scale = step.gradient_scale,
                          .momentum = options_.momentum});
  const double rate = options_.matrix_learning_rate_factor * step.learning_rate;
  const double weight_decay = slot.parameter->has_weight_decay ? options_.adamw.weight_decay : 0.0;
  for (const nn::ParameterPart& part : slot.parameter->parts) {
    if (part.is_alias) continue;
    const Tensor update = orthogonalize(averaged.slice(part.row_begin, part.num_rows), options_.num_iterations);
    // The matrix in memory is (out, in) however a state dict stores it.
    const auto num_rows = static_cast<double>(part.num_rows), num_columns = static_cast<double>(master.shape()[1]);
    const kernels::View weight = rows_of(master.view(), part);
    kernels::scaled_add(master.device(), master.dtype(),
                        {.a = weight,
                         .b = update.view(),
                         .y = weight,
                         .copy = rows_of(compute_copy(*slot.parameter), part),
                         .alpha = 1.0 - rate * weight_decay,
                         .beta = -rate * std::sqrt(std::max(1.0, num_rows / num_columns))});
  }
}

}  // namespace slm::optim
