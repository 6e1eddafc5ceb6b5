#pragma once

#include <optional>
#include <string>

#include "slm/cli/option_table.h"
#include "slm/train/train_options.h"

namespace slm::cli {

// The flags of `slm train` about the data.
struct TrainDataFlags {
  std::string data = "dummy";
  std::string val_data;
  double val_fraction = 0.1;
  std::optional<std::string> tokenizer;
  std::string text_column = "text";

  void define(OptionTable& options);
};

// The flags of `slm train` about optimization and what a run keeps.
class TrainFlags {
 public:
  void define(OptionTable& options);

  // Without model_dir and run_files. Throws UsageError for what cannot be.
  train::TrainOptions options() const;

 private:
  train::TrainOptions values_;  // the defaults, and what the flags of plain types set
  std::string optimizer_ = "adamw";
  std::string schedule_ = "constant";
  std::string sampling_ = "shuffle";
  std::string packing_ = "stream";
};

}  // namespace slm::cli
