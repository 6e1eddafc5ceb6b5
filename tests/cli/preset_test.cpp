#include "slm/cli/presets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/run_slm.h"
#include "cli/tiny_models.h"

namespace slm::test {
namespace {

// 6 layers, 512 wide, 8 heads, 2048 hidden, the bert-base-uncased tokenizer (30,522 tokens), batch 64, AdamW 5e-5, 10
// epochs, mixed precision.
TEST(Presets, OpenwebtextIsTheModelItPromises) {
  std::vector<std::string> got = cli::preset_arguments("openwebtext");
  std::vector<std::string> want = {"--num_layers=6",       "--embed_dim=512", "--num_heads=8", "--hidden_dim=2048",
                                   "--vocab_size=30522",   "--batch_size=64", "--epochs=10",   "--optimizer=adamw",
                                   "--learning_rate=5e-5", "--precision=auto"};
  std::sort(got.begin(), got.end());
  std::sort(want.begin(), want.end());
  EXPECT_EQ(got, want);
  EXPECT_EQ(cli::preset_text_tokenizer("openwebtext"), "bert-base-uncased");
  EXPECT_EQ(cli::preset_arguments("default"), std::vector<std::string>());
}

// The first command of the README, but for one step.
TEST(TrainCommand, RunsTheExampleAsWritten) {
  const TemporaryFolder folder;
  RunOptions here;
  here.working_directory = folder.path();
  const ProgramResult result =
      run_slm({"train", "--vocab_size", "5000", "--embed_dim", "256", "--num_heads", "8", "--num_layers", "4",
               "--batch_size", "64", "--epochs", "10", "--model_dir", "./output", "--max_steps", "1"},
              here);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto config = nlohmann::json::parse(read_text(folder.path("output/config.json")));
  const nlohmann::json want = {{"vocab_size", 5000}, {"embed_dim", 256}, {"num_heads", 8},     {"num_layers", 4},
                               {"batch_size", 64},   {"epochs", 10},     {"hidden_dim", 512},  {"max_seq_len", 128},
                               {"data", "dummy"},    {"seed", 42},       {"family", "classic"}};
  for (const auto& [key, value] : want.items()) EXPECT_EQ(config[key], value) << key;
  const auto info = run_slm({"info", folder.path("output/small_language_model.pt"), "--json"});
  // Embeddings of 5000 + 128 rows; per layer 4 matrices of 256 x 256, 2 of 256 x 512, their biases (4 + 2 + 1 times
  // 256) and two norms of 2 x 256; an output layer of 5000 rows with a bias each.
  const int64_t layer = 4 * 256 * 256 + 2 * 256 * 512 + 7 * 256 + 4 * 256;
  EXPECT_EQ(only_json_of(info)["num_elements"], (5000 + 128) * 256 + 4 * layer + 5000 * 257);
}

TEST(TrainCommand, EveryFlagOfAMixReachesTheModel) {
  const TemporaryFolder folder;
  const std::string model_dir = folder.path("m");
  ASSERT_EQ(
      run_slm(
          tiny_run(model_dir,
                   {"--family",   "classic", "--norm",           "rms",       "--norm_placement", "pre",
                    "--position", "rope",    "--activation",     "swiglu",    "--num_kv_heads",   "1",
                    "--head_dim", "4",       "--tie_embeddings", "--qk_norm", "--bias=false",     "--output_bias=false",
                    "--dropout",  "0.25",    "--norm_eps",       "1e-3",      "--rope_theta",     "500"}))
          .exit_code,
      0);
  const auto config = nlohmann::json::parse(read_text(model_dir + "/config.json"));
  const nlohmann::json want = {{"family", "classic"}, {"norm", "rms"},          {"norm_placement", "pre"},
                               {"position", "rope"},  {"activation", "swiglu"}, {"num_kv_heads", 1},
                               {"head_dim", 4},       {"tie_embeddings", true}, {"qk_norm", true},
                               {"bias", false},       {"output_bias", false},   {"dropout", 0.25},
                               {"norm_eps", 1e-3},    {"rope_theta", 500.0}};
  for (const auto& [key, value] : want.items()) EXPECT_EQ(config[key], value) << key;
  // One embedding of 50 rows, no positions; 2 + 1 + 1 heads of 4 from and 2 to a width of 16; two norms of heads; three
  // matrices of 16 x 32; three norms.
  const auto info = run_slm({"info", model_dir, "--json"});
  EXPECT_EQ(only_json_of(info)["num_parameters"], 50 * 16 + 16 * 16 + 8 * 16 + 2 * 4 + 3 * 16 * 32 + 3 * 16);
  EXPECT_EQ(run_slm({"eval", "--model", model_dir, "--data", "dummy", "--threads", "1"}).exit_code, 0);
}

}  // namespace
}  // namespace slm::test
