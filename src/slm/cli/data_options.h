#pragma once

#include <string>

#include "slm/cli/option_table.h"
#include "slm/cli/progress_bar.h"
#include "slm/data/open_data.h"

namespace slm::cli {

// A tensor of token ids that torch.save wrote, 1-D or 2-D, as a source of tokens.
data::TokenSource open_token_tensor(const std::string& path);

// data::DataOptions with what this layer adds: the reader of `.pt` tensors and progress on `bar`.
data::DataOptions data_options(const std::string& data, ProgressBar& bar);

}  // namespace slm::cli
