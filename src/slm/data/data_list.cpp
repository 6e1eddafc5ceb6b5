#include "slm/data/data_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "slm/core/error.h"
#include "slm/storage/address_name.h"
#include "slm/storage/folder.h"
#include "slm/storage/local_path.h"

namespace slm::data {
namespace {

// Of what lies elsewhere nothing is known here.
bool is_local_path(const std::string& text) {
  return !text.empty() && !storage::is_address(text) && storage::exists(text);
}

NamedData parse_part(std::string_view part) {
  const size_t colon = part.rfind(':');
  if (colon == std::string_view::npos || is_local_path(std::string(part))) return {.name = std::string(part)};
  const std::string_view number = part.substr(colon + 1);
  double weight = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), weight);
  const bool is_number = error == std::errc() && end == number.data() + number.size();
  if (!is_number) return {.name = std::string(part)};
  return {.name = std::string(part.substr(0, colon)), .weight = weight};
}

template <class Rename>
std::string with_names(const std::string& text, const Rename& rename) {
  if (is_local_path(text)) return text;
  std::string renamed;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const std::string name = parse_part(part).name;
    renamed += (begin > 0 ? "," : "") + rename(name) + part.substr(name.size());
    begin = end + 1;
  }
  return renamed;
}

}  // namespace

std::vector<NamedData> parse_data_list(const std::string& text, const std::string& flag) {
  if (is_local_path(text)) return {{.name = text}};
  std::vector<NamedData> list;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    list.push_back(parse_part(std::string_view(text).substr(begin, end - begin)));
    if (list.back().name.empty()) {
      throw UsageError(fmt::format("{} is '{}', expected names between the commas, as in 'a,b' or 'a:0.7,b:0.3'", flag,
                                   data_list_name(text)));
    }
    begin = end + 1;
  }
  return list;
}

std::string data_list_name(const std::string& text) { return with_names(text, storage::address_name); }

std::string data_list_record(const std::string& text) { return with_names(text, storage::address_record); }

}  // namespace slm::data
