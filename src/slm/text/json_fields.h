#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace slm::text {

// The fields of one object of a tokenizer file, with errors that say where in which file.
class JsonFields {
 public:
  using Json = nlohmann::json;

  // `place` names the object in messages ("normalizer"). Throws FormatError unless `object` is one.
  JsonFields(const Json& object, std::string file, std::string place);

  bool has(const char* name) const;  // false for null, too
  const Json& at(const char* name) const;
  std::string string(const char* name) const;
  bool boolean(const char* name) const;
  bool boolean_or(const char* name, bool otherwise) const;
  int64_t integer(const char* name) const;  // not negative
  char32_t character(const char* name) const;
  JsonFields object(const char* name) const;
  const Json& array(const char* name) const;

  // The fields of `element` of this object's part `name`.
  JsonFields element(const Json& element, std::string_view name) const;

  std::string string_or(const char* name, std::string otherwise) const {
    return has(name) ? string(name) : std::move(otherwise);
  }
  int64_t integer_or(const char* name, int64_t otherwise) const { return has(name) ? integer(name) : otherwise; }

  const std::string& file() const { return file_; }
  const std::string& place() const { return place_; }
  const Json& json() const { return *object_; }
  [[noreturn]] void fail(std::string_view problem) const;

 private:
  const Json* object_;
  std::string file_;
  std::string place_;
};

}  // namespace slm::text
