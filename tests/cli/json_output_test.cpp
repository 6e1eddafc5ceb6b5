#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "cli/run_slm.h"
#include "cli/tiny_models.h"

namespace slm::test {
namespace {

std::set<std::string> keys_of(const nlohmann::json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

nlohmann::json json_of(const std::vector<std::string>& arguments) {
  const ProgramResult result = run_slm(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  return only_json_of(result);
}

class JsonOutput : public testing::Test {
 protected:
  static void SetUpTestSuite() { model_ = new LettersModel; }
  static void TearDownTestSuite() {
    delete model_;
    model_ = nullptr;
  }

  inline static const LettersModel* model_ = nullptr;
};

TEST_F(JsonOutput, OfEvalSaysHowWellEveryTokenButTheFirstIsPredicted) {
  const nlohmann::json result = json_of({"eval", "--model", model_->path(), "--data", model_->data(), "--json"});
  EXPECT_EQ(keys_of(result), (std::set<std::string>{"accuracy", "bits_per_byte", "loss", "perplexity", "tokens"}));
  const double loss = result["loss"];
  EXPECT_EQ(result["tokens"], 999);
  EXPECT_GT(result["accuracy"].get<double>(), 0.99);
  EXPECT_GT(loss, 0);
  EXPECT_LT(loss, 0.2);
  EXPECT_NEAR(result["perplexity"].get<double>(), std::exp(loss), 1e-9);
  EXPECT_NEAR(result["bits_per_byte"].get<double>(), loss / std::log(2.0), 1e-9) << "each letter is a byte";
}

TEST_F(JsonOutput, OfEvalHasNoBitsPerByteWithoutText) {
  const nlohmann::json result = json_of({"eval", "--model", model_->path(), "--data", "dummy", "--json"});
  EXPECT_TRUE(result["bits_per_byte"].is_null());
  EXPECT_EQ(result["tokens"], 9999);
}

TEST_F(JsonOutput, OfInfoDescribesEveryKindOfPath) {
  const auto info = [](const std::string& path) { return json_of({"info", path, "--json"}); };
  const std::string root = model_->path();

  const nlohmann::json run = info(root);
  EXPECT_EQ(run["kind"], "the folder of a training run");
  EXPECT_EQ(run["config"]["embed_dim"], 16);
  EXPECT_EQ(run["config"]["vocab_size"], 5);
  EXPECT_GT(run["num_parameters"].get<int64_t>(), 0);
  EXPECT_EQ(run["checkpoints"].back(), "step-00000120");

  const nlohmann::json checkpoint = info(root + "/checkpoints/step-00000120");
  EXPECT_EQ(checkpoint["train_state"]["step"], 120);
  EXPECT_EQ(checkpoint["num_parameters"], run["num_parameters"]);

  for (const std::string file : {"/small_language_model.pt", "/checkpoints/best/model.safetensors"}) {
    const nlohmann::json tensors = info(root + file);
    EXPECT_EQ(tensors["num_elements"], run["num_parameters"]) << file;
    EXPECT_EQ(
        tensors["tensors"][0],
        (nlohmann::json{{"name", "token_embedding.weight"}, {"dtype", "float32"}, {"shape", std::vector<int>{5, 16}}}));
    EXPECT_GT(tensors["size_bytes"].get<int64_t>(), 4 * run["num_parameters"].get<int64_t>());
  }

  EXPECT_EQ(info(root + "/tokenizer.json")["vocab_size"], 5);
  const nlohmann::json shard = info(model_->folder().write("tokens.bin", std::string("\x05\x00\x02\x01", 4)));
  EXPECT_EQ(shard["tokens"], 2);
  EXPECT_EQ(shard["first_tokens"], (nlohmann::json{5, 258}));
  EXPECT_EQ(info(model_->data())["size_bytes"], 1000);
  EXPECT_EQ(info(model_->folder().write("empty.txt", ""))["size_bytes"], 0);
  EXPECT_TRUE(info(model_->folder().path()).contains("kind"));
}

TEST_F(JsonOutput, OfInfoOfAMissingOrDamagedPathIsEmptyAndTheErrorNamesIt) {
  const std::string pt = read_text(model_->path() + "/small_language_model.pt");
  for (const std::string& path :
       {std::string("/nowhere/at/all"), model_->folder().write("cut.pt", pt.substr(0, pt.size() / 2)),
        model_->folder().write("cut.safetensors", std::string("\x10\0\0\0\0\0\0\0{", 9))}) {
    const ProgramResult result = run_slm({"info", path, "--json"});
    EXPECT_EQ(result.exit_code, 1) << path;
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find(path), std::string::npos) << result.err;
  }
}

TEST_F(JsonOutput, ThatADiskHasNoRoomForIsAnError) {
  RunOptions options;
  options.has_full_output = true;
  const ProgramResult result = run_slm({"eval", "--model", model_->path(), "--data", "dummy", "--json"}, options);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "slm: error: standard output: cannot write all of it; is the disk full?\n");
}

TEST(JsonOutputOfTheMachine, SaysWhatItIsAndHowFast) {
  const nlohmann::json machine = json_of({"info", "--json"});
  EXPECT_EQ(machine["devices"], nlohmann::json{"cpu"});
  EXPECT_GE(machine["threads"].get<int>(), 1);
  EXPECT_GT(machine["peak_gflops"]["fp32"].get<double>(), 0);
  EXPECT_GT(machine["bandwidth_gb_s"].get<double>(), 0);

  const nlohmann::json bench = json_of({"bench", "--preset", "default", "--steps", "1", "--json"});
  EXPECT_GT(bench["peak_gflops"].get<double>(), 0);
  EXPECT_GT(bench["bandwidth_gb_s"].get<double>(), 0);
  EXPECT_EQ(keys_of(bench["default"]),
            (std::set<std::string>{"matmul_only_tokens_per_s", "peak_rss_mb", "tokens_per_s"}));
  EXPECT_GT(bench["default"]["tokens_per_s"].get<double>(), 0);
  EXPECT_GT(bench["default"]["peak_rss_mb"].get<double>(), 100);
  EXPECT_FALSE(bench.contains("openwebtext"));
}

}  // namespace
}  // namespace slm::test
