#include "slm/text/normalizer_parser.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "slm/core/error.h"
#include "slm/text/base64.h"

namespace slm::text {
namespace {

std::unique_ptr<Normalizer> parse_sequence(const JsonFields& fields) {
  std::vector<std::unique_ptr<Normalizer>> steps;
  for (const auto& step : fields.array("normalizers")) {
    steps.push_back(parse_normalizer(fields.element(step, fmt::format("normalizers[{}]", steps.size()))));
  }
  return normalizer_sequence(std::move(steps));
}

std::unique_ptr<Normalizer> parse_precompiled(const JsonFields& fields) {
  auto charsmap = decode_base64(fields.string("precompiled_charsmap"));
  if (!charsmap) fields.fail("has a \"precompiled_charsmap\" that is not base64");
  try {
    return precompiled_normalizer(std::move(*charsmap));
  } catch (const Error& error) {
    fields.fail(error.what());
  }
}

}  // namespace

BertNormalizerOptions parse_bert_options(const JsonFields& fields) {
  BertNormalizerOptions options;
  options.clean_text = fields.boolean("clean_text");
  options.handle_chinese_chars = fields.boolean("handle_chinese_chars");
  options.lowercase = fields.boolean("lowercase");
  options.strip_accents = fields.boolean_or("strip_accents", options.lowercase);
  return options;
}

std::unique_ptr<Pattern> parse_pattern(const JsonFields& fields) {
  const JsonFields pattern = fields.object("pattern");
  if (pattern.has("String")) return literal_pattern(pattern.string("String"));
  try {
    return regex_pattern(pattern.string("Regex"));
  } catch (const FormatError&) {
    throw;
  } catch (const Error& error) {
    fields.fail(fmt::format("cannot be used: {}", error.what()));
  }
}

std::unique_ptr<Normalizer> parse_normalizer(const JsonFields& fields) {
  const std::string type = fields.string("type");
  if (type == "BertNormalizer") return bert_normalizer(parse_bert_options(fields));
  if (type == "NFC") return normal_form_normalizer(NormalForm::kNfc);
  if (type == "NFD") return normal_form_normalizer(NormalForm::kNfd);
  if (type == "NFKC") return normal_form_normalizer(NormalForm::kNfkc);
  if (type == "NFKD") return normal_form_normalizer(NormalForm::kNfkd);
  if (type == "Lowercase") return lowercase_normalizer();
  if (type == "StripAccents") return strip_accents_normalizer();
  if (type == "Strip") return strip_normalizer(fields.boolean("strip_left"), fields.boolean("strip_right"));
  if (type == "Nmt") return nmt_normalizer();
  if (type == "Replace") return replace_normalizer(parse_pattern(fields), fields.string("content"));
  if (type == "Prepend") return prepend_normalizer(fields.string("prepend"));
  if (type == "ByteLevel") return byte_level_normalizer();
  if (type == "Precompiled") return parse_precompiled(fields);
  if (type == "Sequence") return parse_sequence(fields);
  fields.fail(fmt::format("has type \"{}\", which slm does not support", type));
}

}  // namespace slm::text
