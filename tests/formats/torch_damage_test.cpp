#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>

#include "formats/fixture_tensors.h"
#include "slm/core/error.h"
#include "slm/formats/torch_archive.h"
#include "slm/formats/zip_archive.h"
#include "slm/storage/read_file.h"
#include "storage/scratch_folder.h"

namespace slm::formats {
namespace {

using test::message_of;

constexpr auto kNoError = "no error";

std::string fixture_problem(std::string_view name) {
  const std::string path = test::format_fixture(name);
  const std::string message = message_of<FormatError>([&] { open_torch_archive(path); });
  return message.starts_with(path) ? message.substr(path.size()) : message;
}

// Opens the archive and reads all that is in it.
std::string problem_of(const std::string& content) {
  return message_of<FormatError>([&] {
    const auto file = parse_torch_archive("m", std::as_bytes(std::span(content)), nullptr);
    for (const TensorEntry& entry : file->entries()) file->read(entry);
  });
}

// An archive of a 16-byte storage "0" around this pickle.
std::string archive_of(const std::string& pickle, const std::string& byte_order = "little") {
  storage::MemorySink sink;
  ZipWriter zip(sink);
  zip.add("archive/data.pkl", pickle);
  zip.add("archive/byteorder", byte_order);
  zip.add("archive/data/0", std::string(16, '\1'));
  zip.finish();
  return sink.content();
}

std::string integer(int64_t value) {
  return "\x8a\x08" + std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::string tuple(const std::vector<int64_t>& values) {
  std::string bytes = "(";
  for (const int64_t value : values) bytes += integer(value);
  return bytes + "t";
}

struct Layout {
  std::string storage_class = "FloatStorage";
  std::string key = "0";
  int64_t storage_size = 4;
  int64_t offset = 0;
  std::vector<int64_t> shape = {2, 2};
  std::vector<int64_t> strides = {2, 1};
};

std::string tensor(const Layout& layout) {
  const auto text = [](const std::string& value) {
    return fmt::format("U{}{}", static_cast<char>(value.size()), value);
  };
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\n" + layout.storage_class + "\n" +
         text(layout.key) + text("cpu") + integer(layout.storage_size) + "tQ" + integer(layout.offset) +
         tuple(layout.shape) + tuple(layout.strides) + "\x89}tR";
}

std::string problem_of(const Layout& layout) { return problem_of(archive_of("\x80\x02" + tensor(layout) + ".")); }

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(TorchDamage, WhatIsNoStateDictIsRefusedWithAdvice) {
  EXPECT_TRUE(contains(fixture_problem("old_format.pt"), "byte 0: is in the format of PyTorch before 1.6"));
  EXPECT_TRUE(contains(fixture_problem("foreign_class.pt"), "the file asks for 'collections.Counter'"));
  EXPECT_TRUE(contains(fixture_problem("complex.pt"), "the file asks for 'torch.ComplexFloatStorage'"));
  EXPECT_TRUE(contains(fixture_problem("no_tensors.pt"), "holds no tensors, expected a state dict"));
  EXPECT_TRUE(contains(fixture_problem("expanded.pt"), "has shape (1000, 1000), but its storage only 1 elements"));
  EXPECT_TRUE(contains(fixture_problem("seven_dimensions.pt"), "has 7 dimensions, at most 6"));
}

TEST(TorchDamage, ATruncatedFileIsRefusedAtEveryLength) {
  const std::string content = storage::read_file(test::format_fixture("module.pt"));
  EXPECT_EQ(problem_of(content), kNoError);
  for (size_t size = 0; size < content.size(); ++size) ASSERT_NE(problem_of(content.substr(0, size)), kNoError) << size;
}

TEST(TorchDamage, EveryFlippedBitOfWeightsAndPickleIsFound) {
  storage::MemorySink sink;
  const std::vector<NamedTensor> tensors = {{"a", test::counted({4})}};
  write_torch_archive(sink, to_outputs(tensors));
  const std::string content = sink.content();
  const auto records = read_zip_directory("m", std::as_bytes(std::span(content)));
  for (const ZipRecord& record : records) {
    if (!record.name.ends_with("data.pkl") && !record.name.ends_with("data/0")) continue;
    for (int64_t byte = 0; byte < record.size_bytes; ++byte) {
      std::string damaged = content;
      damaged[static_cast<size_t>(record.offset + byte)] ^= static_cast<char>(1 << (byte % 8));
      ASSERT_TRUE(contains(problem_of(damaged), "damaged")) << record.name << " byte " << byte;
    }
  }
}

TEST(TorchDamage, EveryOverwrittenByteEndsInAnErrorOrATensor) {
  const std::string content = storage::read_file(test::format_fixture("views.pt"));
  for (size_t i = 0; i < content.size(); ++i) {
    for (const char value : {'\0', '\xff', '\x7f'}) {
      std::string damaged = content;
      damaged[i] = value;
      problem_of(damaged);  // must return, whatever it says: sanitizers watch
    }
  }
}

TEST(TorchDamage, ATensorThatLeavesItsStorageIsRefused) {
  EXPECT_EQ(problem_of(Layout{}), kNoError);
  EXPECT_TRUE(contains(problem_of(Layout{.offset = 1}), "tensor 'tensor' goes beyond its storage of 4 elements"));
  EXPECT_TRUE(contains(problem_of(Layout{.strides = {3, 1}}), "goes beyond its storage of 4 elements"));
  EXPECT_TRUE(contains(problem_of(Layout{.storage_size = 3}), "goes beyond its storage of 3 elements"));
  EXPECT_TRUE(
      contains(problem_of(Layout{.storage_size = 5}), "needs a storage of 5 float32, but record '0' has 16 bytes"));
  EXPECT_TRUE(contains(problem_of(Layout{.storage_class = "DoubleStorage"}), "needs a storage of 4 float64"));
  EXPECT_TRUE(contains(problem_of(Layout{.storage_size = INT64_MAX}), "needs a storage of 9223372036854775807"));
}

TEST(TorchDamage, NumbersThatOverflowAreRefused) {
  const int64_t huge = int64_t{1} << 62;
  EXPECT_TRUE(contains(problem_of(Layout{.shape = {huge, huge}}), "is larger than any file"));
  EXPECT_TRUE(contains(problem_of(Layout{.strides = {INT64_MAX, INT64_MAX}}), "goes beyond its storage"));
  EXPECT_TRUE(contains(problem_of(Layout{.offset = INT64_MAX}), "goes beyond its storage"));
  EXPECT_TRUE(contains(problem_of(Layout{.shape = {huge, 1}, .strides = {0, 0}}), "save tensor.contiguous()"));
  EXPECT_EQ(problem_of(Layout{.offset = INT64_MAX, .shape = {0, 9}, .strides = {INT64_MAX, 1}}), kNoError);
}

TEST(TorchDamage, NegativeNumbersAreRefused) {
  EXPECT_TRUE(contains(problem_of(Layout{.strides = {-2, 1}}), "the stride of a tensor is negative: -2"));
  EXPECT_TRUE(contains(problem_of(Layout{.shape = {-1, 1}}), "the shape of a tensor is negative: -1"));
  EXPECT_TRUE(contains(problem_of(Layout{.offset = -1}), "the offset of a tensor is negative: -1"));
  EXPECT_TRUE(contains(problem_of(Layout{.storage_size = -1}), "the storage size of a tensor is negative: -1"));
}

TEST(TorchDamage, AStorageThatIsNotThereIsRefused) {
  EXPECT_TRUE(contains(problem_of(Layout{.key = "1"}), "is in storage '1', which the archive lacks"));
  EXPECT_TRUE(contains(problem_of(Layout{.storage_class = "float32"}), "has a storage of no type"));
  EXPECT_TRUE(
      contains(problem_of(Layout{.shape = {2, 2}, .strides = {1}}), "a shape and strides of different lengths"));
}

TEST(TorchDamage, ANameThatComesTwiceIsRefused) {
  const std::string pickle =
      "\x80\x02}(U\x01"
      "a" +
      tensor({}) +
      "U\x01"
      "a" +
      tensor({}) + "u.";
  EXPECT_TRUE(contains(problem_of(archive_of(pickle)), "tensor 'a' comes twice"));
}

TEST(TorchDamage, AParameterMadeOfItselfIsRefused) {
  // args = ([],), the parameter, and a list that would hold the parameter: no tensor at the bottom.
  const std::string pickle =
      "\x80\x02"
      "ctorch._utils\n_rebuild_parameter\n]\x85R.";
  EXPECT_TRUE(contains(problem_of(archive_of(pickle)), "a parameter is made from no tensor"));
  EXPECT_TRUE(contains(problem_of(archive_of("\x80\x02"
                                             "ctorch._utils\n_rebuild_parameter\n)R.")),
                       "has 0 arguments"));
}

TEST(TorchDamage, ForeignArchivesAreRefused) {
  EXPECT_TRUE(contains(problem_of(archive_of("\x80\x02}.", "big")), "the tensors are not little-endian"));
  storage::MemorySink script, zip;
  ZipWriter script_writer(script), zip_writer(zip);
  script_writer.add("model/data.pkl", "\x80\x02}.");
  script_writer.add("model/constants.pkl", "\x80\x02).");
  script_writer.finish();
  EXPECT_EQ(problem_of(script.content()),
            "m: is a TorchScript program, expected a state dict: save model.state_dict()");
  zip_writer.add("word/document.xml", "<w/>");
  zip_writer.finish();
  EXPECT_EQ(problem_of(zip.content()), "m: is a zip archive without data.pkl: not a file of torch.save");
}

}  // namespace
}  // namespace slm::formats
