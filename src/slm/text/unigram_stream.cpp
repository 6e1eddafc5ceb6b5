#include "slm/text/unigram_stream.h"

#include <algorithm>
#include <functional>
#include <set>

namespace slm::text {

void UnigramStream::advance() {
  const size_t begin = next_;
  model_.for_each_at(text_, begin, [&](size_t size, double score, int32_t id) {
    best_[begin + size].offer({best_[begin].score + score, begin, id});
  });
  next_ += static_cast<size_t>(read_utf8(text_, begin).length);
}

void UnigramStream::push(std::string_view part, std::span<const TokenOffsets> places, Encoding& tokens) {
  constexpr size_t kEnough = 256;
  text_ += part;
  places_.insert(places_.end(), places.begin(), places.end());
  best_.resize(text_.size() + 1);
  while (next_ < text_.size() && text_.size() - next_ >= model_.vocabulary().longest_token_bytes()) advance();
  if (next_ < std::max(try_from_, kEnough)) return;
  const size_t common = find_common_place();
  if (common > 0) take_path(common, tokens);
  try_from_ = 2 * next_;
}

size_t UnigramStream::find_common_place() const {
  std::set<size_t, std::greater<>> ends = {next_};
  for (size_t end = next_ + 1; end < best_.size(); ++end) {
    if (best_[end].is_reached()) ends.insert(end);
  }
  // Whichever goes farthest goes back by a token, until all are in one place.
  while (ends.size() > 1) {
    const size_t farthest = *ends.begin();
    ends.erase(ends.begin());
    ends.insert(best_[farthest].begin);
  }
  return *ends.begin();
}

void UnigramStream::take_path(size_t end, Encoding& tokens) {
  std::vector<ModelToken> reversed;
  for (size_t at = end; at > 0; at = best_[at].begin) reversed.push_back({best_[at].id, best_[at].begin, at});
  const UnigramOptions& options = model_.options();
  for (auto token = reversed.rbegin(); token != reversed.rend(); ++token) {
    const TokenOffsets place = {places_[token->begin].begin, places_[token->end - 1].end};
    if (token->id != options.unknown_id) {
      append_unknown(tokens);
      tokens.ids.push_back(token->id);
      tokens.offsets.push_back(place);
      continue;
    }
    if (unknown_.empty()) unknown_place_ = place;
    unknown_place_.end = place.end;
    const bool is_surely_no_token = is_long_unknown_ || unknown_.size() > model_.vocabulary().longest_token_bytes();
    if (!is_surely_no_token || options.byte_fallback) {
      unknown_.append(text_, token->begin, token->end - token->begin);
    }
    if (is_surely_no_token && settles_bytes_) settle_bytes(tokens);
  }
  const auto count = static_cast<std::ptrdiff_t>(end);
  text_.erase(0, end);
  places_.erase(places_.begin(), places_.begin() + count);
  best_.erase(best_.begin(), best_.begin() + count);
  for (UnigramPath& best : best_) {
    if (best.is_reached()) best.begin -= std::min(best.begin, end);  // none that lives began before
  }
  next_ -= end;
}

void UnigramStream::settle_bytes(Encoding& tokens) {
  is_long_unknown_ = true;
  for (const char byte : unknown_) {
    tokens.ids.push_back(model_.byte_id(byte));
    tokens.offsets.push_back(unknown_place_);
  }
  unknown_.clear();
}

void UnigramStream::append_unknown(Encoding& tokens) {
  if (is_long_unknown_) settle_bytes(tokens);
  is_long_unknown_ = false;
  if (unknown_.empty()) return;
  std::vector<ModelToken> found;
  model_.append_unknown(unknown_, 0, unknown_.size(), found);
  for (const ModelToken& token : found) {
    tokens.ids.push_back(token.id);
    tokens.offsets.push_back(unknown_place_);
  }
  unknown_.clear();
}

void UnigramStream::finish(Encoding& tokens) {
  while (next_ < text_.size()) advance();
  take_path(text_.size(), tokens);
  append_unknown(tokens);
}

}  // namespace slm::text
