#include "cli/tiny_models.h"

#include <gtest/gtest.h>

namespace slm::test {
namespace {

std::vector<std::string> joined(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

std::vector<std::string> tiny_run(const std::string& model_dir, const std::vector<std::string>& more) {
  return joined({"train", "--model_dir",  model_dir, "--vocab_size", "50", "--embed_dim",   "16", "--num_heads",
                 "2",     "--num_layers", "1",       "--hidden_dim", "32", "--max_seq_len", "16", "--batch_size",
                 "4",     "--epochs",     "1",       "--threads",    "1",  "--max_steps",   "4",  "--quiet"},
                more);
}

LettersModel::LettersModel() {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "abcde";
  folder_.write("letters.txt", text);
  const ProgramResult result =
      run_slm({"train", "--data",          data(), "--model_dir",  path(), "--embed_dim",   "16", "--num_heads",
               "2",     "--num_layers",    "1",    "--hidden_dim", "32",   "--max_seq_len", "16", "--batch_size",
               "8",     "--learning_rate", "0.01", "--max_steps",  "120",  "--threads",     "1",  "--quiet"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

}  // namespace slm::test
