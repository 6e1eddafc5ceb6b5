#pragma once

#include <memory>
#include <vector>

#include "slm/text/tokenizer.h"

namespace slm::fuzz {

// One small tokenizer for each model, and for each fast encoder.
std::vector<std::shared_ptr<const text::Tokenizer>> small_tokenizers();

}  // namespace slm::fuzz
