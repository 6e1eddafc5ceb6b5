#include "slm/text/bpe_stream.h"

#include "slm/text/utf8.h"

namespace slm::text {

bool BpeStream::can_do(const BpeModel& model) {
  const BpeOptions& options = model.options();
  const bool has_affixes = !options.continuing_subword_prefix.empty() || !options.end_of_word_suffix.empty();
  if (!model.merges().is_in_order()) return false;
  return options.byte_fallback ? !has_affixes && model.falls_back_to_bytes() : options.unknown_token.has_value();
}

BpeStream::BpeStream(const BpeModel& model)
    : model_(model), merges_(model.merges()), may_be_token_(model.options().ignore_merges) {}

void BpeStream::add_unknown() {
  if (unknown_bytes_ > 0) merges_.add(model_.unknown_id(), unknown_place_);
  unknown_bytes_ = 0;
}

void BpeStream::add(const Character& character, bool is_last) {
  const size_t num_waiting = unknown_bytes_;
  found_.clear();
  model_.append_character(character.text, is_first_, is_last, found_, unknown_bytes_);
  is_first_ = false;
  const bool has_unknown = num_waiting > 0 && !found_.empty();
  if (has_unknown) merges_.add(found_.front().id, unknown_place_);
  for (size_t i = has_unknown ? 1 : 0; i < found_.size(); ++i) merges_.add(found_[i].id, character.place);
  if (num_waiting == 0 || has_unknown) unknown_place_.begin = character.place.begin;
  unknown_place_.end = character.place.end;
}

void BpeStream::push(std::string_view part, std::span<const TokenOffsets> places, Encoding& tokens) {
  if (may_be_token_) {
    beginning_ += part;
    beginning_places_.insert(beginning_places_.end(), places.begin(), places.end());
    if (beginning_.size() <= model_.vocabulary().longest_token_bytes()) return;
    may_be_token_ = false;
    part = beginning_;
    places = beginning_places_;
  }
  for (size_t at = 0; at < part.size();) {
    const auto length = static_cast<size_t>(read_utf8(part, at).length);
    if (!held_.text.empty()) add(held_, false);
    held_.text = part.substr(at, length);
    held_.place = {places[at].begin, places[at + length - 1].end};
    at += length;
  }
  merges_.settle(tokens);
}

void BpeStream::finish(Encoding& tokens) {
  if (may_be_token_ && !beginning_.empty()) {
    std::vector<ModelToken> found;
    model_.tokenize(beginning_, found);
    for (const ModelToken& token : found) {
      tokens.ids.push_back(token.id);
      tokens.offsets.push_back({beginning_places_[token.begin].begin, beginning_places_[token.end - 1].end});
    }
    return;
  }
  if (!held_.text.empty()) add(held_, true);
  add_unknown();
  merges_.finish(tokens);
}

}  // namespace slm::text
