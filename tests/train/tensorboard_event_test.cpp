#include "slm/train/tensorboard_event.h"

#include <gtest/gtest.h>

#include <bit>
#include <string>

namespace slm::train {
namespace {

uint32_t unmask(uint32_t masked) { return std::rotl(masked - 0xa282ead8u, 15); }

TEST(TensorBoardEvent, ChecksumsAreThoseOfRfc3720) {
  EXPECT_EQ(unmask(masked_crc32c(std::string(32, '\0'))), 0x8a9136aau);
  EXPECT_EQ(unmask(masked_crc32c(std::string(32, '\xff'))), 0x62a8ab43u);
  EXPECT_EQ(unmask(masked_crc32c("123456789")), 0xe3069283u);
}

TEST(TensorBoardEvent, RecordsHaveLengthAndTwoChecksums) {
  const std::string record = tf_record("abc");
  ASSERT_EQ(record.size(), 8u + 4 + 3 + 4);
  EXPECT_EQ(record.substr(0, 8), std::string("\x03\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(record.substr(12, 3), "abc");
}

// The bytes that protobuf's own encoder gives for the same message.
TEST(TensorBoardEvent, ScalarsAreEncodedAsProtobufDoes) {
  const Scalar scalars[] = {{"loss", 1.5}};
  const std::string want = std::string("\x09\x00\x00\x00\x00\x00\x00\x00\x40", 9) +   // wall_time 2.0
                           std::string("\x10\xac\x02", 3) +                           // step 300
                           std::string("\x2a\x0d", 2) + std::string("\x0a\x0b", 2) +  // summary, value
                           std::string("\x0a\x04loss", 6) + std::string("\x15\x00\x00\xc0\x3f", 5);
  EXPECT_EQ(scalars_event(2.0, 300, scalars), want);
}

}  // namespace
}  // namespace slm::train
