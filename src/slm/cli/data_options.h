#pragma once

#include <string>

#include "slm/cli/option_table.h"
#include "slm/cli/progress_bar.h"
#include "slm/data/open_data.h"

namespace slm::cli {

// A tensor of token ids that torch.save wrote, 1-D or 2-D, as a source of tokens.
data::TokenSource open_token_tensor(const std::string& path);

// data::DataOptions with what this layer adds: the reader of `.pt` tensors, progress on `bar`, the hub's settings, and
// beside a model, in `model_dir`, the place where corpora are prepared that are not yet.
data::DataOptions data_options(const std::string& data, const std::string& model_dir, ProgressBar& bar);

}  // namespace slm::cli
