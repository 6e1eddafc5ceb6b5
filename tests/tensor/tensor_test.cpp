#include "slm/tensor/tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "slm/core/error.h"

namespace slm {
namespace {

std::vector<float> elements(const Tensor& tensor) { return {tensor.span<float>().begin(), tensor.span<float>().end()}; }

Tensor counting(const Shape& shape) {
  const Tensor tensor = Tensor::empty(shape, DType::kFloat32);
  float next = 0;
  for (float& element : tensor.span<float>()) element = next++;
  return tensor;
}

template <class Body>
std::string shape_error_of(const Body& body) {
  try {
    body();
  } catch (const ShapeError& error) {
    return error.what();
  }
  return "";
}

TEST(Tensor, IsAbsentUntilItHasElements) {
  EXPECT_FALSE(Tensor());
  EXPECT_EQ(Tensor().view().data, nullptr);
  EXPECT_TRUE(Tensor::empty({0, 3}, DType::kFloat32)) << "no elements, but there";
  EXPECT_EQ(Tensor::zeros({2, 3}, DType::kInt64).size_bytes(), 48);
}

TEST(Tensor, CopiesShareElementsAndClonesDoNot) {
  const Tensor tensor = counting({2, 3});
  EXPECT_FALSE(tensor.shares_storage());
  const Tensor copy = tensor, clone = tensor.clone();
  EXPECT_TRUE(tensor.shares_storage());
  tensor.data<float>()[1] = 100;
  EXPECT_EQ(elements(copy), (std::vector<float>{0, 100, 2, 3, 4, 5}));
  EXPECT_EQ(elements(clone), (std::vector<float>{0, 1, 2, 3, 4, 5}));
}

TEST(Tensor, SlicesAreRowsOfTheSameElements) {
  const Tensor tensor = counting({4, 3, 2});
  const Tensor middle = tensor.slice(1, 2), inner = middle.slice(1, 1);
  EXPECT_EQ(middle.shape(), (Shape{2, 3, 2}));
  EXPECT_EQ(elements(middle), (std::vector<float>{6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}));
  EXPECT_EQ(elements(inner), (std::vector<float>{12, 13, 14, 15, 16, 17})) << "a slice of a slice";
  inner.fill_zero();
  EXPECT_EQ(elements(tensor.slice(2, 1)), std::vector<float>(6, 0));
  EXPECT_EQ(tensor.slice(4, 0).num_elements(), 0);
  EXPECT_EQ(Tensor::empty({0, 2}, DType::kFloat32).slice(0, 0).num_elements(), 0);
  for (const auto& [begin, count] : {std::pair<int64_t, int64_t>{3, 2}, {-1, 1}, {5, 0}, {0, -1}, {1, INT64_MAX}}) {
    EXPECT_NE(shape_error_of([&] { tensor.slice(begin, count); }).find("of (4, 3, 2)"), std::string::npos)
        << begin << " " << count;
  }
}

TEST(Tensor, ReshapedHasTheSameElementsInAnotherShape) {
  const Tensor tensor = counting({4, 3}), other = tensor.slice(1, 2).reshape({3, 2});
  EXPECT_EQ(elements(other), (std::vector<float>{3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(other.data<float>(), tensor.data<float>() + 3);
  EXPECT_EQ(shape_error_of([&] { tensor.reshape({5, 3}); }), "[reshape] cannot see shape (4, 3) as (5, 3)");
}

TEST(Tensor, ConvertsBetweenFloatingPointDtypesOnly) {
  const std::vector<double> values = {0, -1.5, 1.0 / 3, 1e300, 65504};
  const Tensor doubles = Tensor::from<double>(values, {5});
  const Tensor floats = doubles.to(DType::kFloat32);
  for (size_t i = 0; i < values.size(); ++i) EXPECT_EQ(floats.data<float>()[i], static_cast<float>(values[i]));
  const Tensor halves = doubles.slice(0, 3).to(DType::kBFloat16);
  EXPECT_EQ(static_cast<float>(halves.data<BFloat16>()[1]), -1.5F);
  EXPECT_EQ(static_cast<float>(halves.data<BFloat16>()[2]), 0.333984375F) << "171 / 512";
  EXPECT_EQ(floats.to(DType::kFloat32).raw(), floats.raw()) << "nothing to do";
  EXPECT_EQ(shape_error_of([&] { doubles.to(DType::kInt32); }), "[tensor] cannot convert elements of dtype int32");
  const Tensor three = Tensor::empty({3}, DType::kFloat64);
  EXPECT_EQ(shape_error_of([&] { three.copy_from(doubles); }), "[copy] source has shape (5), expected (3)");
}

TEST(Tensor, IsMadeFromAsManyValuesAsItsShapeHas) {
  const std::vector<int32_t> six = {1, 2, 3, 4, 5, 6};
  const Tensor tensor = Tensor::from<int32_t>(six, {3, 2});
  EXPECT_EQ(tensor.dtype(), DType::kInt32);
  EXPECT_EQ(std::vector<int32_t>(tensor.span<int32_t>().begin(), tensor.span<int32_t>().end()), six);
  EXPECT_EQ(shape_error_of([&] { Tensor::from<int32_t>(six, {4, 2}); }), "[tensor] 6 values for shape (4, 2)");
}

}  // namespace
}  // namespace slm
