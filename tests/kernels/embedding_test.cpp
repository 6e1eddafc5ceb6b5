#include "slm/kernels/embedding.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "slm/core/parallel.h"
#include "slm/kernels/ref/embedding.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs, test::random_ids;

TEST(Embedding, ForwardIsTheSumOfTheRowsOfBothTables) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int64_t dim : test::kRowLengths) {
      SCOPED_TRACE(fmt::format("{} {}", name(dtype), dim));
      const Tensor tokens = random_ids({70}, 11, 1), positions = random_ids({70}, 7, 2);
      const Tensor token_weight = normal_inputs({11, dim}, dtype, 3),
                   position_weight = normal_inputs({7, dim}, dtype, 4);
      for (const bool has_positions : {false, true}) {
        GuardedOutput got({70, dim}, dtype), want({70, dim}, DType::kFloat64);
        const Tensor token64 = token_weight.to(DType::kFloat64), position64 = position_weight.to(DType::kFloat64);
        const auto optional = [&](const Tensor& tensor) { return has_positions ? tensor.view() : View{}; };
        ref::embedding_forward<double>(
            {token64.view(), optional(position64), tokens.view(), optional(positions), want.view()});
        embedding_forward(
            Device::kCpu, dtype,
            {token_weight.view(), optional(position_weight), tokens.view(), optional(positions), got.view()});
        EXPECT_TRUE(test::close(got.tensor(), want.tensor(), has_positions ? epsilon(dtype) / 2 : 0.0));
        EXPECT_TRUE(got.guards_intact());
      }
    }
  }
}

TEST(Embedding, BackwardAgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int32_t num_ids : {1, 5, 1000}) {
      for (const int64_t dim : test::kRowLengths) {
        SCOPED_TRACE(fmt::format("{} ids {} dim {}", name(dtype), num_ids, dim));
        const Tensor ids = random_ids({200}, num_ids, 1), dy = normal_inputs({200, dim}, dtype, 2);
        for (const bool accumulate : {false, true}) {
          GuardedOutput got({num_ids, dim}, DType::kFloat32), want({num_ids, dim}, DType::kFloat64);
          if (accumulate) {
            const Tensor old = normal_inputs({num_ids, dim}, DType::kFloat32, 3);
            got.tensor().copy_from(old);
            want.tensor().copy_from(old);
          }
          const Tensor dy64 = dy.to(DType::kFloat64);
          ref::embedding_backward<double>({dy64.view(), ids.view(), {want.view(), accumulate}});
          embedding_backward(Device::kCpu, dtype, {dy.view(), ids.view(), {got.view(), accumulate}});
          // Up to 200 terms that may cancel in a row of one element, summed by 16.
          EXPECT_TRUE(test::close(got.tensor(), want.tensor(), (dim == 1 ? 64 : 8) * epsilon(DType::kFloat32)));
          EXPECT_TRUE(got.guards_intact());
        }
      }
    }
  }
}

TEST(Embedding, BackwardGivesTheSameBitsForAnyNumberOfThreads) {
  const Tensor ids = random_ids({1000}, 13, 1), dy = normal_inputs({1000, 33}, DType::kFloat32, 2);
  const auto run = [&] {
    const Tensor dweight = Tensor::empty({13, 33}, DType::kFloat32);
    embedding_backward(Device::kCpu, DType::kFloat32, {dy.view(), ids.view(), {dweight.view(), false}});
    return dweight;
  };
  const int before = num_threads();
  set_num_threads(1);
  const Tensor want = run();
  for (const int threads : {2, 3, 8}) {
    set_num_threads(threads);
    EXPECT_TRUE(test::same_bits(run(), want)) << threads << " threads";
  }
  set_num_threads(before);
}

}  // namespace
}  // namespace slm::kernels
