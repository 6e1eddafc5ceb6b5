#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/run_slm.h"

namespace slm::test {
namespace {

struct Misuse {
  std::vector<std::string> arguments;
  std::string line;  // the whole of standard error
};

TEST(UsageErrors, AreOneLineThatSaysWhatToDoAndExitWithTwo) {
  const std::vector<Misuse> misuses = {
      {{"trian"}, "slm: error: unknown command 'trian': did you mean 'train'?; 'slm --help' lists the commands\n"},
      {{"tokenizer", "trian"},
       "slm: error: unknown command 'tokenizer trian': did you mean 'tokenizer train'?; 'slm --help' lists the "
       "commands\n"},
      {{"train", "--bach_size", "8"},
       "slm: error: unknown option '--bach_size': did you mean '--batch_size'?; 'slm train --help' lists the "
       "options\n"},
      {{"train", "--embed_dim", "100", "--num_heads", "3"},
       "slm: error: --embed_dim 100 is not divisible by --num_heads 3; use a multiple of it\n"},
      {{"train", "--batch_size", "0"},
       "slm: error: --batch_size: got '0', expected a whole number from 1 to 1000000\n"},
      {{"train", "--num_layers", "-2"}, "slm: error: --num_layers: got '-2', expected a whole number from 1 to 1024\n"},
      {{"train", "--embed_dim", "99999999999"},
       "slm: error: --embed_dim: got '99999999999', expected a whole number from 1 to 1048576\n"},
      {{"train", "--epochs", "many"},
       "slm: error: --epochs: got 'many', expected a whole number from 1 to 1000000000\n"},
      {{"train", "--learning_rate", "nan"},
       "slm: error: --learning_rate: got 'nan', expected a number above 0, at most 1000000\n"},
      {{"train", "--learning_rate", "0"},
       "slm: error: --learning_rate: got '0', expected a number above 0, at most 1000000\n"},
      {{"train", "--eps", "0"}, "slm: error: --eps: got '0', expected a number above 0\n"},
      {{"train", "--seed", "18446744073709551616"},
       "slm: error: --seed: got '18446744073709551616', expected a whole number of at least 0, up to "
       "18446744073709551615\n"},
      {{"generate", "--top_k", "9223372036854775808"},
       "slm: error: --top_k: got '9223372036854775808', expected a whole number of at least 0, up to "
       "9223372036854775807\n"},
      {{"generate", "--repetition_penalty", "1e-9"},
       "slm: error: --repetition_penalty: got '1e-9', expected a number from 1e-06 to 1000000\n"},
      {{"train", "--num_heads", "1024", "--head_dim", "1048576"},
       "slm: error: --num_heads 1024 of --head_dim 1048576 are 1073741824 wide together, expected at most 1048576\n"},
      {{"train", "--dropout", "1"}, "slm: error: --dropout: got '1', expected a number from 0 to below 1\n"},
      {{"train", "--family", "gtp2"},
       "slm: error: --family: got 'gtp2', expected classic, gpt2, llama (did you mean 'gpt2'?)\n"},
      {{"train", "--learning_rate", "1e-3", "--batch-size"},
       "slm: error: --batch_size: needs a value, as in --batch_size N\n"},
      {{"train", "--bach-size=8"},
       "slm: error: unknown option '--bach-size': did you mean '--batch_size'?; 'slm train --help' lists the "
       "options\n"},
      {{"train", "--", "text.txt"}, "slm: error: unknown argument 'text.txt'; 'slm train --help' lists the options\n"},
      {{"train", "--model_dir", ""}, "slm: error: --model_dir: got '', expected a folder, as in --model_dir runs/a\n"},
      {{"info", "a", "b"}, "slm: error: PATH: got 2, expected at most 1; put quotes around one that has spaces\n"},
      {{"train", "--preset", "big"}, "slm: error: --preset: got 'big', expected one of default, openwebtext\n"},
  };
  for (const Misuse& misuse : misuses) {
    const ProgramResult result = run_slm(misuse.arguments);
    EXPECT_EQ(result.exit_code, 2) << misuse.line;
    EXPECT_EQ(result.err, misuse.line);
    EXPECT_EQ(result.out, "");
  }
}

TEST(Help, NamesEveryCommandAndEachHasDefaultsAndAnExample) {
  const ProgramResult overview = run_slm({"--help"});
  EXPECT_EQ(overview.exit_code, 0);
  for (const std::string command : {"train", "eval", "generate", "info", "bench"}) {
    EXPECT_NE(overview.out.find("  " + command + " "), std::string::npos) << command;
    const ProgramResult help = run_slm({command, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_NE(help.out.find("Example:\n  slm " + command), std::string::npos) << command;
    EXPECT_NE(help.out.find("--threads N [all cores]"), std::string::npos) << command;
  }
}

TEST(Help, IsPrintedForTheShortOptionUnlessThatIsAValue) {
  EXPECT_EQ(run_slm({"train", "-h"}).out, run_slm({"train", "--help"}).out);
  const ProgramResult value = run_slm({"generate", "--prompt", "-h", "--stop", "--help"});
  EXPECT_EQ(value.out, "");
  EXPECT_NE(value.err.find("--model is required"), std::string::npos) << value.err;
}

TEST(Options, AcceptHyphensAssignmentsAndTakeTheLastOfTwo) {
  // The value that counts is out of range, so the message shows which one it was.
  const ProgramResult result = run_slm({"train", "--batch-size", "8", "--batch_size=16", "--batch-size=0"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("--batch_size: got '0'"), std::string::npos) << result.err;
}

TEST(Options, OfTrainsPresetsGoToTrainAlone) {
  // --preset names what bench times there; the preset's own options, which bench does not have, stay out.
  const ProgramResult result = run_slm({"bench", "--preset", "openwebtext", "--steps", "0"});
  EXPECT_EQ(result.err, "slm: error: --steps: got '0', expected a whole number from 1 to 1000000\n");
}

TEST(UsageErrors, TheFirstWordOfACommandAloneListsTheCommandsThatBeginSo) {
  const ProgramResult help = run_slm({"tokenizer", "--help"}), alone = run_slm({"tokenizer"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_EQ(help.err + alone.out, "");
  EXPECT_EQ(help.out, alone.err);
  EXPECT_TRUE(help.out.starts_with("Usage: slm tokenizer COMMAND [OPTIONS]\n")) << help.out;
  for (const char* command : {"tokenizer encode ", "tokenizer decode ", "tokenizer show ", "tokenizer train "}) {
    EXPECT_NE(help.out.find(std::string("\n  ") + command), std::string::npos) << help.out;
  }
  EXPECT_EQ(help.out.find("slm train"), std::string::npos);
}

}  // namespace
}  // namespace slm::test
