// The scanner must give what a full parser gives, whatever the bytes are. The first byte chooses the path.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "slm/data/json_field.h"
#include "slm/text/utf8.h"

namespace {

using nlohmann::json;
using slm::data::JsonFieldResult;

// As a full parser; nullopt-like kNotJson. `is_known` is false where the two differ on purpose: surrogates without
// their half, which the scanner mends, and numbers that are too large for a double.
JsonFieldResult find_with_nlohmann(const std::string& text, const std::string& path, std::string& value,
                                   bool& is_known) {
  json node;
  is_known = true;
  try {
    node = json::parse(text);
  } catch (const json::parse_error& error) {
    is_known = std::string_view(error.what()).find("surrogate") == std::string_view::npos;
    return JsonFieldResult::kNotJson;
  } catch (const json::out_of_range&) {
    is_known = false;
    return JsonFieldResult::kNotJson;
  }
  if (!node.is_object()) return JsonFieldResult::kNotObject;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t dot = std::min(path.find('.', begin), path.size());
    const std::string key = path.substr(begin, dot - begin);
    if (!node.is_object() || !node.contains(key)) return JsonFieldResult::kMissing;
    node = json(node[key]);
    begin = dot + 1;
  }
  if (node.is_null()) return JsonFieldResult::kNull;
  if (!node.is_string()) return JsonFieldResult::kNotString;
  value = node.get<std::string>();
  return JsonFieldResult::kFound;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  constexpr std::string_view kPaths[] = {"a", "text", "a.b", "a.a.b"};
  const std::string path(kPaths[data[0] % 4]);
  const std::string_view raw(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string text = slm::text::replace_invalid_utf8(raw);
  std::replace(text.begin(), text.end(), '\0', ' ');  // the full parser takes NUL for the end
  std::string scratch;
  std::string_view value;
  int64_t num_replaced = 0;
  const slm::data::JsonField field(path);
  field.find(raw, scratch, value, num_replaced);  // must not read outside
  const JsonFieldResult got = field.find(text, scratch, value, num_replaced);
  std::string want_value;
  bool is_known = true;
  const JsonFieldResult want = find_with_nlohmann(text, path, want_value, is_known);
  if (!is_known) return 0;
  // The full parser mends nothing and builds the nesting on the stack of its destructor; both see short inputs here.
  if (got != want || (got == JsonFieldResult::kFound && value != want_value)) std::abort();
  return 0;
}
