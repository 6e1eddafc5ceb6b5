#include "slm/formats/identify_file.h"

#include <gtest/gtest.h>

#include "formats/fixture_tensors.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/folder.h"
#include "storage/scratch_folder.h"

namespace slm::formats {
namespace {

using storage::make_folders;
using storage::write_file;

TEST(IdentifyFile, TellsModelFilesByTheirContent) {
  EXPECT_EQ(identify_file(test::format_fixture("module.pt")), FileKind::kTorchArchive);
  EXPECT_EQ(identify_file(test::format_fixture("old_format.pt")), FileKind::kOldTorchFile);
  EXPECT_EQ(identify_file(test::format_fixture("types.safetensors")), FileKind::kSafetensors);
}

TEST(IdentifyFile, TellsTextJsonAndData) {
  const test::ScratchFolder folder;
  const auto kind_of = [&](const std::string& name, const std::string& content) {
    write_file(folder / name, content);
    return identify_file(folder / name);
  };
  EXPECT_EQ(kind_of("a", ""), FileKind::kEmpty);
  EXPECT_EQ(kind_of("a", "plain text\n"), FileKind::kText);
  EXPECT_EQ(kind_of("a", std::string(4095, 'x') + "é"), FileKind::kText);  // cut off inside the last character
  EXPECT_EQ(kind_of("a", "caf\xe9 in Latin-1"), FileKind::kUnknown);
  EXPECT_EQ(kind_of("a", std::string("a\0b", 3)), FileKind::kUnknown);
  EXPECT_EQ(kind_of("a.json", "\n {\"vocab_size\": 3}"), FileKind::kJson);
  EXPECT_EQ(kind_of("a.jsonl", "{\"text\": \"x\"}"), FileKind::kText);
  EXPECT_EQ(kind_of("tokenizer.json", "{}"), FileKind::kTokenizer);
  EXPECT_EQ(kind_of("t.json", "{\"version\": \"1.0\", \"added_tokens\": []}"), FileKind::kTokenizer);
  EXPECT_EQ(kind_of("train.bin", std::string("\1\0\2\0", 4)), FileKind::kTokenShard);
  EXPECT_EQ(kind_of("m.gguf", "GGUF\3"), FileKind::kGguf);
  EXPECT_EQ(identify_file(folder / "none"), FileKind::kMissing);
}

TEST(IdentifyFile, TellsFoldersByWhatIsInThem) {
  const test::ScratchFolder folder;
  make_folders(folder / "a");
  EXPECT_EQ(identify_file(folder / "a"), FileKind::kFolder);
  write_file(folder / "a/index.json", "{}");
  EXPECT_EQ(identify_file(folder / "a"), FileKind::kPreparedData);
  write_file(folder / "a/config.json", "{}");
  write_file(folder / "a/model.safetensors", "x");
  EXPECT_EQ(identify_file(folder / "a"), FileKind::kHuggingFaceModel);
  write_file(folder / "a/train_state.json", "{}");
  EXPECT_EQ(identify_file(folder / "a"), FileKind::kCheckpoint);
  make_folders(folder / "run/checkpoints");
  write_file(folder / "run/config.json", "{}");
  EXPECT_EQ(identify_file(folder / "run"), FileKind::kRun);
}

}  // namespace
}  // namespace slm::formats
