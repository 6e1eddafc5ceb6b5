#include "slm/text/tokenizer_document.h"

namespace slm::text {
namespace {

std::string_view regex_of(GptPattern pattern) {
  switch (pattern) {
    case GptPattern::kGpt2:
      return kGpt2Regex;
    case GptPattern::kLlama3:
      return kLlama3Regex;
    case GptPattern::kQwen2:
      return kQwen2Regex;
    case GptPattern::kO200k:
      return kO200kRegex;
  }
  return {};
}

OrderedJson template_token(const std::string& token, int type_id) {
  return {{"SpecialToken", {{"id", token}, {"type_id", type_id}}}};
}

OrderedJson template_text(const char* name, int type_id) {
  return {{"Sequence", {{"id", name}, {"type_id", type_id}}}};
}

}  // namespace

OrderedJson empty_document() {
  return {{"version", "1.0"},          {"truncation", nullptr},
          {"padding", nullptr},        {"added_tokens", OrderedJson::array()},
          {"normalizer", nullptr},     {"pre_tokenizer", nullptr},
          {"post_processor", nullptr}, {"decoder", nullptr},
          {"model", nullptr}};
}

OrderedJson special_token(const std::string& content, int64_t id) {
  return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", true}};
}

OrderedJson byte_level(bool uses_regex) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", false}, {"use_regex", uses_regex}};
}

OrderedJson byte_level_pre_tokenizer_of(std::optional<GptPattern> pattern) {
  if (!pattern) return byte_level(false);
  if (*pattern == GptPattern::kGpt2) return byte_level(true);
  const OrderedJson split = {
      {"type", "Split"}, {"pattern", {{"Regex", regex_of(*pattern)}}}, {"behavior", "Isolated"}, {"invert", false}};
  return {{"type", "Sequence"}, {"pretokenizers", OrderedJson::array({split, byte_level(false)})}};
}

OrderedJson bpe_model_document(OrderedJson vocab, OrderedJson merges) {
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", nullptr},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", false},
          {"byte_fallback", false},
          {"ignore_merges", false},
          {"vocab", std::move(vocab)},
          {"merges", std::move(merges)}};
}

OrderedJson around_text(const std::string& before, int64_t before_id, const std::string& after, int64_t after_id) {
  const auto entry = [](const std::string& token, int64_t id) {
    return OrderedJson{{"id", token}, {"ids", OrderedJson::array({id})}, {"tokens", OrderedJson::array({token})}};
  };
  OrderedJson tokens = OrderedJson::object();
  tokens[before] = entry(before, before_id);
  tokens[after] = entry(after, after_id);
  return {{"type", "TemplateProcessing"},
          {"single", OrderedJson::array({template_token(before, 0), template_text("A", 0), template_token(after, 0)})},
          {"pair", OrderedJson::array({template_token(before, 0), template_text("A", 0), template_token(after, 0),
                                       template_text("B", 1), template_token(after, 1)})},
          {"special_tokens", tokens}};
}

OrderedJson metaspace_document() {
  return {{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "first"}, {"split", true}};
}

OrderedJson metaspace_pre_tokenizer_document() {
  const OrderedJson lines = {
      {"type", "Split"}, {"pattern", {{"String", "\n"}}}, {"behavior", "Isolated"}, {"invert", false}};
  return {{"type", "Sequence"}, {"pretokenizers", OrderedJson::array({lines, metaspace_document()})}};
}

OrderedJson bert_normalizer_document(bool lowercase) {
  return {{"type", "BertNormalizer"},
          {"clean_text", true},
          {"handle_chinese_chars", true},
          {"strip_accents", nullptr},
          {"lowercase", lowercase}};
}

}  // namespace slm::text
