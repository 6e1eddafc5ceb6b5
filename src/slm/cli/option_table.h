#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <functional>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slm::cli {

// Which numbers an option takes.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool excludes_low = false;   // the value must be above `low`
  bool excludes_high = false;  // the value must be below `high`
};

// The options of one command, defined once: parsing, range checks, --help, the command reference and config.json all
// come from here. Options are long and spelled with underscores; one given twice takes its last value.
class OptionTable {
 public:
  explicit OptionTable(CLI::App& app) : app_(app) {}

  // The heading in --help for the options that follow.
  void heading(std::string text) { heading_ = std::move(text); }

  // The present value of `target` is the default that --help shows.
  void add(const std::string& name, int64_t& target, const std::string& description, Range range = {});
  void add(const std::string& name, uint64_t& target, const std::string& description);
  void add(const std::string& name, double& target, const std::string& description, Range range = {});
  void add(const std::string& name, std::string& target, const std::string& description);
  // Without a value the option stays absent; `default_text` says in --help what that means.
  void add(const std::string& name, std::optional<int64_t>& target, const std::string& description,
           const std::string& default_text, Range range = {});
  void add(const std::string& name, std::optional<double>& target, const std::string& description,
           const std::string& default_text, Range range = {});
  void add(const std::string& name, std::optional<std::string>& target, const std::string& description,
           const std::string& default_text);
  void add(const std::string& name, std::optional<bool>& target, const std::string& description,
           const std::string& default_text);
  void add_choice(const std::string& name, std::string& target, const std::vector<std::string>& choices,
                  const std::string& description);
  void add_choice(const std::string& name, std::optional<std::string>& target, const std::vector<std::string>& choices,
                  const std::string& description, const std::string& default_text);
  // --name, --name=true, --name=false
  void add_flag(const std::string& name, bool& target, const std::string& description);
  // An option whose value may be left out: --resume is --resume latest.
  void add_with_implicit_value(const std::string& name, std::optional<std::string>& target,
                               const std::string& implicit_value, const std::string& description,
                               const std::string& default_text);
  // Every value counts, in order.
  void add_list(const std::string& name, std::vector<std::string>& target, const std::string& description);
  void add_positional(const std::string& name, std::vector<std::string>& target, const std::string& description,
                      int min_count, int max_count);

  // Takes over what `app` parsed. Throws UsageError for the first value that does not fit.
  void apply() const;

  // Whether the command line, the configuration file or the preset set the option.
  bool was_set(const std::string& name) const;

  // The values that hold after parsing, by name: what config.json says. Absent optional values are null.
  nlohmann::json values() const;

  enum class TakesValue { kNever, kMaybe, kAlways };  // from the argument after it
  struct Entry {
    std::string heading, name, value_name, default_text, description;
    TakesValue takes_value = TakesValue::kAlways;
    bool is_positional = false;
  };
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  using Assign = std::function<void(const std::string& text)>;
  struct Parsed {
    const CLI::Option* option;
    Assign assign;
  };

  CLI::Option* add_text_option(const std::string& name, const std::string& value_name, const std::string& default_text,
                               const std::string& description, Assign assign);

  CLI::Option* add_flag_option(const std::string& name, const std::string& description);

  struct Positional {
    const CLI::Option* option;
    std::string name;
    size_t max_count;
  };

  CLI::App& app_;
  std::string heading_ = "Options";
  std::vector<Entry> entries_;
  std::vector<Parsed> parsed_;
  std::vector<Positional> positionals_;
  std::vector<std::pair<std::string, std::function<nlohmann::json()>>> readers_;
};

}  // namespace slm::cli
