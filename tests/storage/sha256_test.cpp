#include "slm/storage/sha256.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

// The examples of FIPS 180-4, and a million times "a".
constexpr const char* kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kMillion = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, AgreesWithTheStandard) {
  EXPECT_EQ(sha256_of(""), kEmpty);
  EXPECT_EQ(sha256_of("abc"), kAbc);
  EXPECT_EQ(sha256_of(std::string(1000000, 'a')), kMillion);
}

TEST(Sha256, TakesItsInputInPieces) {
  Sha256 hash;
  for (const std::string_view piece : {"a", "", "bc"}) hash.update(piece);
  EXPECT_EQ(hash.hex_digest(), kAbc);
}

TEST(Sha256, ReadsFilesOfSeveralPieces) {
  const test::ScratchFolder folder;
  write_file(folder / "a", std::string(1000000, 'a'));
  write_file(folder / "b", std::string(2097153, 'b'));
  EXPECT_EQ(sha256_of_file(folder / "a"), kMillion);
  EXPECT_EQ(sha256_of_file(folder / "b"), sha256_of(std::string(2097153, 'b')));
  EXPECT_NE(test::message_of<IoError>([&] { sha256_of_file(folder / "c"); }).find("cannot open"), std::string::npos);
}

}  // namespace
}  // namespace slm::storage
