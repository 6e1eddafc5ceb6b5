#include "slm/data/json_field.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace slm::data {
namespace {

using nlohmann::json;

struct Answer {
  JsonFieldResult result;
  std::string value;
};

Answer find(const std::string& text, const std::string& path) {
  std::string scratch;
  std::string_view value;
  int64_t num_replaced = 0;
  const JsonFieldResult result = JsonField(path).find(text, scratch, value, num_replaced);
  return {result, result == JsonFieldResult::kFound ? std::string(value) : ""};
}

Answer find_with_nlohmann(const std::string& text, std::string path) {
  json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) return {JsonFieldResult::kNotJson, ""};
  if (!value.is_object()) return {JsonFieldResult::kNotObject, ""};
  while (true) {
    const size_t dot = path.find('.');
    if (!value.is_object() || !value.contains(path.substr(0, dot))) return {JsonFieldResult::kMissing, ""};
    value = json(value[path.substr(0, dot)]);
    if (dot == std::string::npos) break;
    path = path.substr(dot + 1);
  }
  if (value.is_null()) return {JsonFieldResult::kNull, ""};
  if (!value.is_string()) return {JsonFieldResult::kNotString, ""};
  return {JsonFieldResult::kFound, value};
}

void expect_agreement(const std::string& text, const std::string& path) {
  const Answer got = find(text, path);
  const Answer want = find_with_nlohmann(text, path);
  EXPECT_EQ(static_cast<int>(got.result), static_cast<int>(want.result)) << text << " " << path;
  EXPECT_EQ(got.value, want.value) << text << " " << path;
}

TEST(JsonField, AgreesWithAFullParser) {
  const std::string texts[] = {
      R"({"a": "x"})",
      R"({"a": "x", "a": "y"})",
      R"({"a": "x", "a": null})",
      R"({"a": {"b": "in"}, "b": "out"})",
      R"({"a": {"b": "in"}, "a": {"c": 1}})",
      R"({"a": {"b": "in"}, "a": 7})",
      R"({"a": 7, "a": {"b": "in"}})",
      R"({"a": {"b": {"b": "deep"}}})",
      R"({"x": {"a": {"b": "no"}}, "a": {"x": [{"b": "no"}], "b": "yes"}})",
      R"([{"a": "x"}])",
      R"("a")",
      R"({"\u0061": "key", "b": "\ud83d\ude00\u00e9\"\\\/\b\f\n\r\t"})",
      R"({"a": [1, -0.5e+10, true, false, null, {}, [], ""], "b": "x"})",
      R"({})",
      R"({"a": ""})",
      "{\"a\": \"\xC3\xA9 \xF0\x9F\x98\x80\"}",
      R"( {"a" :"x" } )",
      R"({"a": "x"} x)",
      R"({"a": "x",})",
      R"({"a" "x"})",
      R"({"a": 01})",
      R"({"a": 1.})",
      R"({"a": -})",
      R"({"a": tru})",
      R"({"a": "\x"})",
      R"({"a": "\u12g4"})",
      "{\"a\": \"tab\there\"}",
      R"({"a": [1, 2})",
      R"({a: 1})",
      R"({"a": 'x'})",
      R"({"a": "x")",
      "",
      " ",
      "{\"a\": \"x\0\"}",
  };
  for (const std::string& text : texts) {
    for (const char* path : {"a", "b", "a.b", "a.b.b", ""}) expect_agreement(text, path);
  }
}

// Every text of up to six pieces of JSON, most of them wrong.
TEST(JsonField, AgreesWithAFullParserOnAllShortTexts) {
  const std::string pieces[] = {"{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "1", "null"};
  std::vector<std::string> texts = {""};
  size_t begin = 0;
  for (int length = 1; length <= 5; ++length) {
    const size_t end = texts.size();
    for (size_t i = begin; i < end; ++i) {
      for (const std::string& piece : pieces) texts.push_back(texts[i] + piece);
    }
    begin = end;
  }
  for (const std::string& text : texts) {
    if (HasFailure()) break;
    expect_agreement(text, "a");
    expect_agreement("{\"a\":" + text, "a.b");
  }
}

TEST(JsonField, PassesBytesThatAreNotUtf8AndMendsLoneSurrogates) {
  EXPECT_EQ(find("{\"a\": \"\xFF\"}", "a").value, "\xFF");
  for (const char* text :
       {R"({"a": "\ud800"})", R"({"a": "\udc00"})", R"({"a": "\ud800\ud800"})", R"({"a": "\ud800x"})"}) {
    const Answer answer = find(text, "a");
    EXPECT_EQ(static_cast<int>(answer.result), static_cast<int>(JsonFieldResult::kFound)) << text;
    EXPECT_TRUE(answer.value.starts_with("\xEF\xBF\xBD")) << text;
  }
}

TEST(JsonField, NestsAsDeepAsTheTextIsLong) {
  const std::string deep = "{\"x\": " + std::string(1000000, '[') + std::string(1000000, ']') + ", \"a\": \"y\"}";
  EXPECT_EQ(find(deep, "a").value, "y");
}

}  // namespace
}  // namespace slm::data
