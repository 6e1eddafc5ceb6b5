#include "slm/text/tokenizer_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>

#include "slm/text/json_fields.h"
#include "slm/text/normalizer_parser.h"

namespace slm::text {
namespace {

using Json = nlohmann::json;

// Whether bytes that are not UTF-8 come through: they do where ByteLevel gets the text as it is.
bool spells_bytes(const Json& component) {
  if (!component.is_object()) return false;
  const Json type = component.value("type", Json());
  if (type == "ByteLevel") return true;
  if (type != "Sequence") return false;
  const Json steps = component.value("pretokenizers", Json::array());
  return std::any_of(steps.begin(), steps.end(), spells_bytes);
}

// Added tokens get ids as Hugging Face gives them: a token of the model keeps the model's, others go on behind it.
std::vector<AddedToken> parse_added_tokens(const JsonFields& document, const Vocabulary& vocabulary) {
  std::vector<AddedToken> tokens;
  if (!document.has("added_tokens")) return tokens;
  std::unordered_map<std::string, size_t> places;  // in `tokens`, by content
  auto next_id = static_cast<int32_t>(vocabulary.num_tokens());
  for (const Json& element : document.array("added_tokens")) {
    const JsonFields fields = document.element(element, fmt::format("added_tokens[{}]", tokens.size()));
    AddedToken token;
    token.content = fields.string("content");
    token.is_single_word = fields.boolean("single_word");
    token.strips_left = fields.boolean("lstrip");
    token.strips_right = fields.boolean("rstrip");
    token.is_normalized = fields.boolean("normalized");
    token.is_special = fields.boolean("special");
    if (token.content.empty()) continue;
    const auto [known, is_new] = places.try_emplace(token.content, tokens.size());
    const int32_t model_id = vocabulary.find(token.content);
    token.id = !is_new ? tokens[known->second].id : model_id != kNoToken ? model_id : next_id++;
    if (const int64_t id = fields.integer("id"); id != token.id) {
      fields.fail(fmt::format("gives '{}' the id {}, expected {}: ids must go on behind the model's without gaps",
                              token.content, id, token.id));
    }
    if (is_new) {
      tokens.push_back(token);
    } else {
      tokens[known->second] = token;
    }
  }
  return tokens;
}

void check_gaps(const JsonFields& model, const Vocabulary& vocabulary, const AddedTokens& added) {
  if (vocabulary.num_tokens() == static_cast<size_t>(vocabulary.size())) return;
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary.has(id) || added.find(id) != nullptr) continue;
    model.fail(fmt::format("has a gap: no token has id {}, but {} is taken ('{}')", id, vocabulary.size() - 1,
                           vocabulary.token(vocabulary.size() - 1)));
  }
}

// What goes around a text must be tokens, too: whoever has a row for each token looks these up.
void check_ids_around(const JsonFields& document, const Pipeline& pipeline) {
  const auto check = [&](const char* name, int32_t id) {
    if (id < 0 || pipeline.model->vocabulary().has(id) || pipeline.added_tokens->find(id) != nullptr) return;
    document.fail(fmt::format("has a {} with the id {}, which no token has", name, id));
  };
  if (pipeline.post_processor) {
    for (const int32_t id : pipeline.post_processor->added_ids()) check("post_processor", id);
  }
  check("padding", pipeline.length_rules.padding().value_or(Padding{.id = kNoToken}).id);
}

// GPT-2's pattern or another known one, then bytes: what fast_byte_level_encoder() does.
std::optional<FastByteLevelOptions> byte_level_options(const Json& pre_tokenizer) {
  const auto is_byte_level = [](const Json& step, bool uses_regex) {
    return step.is_object() && step.value("type", "") == "ByteLevel" && step.value("use_regex", true) == uses_regex;
  };
  const auto adds_prefix_space = [](const Json& step) { return step.value("add_prefix_space", true); };
  if (is_byte_level(pre_tokenizer, true)) {
    return FastByteLevelOptions{.pattern = GptPattern::kGpt2, .adds_prefix_space = adds_prefix_space(pre_tokenizer)};
  }
  if (!pre_tokenizer.is_object() || pre_tokenizer.value("type", "") != "Sequence") return std::nullopt;
  const Json& steps = pre_tokenizer["pretokenizers"];
  if (steps.size() != 2 || !is_byte_level(steps[1], false) || adds_prefix_space(steps[1])) return std::nullopt;
  if (steps[0].value("type", "") != "Split" || !steps[0]["pattern"].contains("Regex")) return std::nullopt;
  // The patterns leave nothing between their matches: removing what does not match is the same.
  const bool isolates = steps[0].value("behavior", "") == (steps[0].value("invert", false) ? "Removed" : "Isolated");
  const auto pattern = recognize_gpt_pattern(steps[0]["pattern"]["Regex"].get<std::string>());
  return isolates && pattern ? std::optional(FastByteLevelOptions{.pattern = *pattern}) : std::nullopt;
}

// Called when all parts have been parsed, so the fields have the types they should have.
void add_fast_encoder(const JsonFields& document, Pipeline& pipeline) {
  if (!pipeline.added_tokens->are_all_raw(pipeline.normalizer.get())) return;
  if (!document.has("pre_tokenizer")) return;
  const Json& pre_tokenizer = document.at("pre_tokenizer");
  if (const auto* model = dynamic_cast<const BpeModel*>(pipeline.model.get())) {
    const bool is_nfc = document.has("normalizer") && document.at("normalizer")["type"] == "NFC";
    if (pipeline.normalizer && !is_nfc) return;
    auto options = byte_level_options(pre_tokenizer);
    if (!options) return;
    options->is_nfc = is_nfc;
    pipeline.fast_encoder = fast_byte_level_encoder(*options, *model);
    if (!pipeline.fast_encoder) return;
    pipeline.byte_level = options;
    if (!options->adds_prefix_space) return;
    options->adds_prefix_space = false;  // what goes on behind a cut gets no space before it
    pipeline.rest_encoder = fast_byte_level_encoder(*options, *model);
    return;
  }
  if (const auto* model = dynamic_cast<const WordPieceModel*>(pipeline.model.get())) {
    const bool is_bert = pre_tokenizer["type"] == "BertPreTokenizer" && document.has("normalizer") &&
                         document.at("normalizer")["type"] == "BertNormalizer";
    if (is_bert) {
      pipeline.fast_encoder = fast_bert_encoder(parse_bert_options(document.object("normalizer")), *model);
    }
  }
}

}  // namespace

Pipeline parse_pipeline(const Json& json, ModelLists& lists, const std::string& file) {
  const JsonFields document(json, file, "tokenizer");
  if (document.has("version") && document.string("version") != "1.0") {
    document.fail(fmt::format("has version \"{}\", expected \"1.0\"", document.string("version")));
  }
  // Parts are named as in the file.
  const auto part = [&](const char* name) { return JsonFields(document.at(name), file, name); };
  Pipeline pipeline;
  pipeline.model = parse_model(part("model"), lists);
  if (document.has("normalizer")) pipeline.normalizer = parse_normalizer(part("normalizer"));
  if (document.has("pre_tokenizer")) pipeline.pre_tokenizer = parse_pre_tokenizer(part("pre_tokenizer"));
  if (document.has("post_processor")) pipeline.post_processor = parse_post_processor(part("post_processor"));
  pipeline.decoder = document.has("decoder") ? parse_decoder(part("decoder")) : spaced_decoder();
  pipeline.length_rules = LengthRules(document);
  const Vocabulary& vocabulary = pipeline.model->vocabulary();
  pipeline.added_tokens =
      std::make_unique<AddedTokens>(parse_added_tokens(document, vocabulary), pipeline.normalizer.get());
  check_gaps(part("model"), vocabulary, *pipeline.added_tokens);
  check_ids_around(document, pipeline);
  pipeline.keeps_bytes = !pipeline.normalizer && document.has("pre_tokenizer") && spells_bytes(json["pre_tokenizer"]);
  add_fast_encoder(document, pipeline);
  return pipeline;
}

}  // namespace slm::text
