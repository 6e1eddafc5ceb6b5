#include "slm/text/unigram_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "slm/core/error.h"
#include "slm/text/unigram_stream.h"

namespace slm::text {
UnigramModel::UnigramModel(Vocabulary vocabulary, std::vector<double> scores, UnigramOptions options)
    : vocabulary_(std::move(vocabulary)), scores_(std::move(scores)), options_(options) {
  double worst = std::numeric_limits<double>::infinity();
  std::vector<std::string_view> texts;
  for (int32_t id = 0; id < vocabulary_.size(); ++id) {
    texts.push_back(vocabulary_.token(id));
    worst = std::min(worst, scores_[static_cast<size_t>(id)]);
  }
  trie_ = ByteTrie(texts);
  unknown_score_ = worst - kUnknownPenalty;
  if (options_.byte_fallback) byte_ids_ = named_byte_ids(vocabulary_);
}

int32_t UnigramModel::unknown_id_of(std::string_view character) const {
  if (options_.unknown_id) return *options_.unknown_id;
  throw Error(fmt::format("[Unigram] '{}' is unknown, and the model has no unknown token", character));
}

std::unique_ptr<PieceStream> UnigramModel::stream(bool has_offsets) const {
  return std::make_unique<UnigramStream>(*this, has_offsets);
}

void UnigramModel::append_unknown(std::string_view piece, size_t begin, size_t end,
                                  std::vector<ModelToken>& tokens) const {
  const std::string_view unknown = piece.substr(begin, end - begin);
  if (const int32_t id = vocabulary_.find(unknown); id != kNoToken) return tokens.push_back({id, begin, end});
  if (options_.byte_fallback) {
    const size_t first = tokens.size();
    for (const char byte : unknown) {
      const int32_t id = byte_id(byte);
      if (id == kNoToken) break;
      tokens.push_back({id, begin, end});
    }
    if (tokens.size() - first == unknown.size()) return;
    tokens.resize(first);
  }
  tokens.push_back({*options_.unknown_id, begin, end});
}

void UnigramModel::tokenize(std::string_view piece, std::vector<ModelToken>& tokens) const {
  std::vector<UnigramPath> best(piece.size() + 1);  // by where a path ends
  for (size_t begin = 0; begin < piece.size(); begin += static_cast<size_t>(read_utf8(piece, begin).length)) {
    for_each_at(piece, begin, [&](size_t size, double score, int32_t id) {
      best[begin + size].offer({best[begin].score + score, begin, id});
    });
  }

  std::vector<ModelToken> reversed;
  for (size_t end = piece.size(); end > 0; end = best[end].begin)
    reversed.push_back({best[end].id, best[end].begin, end});
  for (auto token = reversed.rbegin(); token != reversed.rend();) {
    if (token->id != options_.unknown_id) {
      tokens.push_back(*token++);
      continue;
    }
    const size_t begin = token->begin;  // neighbouring unknown characters are one
    size_t end = begin;
    for (; token != reversed.rend() && token->id == options_.unknown_id; ++token) end = token->end;
    append_unknown(piece, begin, end, tokens);
  }
}

}  // namespace slm::text
