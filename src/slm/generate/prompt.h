#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "slm/text/tokenizer.h"

namespace slm::generate {

// The tokens a model continues: those of `prompt` with what the tokenizer's post-processor puts before them (the
// beginning of a text), but without the end of a text behind them. For an empty prompt the token that begins a text or
// separates two, or a line feed, where the vocabulary has it. Throws Error when it has none of these.
std::vector<int32_t> encode_prompt(const text::Tokenizer& tokenizer, std::string_view prompt);

}  // namespace slm::generate
