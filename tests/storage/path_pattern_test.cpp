#include "slm/storage/path_pattern.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace slm::storage {
namespace {

TEST(PathPattern, MatchesAsGlobsDo) {
  for (const auto& [pattern, path] :
       std::vector<std::pair<const char*, const char*>>{{"a", "a"},
                                                        {"*", "ab"},
                                                        {"*.txt", "x.txt"},
                                                        {"a?c", "abc"},
                                                        {"[a-c]x", "bx"},
                                                        {"[!a]x", "bx"},
                                                        {"**", "a/b/c"},
                                                        {"**/c", "a/b/c"},
                                                        {"**/c", "c"},
                                                        {"a/**/c", "a/c"},
                                                        {"a/**/c", "a/b/b/c"},
                                                        {"a/*/c", "a/b/c"},
                                                        {"a/**", "a/b/c"},
                                                        {"[x", "[x"},
                                                        {"", ""},
                                                        {"data/train-*", "data/train-00000-of-00002.parquet"}}) {
    EXPECT_TRUE(matches_path(pattern, path)) << pattern << " " << path;
  }
  for (const auto& [pattern, path] : std::vector<std::pair<const char*, const char*>>{{"a", "b"},
                                                                                      {"a", "ab"},
                                                                                      {"*", "a/b"},
                                                                                      {"a?c", "a/c"},
                                                                                      {"[a-c]x", "dx"},
                                                                                      {"**/c", "bc"},
                                                                                      {"a/*/c", "a/b/b/c"},
                                                                                      {"", "a"},
                                                                                      {"a", ""},
                                                                                      {"*.txt", "a/x.txt"}}) {
    EXPECT_FALSE(matches_path(pattern, path)) << pattern << " " << path;
  }
}

}  // namespace
}  // namespace slm::storage
