#include "slm/data/data_list.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

std::string described(const std::string& text) {
  std::string result;
  for (const NamedData& named : parse_data_list(text, "--data")) {
    result += "[" + named.name + (named.weight ? " " + std::to_string(*named.weight).substr(0, 4) : "") + "]";
  }
  return result;
}

TEST(DataList, SeparatesNamesAndWeights) {
  EXPECT_EQ(described("stories"), "[stories]");
  EXPECT_EQ(described("a.txt:0.7,b/c.bin:3e-1"), "[a.txt 0.70][b/c.bin 0.30]");
  EXPECT_EQ(described("a,b,c"), "[a][b][c]");
  EXPECT_EQ(described("hf://someone/something:2"), "[hf://someone/something 2.00]");
  EXPECT_EQ(described("hf://someone/something"), "[hf://someone/something]");
  EXPECT_EQ(described("a:b"), "[a:b]");
  EXPECT_EQ(described("a:"), "[a:]");
}

TEST(DataList, IsNamedAndKeptWithoutSecrets) {
  const std::string list = "https://u:PASS@host/a.jsonl?sig=KEY:0.5,b.txt:2,s3://id:PASS@bucket/c?region=x";
  EXPECT_EQ(data_list_name(list), "https://host/a.jsonl:0.5,b.txt:2,s3://bucket/c");
  const std::string record = data_list_record(list);
  EXPECT_TRUE(record.starts_with("https://host/a.jsonl:0.5,b.txt:2,s3://bucket/c?sha256=")) << record;
  EXPECT_EQ(data_list_record(record), record);
}

TEST(DataList, TakesWhatExistsAsItIs) {
  const test::ScratchFolder folder;
  storage::write_file(folder / "x,y", "");
  storage::write_file(folder / "z:1", "");
  const std::string at = folder.path() + "/";
  EXPECT_EQ(described(at + "x,y"), "[" + at + "x,y]");
  EXPECT_EQ(described(at + "z:1"), "[" + at + "z:1]");
  EXPECT_EQ(described(at + "z:1:5,b:2"), "[" + at + "z:1 5.00][b 2.00]");
}

TEST(DataList, RefusesEmptyNames) {
  for (const char* text : {"", ",", "a,", ",a", "a,,b", ":0.5"}) {
    EXPECT_EQ(
        test::message_of<UsageError>([&] { parse_data_list(text, "--val_data"); }),
        std::string("--val_data is '") + text + "', expected names between the commas, as in 'a,b' or 'a:0.7,b:0.3'");
  }
}

}  // namespace
}  // namespace slm::data
