#include "slm/formats/safetensors.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "formats/fixture_tensors.h"
#include "slm/core/error.h"
#include "storage/scratch_folder.h"
#include "support/close.h"

namespace slm::formats {
namespace {

using test::counted;
using test::message_of;

std::string file_of(const std::string& header, const std::string& data) {
  const uint64_t size = header.size();
  return std::string(reinterpret_cast<const char*>(&size), sizeof(size)) + header + data;
}

std::unique_ptr<TensorFile> parse(const std::string& content) {
  return parse_safetensors("m", std::as_bytes(std::span(content.data(), content.size())), nullptr);
}

std::string problem_of(const std::string& content) {
  return message_of<FormatError>([&] { parse(content); });
}

std::string problem_of(const std::string& header, const std::string& data) { return problem_of(file_of(header, data)); }

TEST(Safetensors, ReadsEveryTypeThatTheReferenceWrites) {
  const auto file = open_safetensors(test::format_fixture("types.safetensors"));
  EXPECT_EQ(file->format(), "safetensors");
  EXPECT_EQ(file->metadata(), (Metadata{{"format", "pt"}, {"step", "7"}}));
  EXPECT_EQ(file->entries().size(), 13u);
  EXPECT_TRUE(test::same_bits(file->read(file->at("float32")), counted({2, 3})));
  EXPECT_TRUE(test::same_bits(file->read(file->at("bfloat16")), counted({2, 3}).to(DType::kBFloat16)));
  EXPECT_TRUE(test::same_bits(file->read(file->at("float16"), DType::kFloat32), counted({2, 3})));
  EXPECT_TRUE(test::same_bits(file->read(file->at("int8")), test::counted_integers<int32_t>({2, 3}, -2)));
  EXPECT_TRUE(test::same_bits(file->read(file->at("int16")), test::counted_integers<int32_t>({2, 3}, -2)));
  EXPECT_TRUE(test::same_bits(file->read(file->at("int64")), test::counted_integers<int64_t>({2, 3}, -2)));
  EXPECT_TRUE(test::same_bits(file->read(file->at("uint16")), test::counted_integers<uint16_t>({2, 3}, 0)));
  EXPECT_TRUE(test::same_bits(file->read(file->at("uint32")), test::counted_integers<int64_t>({2, 3}, 0)));
  EXPECT_TRUE(test::same_bits(file->read(file->at("uint64")), test::counted_integers<int64_t>({2, 3}, 0)));
  const std::vector<uint8_t> every_third = {0, 1, 0, 0, 1, 0};
  EXPECT_TRUE(test::same_bits(file->read(file->at("bool")), Tensor::from<uint8_t>(every_third, {2, 3})));
}

TEST(Safetensors, WritesALayoutThatAnyoneCanCheckByHand) {
  storage::MemorySink sink;
  const std::vector<NamedTensor> tensors = {{"b", test::counted_integers<uint8_t>({2}, 7)}, {"f", counted({1})}};
  write_safetensors(sink, to_outputs(tensors), {{"k", "v"}});
  const std::string header = R"({"__metadata__":{"k":"v"},"f":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                             R"("b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}})";
  EXPECT_EQ(sink.content().substr(8, header.size()), header);
  EXPECT_EQ(sink.content().size() % 64, 6u);  // the tensors begin at a multiple of 64
  EXPECT_EQ(sink.content().substr(sink.content().size() - 6), std::string("\0\0\0\xc0\x07\x08", 6));
}

TEST(Safetensors, AFileWithoutTensorsIsValid) {
  EXPECT_TRUE(parse(file_of("{}", ""))->entries().empty());
  EXPECT_TRUE(parse(file_of("{}   ", ""))->entries().empty());
}

TEST(Safetensors, ATruncatedFileIsRefusedAtEveryLength) {
  storage::MemorySink sink;
  write_safetensors(sink, to_outputs(test::tensors_of_all_dtypes()), kDefaultMetadata);
  for (size_t size = 0; size < sink.content().size(); ++size) {
    ASSERT_NE(problem_of(sink.content().substr(0, size)), "no error") << size;
  }
  EXPECT_NE(problem_of(sink.content() + "x"), "no error");
}

TEST(Safetensors, AHeaderLongerThanTheFileIsRefused) {
  EXPECT_EQ(problem_of("1234567"), "m: byte 7: a safetensors file has at least 8 bytes: truncated copy? copy it again");
  EXPECT_EQ(problem_of(std::string("\x10\0\0\0\0\0\0\0{}", 10)),
            "m: byte 0: the header has 16 bytes, but the file only 10: truncated copy? copy it again");
  EXPECT_EQ(problem_of(std::string(16, '\xff')),
            "m: byte 0: is not a safetensors file: a header of 18446744073709551615 bytes");
}

TEST(Safetensors, AHeaderThatIsNotTheRightJsonIsRefused) {
  EXPECT_EQ(problem_of("[]", ""), "m: byte 8: the header is not a JSON object");
  EXPECT_EQ(problem_of("", ""), "m: byte 8: the header is not a JSON object");
  EXPECT_EQ(problem_of("{\"a\":", ""), "m: byte 14: the header is not JSON: not a safetensors file, or a damaged copy");
  EXPECT_EQ(problem_of("{}x", ""), "m: byte 11: the header is not JSON: not a safetensors file, or a damaged copy");
  EXPECT_EQ(problem_of("{\"a\":null}", ""), "m: byte 8: the header holds a null, at tensor 'a'");
  EXPECT_EQ(problem_of("{\"a\":5}", ""), "m: byte 8: the header holds the number 5 outside of a list, at tensor 'a'");
  EXPECT_EQ(problem_of("{\"a\":\"x\"}", ""), "m: byte 8: the header holds a string in a wrong place, at tensor 'a'");
  EXPECT_EQ(problem_of("{\"a\":[]}", ""), "m: byte 8: the header holds a list in a wrong place, at tensor 'a'");
  EXPECT_EQ(problem_of("{\"a\":{}}", ""), "m: byte 8: tensor 'a' lacks dtype, shape or data_offsets");
  EXPECT_EQ(problem_of("{\"a\":{\"b\":{}}}", ""), "m: byte 8: the header is nested too deeply, at tensor 'a'");
  EXPECT_EQ(problem_of("{\"__metadata__\":{\"a\":1}}", ""),
            "m: byte 8: the header holds the number 1 outside of a list");
}

TEST(Safetensors, DeepNestingIsRefusedWhereItBegins) {
  EXPECT_EQ(problem_of("{\"a\":{\"shape\":" + std::string(1'000'000, '['), ""),
            "m: byte 8: the header holds a list in a wrong place, at tensor 'a'");
}

std::string tensor(const std::string& name, const std::string& shape, int64_t begin, int64_t end,
                   const std::string& dtype = "U8") {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + shape + "],\"data_offsets\":[" +
         std::to_string(begin) + "," + std::to_string(end) + "]}";
}

std::string braced(const std::string& entries) { return fmt::format("{{{}}}", entries); }

TEST(Safetensors, NamesThatComeTwiceAreRefused) {
  EXPECT_EQ(problem_of(braced(tensor("a", "1", 0, 1) + "," + tensor("a", "1", 1, 2)), "xy"),
            "m: byte 8: the header names it twice, at tensor 'a'");
  EXPECT_EQ(problem_of("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}", ""),
            "m: byte 8: the header has the key 'dtype' twice, at tensor 'a'");
}

TEST(Safetensors, GapsOverlapsAndRestsAreRefused) {
  const auto two = [](int64_t begin) {
    return braced(tensor("a", "2", 0, 2) + "," + tensor("b", "2", begin, begin + 2));
  };
  EXPECT_EQ(problem_of(two(2), "wxyz"), "no error");
  EXPECT_NE(problem_of(two(1), "wxy").find("tensor 'b' begins here, but the one before it ends at byte"),
            std::string::npos);
  EXPECT_NE(problem_of(two(3), "vwxyz").find("tensor 'b' begins here, but the one before it ends at byte"),
            std::string::npos);
  EXPECT_NE(problem_of(two(2), "wxyz!").find("the last tensor ends here, the file at byte"), std::string::npos);
}

TEST(Safetensors, ShapesThatDoNotFitTheirBytesAreRefused) {
  EXPECT_EQ(problem_of(braced(tensor("a", "3", 0, 2)), "xy"), "m: byte 8: tensor 'a' has 2 bytes, but U8 (3) needs 3");
  EXPECT_EQ(problem_of(braced(tensor("a", "2", 2, 0)), "xy"), "m: byte 8: tensor 'a' ends at 0, before it begins at 2");
  EXPECT_EQ(
      problem_of(braced(tensor("a", "3", 0, 3)), "xy"),
      "m: byte 8: tensor 'a' ends 3 bytes after the header, the file ends after 2: truncated copy? copy it again");
  EXPECT_EQ(problem_of(braced(tensor("a", "4294967296,4294967296", 0, 0)), ""),
            "m: byte 8: tensor 'a' has a shape larger than any file");
  EXPECT_EQ(problem_of(braced(tensor("a", "2305843009213693952", 0, 0, "F64")), ""),
            "m: byte 8: tensor 'a' has a shape larger than any file");
  EXPECT_EQ(problem_of(braced(tensor("a", "18446744073709551615", 0, 0)), ""),
            "m: byte 8: tensor 'a' has a shape larger than any file");
  EXPECT_EQ(problem_of(braced(tensor("a", "-1", 0, 0)), ""),
            "m: byte 8: the header holds the negative number -1, at tensor 'a'");
  EXPECT_EQ(problem_of(braced(tensor("a", "1.5", 0, 0)), ""),
            "m: byte 8: the header holds the number 1.5, at tensor 'a'");
  EXPECT_EQ(problem_of(braced(tensor("a", "1,1,1,1,1,1,1", 0, 1)), "x"),
            "m: byte 8: tensor 'a' has 7 dimensions, at most 6 are expected");
  EXPECT_EQ(problem_of(braced(tensor("a", "1", 0, 1, "F8_E5M2")), "x"),
            "m: byte 8: tensor 'a' has dtype F8_E5M2, which slm does not read; convert it to F32, BF16 or F16 first");
}

TEST(Safetensors, AShapeWithAZeroMayHaveAnythingBesideIt) {
  const auto file = parse(file_of(braced(tensor("a", "0,4294967296,4294967296", 0, 0)), ""));
  EXPECT_EQ(file->read(file->at("a")).num_elements(), 0);
}

}  // namespace
}  // namespace slm::formats
