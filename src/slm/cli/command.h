#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "slm/cli/arguments.h"
#include "slm/cli/option_table.h"

namespace slm::cli {

// Exit codes of the program.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;  // what the run found: files, data, memory, numbers
inline constexpr int kExitUsage = 2;   // what the command line alone shows to be wrong
inline constexpr int kExitInterrupted = 130;
inline constexpr int kExitTerminated = 143;

// One `slm NAME`. A command is made of its options, whose targets it owns, and of what it does with them.
class Command {
 public:
  virtual ~Command() = default;

  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;  // a line for the list of commands
  virtual std::string example() const = 0;  // a command line that works as it stands
  // Called once, before parsing.
  virtual void define_options(OptionTable& options) = 0;
  // Options that hold unless the preset, the configuration file or `given`, the command line, say otherwise.
  virtual Arguments base_arguments(const Arguments& /*given*/) const { return {}; }
  // After parsing. Returns the exit code; errors are exceptions.
  virtual int run(const OptionTable& options) = 0;
};

std::vector<std::unique_ptr<Command>> all_commands();

}  // namespace slm::cli
