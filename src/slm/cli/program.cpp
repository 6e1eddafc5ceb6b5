#include "slm/cli/program.h"

#include <fmt/format.h>
#include <omp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <new>

#include "slm/cli/arguments.h"
#include "slm/cli/command.h"
#include "slm/cli/joined_arguments.h"
#include "slm/cli/nearest_name.h"
#include "slm/cli/version.h"
#include "slm/core/error.h"
#include "slm/core/parallel.h"
#include "slm/data/cloud_source.h"
#include "slm/kernels/isa.h"
#include "slm/kernels/register.h"

namespace slm::cli {
namespace {

// Options that every command has.
struct CommonOptions {
  std::optional<int64_t> threads;
  std::optional<std::string> isa;

  void define(OptionTable& options) {
    options.heading("Machine");
    options.add("threads", threads, "Threads to compute with.", "all cores", {.low = 1, .high = 1024});
    options.add_choice("isa", isa, {"sse4", "avx2", "avx512", "native"},
                       "Highest instruction set to use; also read from SLM_ISA.", "native");
  }

  void apply() const {
    std::optional<std::string> cap = isa;
    if (const char* text = std::getenv("SLM_ISA"); !cap && text != nullptr && *text != '\0') cap = text;
    if (cap) {
      const auto parsed = kernels::parse_isa(*cap);
      if (!parsed) throw UsageError(fmt::format("SLM_ISA: got '{}', expected sse4, avx2, avx512 or native", *cap));
      kernels::set_isa_cap(*parsed);
    }
    if (threads) set_num_threads(static_cast<int>(*threads));
    kernels::register_cpu_kernels();
  }
};

// A command with its parser.
struct Entry {
  std::unique_ptr<Command> command;
  std::unique_ptr<CLI::App> app;
  std::unique_ptr<OptionTable> options;
  std::unique_ptr<CommonOptions> common;
};

Entry make_entry(std::unique_ptr<Command> command) {
  Entry entry{.command = std::move(command), .app = {}, .options = {}, .common = std::make_unique<CommonOptions>()};
  entry.app = std::make_unique<CLI::App>(entry.command->summary(), "slm " + entry.command->name());
  entry.app->get_formatter()->column_width(34);
  entry.app->footer("Example:\n  " + entry.command->example());
  entry.app->set_help_flag("-h,--help", "Print this and exit.");
  entry.options = std::make_unique<OptionTable>(*entry.app);
  entry.command->define_options(*entry.options);
  entry.common->define(*entry.options);
  return entry;
}

std::vector<Entry> all_entries() {
  std::vector<Entry> entries;
  for (auto& command : all_commands()) entries.push_back(make_entry(std::move(command)));
  return entries;
}

// The names and summaries of the commands whose names begin so.
std::string command_list(const std::vector<Entry>& entries, const std::string& prefix = {}) {
  std::string text;
  for (const Entry& entry : entries) {
    const std::string name = entry.command->name();
    if (name.starts_with(prefix)) text += fmt::format("  {:<18}{}\n", name, entry.command->summary());
  }
  return text;
}

std::string overview(const std::vector<Entry>& entries) {
  std::string text =
      fmt::format("slm {}: from raw text to a small language model\n\nUsage: slm COMMAND [OPTIONS]\n\n", kVersion);
  text += command_list(entries);
  text +=
      "\n'slm COMMAND --help' lists a command's options. First steps:\n"
      "  slm train --data stories --model_dir runs/stories --max_steps 500\n"
      "  slm generate --model runs/stories --prompt \"One morning\"\n";
  return text;
}

std::string unknown_option(const Entry& entry, const std::string& argument) {
  std::vector<std::string> names;
  for (const OptionTable::Entry& option : entry.options->entries()) {
    if (!option.is_positional) names.push_back("--" + option.name);
  }
  const std::string given = argument.substr(0, argument.find('='));
  const std::string name = given.size() > 2 ? given.substr(0, 2) + with_underscores(given.substr(2)) : given;
  const std::string nearest = nearest_name(name, names);
  return fmt::format("unknown {} '{}'{}; 'slm {} --help' lists the options",
                     argument.starts_with("-") ? "option" : "argument", given,
                     nearest.empty() ? "" : fmt::format(": did you mean '{}'?", nearest), entry.command->name());
}

bool is_option(const Entry& entry, const std::string& name) {
  const auto& options = entry.options->entries();
  return std::any_of(options.begin(), options.end(), [&](const auto& option) { return option.name == name; });
}

bool asks_for_help(const Arguments& joined) {
  const auto end = std::find(joined.begin(), joined.end(), "--");
  return std::any_of(joined.begin(), end, [](const std::string& text) { return text == "--help" || text == "-h"; });
}

int run_command(const Entry& entry, Arguments arguments) {
  arguments = joined_arguments(arguments, entry.options->entries());
  if (!asks_for_help(arguments)) {
    const bool is_layered = is_option(entry, "config");
    const Arguments given = is_layered ? with_preset_and_config(arguments) : arguments;
    Arguments layered = entry.command->base_arguments(given);
    layered.insert(layered.end(), given.begin(), given.end());
    arguments = std::move(layered);
  }
  arguments = with_separate_empty_values(arguments);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  try {
    entry.app->parse(arguments);
  } catch (const CLI::CallForHelp&) {
    std::cout << entry.app->help();
    return kExitDone;
  } catch (const CLI::ExtrasError&) {
    const Arguments unknown = entry.app->remaining();
    const auto first = std::find_if(unknown.begin(), unknown.end(), [](const auto& text) { return text != "--"; });
    throw UsageError(unknown_option(entry, first == unknown.end() ? unknown.front() : *first));
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  entry.options->apply();
  entry.common->apply();
  return entry.command->run(*entry.options);
}

int dispatch(const Arguments& arguments) {
  const std::vector<Entry> entries = all_entries();
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "help" || arguments[0] == "-h") {
    (arguments.empty() ? std::cerr : std::cout) << overview(entries);
    return arguments.empty() ? kExitUsage : kExitDone;
  }
  if (arguments[0] == "--version") {
    std::cout << "slm " << kVersion << '\n';
    return kExitDone;
  }
  // A command's name may be two words: `slm tokenizer train`.
  std::vector<std::string> names;
  for (const Entry& entry : entries) {
    const std::string name = entry.command->name();
    const auto words = static_cast<size_t>(1 + std::count(name.begin(), name.end(), ' '));
    names.push_back(name);
    if (arguments.size() < words) continue;
    std::string given = arguments[0];
    for (size_t i = 1; i < words; ++i) given += " " + arguments[i];
    if (given != name) continue;
    return run_command(entry, {arguments.begin() + static_cast<std::ptrdiff_t>(words), arguments.end()});
  }
  std::string given = arguments[0];
  if (const std::string group = command_list(entries, given + " "); !group.empty()) {
    const bool asks = arguments.size() > 1 && (arguments[1] == "--help" || arguments[1] == "-h");
    if (asks || arguments.size() == 1) {
      (asks ? std::cout : std::cerr) << "Usage: slm " << given << " COMMAND [OPTIONS]\n\n" << group;
      return asks ? kExitDone : kExitUsage;
    }
    given += " " + arguments[1];
  }
  const std::string nearest = nearest_name(given, names);
  throw UsageError(fmt::format("unknown command '{}'{}; 'slm --help' lists the commands", given,
                               nearest.empty() ? "" : fmt::format(": did you mean '{}'?", nearest)));
}

int report(const std::string& problem, int exit_code) {
  std::string line = problem;  // paths and other texts of the user's may hold anything
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  std::cout.flush();
  std::cerr << "slm: error: " << line << std::endl;
  return exit_code;
}

}  // namespace

int run_program(const std::vector<std::string>& arguments) {
  const data::CloudClients clients;
  try {
    const int exit_code = dispatch(arguments);
    if (!std::cout.flush()) throw Error("standard output: cannot write all of it; is the disk full?");
    // A thread may still wait for a server, or for a pipe that nobody writes into: nothing here may wait for it.
    if (exit_code == kExitInterrupted || exit_code == kExitTerminated) std::_Exit(exit_code);
    return exit_code;
  } catch (const UsageError& error) {
    return report(error.what(), kExitUsage);
  } catch (const std::bad_alloc&) {
    return report("out of memory; use a smaller batch, model or corpus", kExitFailed);
  } catch (const std::exception& error) {
    return report(error.what(), kExitFailed);
  }
}

std::string command_reference() {
  std::string text =
      "# Command line\n\nGenerated from the definitions that `--help` prints; `scripts/update-cli-reference` writes it "
      "anew.\n\n"
      "Every option also takes hyphens (`--batch-size`), `--name=value`, and its last value when given twice.\n";
  for (const Entry& entry : all_entries()) {
    text += fmt::format("\n## slm {}\n\n{}\n\n```\n{}\n```\n", entry.command->name(), entry.command->summary(),
                        entry.command->example());
    std::string heading;
    for (const OptionTable::Entry& option : entry.options->entries()) {
      if (option.heading != heading) {
        heading = option.heading;
        text += fmt::format("\n### {}\n\n| option | default | meaning |\n|---|---|---|\n", heading);
      }
      std::string value_name = option.value_name;
      for (size_t at = 0; (at = value_name.find('|', at)) != std::string::npos; at += 2) value_name.insert(at, "\\");
      const std::string spelled = option.is_positional
                                      ? option.name
                                      : fmt::format("--{}{}{}", option.name, value_name.empty() ? "" : " ", value_name);
      text += fmt::format("| `{}` | {} | {} |\n", spelled, option.default_text, option.description);
    }
  }
  return text;
}

}  // namespace slm::cli
