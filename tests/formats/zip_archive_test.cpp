#include "slm/formats/zip_archive.h"

#include <gtest/gtest.h>

#include <cstring>

#include "slm/core/error.h"
#include "storage/scratch_folder.h"

namespace slm::formats {
namespace {

using test::message_of;

std::string archive_of(const std::vector<std::pair<std::string, std::string>>& records,
                       int64_t zip64_from = ZipWriter::kZip64From) {
  storage::MemorySink sink;
  ZipWriter zip(sink, zip64_from);
  for (const auto& [name, content] : records) zip.add(name, content);
  zip.finish();
  return sink.content();
}

std::vector<ZipRecord> read(const std::string& content) {
  return read_zip_directory("z", std::as_bytes(std::span(content.data(), content.size())));
}

std::string problem_of(const std::string& content) {
  return message_of<FormatError>([&] { read(content); });
}

template <class T>
void patch(std::string& content, size_t offset, T value) {
  ASSERT_LE(offset + sizeof(T), content.size());
  std::memcpy(content.data() + offset, &value, sizeof(T));
}

constexpr uint32_t kDirectoryEntry = 0x02014b50, kZip64End = 0x06064b50, kZip64Locator = 0x07064b50;

size_t find(const std::string& content, uint32_t signature, size_t from = 0) {
  return content.find(std::string(reinterpret_cast<const char*>(&signature), 4), from);
}

TEST(ZipArchive, EveryRecordBeginsAtAMultipleOf64) {
  std::vector<std::pair<std::string, std::string>> records;
  for (size_t i = 0; i < 130; ++i) records.emplace_back(std::string(i + 1, 'n'), std::string(i, 'x'));
  for (const int64_t zip64_from : {ZipWriter::kZip64From, int64_t{0}}) {
    const std::string content = archive_of(records, zip64_from);
    const auto got = read(content);
    ASSERT_EQ(got.size(), records.size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].name, records[i].first);
      EXPECT_EQ(got[i].offset % 64, 0);
      EXPECT_EQ(content.substr(static_cast<size_t>(got[i].offset), static_cast<size_t>(got[i].size_bytes)),
                records[i].second);
    }
  }
}

TEST(ZipArchive, ChecksumsAreThoseOfTheStandard) {
  EXPECT_EQ(read(archive_of({{"a", "123456789"}}))[0].crc, 0xCBF43926u);  // the check value of CRC-32
  EXPECT_EQ(read(archive_of({{"a", ""}}))[0].crc, 0u);
}

TEST(ZipArchive, Zip64FieldsAreWrittenExactlyFromTheThresholdOn) {
  const auto has_zip64_end = [](const std::string& content) { return find(content, kZip64End) != std::string::npos; };
  EXPECT_FALSE(has_zip64_end(archive_of({{"a", "12345"}})));
  EXPECT_TRUE(has_zip64_end(archive_of({{"a", "12345"}}, 6)));  // the directory begins behind byte 6
  const std::string at = archive_of({{"a", std::string(500, 'x')}}, 500),
                    below = archive_of({{"a", std::string(499, 'x')}}, 500);
  uint32_t size_at = 0, size_below = 0;
  std::memcpy(&size_at, at.data() + 18, 4);
  std::memcpy(&size_below, below.data() + 18, 4);
  EXPECT_EQ(size_at, 0xFFFFFFFFu);
  EXPECT_EQ(size_below, 499u);
  EXPECT_EQ(read(at)[0].size_bytes, 500);
}

TEST(ZipArchive, MoreRecordsThan16BitsCountNeedZip64) {
  std::vector<std::pair<std::string, std::string>> records;
  for (int i = 0; i < 65535; ++i) records.emplace_back(std::to_string(i), "");
  const std::string content = archive_of(records);
  EXPECT_NE(find(content, kZip64Locator), std::string::npos);
  EXPECT_EQ(read(content).size(), 65535u);
}

TEST(ZipArchive, AFileCutOffAnywhereIsRefused) {
  for (const int64_t zip64_from : {ZipWriter::kZip64From, int64_t{0}}) {
    const std::string content = archive_of({{"a", "first"}, {"b", "second"}}, zip64_from);
    for (size_t size = 0; size < content.size(); ++size) {
      ASSERT_NE(problem_of(content.substr(0, size)), "no error") << size;
    }
  }
  EXPECT_EQ(problem_of("PK"), "z: byte 2: the zip archive has no end record: truncated copy? copy it again");
}

TEST(ZipArchive, ACommentAtTheEndIsNoDamage) {
  std::string content = archive_of({{"a", "first"}});
  patch(content, content.size() - 2, uint16_t{5});
  EXPECT_EQ(read(content + "hello").size(), 1u);
}

// One record "a" of 5 bytes, with one field of its directory entry changed.
template <class T>
std::string damaged(size_t field, T value) {
  std::string content = archive_of({{"a", "first"}});
  patch(content, find(content, kDirectoryEntry) + field, value);
  return problem_of(content);
}

TEST(ZipArchive, NamesEachKindOfDamage) {
  EXPECT_NE(damaged(10, uint16_t{8}).find("record 'a' is compressed (method 8)"), std::string::npos);
  EXPECT_NE(damaged(8, uint16_t{1}).find("record 'a' is encrypted"), std::string::npos);
  EXPECT_NE(damaged(24, uint32_t{6}).find("record 'a' has two different sizes"), std::string::npos);
  EXPECT_NE(damaged(20, uint32_t{0xFFFFFFFF}).find("lacks its zip64 sizes"), std::string::npos);
  EXPECT_NE(damaged(42, uint32_t{1}).find("record 'a' has no header at byte 1"), std::string::npos);
  EXPECT_NE(damaged(42, uint32_t{0xFFFFFFF0}).find("record 'a' has no header at byte 4294967280"), std::string::npos);
  EXPECT_NE(damaged(28, uint16_t{5000}).find("goes beyond the directory"), std::string::npos);
  EXPECT_NE(damaged(46, 'b').find("record 'b' has another name in its own header"), std::string::npos);
  EXPECT_NE(damaged(0, 'x').find("a zip directory entry is expected here"), std::string::npos);
}

TEST(ZipArchive, ARecordThatGoesBeyondTheDirectoryIsRefused) {
  std::string content = archive_of({{"a", "first"}});
  const size_t entry = find(content, kDirectoryEntry);
  patch(content, entry + 20, uint32_t{6});
  patch(content, entry + 24, uint32_t{6});
  EXPECT_NE(problem_of(content).find("record 'a' has 6 bytes, which go beyond the directory"), std::string::npos);
}

TEST(ZipArchive, RecordsThatOverlapAreRefused) {
  std::string content = archive_of({{"a", "first"}, {"b", "second"}});
  const size_t entry = find(content, kDirectoryEntry);
  patch(content, entry + 20, uint32_t{60});
  patch(content, entry + 24, uint32_t{60});
  EXPECT_EQ(problem_of(content), "z: byte 69: two zip records overlap: not a real model");
}

TEST(ZipArchive, ANameThatComesTwiceIsRefused) {
  EXPECT_NE(problem_of(archive_of({{"a", "first"}, {"a", "second"}})).find("zip record 'a' comes twice"),
            std::string::npos);
}

TEST(ZipArchive, ADirectoryOutsideOfTheFileIsRefused) {
  for (const size_t back : {size_t{6}, size_t{10}}) {  // its position, its size
    std::string content = archive_of({{"a", "first"}});
    patch(content, content.size() - back, uint32_t{0x7FFFFFFF});
    EXPECT_NE(problem_of(content).find("the zip archive's directory lies outside of the file"), std::string::npos);
  }
  std::string content = archive_of({{"a", "first"}});
  patch(content, content.size() - 12, uint16_t{60000});  // the number of records
  EXPECT_NE(problem_of(content).find("the zip archive's directory lies outside of the file"), std::string::npos);
}

TEST(ZipArchive, DamagedZip64EndsAreRefused) {
  const std::string whole = archive_of({{"a", "first"}}, 0);
  const size_t end = find(whole, kZip64End), locator = find(whole, kZip64Locator);
  for (const size_t field : {size_t{32}, size_t{40}, size_t{48}}) {  // count, size, position
    std::string content = whole;
    patch(content, end + field, uint64_t{0xFFFFFFFFFFFFFFF0});
    EXPECT_NE(problem_of(content).find("the zip archive's directory lies outside of the file"), std::string::npos);
  }
  std::string content = whole;
  patch(content, locator + 8, uint64_t{0xFFFFFFFFFFFFFFF0});
  EXPECT_NE(problem_of(content).find("zip64 locator points to no end record"), std::string::npos);
}

}  // namespace
}  // namespace slm::formats
