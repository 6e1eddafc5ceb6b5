// A decoder that joins all tokens and then replaces in the text: what comes out early is the beginning of what comes
// out of the whole text at once.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "slm/text/pattern.h"
#include "slm/text/stream_decoder.h"

namespace slm::text {
namespace {

using Json = nlohmann::json;

constexpr const char* kTokens[] = {"a", "b", "ab", "aba", " ", "  ", " a",  "\n",
                                   ".", ",", "é",  "▁",   "x", "1",  "Zed", "'s"};

// The text with every match replaced.
std::string replaced(const Pattern& pattern, const std::string& text, const std::string& content) {
  std::string out;
  for (const TextPart& part : pattern.parts_of(text)) {
    out += part.is_match ? content : text.substr(part.begin, part.end - part.begin);
  }
  return out;
}

std::shared_ptr<const Tokenizer> tokenizer_with(const Json& pattern, const std::string& content) {
  Json vocab = Json::object();
  for (size_t id = 0; id < std::size(kTokens); ++id) vocab[kTokens[id]] = id;
  const Json document = {
      {"model", {{"type", "WordLevel"}, {"unk_token", "x"}, {"vocab", vocab}}},
      {"decoder",
       {{"type", "Sequence"},
        {"decoders", {{{"type", "Fuse"}}, {{"type", "Replace"}, {"pattern", pattern}, {"content", content}}}}}}};
  return parse_tokenizer(document.dump(), "t.json");
}

struct Streamed {
  std::string text;
  size_t most_waiting = 0;  // bytes of tokens for which there was no text yet
};

Streamed stream(const Tokenizer& tokenizer, const std::vector<int32_t>& ids) {
  Streamed streamed;
  const auto decoder = tokenizer.block_decoder();
  size_t num_waiting = 0;
  for (const int32_t id : ids) {
    const size_t size = streamed.text.size();
    decoder->push({&id, 1}, streamed.text);
    num_waiting = streamed.text.size() > size ? 0 : num_waiting + std::string_view(kTokens[id]).size();
    streamed.most_waiting = std::max(streamed.most_waiting, num_waiting);
  }
  decoder->finish(streamed.text);
  return streamed;
}

TEST(ReplaceDecoder, GivesTheTextOfTheWholeAsTokensCome) {
  std::mt19937 random(6);
  const std::vector<std::string> literals = {"a", "ab", "aba", "aa", "ababab", " ", "b  ", "▁", "é.", ""};
  const std::vector<std::string> regexes = {
      "[ab]", "[^a]", ".",    "\\s+",   " {2,}",   "\\s+(?!\\S)", " ?\\p{L}+", "\\w+|[^\\w\\s]+",
      "a b",  ".+",   "\\s*", "a(?= )", "(?<=a)b", "\\s+$",       "\\ba",      "(?:ab)+"};
  const auto check = [&](const Json& json, const Pattern& pattern) {
    const std::string content = random() % 2 == 0 ? "" : "<ab>";
    const auto tokenizer = tokenizer_with(json, content);
    for (int repeat = 0; repeat < 40; ++repeat) {
      std::vector<int32_t> ids(random() % 30);
      std::string text;
      for (int32_t& id : ids) text += kTokens[id = static_cast<int32_t>(random() % std::size(kTokens))];
      EXPECT_EQ(stream(*tokenizer, ids).text, replaced(pattern, text, content)) << json << text;
    }
  };
  for (const std::string& literal : literals) check({{"String", literal}}, *literal_pattern(literal));
  for (const std::string& regex : regexes) check({{"Regex", regex}}, *regex_pattern(regex));
}

TEST(ReplaceDecoder, HoldsBackOnlyWhatMayStillBecomeAMatch) {
  std::mt19937 random(8);
  std::vector<int32_t> ids(100'000);
  for (int32_t& id : ids) id = static_cast<int32_t>(random() % std::size(kTokens));
  for (const Json& pattern : {Json({{"String", "ababab"}}), Json({{"String", " "}}), Json({{"Regex", "[ab]"}}),
                              Json({{"Regex", "\\s+"}}), Json({{"Regex", " ?\\p{L}+"}})}) {
    EXPECT_LT(stream(*tokenizer_with(pattern, "-"), ids).most_waiting, 200u) << pattern;
  }
}

}  // namespace
}  // namespace slm::text
