#include "slm/kernels/matmul.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <oneapi/dnnl/dnnl.hpp>
#include <tuple>
#include <unordered_map>

#include "slm/core/error.h"
#include "slm/core/parallel.h"
#include "slm/core/scratch.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/isa.h"

namespace slm::kernels::cpu {
namespace {

// Everything that oneDNN compiles a product for. It divides the work among the threads there are at that time, and its
// working memory too.
struct Key {
  int64_t m, n, k;
  DType input, output;
  bool is_a_transposed, is_b_transposed, accumulate, has_bias, has_relu;
  int num_threads;

  auto operator<=>(const Key&) const = default;
};

struct Product {
  dnnl::memory::desc a, b, bias, c;
  dnnl::memory::desc scratchpad;
  dnnl::matmul primitive;
};

dnnl::memory::data_type data_type(DType dtype) {
  return dtype == DType::kBFloat16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
}

// A row-major matrix in memory, seen as (rows, columns).
dnnl::memory::desc matrix(int64_t rows, int64_t columns, DType dtype, bool is_transposed) {
  const dnnl::memory::dims strides = is_transposed ? dnnl::memory::dims{1, rows} : dnnl::memory::dims{columns, 1};
  return {{rows, columns}, data_type(dtype), strides};
}

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

Product compile(const Key& key) {
  Product product;
  product.a = matrix(key.m, key.k, key.input, key.is_a_transposed);
  product.b = matrix(key.k, key.n, key.input, key.is_b_transposed);
  product.c = matrix(key.m, key.n, key.output, false);
  product.bias = dnnl::memory::desc({1, key.n}, dnnl::memory::data_type::f32, dnnl::memory::dims{key.n, 1});
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  dnnl::post_ops post_ops;
  if (key.accumulate) post_ops.append_sum(1.0f);
#if DNNL_VERSION_MAJOR >= 3
  if (key.has_relu) post_ops.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
  attributes.set_post_ops(post_ops);
  const dnnl::matmul::primitive_desc description =
      key.has_bias ? dnnl::matmul::primitive_desc(engine(), product.a, product.b, product.bias, product.c, attributes)
                   : dnnl::matmul::primitive_desc(engine(), product.a, product.b, product.c, attributes);
#else
  if (key.has_relu) post_ops.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
  attributes.set_post_ops(post_ops);
  const dnnl::matmul::desc operation = key.has_bias ? dnnl::matmul::desc(product.a, product.b, product.bias, product.c)
                                                    : dnnl::matmul::desc(product.a, product.b, product.c);
  const dnnl::matmul::primitive_desc description(operation, attributes, engine());
#endif
  product.scratchpad = description.scratchpad_desc();
  product.primitive = dnnl::matmul(description);
  return product;
}

// Compiled products by key. A model has a few dozen; should one have more than kCapacity, it starts anew.
class ProductCache {
 public:
  Product find_or_compile(const Key& key) {
    const std::lock_guard lock(mutex_);
    if (const auto found = products_.find(key); found != products_.end()) return found->second;
    if (products_.size() >= kCapacity) products_.clear();
    return products_.emplace(key, compile(key)).first->second;
  }

 private:
  static constexpr size_t kCapacity = 1024;
  std::mutex mutex_;
  std::map<Key, Product> products_;  // guarded by mutex_
};

// Keeps small products on one thread while it lives: waking the others would take longer, much longer on a busy
// machine.
class ThreadsWorthWaking {
 public:
  explicit ThreadsWorthWaking(int64_t multiplications) : before_(num_threads()) {
    if (multiplications < (int64_t{1} << 18)) set_num_threads(1);
  }
  ~ThreadsWorthWaking() { set_num_threads(before_); }
  ThreadsWorthWaking(const ThreadsWorthWaking&) = delete;
  ThreadsWorthWaking& operator=(const ThreadsWorthWaking&) = delete;

 private:
  int before_;
};

// C where K is 0: oneDNN 3.2 leaves the bias out.
template <class T>
void multiply_nothing(const MatmulArgs& args) {
  const int64_t n = args.c.shape[1];
  for (int64_t i = 0; i < args.c.num_elements(); ++i) {
    T& c = args.c.as<T>()[i];
    const float sum =
        (args.accumulate ? static_cast<float>(c) : 0.0f) + (args.bias ? args.bias.as<float>()[i % n] : 0.0f);
    c = T(args.has_relu ? std::max(sum, 0.0f) : sum);
  }
}

dnnl::memory memory(const dnnl::memory::desc& description, const void* data) {
  return {description, engine(), const_cast<void*>(data)};
}

}  // namespace

void matmul(const MatmulArgs& args) {
  static ProductCache cache;
  const int64_t m = args.c.shape[0], n = args.c.shape[1], k = args.a.shape[args.is_a_transposed ? 0 : 1];
  if (m == 0 || n == 0) return;
  if (k == 0) {
    return args.c.dtype == DType::kBFloat16 ? multiply_nothing<BFloat16>(args) : multiply_nothing<float>(args);
  }
  const ThreadsWorthWaking threads(m * n * k);
  const Key key = {m,
                   n,
                   k,
                   args.a.dtype,
                   args.c.dtype,
                   args.is_a_transposed,
                   args.is_b_transposed,
                   args.accumulate,
                   static_cast<bool>(args.bias),
                   args.has_relu,
                   num_threads()};
  try {
    const Product product = cache.find_or_compile(key);
    const Scratch<std::byte> scratchpad(static_cast<int64_t>(product.scratchpad.get_size()));
    std::unordered_map<int, dnnl::memory> arguments = {
        {DNNL_ARG_SRC, memory(product.a, args.a.data)},
        {DNNL_ARG_WEIGHTS, memory(product.b, args.b.data)},
        {DNNL_ARG_DST, memory(product.c, args.c.data)},
        {DNNL_ARG_SCRATCHPAD, memory(product.scratchpad, scratchpad.data())}};
    if (args.bias) arguments.emplace(DNNL_ARG_BIAS, memory(product.bias, args.bias.data));
    dnnl::stream stream(engine());
    product.primitive.execute(stream, arguments);
    stream.wait();
  } catch (const dnnl::error& error) {
    if (error.status == dnnl_unimplemented && key.input == DType::kBFloat16) {
      throw Error(fmt::format("[matmul] no bf16 products on {}: use --precision fp32", isa_description()));
    }
    throw Error(
        fmt::format("[matmul] oneDNN: {} for ({}, {}) x ({}, {}) {}", error.what(), m, k, k, n, name(args.a.dtype)));
  }
}

}  // namespace slm::kernels::cpu
