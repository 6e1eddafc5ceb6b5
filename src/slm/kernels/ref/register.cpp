#include "slm/kernels/register.h"
#include "slm/kernels/ref/activation.h"
#include "slm/kernels/ref/adamw.h"
#include "slm/kernels/ref/add.h"
#include "slm/kernels/ref/attention.h"
#include "slm/kernels/ref/column_sum.h"
#include "slm/kernels/ref/copy_heads.h"
#include "slm/kernels/ref/cross_entropy.h"
#include "slm/kernels/ref/dropout.h"
#include "slm/kernels/ref/embedding.h"
#include "slm/kernels/ref/layer_norm.h"
#include "slm/kernels/ref/matmul.h"
#include "slm/kernels/ref/muon_momentum.h"
#include "slm/kernels/ref/qk_norm.h"
#include "slm/kernels/ref/rms_norm.h"
#include "slm/kernels/ref/rope.h"
#include "slm/kernels/ref/scaled_add.h"
#include "slm/kernels/ref/sgd.h"
#include "slm/kernels/ref/squared_norm.h"
#include "slm/kernels/ref/swiglu.h"

namespace slm::kernels {
namespace {

template <class Args>
void set(KernelSlot<Args>& slot, typename KernelSlot<Args>::Function for_float,
         typename KernelSlot<Args>::Function for_double) {
  slot.set(Device::kCpu, DType::kFloat32, for_float);
  slot.set(Device::kCpu, DType::kFloat64, for_double);
}

}  // namespace

void register_ref_kernels() {
  set(activation_backward, ref::activation_backward<float>, ref::activation_backward<double>);
  set(activation_forward, ref::activation_forward<float>, ref::activation_forward<double>);
  set(adamw, ref::adamw<float>, ref::adamw<double>);
  set(add, ref::add<float>, ref::add<double>);
  set(attention_backward, ref::attention_backward<float>, ref::attention_backward<double>);
  set(attention_forward, ref::attention_forward<float>, ref::attention_forward<double>);
  set(column_sum, ref::column_sum<float>, ref::column_sum<double>);
  set(copy_heads, ref::copy_heads<float>, ref::copy_heads<double>);
  set(cross_entropy, ref::cross_entropy<float>, ref::cross_entropy<double>);
  set(dropout, ref::dropout<float>, ref::dropout<double>);
  set(embedding_backward, ref::embedding_backward<float>, ref::embedding_backward<double>);
  set(embedding_forward, ref::embedding_forward<float>, ref::embedding_forward<double>);
  set(layer_norm_backward, ref::layer_norm_backward<float>, ref::layer_norm_backward<double>);
  set(layer_norm_forward, ref::layer_norm_forward<float>, ref::layer_norm_forward<double>);
  set(matmul, ref::matmul<float>, ref::matmul<double>);
  set(muon_momentum, ref::muon_momentum<float>, ref::muon_momentum<double>);
  set(qk_norm_forward, ref::qk_norm_forward<float>, ref::qk_norm_forward<double>);
  set(qk_norm_backward, ref::qk_norm_backward<float>, ref::qk_norm_backward<double>);
  set(rms_norm_backward, ref::rms_norm_backward<float>, ref::rms_norm_backward<double>);
  set(rms_norm_forward, ref::rms_norm_forward<float>, ref::rms_norm_forward<double>);
  set(rope, ref::rope<float>, ref::rope<double>);
  set(scaled_add, ref::scaled_add<float>, ref::scaled_add<double>);
  set(sgd, ref::sgd<float>, ref::sgd<double>);
  set(squared_norm, ref::squared_norm<float>, ref::squared_norm<double>);
  set(swiglu_forward, ref::swiglu_forward<float>, ref::swiglu_forward<double>);
  set(swiglu_backward, ref::swiglu_backward<float>, ref::swiglu_backward<double>);
}

}  // namespace slm::kernels
