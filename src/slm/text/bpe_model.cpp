#include "slm/text/bpe_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "slm/core/error.h"
#include "slm/text/bpe_stream.h"
#include "slm/text/decoder.h"
#include "slm/text/utf8.h"

namespace slm::text {

BpeModel::BpeModel(Vocabulary vocabulary, const std::vector<std::pair<std::string_view, std::string_view>>& merges,
                   BpeOptions options)
    : vocabulary_(std::move(vocabulary)), options_(std::move(options)) {
  const auto id_of = [&](size_t rank, std::string_view token) {
    const int32_t id = vocabulary_.find(token);
    if (id == kNoToken) {
      throw Error(fmt::format("merge {} ('{}' '{}') needs the token '{}', which the vocabulary does not have", rank,
                              merges[rank].first, merges[rank].second, token));
    }
    return id;
  };
  merges_.reserve(merges.size());
  std::vector<bool> is_part(static_cast<size_t>(vocabulary_.size()));
  bool is_in_order = true;
  std::string whole;
  int32_t last_whole = kNoToken;
  for (size_t rank = 0; rank < merges.size(); ++rank) {
    const auto& [left, right] = merges[rank];
    const int32_t left_id = id_of(rank, left), right_id = id_of(rank, right);
    whole = left;
    whole += right.substr(std::min(options_.continuing_subword_prefix.size(), right.size()));
    // Trainers number the results in the order of the merges: a look at the next id saves most searches.
    const int32_t next = last_whole + 1;
    last_whole = vocabulary_.has(next) && vocabulary_.token(next) == whole ? next : id_of(rank, whole);
    merges_.set(left_id, right_id, {static_cast<uint32_t>(rank), last_whole});
    is_part[static_cast<size_t>(left_id)] = is_part[static_cast<size_t>(right_id)] = true;
    is_in_order &= !is_part[static_cast<size_t>(last_whole)];
  }
  merges_.set_in_order(is_in_order);
  if (options_.unknown_token) unknown_id_ = vocabulary_.find(*options_.unknown_token);
  if (options_.byte_fallback) byte_ids_ = named_byte_ids(vocabulary_);
}

void BpeModel::append_character(std::string_view character, bool is_first, bool is_last,
                                std::vector<ModelToken>& tokens, size_t& unknown_bytes) const {
  const auto append = [&](int32_t id, size_t num_bytes) { tokens.push_back({id, 0, num_bytes}); };
  const bool has_affix =
      (!is_first && !options_.continuing_subword_prefix.empty()) || (is_last && !options_.end_of_word_suffix.empty());
  std::string spelled;
  std::string_view token = character;
  if (has_affix) {
    if (!is_first) spelled = options_.continuing_subword_prefix;
    spelled += character;
    if (is_last) spelled += options_.end_of_word_suffix;
    token = spelled;
  }
  if (const int32_t id = vocabulary_.find(token); id != kNoToken) {
    if (unknown_bytes > 0) append(unknown_id_, unknown_bytes);
    unknown_bytes = 0;
    append(id, character.size());
    return;
  }
  if (options_.byte_fallback) {
    const auto id_of = [this](char byte) { return byte_ids_[static_cast<unsigned char>(byte)]; };
    if (std::none_of(token.begin(), token.end(), [&](char byte) { return id_of(byte) == kNoToken; })) {
      for (const char byte : token) append(id_of(byte), 1);
      return;
    }
  }
  if (!options_.unknown_token) return;
  if (unknown_id_ == kNoToken) {
    throw Error(fmt::format("[BPE] '{}' is unknown, and the vocabulary does not have the unknown token '{}'", character,
                            *options_.unknown_token));
  }
  if (unknown_bytes > 0 && !options_.fuses_unknown) {
    append(unknown_id_, unknown_bytes);
    unknown_bytes = 0;
  }
  unknown_bytes += character.size();
}

void BpeModel::tokenize(std::string_view piece, std::vector<ModelToken>& tokens) const {
  if (options_.ignore_merges) {
    if (const int32_t id = vocabulary_.find(piece); id != kNoToken) {
      tokens.push_back({id, 0, piece.size()});
      return;
    }
  }
  const size_t first = tokens.size();
  size_t unknown_bytes = 0;  // of unknown characters that no token stands for yet
  for (size_t at = 0; at < piece.size();) {
    const auto length = static_cast<size_t>(read_utf8(piece, at).length);
    append_character(piece.substr(at, length), at == 0, at + length == piece.size(), tokens, unknown_bytes);
    at += length;
  }
  if (unknown_bytes > 0) tokens.push_back({unknown_id_, 0, unknown_bytes});
  // So far `end` was a length. Characters that left no token are not counted, as with Hugging Face.
  size_t at = 0;
  for (size_t i = first; i < tokens.size(); ++i) {
    tokens[i].begin = at;
    tokens[i].end = at += tokens[i].end;
  }
  merge_tokens(merges_, first, tokens);
}

// No characters differ at the edges of a piece, and none leaves no token, which would move the places of all that
// follow.
bool BpeModel::spells_parts_alike() const {
  return options_.continuing_subword_prefix.empty() && options_.end_of_word_suffix.empty() &&
         (options_.unknown_token || falls_back_to_bytes());
}

std::unique_ptr<PieceStream> BpeModel::stream(bool) const {
  return BpeStream::can_do(*this) ? std::make_unique<BpeStream>(*this) : nullptr;
}

BpeModel::Joints BpeModel::find_joints() const {
  Joints joints;
  joints.are_known = spells_parts_alike() && !options_.ignore_merges;
  merges_.for_each([&](int32_t left, int32_t right, const Merge& merge) {
    // Bytes of characters that have no token would be joined under other names.
    if (named_byte(vocabulary_.token(left)) || named_byte(vocabulary_.token(right))) joints.are_known = false;
    if (joints.are_known) joints.joined.add_neighbours_in(vocabulary_.token(merge.id));
  });
  return joints;
}

bool BpeModel::keeps_apart(char32_t left, char32_t right) const {
  std::call_once(joints_flag_, [&] { joints_ = find_joints(); });
  if (!joints_.are_known || joints_.joined.contains(left, right)) return false;
  std::string spelled;  // a known character ends a run of unknown ones
  append_utf8(spelled, right);
  return vocabulary_.find(spelled) != kNoToken;
}

}  // namespace slm::text
