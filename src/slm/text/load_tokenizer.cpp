#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/text/byte_tokenizer.h"
#include "slm/text/char_tokenizer.h"
#include "slm/text/json_document.h"
#include "slm/text/model_lists.h"
#include "slm/text/older_formats.h"
#include "slm/text/pipeline_tokenizer.h"
#include "slm/text/tokenizer.h"
#include "slm/text/tokenizer_json.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

using Json = nlohmann::json;

// Far more than any tokenizer has.
constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{1} << 30;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw IoError(path, "cannot open the tokenizer", errno);
  std::error_code unknown;  // the size of a pipe
  const std::uintmax_t size = std::filesystem::file_size(path, unknown);
  std::string content(unknown ? 0 : std::min(size, kMaxFileBytes), '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<size_t>(file.gcount()));
  constexpr size_t kStep = size_t{1} << 16;
  for (std::string more(kStep, '\0'); file && file.read(more.data(), kStep), file.gcount() > 0;) {
    content.append(more, 0, static_cast<size_t>(file.gcount()));
    if (content.size() > kMaxFileBytes) {
      throw FormatError(path, FormatError::kNoOffset, "has more than 1 GiB: not a tokenizer");
    }
  }
  if (file.bad()) throw IoError(path, "cannot read the tokenizer", errno);
  return content;
}

// Everything of `document` except its vocabulary is as in `content`.
bool has_pipeline_of(const Json& document, const std::string& content) {
  Json expected = parse_json(content);
  Json& expected_model = expected["model"];
  for (const auto& [name, value] : document.items()) {
    if (name != "model" && (!expected.contains(name) || expected[name] != value)) return false;
  }
  for (const auto& [name, value] : document["model"].items()) {
    if (name != "vocab" && (!expected_model.contains(name) || expected_model[name] != value)) return false;
  }
  return document.size() == expected.size() && document["model"].size() == expected_model.size();
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

// Whether everything but the vocabulary is as in the files of slm's character or byte vocabularies.
bool may_be_own_vocabulary(const Json& document) {
  return has_pipeline_of(document, ByteTokenizer().to_json()) || has_pipeline_of(document, CharTokenizer({}).to_json());
}

// slm's character and byte vocabularies have code of their own. Null for any other tokenizer.
std::shared_ptr<const Tokenizer> parse_own_vocabulary(const Json& document, const std::string& name) {
  const auto vocab = document["model"].find("vocab");
  if (vocab == document["model"].end() || !vocab->is_object()) return nullptr;
  const std::string bytes = ByteTokenizer().to_json();
  if (vocab->size() == 256 && has_pipeline_of(document, bytes)) {
    return *vocab == parse_json(bytes)["model"]["vocab"] ? make_byte_tokenizer() : nullptr;
  }
  if (!has_pipeline_of(document, CharTokenizer({}).to_json())) return nullptr;
  auto characters = characters_by_id(*vocab);
  return characters ? std::make_shared<CharTokenizer>(std::move(*characters), name) : nullptr;
}

// What a model's folder says about its tokenizer beside the tokenizer.json.
struct FolderConfig {
  std::optional<bool> lowercase;
  std::vector<std::pair<std::string, std::string>> roles;  // ("eos_token", "</s>")
};

FolderConfig read_folder_config(const std::filesystem::path& folder) {
  FolderConfig config;
  for (const char* name : {"special_tokens_map.json", "tokenizer_config.json"}) {
    const std::filesystem::path path = folder / name;
    if (!std::filesystem::is_regular_file(path)) continue;
    const std::string content = read_file(path.string());
    read_model_lists(content, path.string());  // checks how deep it is nested
    const Json json = parse_json_document(content, path.string());
    if (!json.is_object()) throw FormatError(path.string(), FormatError::kNoOffset, "is not a JSON object");
    for (const auto& [key, value] : json.items()) {
      if (key == "do_lower_case" && value.is_boolean()) config.lowercase = value.get<bool>();
      const Json token = value.is_object() ? value.value("content", Json()) : value;
      if (key.ends_with("_token") && token.is_string()) config.roles.emplace_back(key, token.get<std::string>());
    }
  }
  return config;
}

using FindToken = std::function<std::optional<int32_t>(std::string_view)>;

SpecialTokens roles_of(const FindToken& find, const FolderConfig& config) {
  SpecialTokens roles = guess_special_tokens(find);
  const std::pair<std::string_view, std::optional<int32_t>*> names[] = {
      {"bos_token", &roles.bos}, {"eos_token", &roles.eos}, {"pad_token", &roles.pad},  {"unk_token", &roles.unk},
      {"sep_token", &roles.sep}, {"cls_token", &roles.cls}, {"mask_token", &roles.mask}};
  for (const auto& [role, token] : config.roles) {
    for (const auto& [name, place] : names) {
      if (name == role && find(token)) *place = find(token);
    }
  }
  return roles;
}

std::shared_ptr<const Tokenizer> parse(std::string_view content, const std::string& name, const FolderConfig& config) {
  ModelLists lists = read_model_lists(content, name);
  Json document = parse_json_document(lists.rest, name, [&](size_t place) { return lists.place_in_file(place); });
  const bool has_model = document.is_object() && document.contains("model") && document["model"].is_object();
  if (!has_model) throw FormatError(name, FormatError::kNoOffset, "has no \"model\" object: not a tokenizer.json");
  if (may_be_own_vocabulary(document)) {
    lists = {};
    document = parse_json_document(content, name);
    if (auto own = parse_own_vocabulary(document, name)) return own;
  }
  Pipeline pipeline = parse_pipeline(document, lists, name);
  const auto find = [&](std::string_view token) -> std::optional<int32_t> {
    if (const AddedToken* added = pipeline.added_tokens->find(token)) return added->id;
    const int32_t id = pipeline.model->vocabulary().find(token);
    return id == kNoToken ? std::nullopt : std::optional(id);
  };
  const SpecialTokens roles = roles_of(find, config);
  return std::make_shared<PipelineTokenizer>(std::move(pipeline), roles, std::string(content));
}

// The file of a folder that has the tokenizer.
std::filesystem::path tokenizer_file_of(const std::filesystem::path& folder) {
  for (const char* name : {"tokenizer.json", "vocab.json", "vocab.txt"}) {
    if (std::filesystem::exists(folder / name)) return folder / name;
  }
  std::vector<std::filesystem::path> ranks;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".tiktoken") ranks.push_back(entry.path());
  }
  return ranks.size() == 1 ? ranks[0] : folder / "tokenizer.json";
}

// What the file holds, as a tokenizer.json.
std::string read_as_json(const std::filesystem::path& path, const FolderConfig& config) {
  const std::filesystem::path folder = path.parent_path();
  const std::string name = path.string();
  if (path.extension() == ".tiktoken") return tiktoken_vocabulary_to_json(read_file(name), name);
  if (path.filename() == "merges.txt" || path.filename() == "vocab.json") {
    const std::string vocab = (folder / "vocab.json").string(), merges = (folder / "merges.txt").string();
    return byte_level_vocabulary_to_json(read_file(vocab), vocab, read_file(merges), merges);
  }
  if (path.extension() == ".txt") {
    const std::string vocab = read_file(name);
    return bert_vocabulary_to_json(vocab, name, config.lowercase.value_or(is_lowercase_bert_vocabulary(vocab)));
  }
  return read_file(name);
}

}  // namespace

std::shared_ptr<const Tokenizer> parse_tokenizer(std::string_view content, const std::string& name) {
  return parse(content, name, {});
}

std::shared_ptr<const Tokenizer> load_tokenizer(const std::string& path) {
  try {
    std::filesystem::path file = path;
    if (std::filesystem::is_directory(file)) file = tokenizer_file_of(file);
    const FolderConfig config = read_folder_config(file.parent_path());
    return parse(read_as_json(file, config), file.string(), config);
  } catch (const std::filesystem::filesystem_error& error) {
    throw IoError(path, "cannot look for a tokenizer", error.code().value(),
                  "check the path, and the permissions of the folder and of those above it");
  }
}

}  // namespace slm::text
