#include "slm/text/bpe_stream.h"

#include "slm/text/utf8.h"

namespace slm::text {

bool BpeStream::can_do(const BpeModel& model) {
  const BpeOptions& options = model.options();
  const bool has_affixes = !options.continuing_subword_prefix.empty() || !options.end_of_word_suffix.empty();
  if (!model.merges().is_in_order()) return false;
  return options.byte_fallback ? !has_affixes && model.falls_back_to_bytes() : options.unknown_token.has_value();
}

BpeStream::BpeStream(const BpeModel& model) : model_(model), merges_(model.merges()), beginning_(model) {}

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
  if (beginning_.keeps(part, places)) return;
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
  if (beginning_.may_be_token() && !beginning_.text().empty()) {
    found_.clear();
    model_.tokenize(beginning_.text(), found_);
    return append_tokens(found_, beginning_.places(), tokens);
  }
  if (!held_.text.empty()) add(held_, true);
  add_unknown();
  merges_.finish(tokens);
}

}  // namespace slm::text
