#include "slm/formats/torch_archive.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "formats/fixture_tensors.h"
#include "slm/storage/read_file.h"
#include "storage/scratch_folder.h"
#include "support/close.h"

namespace slm::formats {
namespace {

using test::counted;
using Names = std::vector<std::string>;

Names names_of(const TensorFile& file) {
  Names names;
  for (const TensorEntry& entry : file.entries()) names.push_back(entry.name);
  return names;
}

std::unique_ptr<TensorFile> open_fixture(std::string_view name) {
  return open_torch_archive(test::format_fixture(name));
}

Tensor column_of(const Tensor& matrix, int64_t column) {
  const Tensor result = Tensor::empty({matrix.shape()[0]}, DType::kFloat32);
  for (int64_t row = 0; row < matrix.shape()[0]; ++row) {
    result.data<float>()[row] = matrix.data<float>()[row * matrix.shape()[1] + column];
  }
  return result;
}

TEST(TorchArchive, ReadsTheStateDictOfAModule) {
  const auto file = open_fixture("module.pt");
  EXPECT_EQ(names_of(*file), (Names{"0.weight", "0.bias", "1.weight", "1.bias"}));
  EXPECT_TRUE(test::same_bits(file->read(file->at("0.weight")), counted({2, 3})));
  EXPECT_TRUE(test::same_bits(file->read(file->at("1.bias")), counted({2})));
}

TEST(TorchArchive, ReadsEveryType) {
  const auto file = open_fixture("types.pt");
  EXPECT_EQ(file->entries().size(), 13u);
  EXPECT_TRUE(test::same_bits(file->read(file->at("float64")), counted({2, 3}).to(DType::kFloat64)));
  EXPECT_TRUE(test::same_bits(file->read(file->at("float16"), DType::kFloat32), counted({2, 3})));
  EXPECT_TRUE(test::same_bits(file->read(file->at("int8")), test::counted_integers<int32_t>({2, 3}, -2)));
  EXPECT_TRUE(test::same_bits(file->read(file->at("uint16")), test::counted_integers<uint16_t>({2, 3}, 0)));
  EXPECT_TRUE(test::same_bits(file->read(file->at("uint64")), test::counted_integers<int64_t>({2, 3}, 0)));
  EXPECT_EQ(file->at("float16").dtype(), DType::kFloat16);
}

TEST(TorchArchive, ReadsViewsOfOneStorageAsContiguousTensors) {
  for (const char* name : {"views.pt", "views_protocol4.pt"}) {
    SCOPED_TRACE(name);
    const auto file = open_fixture(name);
    const Tensor whole = counted({3, 4});
    EXPECT_TRUE(test::same_bits(file->read(file->at("whole")), whole));
    EXPECT_TRUE(test::same_bits(file->read(file->at("rows")), whole.slice(1, 2)));
    EXPECT_TRUE(test::same_bits(file->read(file->at("column")), column_of(whole, 1)));
    const Tensor transposed = file->read(file->at("transposed"));
    ASSERT_EQ(transposed.shape(), (Shape{4, 3}));
    for (int64_t i = 0; i < 4; ++i) {
      EXPECT_TRUE(test::same_bits(transposed.slice(i, 1).reshape({3}), column_of(whole, i)));
    }
    const Tensor source = counted({2, 3, 4}), permuted = file->read(file->at("permuted"));
    ASSERT_EQ(permuted.shape(), (Shape{4, 2, 3}));
    for (int64_t i = 0; i < 4; ++i) {
      for (int64_t j = 0; j < 6; ++j) EXPECT_EQ(permuted.data<float>()[i * 6 + j], source.data<float>()[j * 4 + i]);
    }
    EXPECT_EQ(file->read(file->at("scalar")).data<float>()[0], 5.0f);
    EXPECT_EQ(file->read(file->at("empty")).shape(), (Shape{0, 4}));
    EXPECT_TRUE(test::same_bits(file->read(file->at("parameter")), counted({2, 2})));
  }
}

TEST(TorchArchive, FindsTheStateDictInsideACheckpoint) {
  const auto file = open_fixture("checkpoint.pt");
  EXPECT_EQ(names_of(*file), (Names{"0.weight", "0.bias", "1.weight", "1.bias"}));
}

TEST(TorchArchive, ReadsSingleTensorsAndLists) {
  const auto tokens = open_fixture("tokens.pt");
  EXPECT_EQ(names_of(*tokens), Names{"tensor"});
  EXPECT_TRUE(test::same_bits(tokens->read(tokens->entries()[0]), test::counted_integers<int64_t>({10}, -2)));
  const auto matrix = open_fixture("tokens_2d.pt");
  EXPECT_TRUE(
      test::same_bits(matrix->read(matrix->entries()[0], DType::kInt64), test::counted_integers<int64_t>({2, 5}, -2)));
  EXPECT_EQ(names_of(*open_fixture("list.pt")), (Names{"0", "1"}));
}

TEST(TorchArchive, TensorsThatShareTheirBytesAreWrittenOnce) {
  const test::ScratchFolder folder;
  const Tensor shared = counted({64, 64});
  const std::vector<NamedTensor> tied = {{"embedding", shared}, {"output", shared}};
  const std::vector<NamedTensor> apart = {{"embedding", shared}, {"output", shared.clone()}};
  write_torch_archive(folder / "tied.pt", tied);
  write_torch_archive(folder / "apart.pt", apart);
  EXPECT_GT(storage::file_size(folder / "apart.pt") - storage::file_size(folder / "tied.pt"), shared.size_bytes());
  const auto file = open_torch_archive(folder / "tied.pt");
  EXPECT_EQ(file->at("embedding").offset, file->at("output").offset);
  EXPECT_TRUE(test::same_bits(file->read(file->at("output")), shared));
}

TEST(TorchArchive, Zip64FilesReadTheSame) {
  const auto tensors = test::tensors_of_all_dtypes();
  for (const int64_t zip64_from : {0, 20, 100, 1000}) {
    storage::MemorySink sink;
    write_torch_archive(sink, to_outputs(tensors), zip64_from);
    const auto file = parse_torch_archive("m", std::as_bytes(std::span(sink.content())), nullptr);
    for (const NamedTensor& want : tensors) {
      EXPECT_TRUE(test::same_bits(file->read(file->at(want.name)), want.tensor)) << want.name;
    }
  }
}

TEST(TorchArchive, EachStorageIsAlignedInTheFile) {
  storage::MemorySink sink;
  write_torch_archive(sink, to_outputs(test::tensors_of_all_dtypes()));
  const auto file = parse_torch_archive("m", std::as_bytes(std::span(sink.content())), nullptr);
  EXPECT_TRUE(std::all_of(file->entries().begin(), file->entries().end(),
                          [](const TensorEntry& entry) { return entry.offset % 64 == 0; }));
}

TEST(TorchArchive, WritesOneTensorPieceByPiece) {
  const test::ScratchFolder folder;
  const int64_t count = 300000;  // several pieces
  write_int64_tensor(folder / "t.pt", count, [](int64_t begin, std::span<int64_t> values) {
    for (size_t i = 0; i < values.size(); ++i) values[i] = (begin + static_cast<int64_t>(i)) * 3;
  });
  const auto file = open_torch_archive(folder / "t.pt");
  ASSERT_EQ(names_of(*file), Names{"tensor"});
  const Tensor tensor = file->read(file->entries()[0]);
  ASSERT_EQ(tensor.shape(), (Shape{count}));
  for (int64_t i = 0; i < count; ++i) ASSERT_EQ(tensor.data<int64_t>()[i], 3 * i);
}

}  // namespace
}  // namespace slm::formats
