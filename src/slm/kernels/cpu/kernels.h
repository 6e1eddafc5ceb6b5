#pragma once

#include "slm/kernels/activation.h"
#include "slm/kernels/adamw.h"
#include "slm/kernels/add.h"
#include "slm/kernels/attention.h"
#include "slm/kernels/column_sum.h"
#include "slm/kernels/cross_entropy.h"
#include "slm/kernels/dropout.h"
#include "slm/kernels/embedding.h"
#include "slm/kernels/layer_norm.h"
#include "slm/kernels/matmul.h"
#include "slm/kernels/muon_momentum.h"
#include "slm/kernels/qk_norm.h"
#include "slm/kernels/rms_norm.h"
#include "slm/kernels/rope.h"
#include "slm/kernels/scaled_add.h"
#include "slm/kernels/sgd.h"
#include "slm/kernels/squared_norm.h"
#include "slm/kernels/swiglu.h"

// The fast kernels for float32 and bfloat16 rows, each dispatched once per call to the best instruction set that
// isa.h allows.
namespace slm::kernels::cpu {

void activation_backward(const ActivationBackwardArgs& args);
void activation_forward(const ActivationForwardArgs& args);
void adamw(const AdamWArgs& args);
void add(const AddArgs& args);
void attention_backward(const AttentionBackwardArgs& args);
void attention_forward(const AttentionForwardArgs& args);
void column_sum(const ColumnSumArgs& args);
void cross_entropy(const CrossEntropyArgs& args);
void dropout(const DropoutArgs& args);
void embedding_backward(const EmbeddingBackwardArgs& args);
void embedding_forward(const EmbeddingForwardArgs& args);
void layer_norm_backward(const LayerNormBackwardArgs& args);
void layer_norm_forward(const LayerNormForwardArgs& args);
void matmul(const MatmulArgs& args);
void muon_momentum(const MuonMomentumArgs& args);
void qk_norm_forward(const QkNormForwardArgs& args);
void qk_norm_backward(const QkNormBackwardArgs& args);
void rms_norm_backward(const RmsNormBackwardArgs& args);
void rms_norm_forward(const RmsNormForwardArgs& args);
void rope(const RopeArgs& args);
void scaled_add(const ScaledAddArgs& args);
void sgd(const SgdArgs& args);
void squared_norm(const SquaredNormArgs& args);
void swiglu_forward(const SwigluForwardArgs& args);
void swiglu_backward(const SwigluBackwardArgs& args);

}  // namespace slm::kernels::cpu
