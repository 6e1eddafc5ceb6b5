#include "slm/cli/prepared_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/core/quantities.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/folder.h"
#include "slm/storage/read_file.h"
#include "slm/storage/system_calls.h"
#include "slm/text/tokenizer.h"

namespace slm::cli {
namespace {

using data::Part;
using data::PreparedIndex;
using nlohmann::json;

constexpr int64_t kSampleTokens = 40;
constexpr size_t kNumSamples = 3;
constexpr int64_t kMaxSpeedBytes = 4096;

// A power cut may take the speed: it is no part of the corpus.
class NoSync : public storage::SystemCalls {
 public:
  int fsync(int /*file*/) override { return 0; }
};

double bytes_per_token(const PreparedIndex& index) {
  const PreparedIndex::Counts total = index.total();
  return total.tokens == 0 ? 0 : static_cast<double>(total.bytes) / static_cast<double>(total.tokens);
}

std::string both(int64_t train, int64_t val) {
  return fmt::format("{} ({} to train, {} to validate)", with_thousands(train + val), with_thousands(train),
                     with_thousands(val));
}

// Where each document of a part begins, and after the last one the end.
class Lengths {
 public:
  Lengths(std::span<const uint64_t> starts, int64_t num_tokens) : starts_(starts), num_tokens_(num_tokens) {}
  size_t size() const { return starts_.size(); }
  int64_t start(size_t i) const { return static_cast<int64_t>(starts_[i]); }
  int64_t operator[](size_t i) const { return (i + 1 < starts_.size() ? start(i + 1) : num_tokens_) - start(i); }

 private:
  std::span<const uint64_t> starts_;
  int64_t num_tokens_;
};

// The lower median of all lengths, in memory that does not grow with their number: 16 bits at a time, from the top.
int64_t median_of(const std::array<Lengths, 2>& parts) {
  const size_t num_documents = parts[0].size() + parts[1].size();
  if (num_documents == 0) return 0;
  uint64_t prefix = 0, rank = (num_documents - 1) / 2;
  for (int shift = 48; shift >= 0; shift -= 16) {
    std::vector<uint64_t> counts(size_t{1} << 16);
    for (const Lengths& lengths : parts) {
      for (size_t i = 0; i < lengths.size(); ++i) {
        const auto length = static_cast<uint64_t>(lengths[i]);
        if (shift == 48 || length >> (shift + 16) == prefix) ++counts[(length >> shift) & 0xFFFF];
      }
    }
    uint64_t digit = 0;
    while (rank >= counts[digit]) rank -= counts[digit++];
    prefix = prefix << 16 | digit;
  }
  return static_cast<int64_t>(prefix);
}

json sample(const data::TokenSource& tokens, const Lengths& lengths, size_t document,
            const text::Tokenizer& tokenizer) {
  std::vector<int32_t> ids(static_cast<size_t>(std::min(lengths[document], kSampleTokens)));
  tokens.copy(lengths.start(document), ids);
  return {{"document", document},
          {"tokens", lengths[document]},
          {"text", tokenizer.decode(ids, {.skip_special_tokens = false, .replace_invalid_utf8 = true})}};
}

}  // namespace

void save_speed(const std::string& folder, const PrepareSpeed& speed) {
  const json object = {
      {"mb_per_s", speed.mb_per_s}, {"seconds", speed.seconds}, {"is_last_of_several_runs", speed.is_resumed}};
  try {
    NoSync calls;
    storage::write_file(storage::join(folder, data::kSpeedName), json_text(object, 2) + "\n", calls);
  } catch (const Error&) {
  }
}

std::optional<PrepareSpeed> read_speed(const std::string& folder) {
  const std::string path = storage::join(folder, data::kSpeedName);
  if (!storage::exists(path)) return std::nullopt;
  try {
    const json object = parse_json(storage::read_file(path, kMaxSpeedBytes));
    return PrepareSpeed{.mb_per_s = object.at("mb_per_s").get<double>(),
                        .seconds = object.at("seconds").get<double>(),
                        .is_resumed = object.at("is_last_of_several_runs").get<bool>()};
  } catch (const std::exception&) {
    return std::nullopt;  // a file of somebody else's
  }
}

std::string format_speed(const PrepareSpeed& speed) {
  return fmt::format("speed: {:.1f} MB/s, {:.1f} s{}\n", speed.mb_per_s, speed.seconds,
                     speed.is_resumed ? " of the last run, which went on from an earlier one" : "");
}

std::string format_prepared(const PreparedIndex& index) {
  const PreparedIndex::Counts &train = index.counts(Part::kTrain), &val = index.counts(Part::kVal);
  std::string text = fmt::format("documents: {}\n", both(train.documents, val.documents));
  text += fmt::format("text: {}\n", format_bytes(train.bytes + val.bytes));
  text += fmt::format("tokens: {}, {:.3f} bytes each{}\n", both(train.tokens, val.tokens), bytes_per_token(index),
                      index.is_cut ? "; cut by --max_tokens" : "");
  for (const auto& [kind, counts] :
       {std::pair("exact", index.exact_duplicates), std::pair("near", index.near_duplicates)}) {
    if (counts.documents == 0) continue;
    text += fmt::format("{} duplicates left out: {}, {}, {}\n", kind, counted(counts.documents, "document"),
                        format_bytes(counts.bytes), counted(counts.tokens, "token"));
  }
  for (const auto& skipped : index.skipped) {
    text +=
        fmt::format("skipped, {}: {}, the first in {}\n", skipped.reason, with_thousands(skipped.count), skipped.first);
  }
  if (index.special_tokens_in_text > 0) {
    text += fmt::format("special tokens that the text spells: {}\n", with_thousands(index.special_tokens_in_text));
  }
  if (index.invalid_utf8_places > 0) {
    text += fmt::format("not UTF-8, replaced by U+FFFD: {}\n", counted(index.invalid_utf8_places, "place"));
  }
  text += fmt::format("tokenizer: {}, vocabulary {}, {}\n", index.tokenizer.kind,
                      with_thousands(index.tokenizer.vocab_size),
                      index.tokenizer.separator ? fmt::format("id {} after each document", *index.tokenizer.separator)
                                                : "a blank line after each document");
  const auto num_val = std::count_if(index.shards.begin(), index.shards.end(),
                                     [](const auto& shard) { return shard.part == Part::kVal; });
  text += fmt::format("shards: {}{}\n", both(std::ssize(index.shards) - num_val, num_val),
                      index.tensor ? fmt::format("; {} with all training tokens", index.tensor->file) : "");
  return text;
}

json prepared_json(const PreparedIndex& index) {
  json object = parse_json(data::to_json(index));
  object["bytes_per_token"] = bytes_per_token(index);
  return object;
}

json describe_documents(const data::PreparedCorpus& corpus) {
  const std::array<Lengths, 2> lengths = {
      Lengths(corpus.document_starts->of(Part::kTrain), corpus.train.size()),
      Lengths(corpus.document_starts->of(Part::kVal), corpus.validation.size()),
  };
  int64_t longest = 0;
  for (const Lengths& part : lengths) {
    for (size_t i = 0; i < part.size(); ++i) longest = std::max(longest, part[i]);
  }
  json samples = json::array();
  const size_t num_documents = lengths[0].size(), num_samples = std::min(kNumSamples, num_documents);
  for (size_t i = 0; i < num_samples; ++i) {
    samples.push_back(sample(corpus.train, lengths[0], i * num_documents / num_samples, *corpus.tokenizer));
  }
  return {{"longest_document", longest}, {"median_document", median_of(lengths)}, {"samples", samples}};
}

std::string format_documents(const json& described) {
  std::string text = fmt::format("longest document: {}\nmedian document: {}\n",
                                 counted(described["longest_document"].get<int64_t>(), "token"),
                                 counted(described["median_document"].get<int64_t>(), "token"));
  for (const json& sample : described["samples"]) {
    text += fmt::format("document {}, {}: {}\n", sample["document"].get<int64_t>(),
                        counted(sample["tokens"].get<int64_t>(), "token"), json_text(sample["text"]));
  }
  return text;
}

}  // namespace slm::cli
