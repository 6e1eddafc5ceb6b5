#include "slm/text/byte_level_block_encoder.h"

#include <algorithm>
#include <optional>

#include "slm/text/byte_level_stream.h"
#include "slm/text/gpt_run.h"
#include "slm/text/nfc_check.h"
#include "slm/text/text_cut.h"
#include "slm/text/token_sink.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

class ByteLevelBlockEncoder final : public BlockEncoder {
 public:
  ByteLevelBlockEncoder(const Pipeline& pipeline, const BpeModel& model, EncoderMemories& memories,
                        const BlockEncoderOptions& options)
      : pipeline_(pipeline),
        model_(model),
        memories_(memories),
        options_(options),
        sink_(pipeline, options_),
        raw_begin_(static_cast<int64_t>(options.before.size())),
        may_add_space_(pipeline.byte_level->adds_prefix_space && options.before.empty()) {}

  void push(std::string_view block, Encoding& tokens) override {
    raw_ += block;
    sink_.add_text(block);
    while (raw_.size() >= raw_needed_) {
      const size_t end = find_border();
      raw_needed_ = end == 0 ? 2 * raw_.size() : options_.window_bytes;
      if (end > 0) take_raw(end, tokens);
    }
    sink_.put(tokens);
  }

  void finish(Encoding& tokens) override {
    take_raw(raw_.size(), tokens);
    encode_part(/*is_end=*/true);
    sink_.put(tokens);
  }

 private:
  // A place of raw_ where no added token and no normal form reaches over; 0 where there is none.
  size_t find_border() const {
    const TokenEdges& edges = pipeline_.added_tokens->edges();
    const std::string_view text = std::string_view(raw_).substr(0, complete_utf8_prefix(raw_));
    for (size_t at = text.size() - 1; at > 0; --at) {
      if (!begins_character(text, at)) continue;
      const char32_t before = last_character_of(text.substr(0, at));
      const Utf8Char after = read_utf8(text, at);
      if (pipeline_.byte_level->is_nfc && !is_surely_nfc(text.substr(at, static_cast<size_t>(after.length)))) continue;
      const bool is_in_space = is_whitespace(before) && is_whitespace(after.code_point);
      if (is_in_space && edges.take_white_space()) continue;
      if (edges.allow_cut(before, after.code_point)) return at;
    }
    return 0;
  }

  // The beginning of raw_: added tokens, and text between them.
  void take_raw(size_t size, Encoding& tokens) {
    const std::string_view text = std::string_view(raw_).substr(0, size);
    pipeline_.added_tokens->for_each_raw(
        text, options_.special_in_text, [&](size_t begin, size_t end, const AddedToken* token) {
          if (token == nullptr) return add_to_part(text.substr(begin, end - begin), begin);
          encode_part(/*is_end=*/true);
          const auto place_of = [&](size_t at) { return raw_begin_ + static_cast<int64_t>(at); };
          sink_.add(token->id, {place_of(begin), place_of(end)}, text.substr(begin, end - begin));
          may_add_space_ = pipeline_.byte_level->adds_prefix_space;
        });
    encode_part(/*is_end=*/false);
    sink_.put(tokens);
    raw_.erase(0, size);
    raw_begin_ += static_cast<int64_t>(size);
  }

  void add_to_part(std::string_view text, size_t begin) {
    AlignedText aligned = pipeline_.aligned(text);
    if (pipeline_.byte_level->is_nfc && !is_surely_nfc(text)) pipeline_.normalizer->normalize(aligned);
    if (may_add_space_ && !aligned.text().starts_with(' ')) aligned.prepend(" ");
    may_add_space_ = false;
    part_ += aligned.text();
    const int64_t moved = raw_begin_ + static_cast<int64_t>(begin);
    for (const auto& [place_begin, place_end] : aligned.places()) {
      part_places_.push_back({place_begin + moved, place_end + moved});
    }
  }

  // What is settled of the text between two added tokens.
  void encode_part(bool is_end) {
    while (!part_.empty() && (is_end || part_.size() >= part_needed_)) {
      const size_t old_size = part_.size();
      if (run_) {
        go_on(is_end);
      } else if (const size_t size = matches_end(is_end); size > 0) {
        encode_matches(size);
        drop(size);
      } else {
        run_.emplace(pipeline_.byte_level->pattern);
        stream_.emplace(model_);
        go_on(is_end);
      }
      const bool is_waiting = run_ && part_.size() == old_size;
      part_needed_ = is_waiting ? 2 * old_size : options_.window_bytes;
    }
    if (is_end) part_needed_ = options_.window_bytes;
    if (is_end && run_) end_match();
  }

  // The end of the matches that surely end, whatever follows, and are the same where the text ends behind them: the
  // last of several spaces is a match of its own only before something else.
  size_t matches_end(bool is_end) const {
    if (is_end) return part_.size();
    const std::string_view text = part_;
    const auto is_space_at = [&](size_t at) { return is_whitespace(read_utf8(text, at).code_point); };
    size_t size = 0, settled = 0;
    while (size < text.size()) {
      GptRun run(pipeline_.byte_level->pattern);
      const GptRun::Step step = run.go_on(text.substr(size), false);
      if (!step.ends) break;
      size += step.size;
      const bool is_last_space = is_whitespace(last_character_of(text.substr(0, size)));
      if (size < text.size() && (!is_last_space || is_space_at(size))) settled = size;
    }
    return settled;
  }

  void encode_matches(size_t size) {
    const std::string_view text = std::string_view(part_).substr(0, size);
    if (!options_.has_offsets) {
      const FastEncoder& encoder = pipeline_.rest_encoder ? *pipeline_.rest_encoder : *pipeline_.fast_encoder;
      std::unique_ptr<EncoderMemory> memory = memories_.take();
      encoder.encode(text, *memory, sink_.tokens().ids);
      memories_.give_back(std::move(memory));
      return;
    }
    for (size_t begin = 0; begin < size;) {
      const size_t end = gpt_match_end(pipeline_.byte_level->pattern, text, begin);
      append_byte_level(model_, text.substr(begin, end - begin), std::span(part_places_).subspan(begin, end - begin),
                        sink_.tokens());
      begin = end;
    }
  }

  // The match that began before and has not ended.
  void go_on(bool is_end) {
    const GptRun::Step step = run_->go_on(part_, is_end);
    stream_->push(std::string_view(part_).substr(0, step.size), std::span(part_places_).first(step.size),
                  sink_.tokens());
    drop(step.size);
    if (step.ends) end_match();
  }

  void end_match() {
    stream_->finish(sink_.tokens());
    stream_.reset();
    run_.reset();
  }

  void drop(size_t size) {
    part_.erase(0, size);
    part_places_.erase(part_places_.begin(), part_places_.begin() + static_cast<std::ptrdiff_t>(size));
  }

  const Pipeline& pipeline_;
  const BpeModel& model_;
  EncoderMemories& memories_;
  BlockEncoderOptions options_;
  TokenSink sink_;
  std::string raw_;  // in which added tokens have not been looked for
  int64_t raw_begin_;
  size_t raw_needed_ = options_.window_bytes;  // so many bytes may show a border
  bool may_add_space_;                         // before the part, where it begins
  // The text between two added tokens as it is normalized, from the beginning of a match or from inside one on.
  std::string part_;
  std::vector<TokenOffsets> part_places_;       // of each byte
  size_t part_needed_ = options_.window_bytes;  // so many bytes may settle something
  std::optional<GptRun> run_;                   // a match that does not end in what has come
  std::optional<ByteLevelStream> stream_;       // its tokens
};

}  // namespace

std::unique_ptr<BlockEncoder> byte_level_block_encoder(const Pipeline& pipeline, EncoderMemories& memories,
                                                       const BlockEncoderOptions& options) {
  const auto* model = dynamic_cast<const BpeModel*>(pipeline.model.get());
  if (!pipeline.byte_level || model == nullptr || !model->merges().is_in_order()) return nullptr;
  return std::make_unique<ByteLevelBlockEncoder>(pipeline, *model, memories, options);
}

}  // namespace slm::text
