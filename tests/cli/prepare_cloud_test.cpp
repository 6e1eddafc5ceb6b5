#include <gtest/gtest.h>

#include <memory>

#include "cli/prepared_files.h"
#include "cli/run_slm.h"
#include "storage/local_server.h"
#include "support/sanitizer.h"

namespace slm::test {
namespace {

// Three files in a bucket "public", which needs no credentials, and in a bucket "private", which does.
class PrepareCloud : public testing::Test {
 protected:
  void SetUp() override {
    // Arrow loads its client for S3 from beside itself, where a sanitizer's dlopen does not look.
    if (kHasSanitizer) GTEST_SKIP() << "a sanitizer's dlopen does not find Arrow's client";
    for (const std::string bucket : {"public", "private"}) {
      const std::string folder = "buckets/" + bucket + "/corpus/";
      folder_.write(folder + "b.jsonl", json_lines({"one", "two", std::string(100000, 'x')}));
      folder_.write(folder + "sub/c.txt", "three");
      folder_.write(folder + "a.pdf", "not text");
      folder_.write(folder + "a c.txt", "four");
    }
    server_ = std::make_unique<LocalServer>("tests/cli/cloud_server.py " + folder_.path("buckets"));
    options_.environment = {"AWS_EC2_METADATA_DISABLED=true",
                            "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "HOME=" + folder_.path()};
    ASSERT_EQ(run_slm(arguments(folder_.path("buckets/public/corpus"), "local")).exit_code, 0);
  }

  std::vector<std::string> arguments(const std::string& input, const std::string& out) const {
    return {"prepare", input, "--tokenizer", "byte", "--val_fraction", "0", "--out", folder_.path(out)};
  }
  std::string with_endpoint(const std::string& uri) const {
    return uri + "?scheme=http&endpoint_override=127.0.0.1:" + std::to_string(server_->port());
  }
  // What is at the address, where nothing else is printed on standard error.
  std::string prepared_from(const std::string& uri) {
    const ProgramResult result = run_slm(arguments(uri, "out"), options_);
    EXPECT_EQ(result.exit_code, 0) << uri;
    EXPECT_EQ(result.err, "") << uri;
    if (result.exit_code != 0) return {};
    const std::string shard = files_in(folder_.path("out"))["train-00000.bin"];
    std::filesystem::remove_all(folder_.path("out"));
    return shard;
  }

  TemporaryFolder folder_;
  std::unique_ptr<LocalServer> server_;
  RunOptions options_;
};

TEST_F(PrepareCloud, ReadsBuckets) {
  const std::string wanted = files_in(folder_.path("local"))["train-00000.bin"];
  for (const char* uri : {"s3://public/corpus", "gs://anonymous@public/corpus"}) {
    EXPECT_TRUE(prepared_from(with_endpoint(uri)) == wanted) << uri;
  }
  options_.environment.push_back("AWS_ACCESS_KEY_ID=id");
  options_.environment.push_back("AWS_SECRET_ACCESS_KEY=secret");
  EXPECT_TRUE(prepared_from(with_endpoint("s3://private/corpus")) == wanted);
  options_.environment.push_back("AWS_ENDPOINT_URL=" + server_->endpoint());
  EXPECT_TRUE(prepared_from("s3://private/corpus") == wanted);
  EXPECT_NE(prepared_from("s3://private/corpus/b.jsonl"), "");
}

TEST_F(PrepareCloud, EndsAtASignalThoughTheServerIsSilent) {
  const std::string asked = folder_.path("buckets/asked");
  options_.signal_when = [&](const auto&, const auto&) { return std::filesystem::exists(asked); };
  for (const int signal : {SIGINT, SIGTERM}) {
    options_.signal = signal;
    for (const char* uri : {"s3://silent/corpus", "gs://anonymous@silent/corpus"}) {
      const ProgramResult result = run_slm(arguments(with_endpoint(uri), "out"), options_);
      EXPECT_EQ(result.exit_code, 128 + signal) << uri;
      EXPECT_EQ(result.err, "slm: stopped while the inputs were being opened; the same command goes on from here\n");
      EXPECT_FALSE(std::filesystem::exists(folder_.path("out")));
      std::filesystem::remove(asked);
    }
  }
}

TEST_F(PrepareCloud, SaysWhatIsWrongInOneLine) {
  const auto expect_failure = [&](const std::string& uri, const std::string& part) {
    expect_error(run_slm(arguments(with_endpoint(uri), "out"), options_), 1, {part});
    EXPECT_FALSE(std::filesystem::exists(folder_.path("out")));
  };
  expect_failure("s3://private/corpus", "credentials");
  expect_failure("s3://public/nothing", "there is nothing of that name");
  expect_failure("gs://anonymous@public/nothing", "there is nothing of that name");
}

}  // namespace
}  // namespace slm::test
