#include "slm/text/pipeline_block_encoder.h"

#include <algorithm>
#include <utility>

#include "slm/text/text_cut.h"
#include "slm/text/text_joints.h"
#include "slm/text/token_sink.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

using Joint = TextJoints::Joint;

bool is_printable_ascii(char c) { return c >= ' ' && c <= '~'; }

size_t character_size(std::string_view text, size_t at) {
  return is_printable_ascii(text[at]) ? 1 : static_cast<size_t>(read_utf8(text, at).length);
}

class PipelineBlockEncoder final : public BlockEncoder {
 public:
  PipelineBlockEncoder(const Tokenizer& tokenizer, const Pipeline& pipeline, const BlockEncoderOptions& options)
      : tokenizer_(tokenizer),
        pipeline_(pipeline),
        options_(options),
        sink_(pipeline, options_),
        joints_(pipeline),
        text_(options.before),
        begin_(options.before.size()) {}

  void push(std::string_view block, Encoding& tokens) override {
    sink_.add_text(block);
    append(block);
    while (text_.size() - begin_ >= needed_) {
      skip_decided();
      if (text_.size() - begin_ < options_.window_bytes) break;
      const size_t end = find_joint();
      needed_ = end == 0 ? 2 * (text_.size() - begin_) : options_.window_bytes;
      if (end > 0) encode_until(end);
    }
    sink_.put(tokens);
  }

  void finish(Encoding& tokens) override {
    encode_until(text_.size());
    sink_.put(tokens);
  }

 private:
  // Of many characters next to each other that leave nothing all but the first are left out: a gap. While there is one,
  // further ones stay.
  void append(std::string_view block) {
    constexpr size_t kMany = 64;
    text_ += block;
    while (text_.size() - looked_at_ >= 4) {  // a whole character
      if (is_printable_ascii(text_[looked_at_]) && looked_at_ == vanishing_begin_) {
        vanishing_begin_ = ++looked_at_;
        continue;
      }
      const Utf8Char c = read_utf8(text_, looked_at_);
      const size_t behind = looked_at_ + static_cast<size_t>(c.length);
      if (!may_be_left_out(c)) {
        leave_out(kMany);
        vanishing_begin_ = looked_at_ + static_cast<size_t>(c.length);
        looked_at_ = vanishing_begin_;
      } else {
        looked_at_ = behind;
      }
    }
    leave_out(kMany);
  }

  // Of what is no UTF-8 only bytes that never begin a character: others could go on with what comes to stand behind
  // them.
  bool may_be_left_out(const Utf8Char& c) {
    const auto byte = static_cast<unsigned char>(text_[looked_at_]);
    const bool may_begin = byte >= 0xC2 && byte <= 0xF4;
    return (c.is_valid || !(may_begin || pipeline_.keeps_bytes)) && joints_.vanishes(c.code_point);
  }

  // Of the characters from vanishing_begin_ to looked_at_ those behind the first `num_kept` bytes.
  void leave_out(size_t num_kept) {
    if (looked_at_ - vanishing_begin_ <= num_kept) return;
    size_t from = vanishing_begin_ + num_kept;
    while (from < looked_at_ && !begins_character(text_, from)) ++from;
    if (gap_bytes_ > 0 && gap_ != from) return;
    gap_ = from;
    gap_bytes_ += static_cast<int64_t>(looked_at_ - from);
    text_.erase(from, looked_at_ - from);
    looked_at_ = from;
  }

  // Where the last character before a place begins that leaves something. With fewer such, what leaves nothing.
  size_t last_before(size_t at) {
    constexpr int kFew = 80;  // more than kMany bytes are not kept
    size_t begin = at;
    for (int i = 0; i < kFew && begin > 0; ++i) {
      begin -= last_character_size(std::string_view(text_).substr(0, begin));
      if (!joints_.vanishes(read_utf8(text_, begin).code_point)) break;
    }
    return begin;
  }

  Utf8Char character(size_t at) const {
    const char c = text_[at];
    return is_printable_ascii(c) ? Utf8Char{static_cast<unsigned char>(c), 1, true} : read_utf8(text_, at);
  }

  Joint joint_at(size_t at) {
    if (!begins_character(text_, at)) return Joint::kUnsure;
    const size_t begin = is_printable_ascii(text_[at - 1]) ? at - 1 : last_before(at);
    const Utf8Char before = character(begin), after = character(at);
    if (pipeline_.keeps_bytes && !(before.is_valid && after.is_valid)) return Joint::kUnsure;
    const Joint joint = joints_.between(before.code_point, after.code_point);
    const TokenEdges& edges = pipeline_.added_tokens->edges();
    const bool may_touch = joint != Joint::kUnsure && joints_.finds_raw() &&
                           (edges.may_end_with(before.code_point) || edges.may_begin_with(after.code_point));
    const bool begins_alike = pipeline_.fast_encoder && pipeline_.fast_encoder->is_cuttable();
    if (!may_touch || (joint == Joint::kApart && begins_alike)) return joint;
    const size_t end = begin + static_cast<size_t>(before.length);
    return edges.may_touch(text_, end) || edges.may_touch(text_, at) ? Joint::kUnsure : joint;
  }

  // The last joint of the window, or the first one behind it; 0 where there is none.
  size_t find_joint() {
    const size_t end = text_.size() - 4;  // behind it a character may not be whole
    const size_t middle = std::min(begin_ + options_.window_bytes, end);
    for (size_t at = middle; at > begin_; --at) {
      if (joint_at(at) != Joint::kUnsure) return at;
    }
    for (size_t at = middle + 1; at < end; ++at) {
      if (joint_at(at) != Joint::kUnsure) return at;
    }
    return 0;
  }

  // Where all of the present piece is one token whatever follows: on to a place where that may end.
  void skip_decided() {
    if (!stream_ || !stream_->is_decided()) return;
    size_t at = begin_;
    while (text_.size() - at >= 8) {
      const size_t next = at + character_size(text_, at);
      if (joint_at(next) != Joint::kTogether) break;
      at = next;
    }
    forget_until(at);
  }

  // The pieces of the text from begin_ to `end`, a joint or the end of the text.
  void encode_until(size_t end) {
    if (end == begin_) return;
    const bool is_last = end == text_.size();
    const Joint joint = is_last ? Joint::kApart : joint_at(end);
    if (!stream_ && joint == Joint::kApart && !options_.has_offsets) {
      tokenizer_.encode(std::string_view(text_).substr(0, end), sink_.tokens().ids,
                        {.special_in_text = options_.special_in_text, .is_part = true, .num_before = begin_});
    } else {
      const size_t behind = is_last ? 0 : static_cast<size_t>(read_utf8(text_, end).length);
      split_and_encode(std::string_view(text_).substr(0, end + behind), end, joint == Joint::kTogether);
    }
    forget_until(end);
  }

  void split_and_encode(std::string_view text, size_t end, bool goes_on) {
    AlignedText aligned = pipeline_.aligned(text);
    std::vector<Piece> pieces =
        pipeline_.added_tokens->extract(std::move(aligned), pipeline_.normalizer.get(), options_.special_in_text);
    if (pipeline_.pre_tokenizer) pipeline_.pre_tokenizer->split(pieces);
    std::vector<Piece> here;
    for (Piece& piece : pieces) {
      const size_t first = piece.text.first_from(static_cast<int64_t>(begin_));
      const size_t last = piece.text.first_from(static_cast<int64_t>(end));
      if (first >= last) continue;
      const bool is_whole = first == 0 && last == piece.text.text().size();
      here.push_back({is_whole ? std::move(piece.text) : piece.text.slice(first, last), piece.added_token});
    }
    for (size_t i = 0; i < here.size(); ++i) {
      const bool is_end = i + 1 < here.size() || !goes_on;
      const AlignedText& piece = here[i].text;
      if (here[i].added_token) {
        sink_.add(*here[i].added_token, moved(piece.original_range(0, piece.text().size())), piece.text());
      } else if (stream_ || !is_end) {
        if (!stream_) stream_ = pipeline_.model->stream(options_.has_offsets);
        push_part(piece);
        if (is_end) finish_piece();
      } else {
        encode_piece(piece);
      }
    }
  }

  void push_part(const AlignedText& part) {
    places_.clear();
    for (const TokenOffsets& place : part.places()) places_.push_back(moved(place));
    stream_->push(part.text(), places_, sink_.tokens());
  }

  void finish_piece() {
    stream_->finish(sink_.tokens());
    stream_.reset();
  }

  void encode_piece(const AlignedText& piece) {
    tokens_.clear();
    pipeline_.model->tokenize(piece.text(), tokens_);
    for (const ModelToken& token : tokens_) {
      sink_.tokens().ids.push_back(token.id);
      sink_.tokens().offsets.push_back(moved(piece.original_range(token.begin, token.end)));
    }
  }

  TokenOffsets moved(const TokenOffsets& place) const {
    const auto gap = static_cast<int64_t>(gap_);
    return {place.begin + text_begin_ + (place.begin >= gap ? gap_bytes_ : 0),
            place.end + text_begin_ + (place.end > gap ? gap_bytes_ : 0)};
  }

  // Leaves the last character before `end` for those behind it to be seen with.
  void forget_until(size_t end) {
    if (end == begin_) return;
    const size_t num_gone = last_before(end);
    text_.erase(0, num_gone);
    text_begin_ += static_cast<int64_t>(num_gone);
    begin_ = end - num_gone;
    if (gap_ <= num_gone) text_begin_ += std::exchange(gap_bytes_, 0);
    for (size_t* place : {&gap_, &vanishing_begin_, &looked_at_}) *place -= std::min(*place, num_gone);
  }

  const Tokenizer& tokenizer_;
  const Pipeline& pipeline_;
  BlockEncoderOptions options_;
  TokenSink sink_;
  TextJoints joints_;
  std::string text_;  // the character before what has not been encoded, and that
  size_t begin_;      // of what has not been encoded
  int64_t text_begin_ = 0;
  // A place in text_ where bytes were left out, behind characters that leave nothing.
  size_t gap_ = 0;
  int64_t gap_bytes_ = 0;
  size_t vanishing_begin_ = 0, looked_at_ = 0;  // from here to there are only such
  size_t needed_ = options_.window_bytes;       // so many bytes may show a joint
  std::unique_ptr<PieceStream> stream_;         // of a piece that goes on
  std::vector<TokenOffsets> places_;
  std::vector<ModelToken> tokens_;
};

}  // namespace

std::unique_ptr<BlockEncoder> pipeline_block_encoder(const Tokenizer& tokenizer, const Pipeline& pipeline,
                                                     const BlockEncoderOptions& options) {
  if (!pipeline.model->stream(options.has_offsets)) return nullptr;
  return std::make_unique<PipelineBlockEncoder>(tokenizer, pipeline, options);
}

}  // namespace slm::text
