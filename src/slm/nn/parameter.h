#pragma once

#include <string>
#include <vector>

#include "slm/autograd/variable.h"

namespace slm::nn {

// One tensor of a state dict as rows [row_begin, row_begin + num_rows) of a parameter. A parameter that fuses several
// published tensors (q, k and v of one attention layer) has one part for each.
struct ParameterPart {
  std::string name;  // in the state dict: "model.layers.0.self_attn.q_proj.weight"
  int64_t row_begin = 0;
  int64_t num_rows = 0;
  bool is_transposed = false;  // stored as (in, out), as GPT-2's Conv1D does; in memory it is always (out, in)
  bool is_alias = false;       // another name for rows that an earlier part names: written beside it, not needed back
};

// What the optimizer updates.
struct Parameter {
  std::string name;   // unique in the model; of the first part where there is one part
  Tensor master;      // the truth: fp32 (fp64 in gradient checks)
  Variable variable;  // what ops read and where the gradient gathers (in master's dtype); it shares master's
                      // storage, or holds its bf16 copy, which the optimizer rewrites with every update
  std::vector<ParameterPart> parts;
  bool has_weight_decay = true;   // matrices and embeddings; not norms and biases
  bool is_hidden_matrix = false;  // a matrix inside a block: what Muon updates
};

}  // namespace slm::nn
