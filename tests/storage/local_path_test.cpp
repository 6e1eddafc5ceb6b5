#include "slm/storage/local_path.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

using test::message_of;

TEST(LocalPath, TakesPathsAndFileUris) {
  EXPECT_EQ(local_path("a/b"), "a/b");
  EXPECT_EQ(local_path("file:///a/b"), "/a/b");
  EXPECT_EQ(local_path("./odd name/://"), "./odd name/://");
}

TEST(LocalPath, RefusesWhatIsNotLocal) {
  EXPECT_EQ(message_of<UsageError>([] { local_path("gs://bucket/run"); }),
            "gs://bucket/run: this build opens local files only, not gs://; copy it to a local path first");
  EXPECT_EQ(message_of<UsageError>([] { local_path("file://host/a"); }),
            "file://host/a: expected file:///absolute/path");
  EXPECT_THROW(local_path(""), UsageError);
  EXPECT_THROW(local_path(std::string_view("a\0b", 3)), UsageError);
}

}  // namespace
}  // namespace slm::storage
