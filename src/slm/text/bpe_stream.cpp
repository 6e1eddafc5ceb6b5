#include "slm/text/bpe_stream.h"

#include <fmt/format.h>

#include "slm/core/error.h"
#include "slm/text/utf8.h"

namespace slm::text {

bool BpeStream::can_do(const BpeModel& model) {
  const BpeOptions& options = model.options();
  const bool has_affixes = !options.continuing_subword_prefix.empty() || !options.end_of_word_suffix.empty();
  if (!model.merges().is_in_order()) return false;
  return options.byte_fallback ? !has_affixes && !model.fallback_ids().empty() : options.unknown_token.has_value();
}

BpeStream::BpeStream(const BpeModel& model)
    : model_(model),
      fallback_ids_(model.fallback_ids()),
      merges_(model.merges()),
      may_be_token_(model.options().ignore_merges) {}

int32_t BpeStream::find(std::string_view character, bool is_last) {
  const auto& [unknown_token, prefix, suffix, fuses_unknown, byte_fallback, ignore_merges] = model_.options();
  const bool has_prefix = !is_first_ && !prefix.empty(), has_suffix = is_last && !suffix.empty();
  if (!has_prefix && !has_suffix) return model_.vocabulary().find(character);
  spelled_.clear();
  if (has_prefix) spelled_ = prefix;
  spelled_ += character;
  if (has_suffix) spelled_ += suffix;
  return model_.vocabulary().find(spelled_);
}

void BpeStream::add_unknown() {
  if (has_unknown_) merges_.add(model_.unknown_id(), unknown_place_);
  has_unknown_ = false;
}

void BpeStream::add(const Character& character, bool is_last) {
  const int32_t id = find(character.text, is_last);
  is_first_ = false;
  if (id != kNoToken) {
    add_unknown();
    merges_.add(id, character.place);
    return;
  }
  if (!fallback_ids_.empty()) {
    for (const char byte : character.text)
      merges_.add(fallback_ids_[static_cast<unsigned char>(byte)], character.place);
    return;
  }
  if (model_.unknown_id() == kNoToken) {
    throw Error(fmt::format("[BPE] '{}' is unknown, and the vocabulary does not have the unknown token '{}'",
                            character.text, *model_.options().unknown_token));
  }
  if (!model_.options().fuses_unknown) add_unknown();
  if (!has_unknown_) unknown_place_ = character.place;
  has_unknown_ = true;
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
