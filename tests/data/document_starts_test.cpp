#include "slm/data/document_starts.h"

#include <gtest/gtest.h>

#include <vector>

#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "storage/scratch_folder.h"

namespace slm::data {
namespace {

using test::message_of;

// The file as docs/formats.md describes it: magic, counts, starts.
std::string file_of(const std::vector<uint64_t>& words) {
  return "SLMDOCS1" + std::string(reinterpret_cast<const char*>(words.data()), 8 * words.size());
}

std::string error_of(const std::string& content) {
  const test::ScratchFolder folder;
  storage::write_file(folder / "documents", content);
  const std::string message = message_of<FormatError>([&] { open_document_starts(folder / "documents"); });
  return message.substr(std::min(message.size(), (folder / "documents: ").size()));
}

TEST(DocumentStarts, ReadsBothParts) {
  const test::ScratchFolder folder;
  storage::write_file(folder / "documents", file_of({3, 2, 0, 4, 11, 0, 7}));
  const DocumentStarts starts = open_document_starts(folder / "documents");
  const auto train = starts.of(Part::kTrain), val = starts.of(Part::kVal);
  EXPECT_EQ(std::vector<uint64_t>(train.begin(), train.end()), (std::vector<uint64_t>{0, 4, 11}));
  EXPECT_EQ(std::vector<uint64_t>(val.begin(), val.end()), (std::vector<uint64_t>{0, 7}));
}

TEST(DocumentStarts, WritesTheHeader) { EXPECT_EQ(document_starts_header(3, 2), file_of({3, 2})); }

TEST(DocumentStarts, RefusesCountsThatLie) {
  const std::string advice = " bytes: truncated copy? copy it again";
  EXPECT_EQ(error_of(file_of({3, 1, 0, 4, 11, 0, 7})),
            "byte 8: counts 3 and 1 documents, but the file has 64" + advice);
  EXPECT_EQ(error_of(file_of({UINT64_MAX, 3, 0, 4})),
            "byte 8: counts 18446744073709551615 and 3 documents, but the file has 40" + advice);
  EXPECT_EQ(error_of(file_of({1, 0, 0}) + "x"), "byte 8: counts 1 and 0 documents, but the file has 33" + advice);
}

TEST(DocumentStarts, RefusesStartsThatDoNotRise) {
  EXPECT_EQ(error_of(file_of({2, 0, 1, 4})), "byte 24: document 0 starts at token 1, which cannot be");
  EXPECT_EQ(error_of(file_of({1, 2, 0, 0, 0})), "byte 40: document 1 starts at token 0, which cannot be");
}

TEST(DocumentStarts, RefusesOtherFiles) {
  const std::string message = "byte 0: is not the documents file of a prepared corpus: copy the folder again";
  EXPECT_EQ(error_of(""), message);
  EXPECT_EQ(error_of("SLMDOCS1"), message);
  EXPECT_EQ(error_of(std::string(64, 'x')), message);
}

}  // namespace
}  // namespace slm::data
