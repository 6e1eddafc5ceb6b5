#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "slm/text/block_encoder.h"
#include "slm/text/pipeline.h"
#include "slm/text/tokenizer.h"

namespace slm::text {

// Where a BlockEncoder's tokens come out: as the post-processor leaves those of a text.
class TokenSink {
 public:
  // `pipeline` and `options` must outlive it.
  TokenSink(const Pipeline& pipeline, const BlockEncoderOptions& options);

  // The text, before tokens of it are put.
  void add_text(std::string_view text);
  // For tokens to be appended to. Their places are in all the text.
  Encoding& tokens() { return tokens_; }
  // Appends one that was found in the text, as `text`.
  void add(int32_t id, TokenOffsets place, std::string_view text);
  // Moves all to `out`.
  void put(Encoding& out);

 private:
  void process();

  // A post-processor looks at the white space at the edges of tokens: those that came this long ago have none.
  static constexpr size_t kRecent = size_t{1} << 20;

  const Pipeline& pipeline_;
  const BlockEncoderOptions& options_;
  bool is_begin_;
  Encoding tokens_;
  std::vector<std::pair<size_t, std::string>> found_;  // places in tokens_ of those that were found in the text
  std::string recent_;                                 // the end of the text
  int64_t recent_begin_ = 0;
};

}  // namespace slm::text
