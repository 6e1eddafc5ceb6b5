#include "slm/formats/tensor_file.h"

#include <gtest/gtest.h>

#include "formats/fixture_tensors.h"
#include "slm/core/error.h"
#include "slm/formats/safetensors.h"
#include "slm/formats/torch_archive.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/read_file.h"
#include "storage/faulty_calls.h"
#include "storage/scratch_folder.h"
#include "support/close.h"

namespace slm::formats {
namespace {

using test::counted;
using test::message_of;

void write(bool is_torch, storage::ByteSink& sink, std::span<const OutputTensor> outputs) {
  if (is_torch) return write_torch_archive(sink, outputs);
  write_safetensors(sink, outputs, kDefaultMetadata);
}

TEST(TensorFile, BothFormatsGiveBackWhatWasWritten) {
  const test::ScratchFolder folder;
  const auto tensors = test::tensors_of_all_dtypes();
  write_torch_archive(folder / "a.pt", tensors);
  write_safetensors(folder / "a.safetensors", tensors);
  for (const char* name : {"a.pt", "a.safetensors"}) {
    SCOPED_TRACE(name);
    const auto file = open_tensor_file(folder / name);
    EXPECT_EQ(file->entries().size(), tensors.size());
    for (const NamedTensor& want : tensors) {
      SCOPED_TRACE(want.name);
      const Tensor got = file->read(file->at(want.name));
      EXPECT_EQ(got.dtype(), want.tensor.dtype());
      EXPECT_EQ(got.shape(), want.tensor.shape());
      EXPECT_TRUE(test::same_bits(got, want.tensor));
    }
  }
}

TEST(TensorFile, TheSameTensorsGiveTheSameBytes) {
  for (const bool is_torch : {false, true}) {
    storage::MemorySink first, second;
    write(is_torch, first, to_outputs(test::tensors_of_all_dtypes()));
    write(is_torch, second, to_outputs(test::tensors_of_all_dtypes()));
    EXPECT_EQ(first.content(), second.content());
  }
}

TEST(TensorFile, WritingHoldsOneTensorAtATime) {
  for (const bool is_torch : {false, true}) {
    std::weak_ptr<int> previous;
    int num_made = 0;
    const auto make = [&] {
      EXPECT_TRUE(previous.expired()) << "the tensor before is still held";
      ++num_made;
      const auto token = std::make_shared<int>(0);
      previous = token;
      const Tensor tensor = counted({4});
      return tensor;
    };
    const OutputTensor output = {.name = "", .dtype = DType::kFloat32, .shape = {4}, .content = make};
    std::vector<OutputTensor> outputs(3, output);
    for (size_t i = 0; i < outputs.size(); ++i) outputs[i].name = std::to_string(i);
    storage::MemorySink sink;
    write(is_torch, sink, outputs);
    EXPECT_EQ(num_made, 3);
  }
}

TEST(TensorFile, ConvertsOnRequest) {
  const auto file = open_tensor_file(test::format_fixture("types.pt"));
  for (const char* name : {"float32", "float64", "bfloat16", "float16"}) {
    for (const DType dtype : {DType::kFloat32, DType::kFloat64, DType::kBFloat16}) {
      const Tensor got = file->read(file->at(name), dtype);  // all values are exact in each of the types
      EXPECT_TRUE(test::same_bits(got, counted({2, 3}).to(dtype))) << name;
    }
  }
  EXPECT_TRUE(
      test::same_bits(file->read(file->at("uint8"), DType::kInt64), test::counted_integers<int64_t>({2, 3}, 0)));
  EXPECT_EQ(message_of<FormatError>([&] { file->read(file->at("int8"), DType::kUInt16); }).substr(file->path().size()),
            ": byte 2304: tensor 'int8': element 0 does not fit into uint16");
  EXPECT_NE(message_of<FormatError>([&] {
              file->read(file->at("int8"), DType::kFloat32);
            }).find("tensor 'int8' holds int8, expected float32"),
            std::string::npos);
}

TEST(TensorFile, ReadsIntoATensorOfTheSameShapeOnly) {
  const auto file = open_tensor_file(test::format_fixture("module.pt"));
  const Tensor destination = Tensor::zeros({2, 3}, DType::kFloat64);
  file->read_into(file->at("0.weight"), destination);
  EXPECT_TRUE(test::same_bits(destination, counted({2, 3}).to(DType::kFloat64)));
  EXPECT_NE(message_of<FormatError>([&] {
              file->read_into(file->at("0.bias"), destination);
            }).find("tensor '0.bias' has shape (2), expected (2, 3)"),
            std::string::npos);
  EXPECT_EQ(message_of<FormatError>([&] { file->at("2.weight"); }),
            file->path() + ": has no tensor '2.weight' among its 4: a model of another family, or of other settings?");
}

TEST(TensorFile, ADiskThatIsFullAtAnyByteLeavesTheOldFile) {
  const test::ScratchFolder folder;
  const std::vector<NamedTensor> tensors = {{"a", counted({3})}, {"b", counted({2, 2})}};
  const std::vector<OutputTensor> outputs = to_outputs(tensors);
  for (const bool is_torch : {false, true}) {
    storage::MemorySink whole;
    write(is_torch, whole, outputs);
    storage::write_file(folder / "model", "the old file");
    const auto write_to = [&](test::FullDisk& disk) {
      storage::AtomicFile file(folder / "model", disk);
      write(is_torch, file, outputs);
      file.commit();
    };
    for (int64_t room = 0; room < std::ssize(whole.content()); ++room) {
      test::FullDisk disk(room);
      EXPECT_NE(message_of<IoError>([&] { write_to(disk); }).find("No space left on device; free some space"),
                std::string::npos);
      ASSERT_EQ(storage::read_file(folder / "model"), "the old file");
      ASSERT_EQ(folder.names(), std::vector<std::string>{"model"});
    }
    test::FullDisk disk(std::ssize(whole.content()));
    write_to(disk);
    EXPECT_EQ(storage::read_file(folder / "model"), whole.content());
  }
}

TEST(TensorFile, SaysWhatAFileIsNot) {
  const test::ScratchFolder folder;
  storage::write_file(folder / "empty", "");
  storage::write_file(folder / "text", "Once upon a time there was a file of text.");
  EXPECT_EQ(
      message_of<FormatError>([&] { open_tensor_file(folder / "empty"); }),
      folder / "empty" + ": the file is empty, expected a model (.pt or .safetensors): truncated copy? copy it again");
  EXPECT_EQ(
      message_of<FormatError>([&] { open_tensor_file(folder / "text"); }),
      folder / "text" + ": byte 0: is neither a torch archive (.pt) nor a safetensors file, expected a model in one");
  EXPECT_THROW(open_tensor_file(folder / "none"), IoError);
}

}  // namespace
}  // namespace slm::formats
