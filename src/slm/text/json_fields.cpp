#include "slm/text/json_fields.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/text/utf8.h"

namespace slm::text {

JsonFields::JsonFields(const Json& object, std::string file, std::string place)
    : object_(&object), file_(std::move(file)), place_(std::move(place)) {
  if (!object.is_object()) fail(fmt::format("is {}, expected an object", object.type_name()));
}

void JsonFields::fail(std::string_view problem) const {
  throw FormatError(file_, FormatError::kNoOffset, fmt::format("{} {}", place_, problem));
}

bool JsonFields::has(const char* name) const {
  const auto found = object_->find(name);
  return found != object_->end() && !found->is_null();
}

const JsonFields::Json& JsonFields::at(const char* name) const {
  const auto found = object_->find(name);
  if (found == object_->end()) fail(fmt::format("has no \"{}\"", name));
  return *found;
}

std::string JsonFields::string(const char* name) const {
  const Json& value = at(name);
  if (!value.is_string()) fail(fmt::format("has \"{}\": {}, expected a string", name, value.type_name()));
  return value.get<std::string>();
}

bool JsonFields::boolean(const char* name) const {
  const Json& value = at(name);
  if (!value.is_boolean()) fail(fmt::format("has \"{}\": {}, expected true or false", name, value.type_name()));
  return value.get<bool>();
}

bool JsonFields::boolean_or(const char* name, bool otherwise) const { return has(name) ? boolean(name) : otherwise; }

int64_t JsonFields::integer(const char* name) const {
  const Json& value = at(name);
  constexpr uint64_t kMax = INT32_MAX;
  if (!value.is_number_unsigned() || value.get<uint64_t>() > kMax) {
    fail(fmt::format("has \"{}\": {}, expected a number from 0 to {}", name, json_text(value), kMax));
  }
  return value.get<int64_t>();
}

char32_t JsonFields::character(const char* name) const {
  const std::string value = string(name);
  const bool is_one = !value.empty() && static_cast<size_t>(read_utf8(value, 0).length) == value.size();
  if (!is_one) fail(fmt::format("has \"{}\": \"{}\", expected one character", name, value));
  return read_utf8(value, 0).code_point;
}

JsonFields JsonFields::object(const char* name) const { return element(at(name), name); }

const JsonFields::Json& JsonFields::array(const char* name) const {
  const Json& value = at(name);
  if (!value.is_array()) fail(fmt::format("has \"{}\": {}, expected a list", name, value.type_name()));
  return value;
}

JsonFields JsonFields::element(const Json& element, std::string_view name) const {
  return JsonFields(element, file_, fmt::format("{}.{}", place_, name));
}

}  // namespace slm::text
