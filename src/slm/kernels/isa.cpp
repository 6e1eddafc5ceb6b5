#include "slm/kernels/isa.h"

#include <hwy/highway.h>
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>

#include <array>

namespace slm::kernels {
namespace {

struct IsaTraits {
  std::string_view name;
  int64_t allowed_targets;  // Highway targets at or below the cap
  dnnl_cpu_isa_t onednn_isa;
};

// A Highway target's bit is the lower, the better the target: all bits from the cap's own up are allowed.
constexpr int64_t at_or_below(int64_t target) { return ~(target - 1); }

// dnnl_cpu_isa_all of oneDNN 2, dnnl_cpu_isa_default of oneDNN 3.
constexpr auto kNoCap = static_cast<dnnl_cpu_isa_t>(0);

constexpr std::array<IsaTraits, 4> kIsas = {{
    {"sse4", at_or_below(HWY_SSE4), dnnl_cpu_isa_sse41},
    {"avx2", at_or_below(HWY_AVX2), dnnl_cpu_isa_avx2},
    {"avx512", at_or_below(HWY_AVX3), dnnl_cpu_isa_avx512_core},
    {"native", ~int64_t{0}, kNoCap},
}};

bool onednn_allows(dnnl_cpu_isa_t isa) {
  const int effective = dnnl_get_effective_cpu_isa();
  return (effective & isa) == isa;
}

}  // namespace

std::optional<Isa> parse_isa(std::string_view text) {
  for (size_t i = 0; i < kIsas.size(); ++i) {
    if (kIsas[i].name == text) return static_cast<Isa>(i);
  }
  return std::nullopt;
}

void set_isa_cap(Isa cap) {
  const IsaTraits& traits = kIsas[static_cast<size_t>(cap)];
  hwy::DisableTargets(~traits.allowed_targets);
  dnnl_set_max_cpu_isa(traits.onednn_isa);
}

std::string isa_description() {
  const int64_t targets = hwy::SupportedTargets();
  const int64_t best = targets & -targets;
  std::string text = best <= HWY_AVX3 ? "AVX-512" : best <= HWY_AVX2 ? "AVX2" : best <= HWY_SSE4 ? "SSE4" : "baseline";
  if (onednn_allows(dnnl_cpu_isa_avx512_core_amx)) return text + " (bf16, AMX)";
  if (onednn_allows(dnnl_cpu_isa_avx512_core_bf16)) return text + " (bf16)";
  return text;
}

bool has_native_bf16() { return onednn_allows(dnnl_cpu_isa_avx512_core_bf16); }

bool has_avx512() { return (hwy::SupportedTargets() & HWY_AVX3) != 0; }

}  // namespace slm::kernels
