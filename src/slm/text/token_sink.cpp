#include "slm/text/token_sink.h"

namespace slm::text {

TokenSink::TokenSink(const Pipeline& pipeline, const BlockEncoderOptions& options)
    : pipeline_(pipeline), options_(options), is_begin_(options.before.empty()) {
  add_text(options.before);
}

void TokenSink::add_text(std::string_view text) {
  if (!options_.has_offsets || !pipeline_.post_processor) return;
  recent_ += text;
  if (recent_.size() <= 2 * kRecent) return;
  recent_begin_ += static_cast<int64_t>(recent_.size() - kRecent);
  recent_.erase(0, recent_.size() - kRecent);
}

void TokenSink::add(int32_t id, TokenOffsets place, std::string_view text) {
  if (options_.has_offsets) found_.emplace_back(tokens_.ids.size(), text);
  tokens_.ids.push_back(id);
  tokens_.offsets.push_back(place);
}

void TokenSink::process() {
  Encoding recent;
  std::vector<std::string> texts;
  std::vector<size_t> which;
  auto found = found_.begin();
  for (size_t i = 0; i < tokens_.ids.size(); ++i) {
    const bool is_found = found != found_.end() && found->first == i;
    std::string text(is_found ? (found++)->second : pipeline_.model->vocabulary().token(tokens_.ids[i]));
    const TokenOffsets place = tokens_.offsets[i];
    if (recent_begin_ > 0 && place.begin <= recent_begin_) continue;
    which.push_back(i);
    recent.ids.push_back(tokens_.ids[i]);
    recent.offsets.push_back({place.begin - recent_begin_, place.end - recent_begin_});
    texts.push_back(std::move(text));
  }
  pipeline_.post_processor->process({.encoding = recent,
                                     .tokens = texts,
                                     .text = recent_,
                                     .has_offsets = true,
                                     .add_special_tokens = false,
                                     .is_begin = is_begin_ && !which.empty() && which.front() == 0,
                                     .is_part = true,
                                     .places_as_first = options_.places_as_first});
  for (size_t i = 0; i < which.size(); ++i) {
    const auto& [begin, end] = recent.offsets[i];
    tokens_.offsets[which[i]] = {begin + recent_begin_, end + recent_begin_};
  }
}

void TokenSink::put(Encoding& out) {
  if (tokens_.ids.empty()) return;
  if (options_.has_offsets && pipeline_.post_processor) process();
  is_begin_ = false;
  out.ids.insert(out.ids.end(), tokens_.ids.begin(), tokens_.ids.end());
  if (options_.has_offsets) out.offsets.insert(out.offsets.end(), tokens_.offsets.begin(), tokens_.offsets.end());
  tokens_.ids.clear();
  tokens_.offsets.clear();
  found_.clear();
}

}  // namespace slm::text
