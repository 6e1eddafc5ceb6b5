#include "slm/data/json_string.h"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "slm/text/utf8.h"

namespace slm::data {
namespace {

std::vector<const JsonStrings*> ways() {
  std::vector<const JsonStrings*> ways = {&portable_json_strings};
  if (const JsonStrings* fast = avx512_json_strings()) ways.push_back(fast);
  return ways;
}

struct Answer {
  bool is_string = false;
  size_t size = 0;  // of what was read
  std::string value;
  int64_t num_replaced = 0;
  friend bool operator==(const Answer&, const Answer&) = default;
};

// `text` begins behind the opening quote. It and the room for the value end where their memory does, so that a
// sanitizer sees every step too far.
Answer decode(const JsonStrings& strings, const std::string& text) {
  const auto in = std::make_unique<char[]>(text.size());
  std::copy(text.begin(), text.end(), in.get());
  const auto out = std::make_unique<char[]>(text.size() + JsonStrings::kRoom);
  Answer answer;
  char* out_end = out.get();
  const char* const behind = strings.decode(in.get(), in.get() + text.size(), out_end, answer.num_replaced);
  EXPECT_EQ(strings.skip(in.get(), in.get() + text.size()), behind) << text;
  if (behind == nullptr) return {};
  answer.is_string = true;
  answer.size = static_cast<size_t>(behind - in.get());
  answer.value.assign(out.get(), out_end);
  return answer;
}

// One character after the other, and a full parser for what it stands for.
Answer decode_slowly(const std::string& text) {
  size_t end = 0;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  if (end >= text.size()) return {};
  const nlohmann::json value = nlohmann::json::parse('"' + text.substr(0, end + 1), nullptr, false);
  if (value.is_discarded()) return {};
  return {true, end + 1, value.get<std::string>(), 0};
}

TEST(JsonStrings, AgreeWithAFullParserOnRandomText) {
  const std::string pieces[] = {"\\n",     "\\\"",           "\\\\",         "\\/",      "\\t\\b\\f\\r", "\\u00e9",
                                "\\u4E2D", "\\ud83d\\ude00", "\xE4\xB8\xAD", "\xC3\xA9", "\\u0000",      "\x7F"};
  std::mt19937 random(1);
  const auto below = [&](size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(random); };
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    const size_t num_pieces = below(12), longest_run = i % 2 == 0 ? 8 : 90;
    for (size_t k = 0; k < num_pieces; ++k) {
      for (size_t left = below(longest_run); left > 0; --left) text += static_cast<char>('a' + below(26));
      text += pieces[below(std::size(pieces))];
    }
    text += '"';
    text += std::string(below(200), 'z');
    // Half of them are damaged: cut off, or with a byte that changes what it means.
    const size_t damage = below(4), place = below(text.size());
    if (damage == 0) text.resize(place);
    if (damage == 1) text[place] = "\"\\\n\x1F\0uX"[below(7)];
    if (!text::is_valid_utf8(text)) continue;  // the full parser is stricter
    const Answer want = decode_slowly(text);
    for (const JsonStrings* way : ways()) {
      if (HasFailure()) return;
      const Answer got = decode(*way, text);
      if (damage < 2 && got.num_replaced > 0) continue;  // the full parser does not mend what became half of a pair
      EXPECT_TRUE(got == want) << i << " " << text;
    }
  }
}

TEST(JsonStrings, ReadEachEscapeAtEachPlaceOfABlock) {
  for (const char* piece : {"\\n", "\\\\", "\\\"", "\\u00e9", "\\ud83d\\ude00", "\\x", "\\u12", "\n", "\\"}) {
    for (size_t before = 0; before < 200; ++before) {
      const std::string text = std::string(before, 'a') + piece + std::string(before % 7, 'b') + '"';
      const Answer want = decode_slowly(text);
      for (const JsonStrings* way : ways()) EXPECT_TRUE(decode(*way, text) == want) << text;
    }
  }
}

TEST(JsonStrings, ReplaceHalvesOfSurrogatePairs) {
  for (const JsonStrings* way : ways()) {
    const Answer answer = decode(*way, R"(a\ud800\ud83d\ude00\udc00\ud800\u0041\ud800")");
    EXPECT_EQ(answer.value, "a\uFFFD\U0001F600\uFFFD\uFFFDA\uFFFD");
    EXPECT_EQ(answer.num_replaced, 4);
  }
}

TEST(JsonStrings, PassBytesThatAreNotUtf8) {
  const std::string text = std::string(100, '\xFF') + std::string(100, '\x80') + '"';
  for (const JsonStrings* way : ways()) EXPECT_EQ(decode(*way, text).value, text.substr(0, 200));
}

}  // namespace
}  // namespace slm::data
