// Matrix products, linear layers and the fused output layer at the shapes of the presets, in FLOP/s: the floor is the
// processor's peak, which docs/performance.md states. Run with OMP_NUM_THREADS=1 the CPU time is true on a busy
// machine.

#include <benchmark/benchmark.h>

#include <array>

#include "slm/autograd/tape.h"
#include "slm/kernels/cross_entropy.h"
#include "slm/kernels/matmul.h"
#include "slm/ops/linear.h"
#include "slm/ops/linear_cross_entropy.h"

namespace slm {
namespace {

constexpr DType kDTypes[] = {DType::kFloat32, DType::kBFloat16};

Tensor make(const Shape& shape, DType dtype, float scale = 0.1f) {
  const Tensor tensor = Tensor::empty(shape, DType::kFloat32);
  uint32_t bits = 12345;
  for (float& element : tensor.span<float>()) {
    bits = bits * 1664525u + 1013904223u;
    element = static_cast<float>(static_cast<int32_t>(bits)) * 0x1p-31f * scale;
  }
  return tensor.to(dtype);
}

Tensor make_targets(int64_t rows, int64_t vocab) {
  const Tensor tensor = Tensor::empty({rows}, DType::kInt32);
  for (int64_t row = 0; row < rows; ++row) tensor.data<int32_t>()[row] = static_cast<int32_t>(row * 7919 % vocab);
  return tensor;
}

void count_products(benchmark::State& state, double products, int64_t m, int64_t n, int64_t k) {
  const double operations = 2 * products * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  state.counters["FLOP/s"] = benchmark::Counter(operations, benchmark::Counter::kIsIterationInvariantRate);
}

// Arguments: dtype, R, in, out. y = x w^T
void BM_Forward(benchmark::State& state) {
  const DType dtype = kDTypes[state.range(0)];
  const int64_t rows = state.range(1), in = state.range(2), out = state.range(3);
  const Tensor x = make({rows, in}, dtype), w = make({out, in}, dtype), y = Tensor::empty({rows, out}, dtype);
  for (auto _ : state) {
    kernels::matmul(Device::kCpu, dtype,
                    {.a = x.view(), .b = w.view(), .bias = {}, .c = y.view(), .is_b_transposed = true});
  }
  count_products(state, 1, rows, in, out);
}

// dx = dy w
void BM_InputGradient(benchmark::State& state) {
  const DType dtype = kDTypes[state.range(0)];
  const int64_t rows = state.range(1), in = state.range(2), out = state.range(3);
  const Tensor dx = Tensor::empty({rows, in}, dtype), w = make({out, in}, dtype), dy = make({rows, out}, dtype);
  for (auto _ : state) {
    kernels::matmul(Device::kCpu, dtype, {.a = dy.view(), .b = w.view(), .bias = {}, .c = dx.view()});
  }
  count_products(state, 1, rows, in, out);
}

// dw += dy^T x
void BM_WeightGradient(benchmark::State& state) {
  const DType dtype = kDTypes[state.range(0)];
  const int64_t rows = state.range(1), in = state.range(2), out = state.range(3);
  const Tensor x = make({rows, in}, dtype), dw = Tensor::zeros({out, in}, DType::kFloat32),
               dy = make({rows, out}, dtype);
  for (auto _ : state) {
    kernels::matmul(
        Device::kCpu, dtype,
        {.a = dy.view(), .b = x.view(), .bias = {}, .c = dw.view(), .is_a_transposed = true, .accumulate = true});
  }
  count_products(state, 1, rows, in, out);
}

void BM_Linear(benchmark::State& state) {
  const DType dtype = kDTypes[state.range(0)];
  const int64_t rows = state.range(1), in = state.range(2), out = state.range(3);
  const Variable x = Variable::parameter(make({rows, in}, dtype), "x", dtype);
  const Variable w = Variable::parameter(make({out, in}, dtype), "w", DType::kFloat32);
  const Variable b = Variable::parameter(make({out}, DType::kFloat32), "b", DType::kFloat32);
  const Tensor dy = make({rows, out}, dtype);
  for (auto _ : state) {
    Tape tape;
    tape.backward(ops::linear(x, w, b, kernels::Activation::kRelu), dy);
  }
  count_products(state, 3, rows, in, out);
}

void BM_LinearCrossEntropy(benchmark::State& state) {
  const DType dtype = kDTypes[state.range(0)];
  const int64_t rows = state.range(1), dim = state.range(2), vocab = state.range(3);
  const Variable x = Variable::parameter(make({rows, dim}, dtype), "x", dtype);
  const Variable w = Variable::parameter(make({vocab, dim}, dtype), "w", DType::kFloat32);
  const Variable b = Variable::parameter(make({vocab}, DType::kFloat32), "b", DType::kFloat32);
  const Tensor targets = make_targets(rows, vocab);
  for (auto _ : state) {
    for (const Variable& leaf : {x, w, b}) leaf.clear_grad();
    Tape tape;
    tape.backward(ops::linear_cross_entropy(x, w, b, targets, {.loss_scale = 1.0 / static_cast<double>(rows)}).loss);
  }
  count_products(state, 3, rows, dim, vocab);
}

// Softmax, loss and gradient alone, in the rate of logits.
void BM_CrossEntropy(benchmark::State& state) {
  const DType dtype = kDTypes[state.range(0)];
  const int64_t rows = state.range(1), vocab = state.range(3);
  const Tensor z = make({rows, vocab}, DType::kFloat32), dz = dtype == z.dtype() ? z : Tensor::empty(z.shape(), dtype);
  const Tensor losses = Tensor::empty({rows}, DType::kFloat64), correct = Tensor::empty({rows}, DType::kInt32);
  const Tensor targets = make_targets(rows, vocab);
  for (auto _ : state) {
    kernels::cross_entropy(Device::kCpu, DType::kFloat32,
                           {z.view(), targets.view(), losses.view(), correct.view(), dz.view(), 1.0, 0.0});
  }
  state.SetItemsProcessed(state.iterations() * rows * vocab);
}

// Layers of the default preset (batch 32 x 128) and of openwebtext (64 x 128): inner and outer feed-forward,
// projection.
void layers(benchmark::internal::Benchmark* bench) {
  for (const int dtype : {0, 1}) {
    for (const auto& [rows, in, out] : {std::array<int64_t, 3>{4096, 128, 128},
                                        {4096, 128, 512},
                                        {4096, 512, 128},
                                        {8192, 512, 512},
                                        {8192, 512, 2048},
                                        {8192, 2048, 512}}) {
      bench->Args({dtype, rows, in, out});
    }
  }
  bench->ArgNames({"bf16", "R", "in", "out"})->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
}

void output_layers(benchmark::internal::Benchmark* bench) {
  for (const int dtype : {0, 1}) bench->Args({dtype, 4096, 128, 10000})->Args({dtype, 8192, 512, 30522});
  bench->ArgNames({"bf16", "R", "D", "V"})->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
}

void chunks(benchmark::internal::Benchmark* bench) {
  for (const int dtype : {0, 1}) {
    for (const int64_t rows : {64, 256, 512, 1024})
      bench->Args({dtype, rows, 128, 10000})->Args({dtype, rows, 512, 30522});
  }
  bench->ArgNames({"bf16", "R", "D", "V"})->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
}

BENCHMARK(BM_Forward)->Apply(layers);
BENCHMARK(BM_InputGradient)->Apply(layers);
BENCHMARK(BM_WeightGradient)->Apply(layers);
BENCHMARK(BM_Linear)->Apply(layers);
BENCHMARK(BM_Forward)->Apply(chunks);
BENCHMARK(BM_InputGradient)->Apply(chunks);
BENCHMARK(BM_WeightGradient)->Apply(chunks);
BENCHMARK(BM_CrossEntropy)->Apply(chunks);
BENCHMARK(BM_LinearCrossEntropy)->Apply(output_layers);

}  // namespace
}  // namespace slm
