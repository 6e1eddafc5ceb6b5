#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/text/bpe_model.h"
#include "slm/text/model.h"
#include "slm/text/model_lists.h"
#include "slm/text/unigram_model.h"
#include "slm/text/wordlevel_model.h"
#include "slm/text/wordpiece_model.h"

namespace slm::text {
namespace {

using Json = JsonFields::Json;
using MergeList = std::vector<std::pair<std::string_view, std::string_view>>;

void check_size(const JsonFields& fields, size_t num_tokens) {
  if (num_tokens > static_cast<size_t>(Vocabulary::kMaxSize)) {
    fields.fail(fmt::format("has {} tokens, slm takes at most {}", num_tokens, Vocabulary::kMaxSize));
  }
}

// "vocab": {token: id, ...}
Vocabulary parse_vocabulary(const JsonFields& fields, ModelLists& lists) {
  if (lists.vocabulary) return std::move(*lists.vocabulary);
  const Json& tokens = fields.at("vocab");
  if (!tokens.is_object()) fields.fail(fmt::format("has \"vocab\": {}, expected an object", tokens.type_name()));
  check_size(fields, tokens.size());
  Vocabulary vocabulary;
  vocabulary.reserve(tokens.size(), tokens.size() * 8);
  for (const auto& [token, id] : tokens.items()) {
    if (!id.is_number_unsigned() || id.get<uint64_t>() >= static_cast<uint64_t>(Vocabulary::kMaxSize)) {
      fields.fail(fmt::format("gives the token '{}' the id {}, expected a number below {}", token, json_text(id),
                              Vocabulary::kMaxSize));
    }
    const auto number = id.get<int32_t>();
    if (!vocabulary.add(token, number)) {
      fields.fail(fmt::format("gives the id {} to two tokens, '{}' and '{}'", number, vocabulary.token(number), token));
    }
  }
  return vocabulary;
}

// "merges": [["a", "b"], ...], or ["a b", ...] in older files.
MergeList parse_merges(const JsonFields& fields, ModelLists& lists) {
  if (lists.merges) return std::move(*lists.merges);
  MergeList merges;
  for (const Json& merge : fields.array("merges")) {
    const auto refuse = [&] {
      fields.fail(fmt::format("has merge {}: {}, expected two tokens", merges.size(), json_text(merge)));
    };
    if (merge.is_array()) {
      if (merge.size() != 2 || !merge[0].is_string() || !merge[1].is_string()) refuse();
      merges.emplace_back(merge[0].get_ref<const std::string&>(), merge[1].get_ref<const std::string&>());
      continue;
    }
    if (!merge.is_string()) refuse();
    const auto& line = merge.get_ref<const std::string&>();
    if (line.starts_with("#version")) continue;
    const size_t space = line.find(' ');
    if (space == std::string::npos || line.find(' ', space + 1) != std::string::npos) refuse();
    merges.emplace_back(std::string_view(line).substr(0, space), std::string_view(line).substr(space + 1));
  }
  return merges;
}

std::unique_ptr<Model> parse_bpe(const JsonFields& fields, ModelLists& lists) {
  if (fields.has("dropout") && fields.at("dropout") != 0) {
    fields.fail("has dropout, which makes encoding random: slm does not support it; set \"dropout\" to null");
  }
  BpeOptions options;
  if (fields.has("unk_token")) options.unknown_token = fields.string("unk_token");
  options.continuing_subword_prefix = fields.string_or("continuing_subword_prefix", "");
  options.end_of_word_suffix = fields.string_or("end_of_word_suffix", "");
  options.fuses_unknown = fields.boolean_or("fuse_unk", false);
  options.byte_fallback = fields.boolean_or("byte_fallback", false);
  options.ignore_merges = fields.boolean_or("ignore_merges", false);
  try {
    return std::make_unique<BpeModel>(parse_vocabulary(fields, lists), parse_merges(fields, lists), std::move(options));
  } catch (const FormatError&) {
    throw;
  } catch (const Error& error) {
    fields.fail(fmt::format("is inconsistent: {}", error.what()));
  }
}

std::unique_ptr<Model> parse_wordpiece(const JsonFields& fields, ModelLists& lists) {
  WordPieceOptions options;
  options.unknown_token = fields.string_or("unk_token", options.unknown_token);
  options.continuing_subword_prefix = fields.string_or("continuing_subword_prefix", options.continuing_subword_prefix);
  options.max_input_chars_per_word = fields.integer_or("max_input_chars_per_word", options.max_input_chars_per_word);
  return std::make_unique<WordPieceModel>(parse_vocabulary(fields, lists), std::move(options));
}

// "vocab": [[token, score], ...] in the order of the ids
std::unique_ptr<Model> parse_unigram(const JsonFields& fields) {
  const Json& pieces = fields.array("vocab");
  check_size(fields, pieces.size());
  Vocabulary vocabulary;
  std::vector<double> scores;
  for (const Json& piece : pieces) {
    const auto id = static_cast<int32_t>(scores.size());
    if (!piece.is_array() || piece.size() != 2 || !piece[0].is_string() || !piece[1].is_number()) {
      fields.fail(fmt::format("has vocab[{}]: {}, expected a token and its score", id, json_text(piece)));
    }
    if (!vocabulary.add(piece[0].get_ref<const std::string&>(), id)) {
      fields.fail(fmt::format("has the token '{}' twice", piece[0].get_ref<const std::string&>()));
    }
    scores.push_back(piece[1].get<double>());
  }
  UnigramOptions options;
  options.byte_fallback = fields.boolean_or("byte_fallback", false);
  if (fields.has("unk_id")) {
    options.unknown_id = static_cast<int32_t>(fields.integer("unk_id"));
    if (*options.unknown_id >= vocabulary.size()) {
      fields.fail(fmt::format("has unk_id {}, but only {} tokens", *options.unknown_id, vocabulary.size()));
    }
  }
  return std::make_unique<UnigramModel>(std::move(vocabulary), std::move(scores), options);
}

// Files from before models had a "type".
std::string guess_type(const JsonFields& fields) {
  if (fields.has("merges")) return "BPE";
  if (fields.has("vocab") && fields.at("vocab").is_array()) return "Unigram";
  return fields.has("continuing_subword_prefix") || fields.has("max_input_chars_per_word") ? "WordPiece" : "WordLevel";
}

}  // namespace

std::unique_ptr<Model> parse_model(const JsonFields& fields, ModelLists& lists) {
  const std::string type = fields.has("type") ? fields.string("type") : guess_type(fields);
  if (type == "BPE") return parse_bpe(fields, lists);
  if (type == "WordPiece") return parse_wordpiece(fields, lists);
  if (type == "WordLevel")
    return std::make_unique<WordLevelModel>(parse_vocabulary(fields, lists), fields.string("unk_token"));
  if (type == "Unigram") return parse_unigram(fields);
  fields.fail(fmt::format("has type \"{}\", which slm does not support", type));
}

}  // namespace slm::text
