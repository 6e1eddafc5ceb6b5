#pragma once

#include "slm/core/device.h"
#include "slm/core/dtype.h"

namespace slm::kernels {

// Each fills slots for Device::kCpu and is called once, before any thread starts. A later call replaces an earlier one.
void register_ref_kernels();  // float32 and float64: scalar, slow, plain
void register_cpu_kernels();  // float32 and bfloat16: oneDNN and Highway; float64 stays with the reference

}  // namespace slm::kernels
