#pragma once

#include "slm/kernels/add.h"
#include "slm/kernels/attention.h"
#include "slm/kernels/rms_norm.h"

// The fast kernels for float32 and bfloat16 rows, each dispatched once per call to the best instruction set that
// isa.h allows.
namespace slm::kernels::cpu {

void add(const AddArgs& args);
void attention_forward(const AttentionForwardArgs& args);
void attention_backward(const AttentionBackwardArgs& args);
void rms_norm_forward(const RmsNormForwardArgs& args);
void rms_norm_backward(const RmsNormBackwardArgs& args);

}  // namespace slm::kernels::cpu
