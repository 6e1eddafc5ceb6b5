#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "slm/text/normalizer_parser.h"
#include "slm/text/pre_tokenizer.h"
#include "slm/text/unicode.h"

namespace slm::text {
namespace {

SplitBehavior parse_behavior(const JsonFields& fields, const std::string& behavior) {
  if (behavior == "Removed") return SplitBehavior::kRemoved;
  if (behavior == "Isolated") return SplitBehavior::kIsolated;
  if (behavior == "MergedWithPrevious") return SplitBehavior::kMergedWithPrevious;
  if (behavior == "MergedWithNext") return SplitBehavior::kMergedWithNext;
  if (behavior == "Contiguous") return SplitBehavior::kContiguous;
  fields.fail(fmt::format("has behavior \"{}\", which slm does not support", behavior));
}

std::unique_ptr<PreTokenizer> parse_metaspace(const JsonFields& fields) {
  const std::string scheme_name = fields.string_or("prepend_scheme", "always");
  PrependScheme scheme = PrependScheme::kAlways;
  if (scheme_name == "first") {
    scheme = PrependScheme::kFirst;
  } else if (scheme_name == "never") {
    scheme = PrependScheme::kNever;
  } else if (scheme_name != "always") {
    fields.fail(fmt::format("has prepend_scheme \"{}\", expected always, first or never", scheme_name));
  }
  if (fields.has("add_prefix_space") && !fields.boolean("add_prefix_space")) scheme = PrependScheme::kNever;
  return metaspace_pre_tokenizer(fields.character("replacement"), scheme, fields.boolean_or("split", true));
}

std::unique_ptr<PreTokenizer> parse_sequence(const JsonFields& fields) {
  std::vector<std::unique_ptr<PreTokenizer>> steps;
  for (const auto& step : fields.array("pretokenizers")) {
    steps.push_back(parse_pre_tokenizer(fields.element(step, fmt::format("pretokenizers[{}]", steps.size()))));
  }
  return pre_tokenizer_sequence(std::move(steps));
}

}  // namespace

std::unique_ptr<PreTokenizer> parse_pre_tokenizer(const JsonFields& fields) {
  const std::string type = fields.string("type");
  if (type == "BertPreTokenizer") return bert_pre_tokenizer();
  if (type == "ByteLevel") {
    return byte_level_pre_tokenizer(
        {.add_prefix_space = fields.boolean("add_prefix_space"), .use_regex = fields.boolean_or("use_regex", true)});
  }
  if (type == "Whitespace") return whitespace_pre_tokenizer();
  if (type == "WhitespaceSplit") return character_pre_tokenizer(is_whitespace, SplitBehavior::kRemoved);
  if (type == "CharDelimiterSplit" || type == "Delimiter") {
    const char32_t delimiter = fields.character("delimiter");
    return character_pre_tokenizer([=](char32_t c) { return c == delimiter; }, SplitBehavior::kRemoved);
  }
  if (type == "Metaspace") return parse_metaspace(fields);
  if (type == "Digits") {
    const bool apart = fields.boolean("individual_digits");
    return character_pre_tokenizer([](char32_t c) { return has_flag(c, kNumeric); },
                                   apart ? SplitBehavior::kIsolated : SplitBehavior::kContiguous);
  }
  if (type == "Punctuation") {
    return character_pre_tokenizer([](char32_t c) { return has_flag(c, kPunctuation); },
                                   parse_behavior(fields, fields.string_or("behavior", "Isolated")));
  }
  if (type == "Split") {
    return split_pre_tokenizer(parse_pattern(fields), parse_behavior(fields, fields.string("behavior")),
                               fields.boolean("invert"));
  }
  if (type == "UnicodeScripts") return unicode_scripts_pre_tokenizer();
  if (type == "FixedLength") {
    const int64_t length = fields.integer_or("length", 5);
    if (length == 0) fields.fail("has length 0, expected at least 1");
    return fixed_length_pre_tokenizer(static_cast<size_t>(length));
  }
  if (type == "Sequence") return parse_sequence(fields);
  fields.fail(fmt::format("has type \"{}\", which slm does not support", type));
}

}  // namespace slm::text
