#include "slm/kernels/kernel_slot.h"

#include <gtest/gtest.h>

#include <string>

#include "slm/core/error.h"
#include "slm/kernels/rms_norm.h"

namespace slm::kernels {
namespace {

struct Args {
  std::string& ran;
};

template <class Slot, class A>
std::string error_of(const Slot& slot, Device device, DType dtype, const A& args) {
  try {
    slot(device, dtype, args);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(KernelSlot, RunsWhatIsFilledInForTheDeviceAndDtypeAndNamesItselfWhereNothingIs) {
  KernelSlot<Args> slot("double_or_nothing");
  std::string ran;
  EXPECT_EQ(error_of(slot, Device::kCpu, DType::kFloat32, Args{ran}),
            "[double_or_nothing] no kernel for cpu float32 in this build; use another device or precision");
  slot.set(Device::kCpu, DType::kFloat32, [](const Args& args) { args.ran += "fp32 "; });
  slot.set(Device::kCpu, DType::kBFloat16, [](const Args& args) { args.ran += "bf16 "; });
  slot(Device::kCpu, DType::kBFloat16, {ran});
  slot(Device::kCpu, DType::kFloat32, {ran});
  EXPECT_EQ(ran, "bf16 fp32 ");
  EXPECT_EQ(error_of(slot, Device::kCpu, DType::kFloat64, Args{ran}),
            "[double_or_nothing] no kernel for cpu float64 in this build; use another device or precision");
  EXPECT_EQ(error_of(slot, Device::kCuda, DType::kFloat32, Args{ran}),
            "[double_or_nothing] no kernel for cuda float32 in this build; use another device or precision");
  EXPECT_EQ(ran, "bf16 fp32 ");
}

TEST(KernelSlot, OfAnOpIsEmptyForDevicesThatThisBuildDoesNotHave) {
  EXPECT_EQ(error_of(rms_norm_forward, Device::kCuda, DType::kBFloat16, RmsNormForwardArgs{}),
            "[rms_norm_forward] no kernel for cuda bfloat16 in this build; use another device or precision");
}

}  // namespace
}  // namespace slm::kernels
