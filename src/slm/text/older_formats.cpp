#include "slm/text/older_formats.h"

#include <fmt/format.h>

#include <algorithm>

#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/text/json_document.h"
#include "slm/text/tokenizer_document.h"
#include "slm/text/utf8.h"
#include "slm/text/vocabulary.h"

namespace slm::text {
namespace {

using Json = nlohmann::json;

// Lines without the white space at their ends.
std::vector<std::string_view> lines_of(std::string_view content) {
  std::vector<std::string_view> lines;
  while (!content.empty()) {
    const size_t end = content.find('\n');
    std::string_view line = content.substr(0, end);
    while (!line.empty() && std::string_view(" \t\r").find(line.back()) != std::string_view::npos)
      line.remove_suffix(1);
    lines.push_back(line);
    content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
  }
  return lines;
}

}  // namespace

bool is_lowercase_bert_vocabulary(std::string_view vocab) {
  for (const std::string_view line : lines_of(vocab)) {
    if (line.starts_with('[')) continue;
    if (std::any_of(line.begin(), line.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) return false;
  }
  return true;
}

std::string bert_vocabulary_to_json(std::string_view vocab, const std::string& name, bool lowercase) {
  Vocabulary tokens;
  const auto lines = lines_of(vocab);
  OrderedJson::object_t entries;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!is_valid_utf8(lines[i])) {
      throw FormatError(name, FormatError::kNoOffset, fmt::format("line {} is not UTF-8: not a vocab.txt", i + 1));
    }
    if (i >= static_cast<size_t>(Vocabulary::kMaxSize) || !tokens.add(lines[i], static_cast<int32_t>(i))) {
      const int32_t first = tokens.find(lines[i]);
      throw FormatError(name, FormatError::kNoOffset,
                        fmt::format("line {} has the token '{}' of line {} again", i + 1, lines[i], first + 1));
    }
    entries.emplace_back(lines[i], i);
  }
  if (tokens.find("[UNK]") == kNoToken) {
    throw FormatError(name, FormatError::kNoOffset, "has no line [UNK]: not the vocab.txt of a BERT model");
  }
  OrderedJson document = empty_document();
  for (const char* special : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}) {
    const int32_t id = tokens.find(special);
    if (id != kNoToken) document["added_tokens"].push_back(special_token(special, id));
  }
  document["normalizer"] = bert_normalizer_document(lowercase);
  document["pre_tokenizer"] = {{"type", "BertPreTokenizer"}};
  const int32_t cls = tokens.find("[CLS]"), sep = tokens.find("[SEP]");
  if (cls != kNoToken && sep != kNoToken) document["post_processor"] = around_text("[CLS]", cls, "[SEP]", sep);
  document["decoder"] = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
  document["model"] = {{"type", "WordPiece"},
                       {"unk_token", "[UNK]"},
                       {"continuing_subword_prefix", "##"},
                       {"max_input_chars_per_word", 100},
                       {"vocab", std::move(entries)}};
  return json_text(document);
}

std::string byte_level_vocabulary_to_json(std::string_view vocab, const std::string& vocab_name,
                                          std::string_view merges, const std::string& merges_name) {
  const Json entries = parse_json_document(vocab, vocab_name);
  if (!entries.is_object()) {
    throw FormatError(vocab_name, FormatError::kNoOffset, "is not an object of tokens and ids: not a vocab.json");
  }
  if (!entries.contains("Ġ")) {
    throw FormatError(vocab_name, FormatError::kNoOffset,
                      "has no token 'Ġ': slm takes a vocab.json with merges.txt of byte-level BPE only");
  }
  const auto id_of = [&](const Json& id) {
    if (id.is_number_unsigned()) return id.get<uint64_t>();
    throw FormatError(vocab_name, FormatError::kNoOffset,
                      fmt::format("has the id {}, expected a number", json_text(id)));
  };
  OrderedJson rules = OrderedJson::array();
  for (const std::string_view line : lines_of(merges)) {
    if (line.starts_with("#version") || line.empty()) continue;
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || !is_valid_utf8(line)) {
      throw FormatError(merges_name, line.data() - merges.data(), "expected two tokens, separated by a space");
    }
    rules.push_back(OrderedJson::array({std::string(line.substr(0, space)), std::string(line.substr(space + 1))}));
  }
  OrderedJson document = empty_document();
  for (const char* special : {"<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>"}) {
    const auto found = entries.find(special);
    if (found == entries.end() || !found->is_number_unsigned()) continue;
    OrderedJson token = special_token(special, found->get<int64_t>());
    token["lstrip"] = std::string_view(special) == "<mask>";  // as RoBERTa has it
    document["added_tokens"].push_back(token);
  }
  document["pre_tokenizer"] = byte_level(true);
  document["decoder"] = byte_level(true);
  const auto begin = entries.find("<s>"), end = entries.find("</s>");
  if (begin != entries.end() && end != entries.end()) {
    document["post_processor"] = {{"type", "RobertaProcessing"},
                                  {"sep", OrderedJson::array({"</s>", id_of(*end)})},
                                  {"cls", OrderedJson::array({"<s>", id_of(*begin)})},
                                  {"trim_offsets", true},
                                  {"add_prefix_space", false}};
  }
  // An object of this kind looks through all its entries for each new one, so they are put in as a list.
  OrderedJson::object_t tokens;
  for (const auto& [token, id] : entries.items()) tokens.emplace_back(token, id_of(id));
  document["model"] = bpe_model_document(std::move(tokens), std::move(rules));
  return json_text(document);
}

}  // namespace slm::text
