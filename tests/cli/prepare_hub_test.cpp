#include <gtest/gtest.h>

#include "cli/prepared_files.h"
#include "cli/run_slm.h"
#include "storage/hub_server.h"

namespace slm::test {
namespace {

class PrepareHub : public testing::Test {
 protected:
  RunOptions with(std::vector<std::string> environment, const std::string& endpoint) const {
    environment.push_back("HF_ENDPOINT=" + endpoint);
    environment.push_back("HF_HOME=" + folder_.path("home"));
    RunOptions options;
    options.environment = std::move(environment);
    return options;
  }
  std::vector<std::string> arguments(const std::string& input, const std::string& out) const {
    return {"prepare", input, "--tokenizer", "byte", "--val_fraction", "0", "--out", folder_.path(out)};
  }

  const TemporaryFolder folder_;
};

TEST_F(PrepareHub, FindsWhatOthersHaveDownloaded) {
  const std::string elsewhere = "HF_HUB_CACHE=" + folder_.path("elsewhere");
  const HubServer server;
  ASSERT_EQ(run_slm(arguments("hf://o/n", "online"), with({elsewhere}, server.endpoint())).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(folder_.path("elsewhere/datasets--o--n/refs/main")));
  const std::string before = server.log();
  for (const std::string word : {"1", "True", "yes", "on", "ON"}) {
    const ProgramResult offline = run_slm(arguments("hf://o/n", "offline-" + word),
                                          with({elsewhere, "HF_HUB_OFFLINE=" + word}, server.endpoint()));
    EXPECT_EQ(offline.exit_code, 0) << offline.err;
    EXPECT_EQ(offline.err, "");
  }
  EXPECT_EQ(server.log(), before);
  const ProgramResult unreachable = run_slm(arguments("hf://o/n", "copy"), with({elsewhere}, "http://127.0.0.1:1"));
  EXPECT_EQ(unreachable.exit_code, 0) << unreachable.err;
  EXPECT_TRUE(unreachable.err.starts_with("slm: warning: hf://o/n: the hub cannot be reached (")) << unreachable.err;
  EXPECT_EQ(files_in(folder_.path("copy"))["train-00000.bin"], files_in(folder_.path("online"))["train-00000.bin"]);
}

TEST_F(PrepareHub, RefusesAHalfDownloadedDataSetOffline) {
  const HubServer server;
  ASSERT_EQ(run_slm(arguments("hf://o/n", "online"), with({}, server.endpoint())).exit_code, 0);
  const std::string snapshots = folder_.path("home/hub/datasets--o--n/snapshots");
  for (const auto& commit : std::filesystem::directory_iterator(snapshots)) {
    ASSERT_TRUE(std::filesystem::remove(commit.path() / "data/train-small.jsonl"));
  }
  expect_error(run_slm(arguments("hf://o/n", "all"), with({"HF_HUB_OFFLINE=1"}, server.endpoint())), 1,
               {"hf://o/n: 'data/train-small.jsonl' is not in ", "HF_HUB_OFFLINE is set"});
}

TEST_F(PrepareHub, KeepsNoSecretsOfAnAddress) {
  const HubServer server;
  const auto address = [&](const std::string& query) {
    return "http://user:PASSW@127.0.0.1:" + std::to_string(server.port()) + "/plain/data/train-small.jsonl?" + query;
  };
  const ProgramResult first = run_slm(arguments(address("sig=SECRET"), "out"));
  EXPECT_EQ(first.exit_code, 0) << first.err;
  const std::string index = files_in(folder_.path("out"))["index.json"];
  EXPECT_NE(index.find("/plain/data/train-small.jsonl\""), std::string::npos) << index;
  for (const char* secret : {"user", "PASSW", "SECRET"}) EXPECT_EQ(index.find(secret), std::string::npos) << secret;
  const ProgramResult again = run_slm(arguments(address("sig=FRESH"), "out"));
  EXPECT_NE(again.out.find("is complete and was left alone"), std::string::npos) << again.err;
  const ProgramResult other = run_slm(arguments(address("id=SECRET"), "out"));
  EXPECT_EQ(other.exit_code, 1) << "another query may be another file";
  for (const char* secret : {"user", "PASSW", "SECRET"}) EXPECT_EQ(other.err.find(secret), std::string::npos);
}

TEST_F(PrepareHub, ASignalEndsItsWaits) {
  for (const auto& [signal, code] : {std::pair(SIGINT, 130), std::pair(SIGTERM, 143)}) {
    const HubServer server;  // whose log tells of this run alone
    RunOptions options = with({}, server.endpoint());
    options.signal_when = [&](const std::string&, const std::string&) {
      return server.log().find("o/late") != std::string::npos;
    };
    options.signal = signal;
    const ProgramResult result = run_slm(arguments("hf://o/late", "late"), options);
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_NE(result.err.find("the same command goes on from here"), std::string::npos) << result.err;
  }
}

}  // namespace
}  // namespace slm::test
