#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/text/base64.h"
#include "slm/text/byte_tokenizer.h"
#include "slm/text/older_formats.h"
#include "slm/text/tokenizer_document.h"
#include "slm/text/vocabulary.h"

namespace slm::text {
namespace {

// Real tokens have at most 128 bytes, and all merges of a real file less than 10 MB.
constexpr size_t kMaxTokenBytes = 1024;
constexpr size_t kMaxMergeBytes = size_t{1} << 25;

struct KnownVocabulary {
  int32_t num_tokens;
  GptPattern pattern;
  std::map<int32_t, std::string> special_tokens;
};

std::vector<KnownVocabulary> known_vocabularies() {
  return {
      {50256, GptPattern::kGpt2, {{50256, "<|endoftext|>"}}},
      {100256,
       GptPattern::kLlama3,
       {{100257, "<|endoftext|>"},
        {100258, "<|fim_prefix|>"},
        {100259, "<|fim_middle|>"},
        {100260, "<|fim_suffix|>"},
        {100276, "<|endofprompt|>"}}},
      {199998, GptPattern::kO200k, {{199999, "<|endoftext|>"}, {200018, "<|endofprompt|>"}}},
      {128000, GptPattern::kLlama3, {{128000, "<|begin_of_text|>"}, {128001, "<|end_of_text|>"}}},
      {151643, GptPattern::kQwen2, {{151643, "<|endoftext|>"}, {151644, "<|im_start|>"}, {151645, "<|im_end|>"}}},
  };
}

// Tokens as bytes, by rank.
std::vector<std::string> parse_ranks(std::string_view content, const std::string& name) {
  std::vector<std::string> tokens;
  for (size_t at = 0; at < content.size();) {
    const size_t end = std::min(content.find('\n', at), content.size());
    const std::string_view line = content.substr(at, end - at);
    const auto refuse = [&](std::string_view problem) {
      throw FormatError(name, static_cast<int64_t>(at), fmt::format("{}: not a .tiktoken file", problem));
    };
    if (!line.empty() && line != "\r") {
      const size_t space = line.find(' ');
      const auto token = decode_base64(line.substr(0, space));
      if (space == std::string_view::npos || !token || token->empty())
        refuse("expected a token in base64 and its rank");
      if (token->size() > kMaxTokenBytes)
        refuse(fmt::format("got a token of {} bytes, expected at most {}", token->size(), kMaxTokenBytes));
      uint64_t rank = 0;
      std::from_chars(line.data() + space + 1, line.data() + line.size(), rank);
      if (rank != tokens.size()) refuse(fmt::format("got rank {}, expected {}", rank, tokens.size()));
      if (rank >= static_cast<uint64_t>(Vocabulary::kMaxSize)) refuse("too many tokens");
      tokens.push_back(*token);
    }
    at = end + 1;
  }
  return tokens;
}

}  // namespace

std::string tiktoken_vocabulary_to_json(std::string_view content, const std::string& name) {
  const std::vector<std::string> tokens = parse_ranks(content, name);
  Vocabulary by_bytes;
  for (size_t rank = 0; rank < tokens.size(); ++rank) {
    if (by_bytes.add(tokens[rank], static_cast<int32_t>(rank))) continue;
    throw FormatError(name, FormatError::kNoOffset, fmt::format("has the token of rank {} twice", rank));
  }
  const auto spell = [](std::string_view bytes) {
    std::string spelled;
    for (const char c : bytes) spelled += byte_level_alphabet()[static_cast<unsigned char>(c)];
    return spelled;
  };
  OrderedJson::object_t entries;
  entries.reserve(tokens.size());
  OrderedJson merges = OrderedJson::array();
  size_t merge_bytes = 0;
  for (size_t rank = 0; rank < tokens.size(); ++rank) {
    const std::string_view token = tokens[rank];
    entries.emplace_back(spell(token), rank);
    // Any two neighbours that together are a token merge with that token's rank.
    for (size_t cut = 1; cut < token.size(); ++cut) {
      const std::string_view left = token.substr(0, cut), right = token.substr(cut);
      if (by_bytes.find(left) == kNoToken || by_bytes.find(right) == kNoToken) continue;
      merge_bytes += token.size();
      if (merge_bytes > kMaxMergeBytes) {
        throw FormatError(name, FormatError::kNoOffset,
                          "has tokens with more parts than any real vocabulary: not a .tiktoken file");
      }
      merges.push_back(OrderedJson::array({spell(left), spell(right)}));
    }
  }

  const auto num_tokens = static_cast<int32_t>(tokens.size());
  KnownVocabulary known{num_tokens, GptPattern::kLlama3, {{num_tokens, "<|endoftext|>"}}};
  for (const KnownVocabulary& candidate : known_vocabularies()) {
    if (candidate.num_tokens == num_tokens) known = candidate;
  }
  OrderedJson document = empty_document();
  for (int32_t id = num_tokens; id <= known.special_tokens.rbegin()->first; ++id) {
    const auto special = known.special_tokens.find(id);
    const bool is_named = special != known.special_tokens.end();
    document["added_tokens"].push_back(
        special_token(is_named ? special->second : fmt::format("<|reserved_{}|>", id), id));
  }
  document["pre_tokenizer"] = byte_level_pre_tokenizer_of(known.pattern);
  document["decoder"] = byte_level(true);
  document["model"] = bpe_model_document(std::move(entries), std::move(merges));
  document["model"]["ignore_merges"] = true;
  return json_text(document);
}

}  // namespace slm::text
