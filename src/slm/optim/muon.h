#pragma once

#include "slm/optim/adamw.h"

namespace slm::optim {

struct MuonOptions {
  double momentum = 0.95;  // of the averaged gradient, Nesterov's variant
  // Hidden matrices learn at this many times the learning rate, everything else at the learning rate itself, so that
  // one value suits both: 1e-3 gives matrices the 0.02 that Muon is published with.
  double matrix_learning_rate_factor = 20;
  int num_iterations = 5;  // of Newton and Schulz
  AdamWOptions adamw;      // for everything else; its weight_decay also holds for the matrices
};

// Muon (Keller Jordan, https://kellerjordan.github.io/posts/muon/): each hidden matrix moves along its averaged
// gradient with all singular values brought near 1. Per published matrix of shape (rows, cols), so also for each of
// those that a parameter fuses:
//   W = W * (1 - rate * weight_decay) - rate * sqrt(max(1, rows / cols)) * orthogonalized(momentum-averaged gradient)
// with rate = matrix_learning_rate_factor * learning_rate. Embeddings, the output layer, norms and biases go by AdamW.
// Matrix products are in the master's dtype. State: momentum_buffer of each hidden matrix, and AdamW's of the rest.
class Muon : public Optimizer {
 public:
  Muon(Parameters parameters, const MuonOptions& options);
  std::vector<StateTensor> state() const override;

 private:
  struct Slot {
    nn::Parameter* parameter;
    Tensor momentum_buffer;
  };
  void update(const Step& step) override;
  void update_matrix(const Slot& slot, const Step& step) const;

  MuonOptions options_;
  std::vector<Slot> slots_;
  std::unique_ptr<AdamW> rest_;
};

}  // namespace slm::optim
