#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "slm/data/json_string.h"

namespace slm::data {

enum class JsonFieldResult {
  kFound,
  kNotJson,    // not RFC 8259; invalid UTF-8 inside strings passes
  kNotObject,  // JSON, but no object
  kMissing,
  kNull,
  kNotString,
};

// Finds one string in a JSON object without building the rest of it. All of the text is still checked, and the answer
// is what a full parser gives: escapes decoded, the last of several equal keys wins.
class JsonField {
 public:
  // "a.b" is the member b of the object a. A name with a dot in it cannot be asked for.
  // Strings are read by `strings`, or by the fastest that the processor has.
  explicit JsonField(std::string_view dotted_path, const JsonStrings* strings = nullptr);

  // `value` points into `scratch`, which grows to the size of `json` and should be used again. A surrogate escape
  // without its other half becomes U+FFFD and is added to `num_replaced`. Nesting may be as deep as the text is long.
  JsonFieldResult find(std::string_view json, std::string& scratch, std::string_view& value,
                       int64_t& num_replaced) const;

 private:
  const JsonStrings* strings_;
  std::vector<std::string> path_;
};

}  // namespace slm::data
