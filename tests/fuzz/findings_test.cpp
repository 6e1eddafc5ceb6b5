// What fuzzing and reviews once found: fuzz/findings/NAME has inputs of the fuzz program NAME that failed, or were
// accepted wrongly. A check that fails ends the process, as it does there.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

using FuzzCheck = int(const uint8_t* data, size_t size);

extern "C" {
FuzzCheck fuzz_archive, fuzz_corpus_blocks, fuzz_csv, fuzz_document_starts, fuzz_encode, fuzz_http_headers,
    fuzz_json_field, fuzz_older_tokenizers, fuzz_prepared_index, fuzz_safetensors, fuzz_token_shard,
    fuzz_tokenizer_json, fuzz_torch_archive;
}

namespace slm::test {
namespace {

struct Target {
  const char* name;
  FuzzCheck* check;
};

constexpr Target kTargets[] = {
    {"fuzz_archive", fuzz_archive},
    {"fuzz_corpus_blocks", fuzz_corpus_blocks},
    {"fuzz_csv", fuzz_csv},
    {"fuzz_document_starts", fuzz_document_starts},
    {"fuzz_encode", fuzz_encode},
    {"fuzz_http_headers", fuzz_http_headers},
    {"fuzz_json_field", fuzz_json_field},
    {"fuzz_older_tokenizers", fuzz_older_tokenizers},
    {"fuzz_prepared_index", fuzz_prepared_index},
    {"fuzz_safetensors", fuzz_safetensors},
    {"fuzz_token_shard", fuzz_token_shard},
    {"fuzz_tokenizer_json", fuzz_tokenizer_json},
    {"fuzz_torch_archive", fuzz_torch_archive},
};

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void check_file(const Target& target, const std::filesystem::path& path) {
  SCOPED_TRACE(path.string());
  const std::string content = content_of(path);
  EXPECT_EQ(target.check(reinterpret_cast<const uint8_t*>(content.data()), content.size()), 0);
}

TEST(FuzzFindings, StayMended) {
  const std::filesystem::path folder = std::filesystem::path(SLM_SOURCE_DIR) / "fuzz" / "findings";
  size_t num_folders = 0;
  for (const Target& target : kTargets) {
    if (!std::filesystem::exists(folder / target.name)) continue;
    ++num_folders;
    for (const auto& entry : std::filesystem::directory_iterator(folder / target.name)) {
      check_file(target, entry.path());
    }
  }
  const auto entries = std::filesystem::directory_iterator(folder);
  EXPECT_EQ(num_folders, static_cast<size_t>(std::distance(begin(entries), end(entries)))) << "one is of no target";
}

// Each input of one parser, cut short and with each byte changed, in all others, too.
TEST(FuzzFindings, InputsOfOneParserHarmNoOther) {
  const std::filesystem::path folder = std::filesystem::path(SLM_SOURCE_DIR) / "fuzz" / "findings";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    for (const Target& target : kTargets) {
      std::string content = content_of(entry.path()).substr(0, 300);
      const auto run = [&] { target.check(reinterpret_cast<const uint8_t*>(content.data()), content.size()); };
      for (size_t at = 0; at < content.size(); at += 7) {
        content[at] = static_cast<char>(content[at] ^ 0x55);
        run();
      }
      for (; !content.empty(); content.resize(content.size() - content.size() / 8 - 1)) run();
    }
  }
}

}  // namespace
}  // namespace slm::test
