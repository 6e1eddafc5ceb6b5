#include "slm/storage/glob.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "slm/storage/atomic_file.h"
#include "slm/storage/folder.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

using Paths = std::vector<std::string>;

class Glob : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"a/b", "c"}) make_folders(folder_ / name);
    for (const char* name : {"1.txt", "2.md", ".3.txt", "a/4.txt", "a/b/5.txt", "a/b/6.md", "c/7.txt"}) {
      write_file(folder_ / name, "x");
    }
  }
  // What a pattern inside the folder names.
  Paths found(const std::string& pattern) const {
    Paths paths;
    for (const std::string& path : expand_glob(folder_ / pattern))
      paths.push_back(path.substr(folder_.path().size() + 1));
    return paths;
  }

  test::ScratchFolder folder_;
};

TEST_F(Glob, MatchesWithinOneName) {
  EXPECT_EQ(found("*.txt"), Paths{"1.txt"});
  EXPECT_EQ(found("*/*.txt"), (Paths{"a/4.txt", "c/7.txt"}));
  EXPECT_EQ(found("[12].{md,txt}"), (Paths{"1.txt", "2.md"}));
  EXPECT_EQ(found("a/?"), Paths{"a/b"});
  EXPECT_TRUE(found("*.pdf").empty());
}

TEST_F(Glob, TwoStarsStandForAnyNumberOfFolders) {
  EXPECT_EQ(found("**/*.txt"), (Paths{"1.txt", "a/4.txt", "a/b/5.txt", "c/7.txt"}));
  EXPECT_EQ(found("**"), (Paths{"1.txt", "2.md", "a/4.txt", "a/b/5.txt", "a/b/6.md", "c/7.txt"}));
  EXPECT_EQ(found("a/**/?.md"), Paths{"a/b/6.md"});
  EXPECT_EQ(found("{c,a/**}/*.{md,txt}"), (Paths{"a/4.txt", "a/b/5.txt", "a/b/6.md", "c/7.txt"}));
  EXPECT_TRUE(found("none/**").empty());
}

TEST_F(Glob, BeginsInTheWorkingFolder) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  EXPECT_EQ(expand_glob("**/5.txt"), Paths{"a/b/5.txt"});
  EXPECT_EQ(expand_glob("./a/**/5.txt"), Paths{"./a/b/5.txt"});
  std::filesystem::current_path(before);
}

TEST(IsGlob, IsAPathWithACharacterOfPatterns) {
  for (const char* pattern : {"*", "a?", "[a]", "{a,b}", "a/**/b"}) EXPECT_TRUE(is_glob(pattern)) << pattern;
  EXPECT_FALSE(is_glob("a/b.txt"));
}

}  // namespace
}  // namespace slm::storage
