#include "slm/text/decoder.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "slm/text/decoder_step.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  if (what.empty()) return;
  std::string out;
  size_t from = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, from)) {
    out.append(text, from, at - from);
    out += by;
    from = at + what.size();
  }
  out.append(text, from);
  text = std::move(out);
}

void clean_up(std::string& text) {
  constexpr std::pair<std::string_view, std::string_view> kReplacements[] = {
      {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},   {" n't", "n't"},
      {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [what, by] : kReplacements) replace_all(text, what, by);
}

struct SubwordOptions {
  std::string prefix;
  bool cleanup;
};

class WordPieceStep final : public TokenStep {
 public:
  WordPieceStep(const SubwordOptions& options, DecoderStep& next) : TokenStep(next), options_(options) {}

 private:
  void take(std::string& token) override {
    if (!is_first()) {
      if (token.starts_with(options_.prefix)) {
        token.erase(0, options_.prefix.size());
      } else {
        token.insert(token.begin(), ' ');
      }
    }
    if (options_.cleanup) clean_up(token);
    give(token);
  }

  const SubwordOptions& options_;
};

struct MetaspaceOptions {
  std::string mark;
  bool strips_first;
};

class MetaspaceStep final : public TokenStep {
 public:
  MetaspaceStep(const MetaspaceOptions& options, DecoderStep& next) : TokenStep(next), options_(options) {}

 private:
  void take(std::string& token) override {
    replace_all(token, options_.mark, is_first() && options_.strips_first ? "" : " ");
    give(token);
  }

  const MetaspaceOptions& options_;
};

// The suffix stands for a space, but in the last token for nothing: what follows it in a token waits for the next one.
class BpeStep final : public TokenStep {
 public:
  BpeStep(const std::string& suffix, DecoderStep& next) : TokenStep(next), suffix_(suffix) {}

 private:
  void take(std::string& token) override {
    if (waiting_) give_waiting(" ");
    const size_t certain = suffix_.empty() ? token.size() : std::min(token.find(suffix_), token.size());
    next().put(std::string_view(token).substr(0, certain));
    waiting_ = token.substr(certain);
  }
  void take_end() override {
    if (waiting_) give_waiting("");
  }

  void give_waiting(std::string_view by) {
    replace_all(*waiting_, suffix_, by);
    give(*waiting_);
    waiting_.reset();
  }

  const std::string& suffix_;
  std::optional<std::string> waiting_;  // the rest of the last token
};

class CtcStep final : public TokenStep {
 public:
  CtcStep(const CtcOptions& options, DecoderStep& next) : TokenStep(next), options_(options) {}

 private:
  void take(std::string& token) override {
    if (last_ == token) return;
    last_ = token;
    replace_all(token, options_.pad_token, "");
    if (options_.cleanup) {
      clean_up(token);
      replace_all(token, options_.word_delimiter_token, " ");
    }
    if (!token.empty()) give(token);
  }
  void take_end() override { last_.reset(); }

  const CtcOptions& options_;
  std::optional<std::string> last_;
};

class FuseStep final : public DecoderStep {
 public:
  FuseStep(const NoOptions&, DecoderStep& next) : next_(next) {}

  void put(std::string_view part) override { next_.put(part); }
  void end_token() override {}
  void finish() override {
    next_.end_token();
    next_.finish();
  }

 private:
  DecoderStep& next_;
};

class SpacedStep final : public DecoderStep {
 public:
  SpacedStep(const NoOptions&, DecoderStep& next) : next_(next) {}

  void put(std::string_view part) override {
    begin_token();
    next_.put(part);
  }
  void end_token() override {
    begin_token();
    next_.end_token();
    is_inside_ = is_first_ = false;
  }
  void finish() override {
    next_.finish();
    is_first_ = true;
  }

 private:
  void begin_token() {
    if (!is_inside_ && !is_first_) next_.put(" ");
    is_inside_ = true;
  }

  DecoderStep& next_;
  bool is_first_ = true;
  bool is_inside_ = false;  // a token
};

struct StripOptions {
  std::string character;
  size_t start;
  size_t stop;
};

// Works on a token as it comes, because behind Fuse the whole text is one.
class StripStep final : public DecoderStep {
 public:
  StripStep(const StripOptions& options, DecoderStep& next) : options_(options), next_(next) {}

  void put(std::string_view part) override {
    waiting_ += part;
    if (!strip_start()) return;
    if (waiting_.size() <= max_stripped()) return;
    const size_t certain = waiting_.size() - max_stripped();
    next_.put(std::string_view(waiting_).substr(0, certain));
    waiting_.erase(0, certain);
  }

  void end_token() override {
    const std::string& character = options_.character;
    for (size_t i = 0; i < options_.stop && waiting_.ends_with(character); ++i) {
      waiting_.resize(waiting_.size() - character.size());
    }
    next_.put(waiting_);
    next_.end_token();
    waiting_.clear();
    num_stripped_ = 0;
  }

  void finish() override { next_.finish(); }

 private:
  // False while more of the beginning is to come.
  bool strip_start() {
    std::string_view rest = waiting_;
    const std::string& character = options_.character;
    for (; num_stripped_ < options_.start && rest.starts_with(character); ++num_stripped_) {
      rest.remove_prefix(character.size());
    }
    waiting_.erase(0, waiting_.size() - rest.size());
    if (num_stripped_ < options_.start && character.starts_with(waiting_)) return false;
    num_stripped_ = options_.start;
    return true;
  }

  // Bytes at the end of a token that may go.
  size_t max_stripped() const {
    const size_t size = options_.character.size();
    return options_.stop > std::numeric_limits<size_t>::max() / size ? std::numeric_limits<size_t>::max()
                                                                     : options_.stop * size;
  }

  const StripOptions& options_;
  DecoderStep& next_;
  std::string waiting_;      // of the token
  size_t num_stripped_ = 0;  // characters at its beginning
};

struct ReplaceOptions {
  std::unique_ptr<Pattern> pattern;
  std::string content;
};

// Works on a token as it comes, as far as what is still to come does not matter.
class ReplaceStep final : public DecoderStep {
 public:
  ReplaceStep(const ReplaceOptions& options, DecoderStep& next) : options_(options), next_(next) {}

  void put(std::string_view part) override {
    waiting_ += part;
    const size_t settled = options_.pattern->settled_size(waiting_, num_searched_);
    if (settled > 0) give(std::string_view(waiting_).substr(0, settled));
    waiting_.erase(0, settled);
    num_searched_ = waiting_.size();
  }

  void end_token() override {
    give(waiting_);
    next_.end_token();
    waiting_.clear();
    num_searched_ = 0;
  }

  void finish() override { next_.finish(); }

 private:
  void give(std::string_view text) {
    std::string out;
    for (const TextPart& part : options_.pattern->parts_of(text)) {
      out += part.is_match ? std::string_view(options_.content) : text.substr(part.begin, part.end - part.begin);
    }
    next_.put(out);
  }

  const ReplaceOptions& options_;
  DecoderStep& next_;
  std::string waiting_;      // of the token
  size_t num_searched_ = 0;  // bytes of it that are known to be unsettled
};

using Decoders = std::vector<std::unique_ptr<Decoder>>;

class SequenceStep final : public DecoderStep {
 public:
  SequenceStep(const Decoders& decoders, DecoderStep& next) : first_(&next) {
    for (auto decoder = decoders.rbegin(); decoder != decoders.rend(); ++decoder) {
      steps_.push_back((*decoder)->start(*first_));
      first_ = steps_.back().get();
    }
  }

  void put(std::string_view part) override { first_->put(part); }
  void end_token() override { first_->end_token(); }
  void finish() override { first_->finish(); }

 private:
  std::vector<std::unique_ptr<DecoderStep>> steps_;  // the last one first
  DecoderStep* first_;
};

}  // namespace

std::unique_ptr<Decoder> wordpiece_decoder(std::string prefix, bool cleanup) {
  return decoder_of<WordPieceStep>(SubwordOptions{std::move(prefix), cleanup});
}

std::unique_ptr<Decoder> metaspace_decoder(char32_t replacement, bool strips_first) {
  return decoder_of<MetaspaceStep>(MetaspaceOptions{utf8_of(replacement), strips_first});
}

std::unique_ptr<Decoder> bpe_decoder(std::string suffix) { return decoder_of<BpeStep>(std::move(suffix)); }

std::unique_ptr<Decoder> ctc_decoder(CtcOptions options) { return decoder_of<CtcStep>(std::move(options)); }

std::unique_ptr<Decoder> fuse_decoder() { return decoder_of<FuseStep>(NoOptions()); }

std::unique_ptr<Decoder> spaced_decoder() { return decoder_of<SpacedStep>(NoOptions()); }

std::unique_ptr<Decoder> strip_decoder(char32_t content, size_t start, size_t stop) {
  return decoder_of<StripStep>(StripOptions{utf8_of(content), start, stop});
}

std::unique_ptr<Decoder> replace_decoder(std::unique_ptr<Pattern> pattern, std::string content) {
  return decoder_of<ReplaceStep>(ReplaceOptions{std::move(pattern), std::move(content)});
}

std::unique_ptr<Decoder> decoder_sequence(std::vector<std::unique_ptr<Decoder>> steps) {
  return decoder_of<SequenceStep>(std::move(steps));
}

}  // namespace slm::text
