#include "slm/core/shape.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"

namespace slm {
namespace {

TEST(Shape, CountsElementsAndRows) {
  const Shape shape = {2, 3, 5};
  EXPECT_EQ(shape.rank(), 3);
  EXPECT_EQ(shape.num_elements(), 30);
  EXPECT_EQ(shape.num_rows(), 6);
  EXPECT_EQ(shape[0], 2);
  EXPECT_EQ(shape[-1], 5);
  EXPECT_EQ(shape[-3], 2);
  EXPECT_EQ(shape.back(), 5);
  EXPECT_EQ((Shape{4, 0, 7}).num_elements(), 0);
  EXPECT_EQ((Shape{7}).num_rows(), 1);
  EXPECT_EQ(Shape().num_elements(), 1) << "a scalar";
  EXPECT_EQ(Shape().num_rows(), 1);
}

TEST(Shape, EqualsAnotherOfTheSameDimensionsOnly) {
  Shape grown = {2, 3};
  grown.push_back(5);
  EXPECT_EQ(grown, (Shape{2, 3, 5}));
  EXPECT_FALSE((Shape{2, 3}) == (Shape{3, 2}));
  EXPECT_FALSE((Shape{2, 3}) == (Shape{2, 3, 1}));
  EXPECT_FALSE((Shape{1, 1}) == Shape());
}

TEST(Shape, IsWrittenAsATuple) {
  EXPECT_EQ(to_string(Shape{32, 512}), "(32, 512)");
  EXPECT_EQ(to_string(Shape{7}), "(7)");
  EXPECT_EQ(to_string(Shape()), "()");
}

TEST(CheckShape, NamesOpArgumentAndBothShapes) {
  EXPECT_NO_THROW(check_shape("rms_norm", "weight", {512}, {512}));
  try {
    check_shape("rms_norm", "weight", {511}, {512});
    FAIL() << "accepted";
  } catch (const ShapeError& error) {
    EXPECT_STREQ(error.what(), "[rms_norm] weight has shape (511), expected (512)");
  }
}

}  // namespace
}  // namespace slm
