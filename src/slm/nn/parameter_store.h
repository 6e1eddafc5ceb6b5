#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "slm/nn/initializer.h"
#include "slm/nn/parameter.h"

namespace slm::nn {

// The numbers that a model computes in.
enum class ComputeType {
  kFloat32,
  kBFloat16,  // activations and matrices in bf16; vectors, masters and gradients in fp32
  kFloat64,   // everything; for gradient checks
};

// Makes and owns the parameters of a model, in the order in which they are added.
class ParameterStore {
 public:
  ParameterStore(ComputeType compute_type, uint64_t seed) : compute_type_(compute_type), seed_(seed) {}

  // A vector: no weight decay, never in bf16.
  Parameter* add_vector(std::string name, int64_t size, const Initializer& initializer);

  struct MatrixOptions {
    bool is_hidden = false;      // Muon may update it
    bool is_transposed = false;  // state dicts store it as (in, out)
  };
  // A matrix of shape (out, in).
  Parameter* add_matrix(std::string name, int64_t out, int64_t in, const Initializer& initializer,
                        const MatrixOptions& options);

  // Replaces the state-dict names of a parameter: consecutive rows, by their counts.
  struct NamedRows {
    std::string name;
    int64_t num_rows;
  };
  static void split_into_parts(Parameter& parameter, std::span<const NamedRows> parts);

  ComputeType compute_type() const { return compute_type_; }
  std::vector<Parameter*> parameters() const;

 private:
  Parameter* add(std::string name, const Shape& shape, const Initializer& initializer, bool is_matrix);

  ComputeType compute_type_;
  uint64_t seed_;
  std::vector<std::unique_ptr<Parameter>> parameters_;
};

// Writes what ops read from the masters: the bf16 copies, where there are any.
void refresh_compute_copy(const Parameter& parameter);

}  // namespace slm::nn
