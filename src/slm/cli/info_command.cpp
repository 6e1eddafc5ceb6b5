#include "slm/cli/info_command.h"

#include <fmt/format.h>

#include <iostream>

#include "slm/core/parallel.h"
#include "slm/kernels/isa.h"

namespace slm::cli {
namespace {

class InfoCommand final : public Command {
 public:
  std::string name() const override { return "info"; }
  std::string summary() const override { return "What a model, checkpoint, shard or tokenizer is; or this machine."; }
  std::string example() const override { return "slm info runs/stories"; }

  void define_options(OptionTable& options) override {
    options.add_positional("PATH", paths_, "What to look at; without it, this machine.", 0, 1);
    options.add_flag("json", json_, "Print one JSON object and nothing else.");
  }

  int run(const OptionTable&) override {
    nlohmann::json machine = {{"device", "cpu"}, {"isa", kernels::isa_description()}, {"threads", num_threads()}};
    std::cout << machine.dump(json_ ? -1 : 2) << std::endl;
    return kExitDone;
  }

 private:
  std::vector<std::string> paths_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_info_command() { return std::make_unique<InfoCommand>(); }

}  // namespace slm::cli
