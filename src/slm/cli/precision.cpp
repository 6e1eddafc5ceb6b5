#include "slm/cli/precision.h"

#include <fmt/format.h>

#include "slm/core/error.h"
#include "slm/kernels/isa.h"

namespace slm::cli {

Precision choose_precision(std::string_view requested) {
  const Precision fp32{.compute_type = nn::ComputeType::kFloat32, .name = "fp32", .notice = {}};
  if (requested == "fp32") return fp32;
  if (requested == "fp16") throw UsageError("--precision fp16: needs a GPU; use bf16, fp32 or auto");
  // Wherever a processor multiplies bf16 natively that is faster than fp32; emulated, it is four times slower.
  if (kernels::has_native_bf16()) return {.compute_type = nn::ComputeType::kBFloat16, .name = "bf16", .notice = {}};
  Precision fallback = fp32;
  if (requested == "bf16") {
    fallback.notice = fmt::format(
        "bf16 needs AVX512-BF16 or AMX and this run has {} (as the processor or --isa allows): fp32 is used instead",
        kernels::isa_description());
  }
  return fallback;
}

}  // namespace slm::cli
