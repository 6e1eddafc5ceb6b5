#include "slm/data/prepared_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/data/token_shard.h"
#include "slm/storage/ascii_text.h"
#include "slm/storage/folder.h"
#include "slm/storage/read_file.h"
#include "slm/text/json_fields.h"

namespace slm::data {
namespace {

using text::JsonFields;
using Json = nlohmann::ordered_json;

constexpr int64_t kVersion = 2;
constexpr int64_t kMaxIndexBytes = int64_t{1} << 30;
constexpr int64_t kMaxCount = int64_t{1} << 53;  // what every JSON reader keeps exact

Json to_json(const PreparedIndex::Counts& counts) {
  return {{"documents", counts.documents}, {"bytes", counts.bytes}, {"tokens", counts.tokens}};
}

int64_t count_of(const JsonFields& fields, const char* name) {
  const auto& value = fields.at(name);
  if (!value.is_number_unsigned() || value.get<uint64_t>() > static_cast<uint64_t>(kMaxCount)) {
    fields.fail(fmt::format("has \"{}\": {}, expected a whole number from 0 to 2^53", name, json_text(value)));
  }
  return value.get<int64_t>();
}

PreparedIndex::Counts counts_of(const JsonFields& fields) {
  return {count_of(fields, "documents"), count_of(fields, "bytes"), count_of(fields, "tokens")};
}

// The name of a file inside the folder: a hostile index must not lead out of it.
std::string file_of(const JsonFields& fields) {
  std::string file = fields.string("file");
  if (file.empty() || file.starts_with('.') || file.find('/') != std::string::npos ||
      file.find('\0') != std::string::npos) {
    fields.fail("has a \"file\" that is not the name of a file inside the folder");
  }
  return file;
}

std::string sha256_of(const JsonFields& fields) {
  std::string digits = fields.string("sha256");
  if (!storage::is_lower_hex(digits, 64)) {
    fields.fail("has a \"sha256\" that is not 64 hexadecimal digits");
  }
  return digits;
}

std::string xxh64_of(const JsonFields& fields) {
  std::string digits = fields.string("xxh64");
  if (!storage::is_lower_hex(digits, 16)) fields.fail("has an \"xxh64\" that is not 16 hexadecimal digits");
  return digits;
}

Part part_of(const JsonFields& fields) {
  const std::string part = fields.string("part");
  for (const Part known : kParts) {
    if (part == name(known)) return known;
  }
  fields.fail("has a \"part\" that is neither train nor val");
}

PreparedIndex::TokenizerCopy tokenizer_of(const JsonFields& fields) {
  PreparedIndex::TokenizerCopy tokenizer = {.file = file_of(fields),
                                            .sha256 = sha256_of(fields),
                                            .kind = fields.string("kind"),
                                            .vocab_size = fields.integer("vocab_size")};
  if (fields.has("separator")) {
    tokenizer.separator = fields.integer("separator");
    if (*tokenizer.separator >= tokenizer.vocab_size) fields.fail("has a separator outside of its vocabulary");
  }
  return tokenizer;
}

std::vector<PreparedIndex::Shard> shards_of(const JsonFields& fields) {
  std::vector<PreparedIndex::Shard> shards;
  for (const auto& element : fields.array("shards")) {
    const JsonFields shard = fields.element(element, "shards");
    shards.push_back({part_of(shard), file_of(shard), count_of(shard, "tokens"), xxh64_of(shard)});
    if (shards.back().tokens < 1 || shards.back().tokens > kMaxShardTokens) {
      shard.fail(fmt::format("counts {} tokens in {}, expected 1 to {}", shards.back().tokens, shards.back().file,
                             kMaxShardTokens));
    }
  }
  return shards;
}

void check_sums(const JsonFields& fields, const PreparedIndex& index) {
  for (const Part part : kParts) {
    int64_t sum = 0;  // of at most 2^31 tokens for each of its lines: no overflow
    for (const auto& shard : index.shards) sum += shard.part == part ? shard.tokens : 0;
    if (sum != index.counts(part).tokens) {
      fields.fail(fmt::format("counts {} {} tokens, its shards have {}", index.counts(part).tokens, name(part), sum));
    }
  }
}

}  // namespace

std::string_view name(Part part) { return part == Part::kTrain ? "train" : "val"; }

PreparedIndex::Counts PreparedIndex::total() const {
  Counts sum;
  for (const Counts& counts : parts) {
    sum.documents += counts.documents;
    sum.bytes += counts.bytes;
    sum.tokens += counts.tokens;
  }
  return sum;
}

std::string to_json(const PreparedIndex& index) {
  const PreparedIndex::Counts total = index.total();
  Json json = {{"version", kVersion}};
  json["tokenizer"] = {{"file", index.tokenizer.file},
                       {"sha256", index.tokenizer.sha256},
                       {"kind", index.tokenizer.kind},
                       {"vocab_size", index.tokenizer.vocab_size},
                       {"separator", nullptr}};
  if (index.tokenizer.separator) json["tokenizer"]["separator"] = *index.tokenizer.separator;
  json.update(to_json(total));
  for (const Part part : kParts) json[std::string(name(part))] = to_json(index.counts(part));
  json["shards"] = Json::array();
  for (const auto& shard : index.shards) {
    json["shards"].push_back(
        {{"part", name(shard.part)}, {"file", shard.file}, {"tokens", shard.tokens}, {"xxh64", shard.xxh64}});
  }
  json["document_starts"] = {{"file", index.documents.file}, {"sha256", index.documents.sha256}};
  json["tensor"] = nullptr;
  if (index.tensor) json["tensor"] = {{"file", index.tensor->file}, {"sha256", index.tensor->sha256}};
  json["duplicates"] = {{"exact", to_json(index.exact_duplicates)}, {"near", to_json(index.near_duplicates)}};
  json["skipped"] = Json::array();
  for (const auto& skipped : index.skipped) {
    json["skipped"].push_back({{"reason", skipped.reason}, {"count", skipped.count}, {"first", skipped.first}});
  }
  json["special_tokens_in_text"] = index.special_tokens_in_text;
  json["invalid_utf8_places"] = index.invalid_utf8_places;
  json["is_cut"] = index.is_cut;
  json["inputs"] = Json::array();
  for (const auto& input : index.inputs) json["inputs"].push_back({{"path", input.path}, {"bytes", input.bytes}});
  json["command"] = index.command;
  return json_text(json, 2) + '\n';
}

PreparedIndex parse_prepared_index(std::string_view content, const std::string& path) {
  const auto json = parse_json(content);
  if (json.is_discarded()) {
    throw FormatError(path, FormatError::kNoOffset, "is not JSON, expected the index of a prepared corpus");
  }
  const JsonFields fields(json, path, "the index");
  const int64_t version = count_of(fields, "version");
  if (version != kVersion) {
    fields.fail(fmt::format("has version {}, expected {}: prepare the corpus with this slm", version, kVersion));
  }
  PreparedIndex index;
  index.tokenizer = tokenizer_of(fields.object("tokenizer"));
  for (const Part part : kParts) index.counts(part) = counts_of(fields.object(name(part).data()));
  index.shards = shards_of(fields);
  check_sums(fields, index);
  const JsonFields documents = fields.object("document_starts");
  index.documents = {file_of(documents), sha256_of(documents)};
  if (fields.has("tensor")) {
    const JsonFields tensor = fields.object("tensor");
    index.tensor = {file_of(tensor), sha256_of(tensor)};
  }
  const JsonFields duplicates = fields.object("duplicates");
  index.exact_duplicates = counts_of(duplicates.object("exact"));
  index.near_duplicates = counts_of(duplicates.object("near"));
  for (const auto& element : fields.array("skipped")) {
    const JsonFields skipped = fields.element(element, "skipped");
    index.skipped.push_back({skipped.string("reason"), count_of(skipped, "count"), skipped.string("first")});
  }
  index.special_tokens_in_text = count_of(fields, "special_tokens_in_text");
  index.invalid_utf8_places = count_of(fields, "invalid_utf8_places");
  index.is_cut = fields.boolean("is_cut");
  for (const auto& element : fields.array("inputs")) {
    const JsonFields input = fields.element(element, "inputs");
    index.inputs.push_back({input.string("path"), count_of(input, "bytes")});
  }
  for (const auto& word : fields.array("command")) {
    if (!word.is_string()) fields.fail("has a \"command\" that is no list of strings");
    index.command.push_back(word.get<std::string>());
  }
  return index;
}

bool is_prepared_folder(const std::string& folder) {
  return storage::is_directory(folder) && storage::exists(storage::join(folder, kIndexName));
}

PreparedIndex read_prepared_index(const std::string& folder) {
  const std::string path = storage::join(folder, kIndexName);
  PreparedIndex index = parse_prepared_index(storage::read_file(path, kMaxIndexBytes), path);
  std::vector<std::string> files = {index.tokenizer.file, index.documents.file};
  for (const auto& shard : index.shards) files.push_back(shard.file);
  if (index.tensor) files.push_back(index.tensor->file);
  for (const std::string& file : files) {
    if (storage::exists(storage::join(folder, file))) continue;
    throw FormatError(path, FormatError::kNoOffset,
                      fmt::format("names {}, which is missing: copy the whole folder again", file));
  }
  return index;
}

}  // namespace slm::data
