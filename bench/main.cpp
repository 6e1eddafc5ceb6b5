#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>

#include "slm/kernels/isa.h"
#include "slm/kernels/register.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  if (const char* cap = std::getenv("SLM_ISA"); cap != nullptr && *cap != '\0') {
    const auto isa = slm::kernels::parse_isa(cap);
    if (!isa) {
      std::fprintf(stderr, "SLM_ISA: got '%s', expected sse4, avx2, avx512 or native\n", cap);
      return 2;
    }
    slm::kernels::set_isa_cap(*isa);
  }
  slm::kernels::register_cpu_kernels();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
