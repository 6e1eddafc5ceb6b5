#include "slm/kernels/register.h"
#include "slm/kernels/ref/add.h"
#include "slm/kernels/ref/attention.h"
#include "slm/kernels/ref/rms_norm.h"

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
  set(add, ref::add<float>, ref::add<double>);
  set(attention_forward, ref::attention_forward<float>, ref::attention_forward<double>);
  set(attention_backward, ref::attention_backward<float>, ref::attention_backward<double>);
  set(rms_norm_forward, ref::rms_norm_forward<float>, ref::rms_norm_forward<double>);
  set(rms_norm_backward, ref::rms_norm_backward<float>, ref::rms_norm_backward<double>);
}

}  // namespace slm::kernels
