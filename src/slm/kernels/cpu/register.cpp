#include "slm/kernels/register.h"
#include "slm/kernels/cpu/kernels.h"

namespace slm::kernels {
namespace {

template <class Args>
void set(KernelSlot<Args>& slot, typename KernelSlot<Args>::Function function) {
  slot.set(Device::kCpu, DType::kFloat32, function);
  slot.set(Device::kCpu, DType::kBFloat16, function);
}

}  // namespace

void register_cpu_kernels() {
  register_ref_kernels();
  set(add, cpu::add);
  set(attention_forward, cpu::attention_forward);
  set(attention_backward, cpu::attention_backward);
  set(rms_norm_forward, cpu::rms_norm_forward);
  set(rms_norm_backward, cpu::rms_norm_backward);
}

}  // namespace slm::kernels
