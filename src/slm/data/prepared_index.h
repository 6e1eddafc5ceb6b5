#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slm::data {

// The two parts of a prepared corpus.
enum class Part : uint8_t { kTrain, kVal };
inline constexpr std::array kParts = {Part::kTrain, Part::kVal};
std::string_view name(Part part);  // "train", "val"

// `index.json` of a folder that `slm prepare` wrote: what the folder holds and how it came about. It is the last file
// that is written, so a folder with it is complete. docs/formats.md describes every field.
struct PreparedIndex {
  struct Counts {
    int64_t documents = 0;
    int64_t bytes = 0;  // of the documents' text, without separators
    int64_t tokens = 0;
  };
  struct TokenizerCopy {
    std::string file;    // inside the folder
    std::string sha256;  // of that file
    std::string kind;    // as Tokenizer::kind()
    int64_t vocab_size = 0;
    std::optional<int64_t> separator = {};  // the token after each document; none: a blank line
  };
  struct Shard {
    Part part = Part::kTrain;
    std::string file;  // inside the folder
    int64_t tokens = 0;
    std::string xxh64;  // of its tokens as they are stored: content_hash(), as 16 hexadecimal digits
  };
  struct File {
    std::string file;  // inside the folder
    std::string sha256;
  };
  struct Skipped {
    std::string reason;
    int64_t count = 0;
    std::string first;  // where: file and line or row
  };
  struct Input {
    std::string path;  // as given, or inside a folder that was given; of the hub with @ and the commit; no secrets
    int64_t bytes = 0;
  };

  TokenizerCopy tokenizer;
  std::array<Counts, 2> parts;  // by Part
  std::vector<Shard> shards;    // train's in order, then val's
  File documents;               // document_starts.h
  std::optional<File> tensor = {};
  Counts exact_duplicates, near_duplicates;
  std::vector<Skipped> skipped;
  int64_t special_tokens_in_text = 0;
  int64_t invalid_utf8_places = 0;  // each became U+FFFD
  bool is_cut = false;              // --max_tokens ended the corpus
  std::vector<Input> inputs;
  std::vector<std::string> command;

  const Counts& counts(Part part) const { return parts[static_cast<size_t>(part)]; }
  Counts& counts(Part part) { return parts[static_cast<size_t>(part)]; }
  Counts total() const;
};

inline constexpr std::string_view kIndexName = "index.json";
// Beside it, how fast the command was that ended the work: not part of the corpus, which is the same however fast.
inline constexpr std::string_view kSpeedName = "speed.json";

std::string to_json(const PreparedIndex& index);

// Throws FormatError, with `path` as the path, for everything that does not fit together: names that lead out of the
// folder, shards that do not add up to the counts, a version that is not known.
PreparedIndex parse_prepared_index(std::string_view content, const std::string& path);

// Whether `folder` holds a complete prepared corpus.
bool is_prepared_folder(const std::string& folder);

// Of the folder; checks that its files are there. Throws IoError or FormatError.
PreparedIndex read_prepared_index(const std::string& folder);

}  // namespace slm::data
