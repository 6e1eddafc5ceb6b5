// The kernels that work on rows or elements, in GB/s of what they must read and write: memory is their floor, which
// BM_Copy shows. Rows are those of the openwebtext preset (batch 64 x 128, 512 wide, 2048 hidden, 8 heads).

#include <benchmark/benchmark.h>

#include <cstring>

#include "slm/core/parallel.h"
#include "slm/kernels/activation.h"
#include "slm/kernels/dropout.h"
#include "slm/kernels/embedding.h"
#include "slm/kernels/layer_norm.h"
#include "slm/kernels/qk_norm.h"
#include "slm/kernels/rms_norm.h"
#include "slm/kernels/rope.h"
#include "slm/kernels/swiglu.h"
#include "slm/tensor/tensor.h"

namespace slm::kernels {
namespace {

constexpr int64_t kRows = 8192, kDim = 512, kHidden = 2048, kVocab = 30522, kHeadDim = 64;
constexpr DType kDTypes[] = {DType::kFloat32, DType::kBFloat16};

DType dtype_of(const benchmark::State& state) { return kDTypes[state.range(0)]; }

// Elements between -2 and 2.
Tensor make(const Shape& shape, DType dtype) {
  const Tensor tensor = Tensor::empty(shape, DType::kFloat32);
  uint32_t bits = 12345;
  for (float& element : tensor.span<float>()) {
    bits = bits * 1664525u + 1013904223u;
    element = static_cast<float>(static_cast<int32_t>(bits)) * 0x1p-30f;
  }
  return tensor.to(dtype);
}

Tensor make_ids(int64_t limit) {
  const Tensor tensor = Tensor::empty({kRows}, DType::kInt32);
  uint32_t bits = 12345;
  for (int32_t& id : tensor.span<int32_t>()) {
    bits = bits * 1664525u + 1013904223u;
    id = static_cast<int32_t>((uint64_t{bits} * static_cast<uint64_t>(limit)) >> 32);
  }
  return tensor;
}

// Times run() and reports the rate at which it moves `tensors`.
template <class Run>
void measure(benchmark::State& state, std::initializer_list<Tensor> tensors, const Run& run) {
  int64_t bytes = 0;
  for (const Tensor& tensor : tensors) bytes += tensor.size_bytes();
  for (auto _ : state) run();
  state.SetBytesProcessed(state.iterations() * bytes);
}

void BM_Copy(benchmark::State& state) {
  const Tensor x = make({kRows, kHidden}, dtype_of(state)), y = empty_like(x);
  const int64_t row_bytes = x.size_bytes() / kRows;
  measure(state, {x, y}, [&] {
    parallel_for(0, kRows, 64, [&](int64_t begin, int64_t end) {
      std::memcpy(static_cast<char*>(y.raw()) + begin * row_bytes, static_cast<char*>(x.raw()) + begin * row_bytes,
                  static_cast<size_t>((end - begin) * row_bytes));
    });
  });
}

void BM_LayerNormForward(benchmark::State& state) {
  const DType dtype = dtype_of(state);
  const Tensor x = make({kRows, kDim}, dtype), residual = make({kRows, kDim}, dtype), s = empty_like(x),
               y = empty_like(x);
  const Tensor w = make({kDim}, DType::kFloat32), mean = Tensor::empty({kRows}, DType::kFloat32),
               rstd = empty_like(mean);
  measure(state, {x, residual, s, y}, [&] {
    layer_norm_forward(
        Device::kCpu, dtype,
        {x.view(), residual.view(), w.view(), w.view(), s.view(), y.view(), mean.view(), rstd.view(), 1e-5});
  });
}

void BM_LayerNormBackward(benchmark::State& state) {
  const DType dtype = dtype_of(state);
  const Tensor dy = make({kRows, kDim}, dtype), s = make({kRows, kDim}, dtype), ds = empty_like(s);
  const Tensor w = make({kDim}, DType::kFloat32), dw = empty_like(w), db = empty_like(w);
  const Tensor mean = make({kRows}, DType::kFloat32), rstd = make({kRows}, DType::kFloat32);
  measure(state, {dy, s, ds}, [&] {
    layer_norm_backward(Device::kCpu, dtype,
                        {dy.view(),
                         {},
                         s.view(),
                         w.view(),
                         mean.view(),
                         rstd.view(),
                         {ds.view(), false},
                         {dw.view(), true},
                         {db.view(), true}});
  });
}

void BM_RmsNormForward(benchmark::State& state) {
  const DType dtype = dtype_of(state);
  const Tensor x = make({kRows, kDim}, dtype), residual = make({kRows, kDim}, dtype), s = empty_like(x),
               y = empty_like(x);
  const Tensor w = make({kDim}, DType::kFloat32), rstd = Tensor::empty({kRows}, DType::kFloat32);
  measure(state, {x, residual, s, y}, [&] {
    rms_norm_forward(Device::kCpu, dtype, {x.view(), residual.view(), w.view(), s.view(), y.view(), rstd.view(), 1e-5});
  });
}

void BM_RmsNormBackward(benchmark::State& state) {
  const DType dtype = dtype_of(state);
  const Tensor dy = make({kRows, kDim}, dtype), s = make({kRows, kDim}, dtype), ds = empty_like(s);
  const Tensor w = make({kDim}, DType::kFloat32), dw = empty_like(w), rstd = make({kRows}, DType::kFloat32);
  measure(state, {dy, s, ds}, [&] {
    rms_norm_backward(Device::kCpu, dtype,
                      {dy.view(), {}, s.view(), w.view(), rstd.view(), {ds.view(), false}, {dw.view(), true}});
  });
}

void BM_ActivationForward(benchmark::State& state) {
  const DType dtype = dtype_of(state);
  const auto activation = static_cast<Activation>(state.range(1));
  state.SetLabel(std::string(name(activation)));
  const Tensor x = make({kRows, kHidden}, dtype), y = empty_like(x);
  measure(state, {x, y}, [&] { activation_forward(Device::kCpu, dtype, {activation, x.view(), y.view()}); });
}

void BM_ActivationBackward(benchmark::State& state) {
  const DType dtype = dtype_of(state);
  const auto activation = static_cast<Activation>(state.range(1));
  state.SetLabel(std::string(name(activation)));
  const Tensor x = make({kRows, kHidden}, dtype), dx = empty_like(x), dy = make({kRows, kHidden}, dtype);
  measure(state, {dy, x, dx}, [&] {
    activation_backward(Device::kCpu, dtype, {activation, dy.view(), x.view(), {dx.view(), false}});
  });
}

void BM_SwigluForward(benchmark::State& state) {
  const DType dtype = dtype_of(state);
  const Tensor x = make({kRows, 2 * kHidden}, dtype), y = Tensor::empty({kRows, kHidden}, dtype);
  measure(state, {x, y}, [&] { swiglu_forward(Device::kCpu, dtype, {x.view(), y.view()}); });
}

void BM_SwigluBackward(benchmark::State& state) {
  const DType dtype = dtype_of(state);
  const Tensor x = make({kRows, 2 * kHidden}, dtype), dx = empty_like(x), dy = make({kRows, kHidden}, dtype);
  measure(state, {dy, x, dx}, [&] { swiglu_backward(Device::kCpu, dtype, {dy.view(), x.view(), {dx.view(), false}}); });
}

void BM_Dropout(benchmark::State& state) {
  const DType dtype = dtype_of(state);
  const Tensor x = make({kRows, kDim}, dtype), y = empty_like(x);
  measure(state, {x, y}, [&] {
    dropout(Device::kCpu, dtype, {x.view(), {y.view(), false}, 0.1, {.seed = 1, .stream = 2, .step = 3}, 0});
  });
}

void BM_RopeInPlace(benchmark::State& state) {
  const DType dtype = dtype_of(state);
  const Tensor x = make({kRows, 3 * kDim}, dtype), table = make({128, kHeadDim}, DType::kFloat32);
  const Tensor positions = make_ids(128);
  const Tensor moved = x.slice(0, kRows * 2 / 3);  // query and key heads
  measure(state, {moved, moved}, [&] {
    rope(Device::kCpu, dtype, {x.view(), table.view(), positions.view(), x.view(), 2 * kDim / kHeadDim, false});
  });
}

void BM_QkNormForward(benchmark::State& state) {
  const DType dtype = dtype_of(state);
  const Tensor x = make({kRows, 3 * kDim}, dtype), y = empty_like(x), w = make({kHeadDim}, DType::kFloat32);
  const Tensor rstd = Tensor::empty({kRows, 16}, DType::kFloat32);
  measure(state, {x, y}, [&] {
    qk_norm_forward(Device::kCpu, dtype, {x.view(), w.view(), w.view(), y.view(), rstd.view(), 8, 8, 1e-6});
  });
}

void BM_QkNormBackward(benchmark::State& state) {
  const DType dtype = dtype_of(state);
  const Tensor x = make({kRows, 3 * kDim}, dtype), dy = make({kRows, 3 * kDim}, dtype), dx = empty_like(x);
  const Tensor w = make({kHeadDim}, DType::kFloat32), dwq = empty_like(w), dwk = empty_like(w);
  const Tensor rstd = make({kRows, 16}, DType::kFloat32);
  measure(state, {dy, x, dx}, [&] {
    qk_norm_backward(Device::kCpu, dtype,
                     {dy.view(),
                      x.view(),
                      w.view(),
                      w.view(),
                      rstd.view(),
                      {dx.view(), false},
                      {dwq.view(), true},
                      {dwk.view(), true},
                      8,
                      8});
  });
}

void BM_EmbeddingForward(benchmark::State& state) {
  const DType dtype = dtype_of(state);
  const Tensor weight = make({kVocab, kDim}, dtype), positions = make({128, kDim}, dtype);
  const Tensor y = Tensor::empty({kRows, kDim}, dtype), tokens = make_ids(kVocab), position_ids = make_ids(128);
  measure(state, {y, y, y}, [&] {
    embedding_forward(Device::kCpu, dtype,
                      {weight.view(), positions.view(), tokens.view(), position_ids.view(), y.view()});
  });
}

// Adds to the gradient, as after a tied output layer: reads dy, reads and writes as many rows of the gradient.
void BM_EmbeddingBackward(benchmark::State& state) {
  const DType dtype = dtype_of(state);
  const Tensor dweight = make({kVocab, kDim}, DType::kFloat32), dy = make({kRows, kDim}, dtype), ids = make_ids(kVocab);
  const Tensor rows = Tensor::empty({kRows, kDim}, DType::kFloat32);
  measure(state, {dy, rows, rows}, [&] {
    embedding_backward(Device::kCpu, dtype, {dy.view(), ids.view(), {dweight.view(), true}});
  });
}

void dtypes(benchmark::internal::Benchmark* bench) {
  bench->Arg(0)->Arg(1)->UseRealTime()->Unit(benchmark::kMicrosecond);
}

void dtypes_and_activations(benchmark::internal::Benchmark* bench) {
  for (int64_t activation = 1; activation < kNumActivations; ++activation) {
    bench->Args({0, activation})->Args({1, activation});
  }
  bench->UseRealTime()->Unit(benchmark::kMicrosecond);
}

BENCHMARK(BM_Copy)->Apply(dtypes);
BENCHMARK(BM_LayerNormForward)->Apply(dtypes);
BENCHMARK(BM_LayerNormBackward)->Apply(dtypes);
BENCHMARK(BM_RmsNormForward)->Apply(dtypes);
BENCHMARK(BM_RmsNormBackward)->Apply(dtypes);
BENCHMARK(BM_ActivationForward)->Apply(dtypes_and_activations);
BENCHMARK(BM_ActivationBackward)->Apply(dtypes_and_activations);
BENCHMARK(BM_SwigluForward)->Apply(dtypes);
BENCHMARK(BM_SwigluBackward)->Apply(dtypes);
BENCHMARK(BM_Dropout)->Apply(dtypes);
BENCHMARK(BM_RopeInPlace)->Apply(dtypes);
BENCHMARK(BM_QkNormForward)->Apply(dtypes);
BENCHMARK(BM_QkNormBackward)->Apply(dtypes);
BENCHMARK(BM_EmbeddingForward)->Apply(dtypes);
BENCHMARK(BM_EmbeddingBackward)->Apply(dtypes);

}  // namespace
}  // namespace slm::kernels
