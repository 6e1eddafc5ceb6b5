#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slm/cli/text_assembly.h"
#include "slm/text/block_encoder.h"
#include "slm/text/encode_batch.h"
#include "slm/text/tokenizer.h"

namespace slm::cli {

// Encodes texts that come in blocks of any size, on all threads, in memory that does not grow with the texts: a long
// one is encoded in parts where the tokenizer allows that, and by a BlockEncoder where it allows none for long. What
// that cannot do is kept until its end.
class EncodingStream {
 public:
  using Tokens = TextTokens;
  using Emit = TextAssembly::Emit;

  // What ends a text: a newline, which is not part of it, or only the end of the input.
  enum class Texts { kLines, kWhole };

  struct Options {
    Texts texts;
    bool has_offsets = false;  // only for whole texts
    std::string name = "-";    // of the input, in messages
  };

  EncodingStream(const text::Tokenizer& tokenizer, const text::EncodeOptions& encode, const Options& options,
                 Emit emit);

  // What is to be encoded next is appended to this.
  std::string& pending() { return pending_; }
  // Encodes what can be encoded already. Meanwhile one thread hands on what was encoded before, and then calls
  // `beside`: what is pending must stay as it is until all is done.
  void run(const std::function<void()>& beside = nullptr) { run(false, beside); }
  // Encodes the rest, and hands it on. A last line without an end counts; behind the last newline there is none.
  void finish();

 private:
  struct Part {
    size_t begin, end;  // in pending_
    size_t num_before;  // bytes before it that the tokenizer sees, too
    bool is_end;
  };

  void run(bool is_last, const std::function<void()>& beside);
  // Parts of pending_[begin, end), which is one text or its beginning. Returns where the parts end.
  size_t add_parts(size_t begin, size_t end, bool is_end);
  void add_part(size_t begin, size_t end, bool is_end);
  // Of the character that a part from `begin` on comes behind; 0 where it begins a text.
  size_t size_before(size_t begin) const;
  // Of pending_ from `begin` on, in which there is no place to cut: all of it, or up to the first place behind, where
  // parts go on. Returns where it stopped.
  size_t add_to_block_encoder(size_t begin, size_t end, bool is_end);
  // Encodes parts_, whose tokens then wait, and hands on those that waited.
  void encode_parts(const std::function<void()>& beside);
  void encode_parts_without_offsets(const std::function<void()>& beside);
  void encode_parts_with_offsets();
  // Both with places in all that was encoded.
  text::Encoding encode_block(text::BlockEncoder& encoder, std::string_view block, bool is_last) const;
  text::Encoding encode_part(size_t part, bool places_as_first) const;
  // Of what the tokenizer sees of a part, in all that was encoded.
  int64_t begin_of_view(size_t part) const;
  void emit(const Tokens& part);
  void emit_waiting();
  // Throws for the first one in the parts, of which any may have been met first.
  void find_unknown_character() const;

  const text::Tokenizer& tokenizer_;
  text::EncodeOptions encode_;
  Options options_;
  Emit emit_;  // where texts are encoded whole
  bool may_cut_;
  TextAssembly assembly_;   // of their parts
  bool is_inside_ = false;  // of a text that has been encoded in part
  size_t num_kept_ = 0;     // at the beginning of pending_: the last character of that part
  size_t searched_ = 0;     // bytes of pending_ that have no newline
  size_t uncut_ = 0;        // in pending_: there is no place to cut before this, behind the part that begins there
  int64_t num_gone_ = 0;    // bytes that were before pending_
  std::unique_ptr<text::BlockEncoder> blocks_;           // where the text goes on without a place to cut
  std::unique_ptr<text::BlockEncoder> blocks_as_first_;  // with the places that tokens have as the first of the text
  int64_t blocks_begin_ = 0;  // in all that was encoded: what the places of its tokens count from
  std::string pending_;
  std::vector<Part> parts_;
  std::vector<std::string_view> views_;
  std::vector<size_t> num_before_;
  text::BatchEncoding batch_;
  std::vector<Part> waiting_parts_;  // have been encoded, and not yet handed on
  text::BatchEncoding waiting_;      // their ids
};

}  // namespace slm::cli
