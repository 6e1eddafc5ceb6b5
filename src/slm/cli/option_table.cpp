#include "slm/cli/option_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "slm/cli/nearest_name.h"
#include "slm/core/error.h"

namespace slm::cli {
namespace {

std::string number_text(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{:.6g}", value);
}

// "a whole number from 1 to 1024", "a number of at least 0"
std::string describe(const Range& range, std::string_view kind) {
  const bool has_low = std::isfinite(range.low), has_high = std::isfinite(range.high);
  std::string text(kind);
  if (has_low) {
    text += range.excludes_low ? " above " : has_high ? " from " : " of at least ";
    text += number_text(range.low);
  }
  if (has_high) {
    if (has_low) text += range.excludes_low ? "," : " to";
    text += range.excludes_high ? " below " : range.excludes_low ? " at most " : has_low ? " " : " of at most ";
    text += number_text(range.high);
  }
  return text;
}

bool is_within(double value, const Range& range) {
  if (std::isnan(value) || value < range.low || value > range.high) return false;
  if (range.excludes_low && value == range.low) return false;
  return !(range.excludes_high && value == range.high);
}

[[noreturn]] void throw_bad_value(const std::string& name, const std::string& text, const std::string& expected) {
  throw UsageError(fmt::format("--{}: got '{}', expected {}", name, text, expected));
}

template <class Whole>
Whole parse_whole_number(const std::string& name, const std::string& text, const Range& range) {
  Whole value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end && is_within(static_cast<double>(value), range)) return value;
  std::string expected = describe(range, "a whole number");
  if (!std::isfinite(range.high)) expected += fmt::format(", up to {}", std::numeric_limits<Whole>::max());
  throw_bad_value(name, text, expected);
}

double parse_number(const std::string& name, const std::string& text, const Range& range) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end && std::isfinite(value) && is_within(value, range)) return value;
  throw_bad_value(name, text, describe(range, "a number"));
}

bool parse_bool(const std::string& name, const std::string& text) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "no" || text == "off") return false;
  throw_bad_value(name, text, "true or false");
}

void check_choice(const std::string& name, const std::string& text, const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return;
  const std::string suggestion = nearest_name(text, choices);
  throw_bad_value(name, text,
                  fmt::format("{}{}", fmt::join(choices, ", "),
                              suggestion.empty() ? "" : fmt::format(" (did you mean '{}'?)", suggestion)));
}

template <class T>
std::function<nlohmann::json()> reader_of(const std::optional<T>& target) {
  return [&target] { return target ? nlohmann::json(*target) : nlohmann::json(nullptr); };
}

}  // namespace

CLI::Option* OptionTable::add_text_option(const std::string& name, const std::string& value_name,
                                          const std::string& default_text, const std::string& description,
                                          Assign assign) {
  entries_.push_back({heading_, name, value_name, default_text, description});
  CLI::Option* option = app_.add_option("--" + name, description)->expected(1)->group(heading_);
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  option->type_name(default_text.empty() ? value_name : fmt::format("{} [{}]", value_name, default_text));
  parsed_.push_back({option, std::move(assign)});
  return option;
}

void OptionTable::add(const std::string& name, int64_t& target, const std::string& description, Range range) {
  add_text_option(name, "N", fmt::to_string(target), description, [&target, name, range](const std::string& text) {
    target = parse_whole_number<int64_t>(name, text, range);
  });
  readers_.emplace_back(name, [&target] { return nlohmann::json(target); });
}

void OptionTable::add(const std::string& name, uint64_t& target, const std::string& description) {
  const Range range{.low = 0};
  add_text_option(name, "N", fmt::to_string(target), description, [&target, name, range](const std::string& text) {
    target = parse_whole_number<uint64_t>(name, text, range);
  });
  readers_.emplace_back(name, [&target] { return nlohmann::json(target); });
}

void OptionTable::add(const std::string& name, double& target, const std::string& description, Range range) {
  add_text_option(name, "X", number_text(target), description,
                  [&target, name, range](const std::string& text) { target = parse_number(name, text, range); });
  readers_.emplace_back(name, [&target] { return nlohmann::json(target); });
}

void OptionTable::add(const std::string& name, std::string& target, const std::string& description) {
  add_text_option(name, "TEXT", target, description, [&target](const std::string& text) { target = text; });
  readers_.emplace_back(name, [&target] { return nlohmann::json(target); });
}

void OptionTable::add(const std::string& name, std::optional<int64_t>& target, const std::string& description,
                      const std::string& default_text, Range range) {
  add_text_option(name, "N", default_text, description, [&target, name, range](const std::string& text) {
    target = parse_whole_number<int64_t>(name, text, range);
  });
  readers_.emplace_back(name, reader_of(target));
}

void OptionTable::add(const std::string& name, std::optional<double>& target, const std::string& description,
                      const std::string& default_text, Range range) {
  add_text_option(name, "X", default_text, description,
                  [&target, name, range](const std::string& text) { target = parse_number(name, text, range); });
  readers_.emplace_back(name, reader_of(target));
}

void OptionTable::add(const std::string& name, std::optional<std::string>& target, const std::string& description,
                      const std::string& default_text) {
  add_text_option(name, "TEXT", default_text, description, [&target](const std::string& text) { target = text; });
  readers_.emplace_back(name, reader_of(target));
}

void OptionTable::add(const std::string& name, std::optional<bool>& target, const std::string& description,
                      const std::string& default_text) {
  entries_.push_back({heading_, name, "", default_text, description, TakesValue::kNever});
  const CLI::Option* option = add_flag_option(name, fmt::format("{} [{}]", description, default_text));
  parsed_.push_back({option, [&target, name](const std::string& text) { target = parse_bool(name, text); }});
  readers_.emplace_back(name, reader_of(target));
}

void OptionTable::add_choice(const std::string& name, std::string& target, const std::vector<std::string>& choices,
                             const std::string& description) {
  add_text_option(name, fmt::format("{}", fmt::join(choices, "|")), target, description,
                  [&target, name, choices](const std::string& text) {
                    check_choice(name, text, choices);
                    target = text;
                  });
  readers_.emplace_back(name, [&target] { return nlohmann::json(target); });
}

void OptionTable::add_choice(const std::string& name, std::optional<std::string>& target,
                             const std::vector<std::string>& choices, const std::string& description,
                             const std::string& default_text) {
  add_text_option(name, fmt::format("{}", fmt::join(choices, "|")), default_text, description,
                  [&target, name, choices](const std::string& text) {
                    check_choice(name, text, choices);
                    target = text;
                  });
  readers_.emplace_back(name, reader_of(target));
}

CLI::Option* OptionTable::add_flag_option(const std::string& name, const std::string& description) {
  return app_.add_flag("--" + name, description)
      ->group(heading_)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void OptionTable::add_flag(const std::string& name, bool& target, const std::string& description) {
  entries_.push_back({heading_, name, "", target ? "true" : "", description, TakesValue::kNever});
  parsed_.push_back({add_flag_option(name, description),
                     [&target, name](const std::string& text) { target = parse_bool(name, text); }});
  readers_.emplace_back(name, [&target] { return nlohmann::json(target); });
}

void OptionTable::add_with_implicit_value(const std::string& name, std::optional<std::string>& target,
                                          const std::string& implicit_value, const std::string& description,
                                          const std::string& default_text) {
  add_text_option(name, "[TEXT]", default_text, description, [&target, implicit_value](const std::string& text) {
    target = text.empty() ? implicit_value : text;
  })->expected(0, 1);
  entries_.back().takes_value = TakesValue::kMaybe;
  readers_.emplace_back(name, reader_of(target));
}

void OptionTable::add_list(const std::string& name, std::vector<std::string>& target, const std::string& description) {
  entries_.push_back({heading_, name, "TEXT", "", description});
  app_.add_option("--" + name, target, description)->group(heading_)->type_name("TEXT")->allow_extra_args(false);
  readers_.emplace_back(name, [&target] { return nlohmann::json(target); });
}

void OptionTable::add_positional(const std::string& name, std::vector<std::string>& target,
                                 const std::string& description, int min_count, int max_count) {
  entries_.push_back({heading_, name, "", "", description, TakesValue::kNever, /*is_positional=*/true});
  const CLI::Option* option = app_.add_option(name, target, description)->expected(min_count, -1)->type_name("");
  positionals_.push_back({option, name, static_cast<size_t>(max_count)});
}

void OptionTable::apply() const {
  for (const auto& [option, name, max_count] : positionals_) {
    if (option->count() <= max_count) continue;
    throw UsageError(fmt::format("{}: got {}, expected at most {}; put quotes around one that has spaces", name,
                                 option->count(), max_count));
  }
  for (const auto& [option, assign] : parsed_) {
    if (option->count() > 0) assign(option->results().empty() ? std::string() : option->results().back());
  }
}

bool OptionTable::was_set(const std::string& name) const { return app_.get_option("--" + name)->count() > 0; }

nlohmann::json OptionTable::values() const {
  nlohmann::json object = nlohmann::json::object();
  for (const auto& [name, read] : readers_) object[name] = read();
  return object;
}

}  // namespace slm::cli
