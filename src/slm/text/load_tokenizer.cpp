#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "slm/core/error.h"
#include "slm/text/byte_tokenizer.h"
#include "slm/text/char_tokenizer.h"
#include "slm/text/pipeline_tokenizer.h"
#include "slm/text/tokenizer.h"
#include "slm/text/tokenizer_json.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

using Json = nlohmann::json;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw IoError(path, "cannot open the tokenizer", errno);
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) throw IoError(path, "cannot read the tokenizer", errno);
  return content;
}

// Everything of two documents except their vocabularies is equal.
bool same_pipeline(Json a, Json b) {
  for (Json* document : {&a, &b}) (*document)["model"].erase("vocab");
  return a == b;
}

// The vocabulary as characters by id; nothing where its tokens are not single characters with ids 0, 1, 2, ...
std::optional<std::vector<char32_t>> characters_by_id(const Json& vocab) {
  std::vector<char32_t> characters(vocab.size(), 0);
  std::vector<bool> has_id(vocab.size(), false);
  for (const auto& [token, id] : vocab.items()) {
    if (token.empty() || !id.is_number_unsigned() || id.get<uint64_t>() >= vocab.size()) return std::nullopt;
    const Utf8Char c = read_utf8(token, 0);
    const auto place = id.get<size_t>();
    if (!c.is_valid || static_cast<size_t>(c.length) != token.size() || has_id[place]) return std::nullopt;
    characters[place] = c.code_point;
    has_id[place] = true;
  }
  return characters;
}

}  // namespace

std::shared_ptr<const Tokenizer> parse_tokenizer(std::string_view content, const std::string& name) {
  Json document;
  try {
    document = Json::parse(content);
  } catch (const Json::parse_error& error) {
    throw FormatError(name, static_cast<int64_t>(error.byte), "is not JSON: truncated copy? copy it again");
  }
  const bool has_model = document.is_object() && document.contains("model") && document["model"].is_object();
  if (!has_model) throw FormatError(name, FormatError::kNoOffset, "has no \"model\" object: not a tokenizer.json");
  const Json vocab = document["model"].value("vocab", Json());

  const ByteTokenizer bytes;
  if (document == Json::parse(bytes.to_json())) return make_byte_tokenizer();
  if (vocab.is_object() && same_pipeline(document, Json::parse(CharTokenizer({}).to_json())))
    if (auto characters = characters_by_id(vocab)) return std::make_shared<CharTokenizer>(std::move(*characters), name);
  Pipeline pipeline = parse_pipeline(document, name);
  const auto find = [&](std::string_view token) -> std::optional<int32_t> {
    if (const AddedToken* added = pipeline.added_tokens->find(token)) return added->id;
    const int32_t id = pipeline.model->vocabulary().find(token);
    return id == kNoToken ? std::nullopt : std::optional(id);
  };
  const SpecialTokens roles = guess_special_tokens(find);
  return std::make_shared<PipelineTokenizer>(std::move(pipeline), roles, std::string(content));
}

std::shared_ptr<const Tokenizer> load_tokenizer(const std::string& path) {
  const bool is_folder = std::filesystem::is_directory(path);
  const std::string file = is_folder ? (std::filesystem::path(path) / "tokenizer.json").string() : path;
  return parse_tokenizer(read_file(file), file);
}

}  // namespace slm::text
