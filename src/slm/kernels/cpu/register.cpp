#include "slm/kernels/register.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/ref/copy_heads.h"

namespace slm::kernels {
namespace {

template <class Args>
void set(KernelSlot<Args>& slot, typename KernelSlot<Args>::Function function) {
  slot.set(Device::kCpu, DType::kFloat32, function);
  slot.set(Device::kCpu, DType::kBFloat16, function);
}

// For what the optimizer does to masters, gradients and moments: those are never bf16.
template <class Args>
void set_float32(KernelSlot<Args>& slot, typename KernelSlot<Args>::Function function) {
  slot.set(Device::kCpu, DType::kFloat32, function);
}

}  // namespace

void register_cpu_kernels() {
  register_ref_kernels();
  set(activation_backward, cpu::activation_backward);
  set(activation_forward, cpu::activation_forward);
  set_float32(adamw, cpu::adamw);
  set(add, cpu::add);
  set(attention_backward, cpu::attention_backward);
  set(attention_forward, cpu::attention_forward);
  set(column_sum, cpu::column_sum);
  set(cross_entropy, cpu::cross_entropy);
  copy_heads.set(Device::kCpu, DType::kBFloat16, ref::copy_heads<BFloat16>);  // nothing to gain from vectors
  set(dropout, cpu::dropout);
  set(embedding_backward, cpu::embedding_backward);
  set(embedding_forward, cpu::embedding_forward);
  set(layer_norm_backward, cpu::layer_norm_backward);
  set(layer_norm_forward, cpu::layer_norm_forward);
  set(matmul, cpu::matmul);
  set_float32(muon_momentum, cpu::muon_momentum);
  set(qk_norm_forward, cpu::qk_norm_forward);
  set(qk_norm_backward, cpu::qk_norm_backward);
  set(rms_norm_backward, cpu::rms_norm_backward);
  set(rms_norm_forward, cpu::rms_norm_forward);
  set(rope, cpu::rope);
  set_float32(scaled_add, cpu::scaled_add);
  set_float32(sgd, cpu::sgd);
  set_float32(squared_norm, cpu::squared_norm);
  set(swiglu_forward, cpu::swiglu_forward);
  set(swiglu_backward, cpu::swiglu_backward);
}

}  // namespace slm::kernels
