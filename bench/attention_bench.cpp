// Causal attention, forward and backward, in GFLOP/s of what the mask leaves: 4 * E for each visible pair of tokens
// forward, 10 * E backward. bench/attention_peer.py times PyTorch's on the same shapes.

#include <benchmark/benchmark.h>

#include "slm/autograd/tape.h"
#include "slm/ops/attention.h"

namespace slm {
namespace {

// Elements between -2 and 2.
Tensor make(const Shape& shape) {
  const Tensor tensor = Tensor::empty(shape, DType::kFloat32);
  uint32_t bits = 12345;
  for (float& element : tensor.span<float>()) {
    bits = bits * 1664525u + 1013904223u;
    element = static_cast<float>(static_cast<int32_t>(bits)) * 0x1p-30f;
  }
  return tensor;
}

// Arguments: B, H, T, E.
void BM_Attention(benchmark::State& state) {
  const int64_t batch = state.range(0), heads = state.range(1), length = state.range(2), dim = state.range(3);
  const Variable qkv = Variable::parameter(make({batch, length, 3 * heads * dim}), "qkv", DType::kFloat32);
  const Tensor dy = make({batch, length, heads * dim});
  const ops::AttentionOptions options{.num_heads = heads, .num_kv_heads = heads};
  for (auto _ : state) {
    Tape tape;
    qkv.clear_grad();
    tape.backward(ops::attention(qkv, options), dy);
  }
  const double pairs = static_cast<double>(batch * heads) * static_cast<double>(length * (length + 1)) / 2;
  state.counters["GFLOP/s"] =
      benchmark::Counter(14e-9 * pairs * static_cast<double>(dim), benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK(BM_Attention)
    ->Args({32, 4, 128, 32})
    ->Args({64, 8, 128, 64})
    ->Args({8, 8, 1024, 64})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace slm
