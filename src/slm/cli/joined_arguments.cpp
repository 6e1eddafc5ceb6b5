#include "slm/cli/joined_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "slm/core/error.h"

namespace slm::cli {
namespace {

const OptionTable::Entry* find_option(const std::string& given, const std::vector<OptionTable::Entry>& options) {
  const std::string name = with_underscores(given);
  const auto found = std::find_if(options.begin(), options.end(), [&](const OptionTable::Entry& option) {
    return !option.is_positional && option.name == name;
  });
  return found == options.end() ? nullptr : &*found;
}

}  // namespace

Arguments joined_arguments(const Arguments& arguments, const std::vector<OptionTable::Entry>& options) {
  Arguments joined;
  for (auto at = arguments.begin(); at != arguments.end(); ++at) {
    if (*at == "--") {
      joined.insert(joined.end(), at, arguments.end());
      break;
    }
    const size_t end = std::min(at->find('='), at->size());
    const OptionTable::Entry* option = at->starts_with("--") ? find_option(at->substr(2, end - 2), options) : nullptr;
    if (option == nullptr) {
      joined.push_back(*at);
      continue;
    }
    std::string text = fmt::format("--{}{}", option->name, at->substr(end));
    const bool is_whole = end != at->size() || option->takes_value == OptionTable::TakesValue::kNever;
    const bool has_next = at + 1 != arguments.end();
    if (!is_whole && option->takes_value == OptionTable::TakesValue::kAlways) {
      if (!has_next) {
        throw UsageError(fmt::format("{}: needs a value, as in {} {}", text, text, option->value_name));
      }
      text += "=" + *++at;
    } else if (!is_whole && has_next && !at[1].starts_with("-")) {
      text += "=" + *++at;
    }
    joined.push_back(std::move(text));
  }
  return joined;
}

}  // namespace slm::cli
