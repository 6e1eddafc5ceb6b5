#include "slm/data/prepared_block.h"

#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace slm::data {
namespace {

// Words "0" to "vocab_size - 1", each its own id.
std::shared_ptr<const text::Tokenizer> numbers(int vocab_size) {
  nlohmann::json vocab = nlohmann::json::object();
  for (int id = 0; id < vocab_size; ++id) vocab[std::to_string(id)] = id;
  const nlohmann::json tokenizer = {{"pre_tokenizer", {{"type", "WhitespaceSplit"}}},
                                    {"model", {{"type", "WordLevel"}, {"vocab", vocab}, {"unk_token", "0"}}}};
  return text::parse_tokenizer(tokenizer.dump(), "tokenizer.json");
}

template <class Id>
std::vector<int64_t> tokens_of(const PreparedBlock& block) {
  std::vector<Id> ids(block.tokens.size() / sizeof(Id));
  if (!ids.empty()) std::memcpy(ids.data(), block.tokens.data(), block.tokens.size());
  return {ids.begin(), ids.end()};
}

TEST(PreparedBlock, HasEveryIdAsNarrowAsItsVocabularyAllows) {
  for (const int vocab_size : {65536, 65537}) {
    const BlockPreparer preparer(numbers(vocab_size), {});
    PreparedBlock prepared;  // used again
    for (const int count : {0, 1, 7, 8, 9, 1023, 1024, 1025, 40000}) {
      CorpusBlock block;
      block.sources = {"a.txt"};
      std::vector<int64_t> want;
      for (int i = 0; i < count; ++i) {
        want.push_back((vocab_size - 1 - i * int64_t{7919}) % vocab_size);
        if (want.back() < 0) want.back() += vocab_size;
        block.bytes += std::to_string(want.back()) + ' ';
      }
      block.parts = {{.begin = 0, .end = block.bytes.size()}};
      preparer.prepare(block, prepared);
      EXPECT_EQ(vocab_size > 65536 ? tokens_of<uint32_t>(prepared) : tokens_of<uint16_t>(prepared), want) << count;
      EXPECT_EQ(prepared.documents.size(), count > 0 ? 1u : 0u);
    }
  }
}

}  // namespace
}  // namespace slm::data
