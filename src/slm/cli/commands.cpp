#include "slm/cli/bench_command.h"
#include "slm/cli/command.h"
#include "slm/cli/eval_command.h"
#include "slm/cli/generate_command.h"
#include "slm/cli/info_command.h"
#include "slm/cli/prepare_command.h"
#include "slm/cli/tokenizer_commands.h"
#include "slm/cli/train_command.h"

namespace slm::cli {

std::vector<std::unique_ptr<Command>> all_commands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(make_train_command());
  commands.push_back(make_prepare_command());
  commands.push_back(make_eval_command());
  commands.push_back(make_generate_command());
  commands.push_back(make_tokenizer_train_command());
  commands.push_back(make_tokenizer_encode_command());
  commands.push_back(make_tokenizer_decode_command());
  commands.push_back(make_tokenizer_show_command());
  commands.push_back(make_info_command());
  commands.push_back(make_bench_command());
  return commands;
}

}  // namespace slm::cli
