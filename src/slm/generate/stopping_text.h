#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "slm/text/stream_decoder.h"

namespace slm::generate {

// The text of one sample while it is generated: whole characters only, and nothing that may still turn out to belong to
// a stop string.
class StoppingText {
 public:
  // Without a tokenizer (may be nullptr) there is no text, and nothing stops. The tokenizer must outlive this object.
  StoppingText(const text::Tokenizer* tokenizer, std::vector<std::string> stop_strings);

  // Adds a token and returns what became certain: text that no later token can take back.
  std::string push(int32_t id);

  // At the end of a sample that has not stopped: returns what was held back. A character that never became whole shows
  // here as U+FFFD, and may complete a stop string still.
  std::string finish();

  // Whether a stop string occurred. The text then ends before the one that was complete first (of several that end with
  // the same token, the one that begins first).
  bool has_stopped() const { return has_stopped_; }

  const std::string& text() const { return text_; }
  // How many of the tokens pushed make up text() and nothing behind it.
  int64_t num_tokens() const { return num_tokens_; }

 private:
  // Looks for stop strings in what `added` bytes at the end of text_ made possible; cuts text_ at the first.
  void find_stop(size_t added);
  // Length of text_ after that many tokens.
  size_t length_after(int64_t num_tokens) const;
  // Length of the longest end of text_ that begins a stop string.
  size_t num_undecided() const;
  std::string take_certain(size_t certain);

  const text::Tokenizer* tokenizer_;  // may be null
  std::unique_ptr<text::StreamDecoder> decoder_;
  std::vector<std::string> stop_strings_;
  std::string text_;
  size_t num_returned_ = 0;               // bytes of text_
  std::vector<size_t> text_after_token_;  // length of text_ after each token
  std::vector<int32_t> ids_;              // pushed, where there are stop strings
  int64_t num_tokens_ = 0;
  bool has_stopped_ = false;
};

}  // namespace slm::generate
