#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "slm/text/pipeline.h"

namespace slm::text {

// What a pipeline whose steps look at no more than neighbouring characters makes of the place between two characters,
// wherever they stand: more places than those of text_cut.h, inside words and white space, too. Remembers each pair;
// one thread at a time.
class TextJoints {
 public:
  // `pipeline` must outlive it.
  explicit TextJoints(const Pipeline& pipeline);

  // A text may be normalized and split in two parts at a joint that is not kUnsure, if each sees the one character
  // behind the joint, too. Where finds_raw(), not if TokenEdges::may_touch() there.
  enum class Joint : uint8_t {
    kUnsure,
    kApart,     // a piece ends there: the text may be cut
    kTogether,  // a piece goes on over it
  };
  Joint between(char32_t before, char32_t after);

  // Whether all added tokens are found before the text is normalized.
  bool finds_raw() const { return finds_raw_; }

  // Whether the character leaves nothing and changes nothing.
  bool vanishes(char32_t c);

 private:
  static constexpr size_t kMaxKnown = size_t{1} << 16;
  static constexpr char32_t kNumAscii = 128;

  Joint find_out(char32_t before, char32_t after) const;
  // What the joint is where these two come between others; nothing where more than neighbours matter.
  Joint find_out(const std::string& left, const std::string& before, const std::string& after,
                 const std::string& right) const;
  bool may_touch_token(char32_t before, char32_t after) const;

  const Pipeline& pipeline_;
  bool finds_raw_;
  bool keeps_marks_ = true;  // no step makes a normal form
  std::vector<std::optional<Joint>> ascii_ = std::vector<std::optional<Joint>>(kNumAscii * kNumAscii);
  std::unordered_map<uint64_t, Joint> joints_;  // the others
  std::unordered_map<char32_t, bool> vanishing_;
};

}  // namespace slm::text
