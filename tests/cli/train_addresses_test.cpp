#include <gtest/gtest.h>

#include <filesystem>

#include "cli/run_slm.h"
#include "storage/local_server.h"

namespace slm::test {
namespace {

// Training from addresses with passwords and keys in them.
class TrainAddresses : public testing::Test {
 protected:
  ProgramResult train(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"train", "--model_dir", folder_.path("run"), "--max_steps", "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_slm(arguments);
  }
  ProgramResult start(const std::string& data) const {
    return train({"--data", data, "--tokenizer", "byte", "--embed_dim", "16", "--num_heads", "2", "--num_layers", "1",
                  "--hidden_dim", "16", "--max_seq_len", "16", "--batch_size", "2", "--save_every", "2"});
  }
  std::string address(const std::string& user, const std::string& query) const {
    return "http://" + user + "127.0.0.1:" + std::to_string(server_.port()) + "/corpus.jsonl" + query;
  }
  void expect_no_secrets(const ProgramResult& result) const {
    std::string all = result.out + result.err;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      if (entry.is_regular_file()) all += read_text(entry.path().string());
    }
    EXPECT_EQ(all.find("HIDDEN"), std::string::npos);
    EXPECT_EQ(all.find("SECRET"), std::string::npos);
  }

  TemporaryFolder folder_;
  const LocalServer server_{"tests/cli/password_server.py"};
};

TEST_F(TrainAddresses, AreKeptWithoutPasswordAndGoneOnWith) {
  const ProgramResult first = start(address("user:HIDDEN@", ":1") + "," + address("user:HIDDEN@", ":1"));
  ASSERT_EQ(first.exit_code, 0) << first.err;
  expect_no_secrets(first);
  const nlohmann::json config = nlohmann::json::parse(read_text(folder_.path("run/config.json")));
  EXPECT_EQ(config["data"], address("", ":1") + "," + address("", ":1"));
  // What is prepared needs no password any more; what is not does.
  EXPECT_EQ(train({"--resume", "--max_steps", "4"}).exit_code, 0);
  std::filesystem::remove_all(folder_.path("run/data-cache"));
  expect_error(train({"--resume", "--max_steps", "6"}), 1,
               {address("", ""), "the server answers 401; give the address with the user and password"});
  const ProgramResult again = train({"--resume", "--max_steps", "6", "--data", address("user:HIDDEN@", "")});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  expect_no_secrets(again);
}

TEST_F(TrainAddresses, AreKeptWithoutQueryAndGoneOnWith) {
  const ProgramResult first = start(address("", "?id=7&token=SECRET"));
  ASSERT_EQ(first.exit_code, 0) << first.err;
  expect_no_secrets(first);
  EXPECT_EQ(train({"--resume", "--max_steps", "4"}).exit_code, 0);
  std::filesystem::remove_all(folder_.path("run/data-cache"));
  expect_error(train({"--resume", "--max_steps", "6"}), 1,
               {address("", ""), "its query was not kept, as it may hold a key: give the whole address again"});
  EXPECT_EQ(train({"--resume", "--max_steps", "6", "--data", address("", "?id=7&token=SECRET")}).exit_code, 0);
}

TEST_F(TrainAddresses, AreNamedWithoutSecretsWhereTheyAreWrong) {
  for (const std::string& wrong : {std::string("ftp://user:HIDDEN@host/a.jsonl"), address("other:HIDDEN@", ""),
                                   std::string("http://user:HIDDEN@localhost/a.jsonl,,")}) {
    const ProgramResult result = start(wrong);
    EXPECT_NE(result.exit_code, 0);
    expect_no_secrets(result);
  }
}

}  // namespace
}  // namespace slm::test
