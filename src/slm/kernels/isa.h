#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slm::kernels {

// Instruction sets that a user can cap the program at, in rising order.
enum class Isa { kSse4, kAvx2, kAvx512, kNative };

// "sse4", "avx2", "avx512", "native"; nothing for another text.
std::optional<Isa> parse_isa(std::string_view text);

// Keeps kernels and matrix products from using anything above `cap`. Call before the first kernel runs: oneDNN decides
// once.
void set_isa_cap(Isa cap);

// What the kernels run on now, for people: "AVX-512 (bf16, AMX)", "AVX2".
std::string isa_description();

// Whether the processor, under the cap, multiplies bf16 matrices natively (AVX512-BF16 or AMX).
bool has_native_bf16();

// Whether the processor has AVX-512 (F, BW, DQ, VL, and with it BMI2), under the cap.
bool has_avx512();

}  // namespace slm::kernels
