#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slm/text/encode_batch.h"
#include "slm/text/tokenizer.h"

namespace slm::cli {

// Encodes texts that come in blocks of any size, on all threads, in memory that does not grow with the texts: a long
// one is encoded in parts where the tokenizer allows that. Where it does not, a text is kept until its end.
class EncodingStream {
 public:
  // Ids of a text, or of a part of one; `is_end`: its last.
  using Emit = std::function<void(std::span<const int32_t> ids, bool is_end)>;

  // What ends a text: a newline, which is not part of it, or only the end of the input.
  enum class Texts { kLines, kWhole };

  EncodingStream(const text::Tokenizer& tokenizer, const text::EncodeOptions& options, Texts texts, Emit emit);

  // What is to be encoded next is appended to this.
  std::string& pending() { return pending_; }
  // Encodes what can be encoded already.
  void run() { run(false); }
  // Encodes the rest. A last line without an end counts; behind the last newline there is none.
  void finish() { run(true); }

 private:
  struct Part {
    size_t begin, end;  // in pending_
    bool is_end;
  };

  void run(bool is_last);
  // Parts of pending_[begin, end), which is one text or its beginning. Returns where the parts end.
  size_t add_parts(size_t begin, size_t end, bool is_end);
  // Hands on the ids of a part, with those around its text.
  void emit(std::span<const int32_t> ids, bool is_end);

  const text::Tokenizer& tokenizer_;
  text::EncodeOptions options_;
  Texts texts_;
  Emit emit_;
  bool may_cut_;
  text::TokensAround around_;
  bool is_begun_ = false;   // ids of the present text have been handed on
  bool is_inside_ = false;  // of a text that has been encoded in part
  size_t searched_ = 0;     // bytes of pending_ that have no newline
  size_t uncut_ = 0;        // in pending_: there is no place to cut before this, behind the part that begins there
  std::string pending_;
  std::vector<Part> parts_;
  std::vector<std::string_view> views_;
  text::BatchEncoding batch_;
};

}  // namespace slm::cli
