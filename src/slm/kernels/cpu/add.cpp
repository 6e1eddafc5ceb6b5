#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slm/kernels/cpu/add.cpp"  // this file, once per instruction set
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "slm/core/parallel.h"
#include "slm/kernels/cpu/kernels.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

constexpr int64_t kGrain = 16384;  // elements: below it a second thread costs more than it saves

template <class T>
void add_elements(const AddArgs& args) {
  const T *a = args.a.as<T>(), *b = args.b.as<T>();
  T* y = args.y.as<T>();
  parallel_for(0, args.y.num_elements(), kGrain, [=](int64_t begin, int64_t end) {
    const F32 d;
    for_each_vector(d, end - begin, [=](int64_t i, int64_t lanes) HWY_ATTR {
      const int64_t at = begin + i;
      store_some(d, hn::Add(load_some(d, a + at, lanes), load_some(d, b + at, lanes)), y + at, lanes);
    });
  });
}

void add(const AddArgs& args) {
  with_row_type(args.y.dtype, [&]<class T>(T*) { add_elements<T>(args); });
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace slm::kernels::cpu {
HWY_EXPORT(add);
void add(const AddArgs& args) { HWY_DYNAMIC_DISPATCH(add)(args); }
}  // namespace slm::kernels::cpu
#endif
