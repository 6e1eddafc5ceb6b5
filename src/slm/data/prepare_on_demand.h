#pragma once

#include <functional>
#include <memory>
#include <string>

#include "slm/data/corpus.h"
#include "slm/data/prepared_index.h"
#include "slm/data/prepared_writer.h"
#include "slm/data/tokenize.h"
#include "slm/text/tokenizer.h"

namespace slm::data {

// Whether `name` is a corpus that training does not read as it is: JSON, CSV or Parquet, anything compressed or in an
// archive, a folder with such files, a pattern, an address.
bool needs_preparing(const std::string& name);

struct PrepareOnDemandOptions {
  std::string cache_dir;  // holds a folder for each corpus that was prepared
  CorpusOptions corpus;
  double val_fraction = 0;
  Dedup dedup = Dedup::kExact;
  int num_threads = 1;
  Progress progress = {};
  std::function<void(const PreparedIndex&)> prepared = {};  // called where there was something to do
};

// The folder, inside cache_dir, of the prepared corpus `name`: prepares it as `slm prepare` does, unless that was done
// before from the same files with the same options. A run that was killed in the midst is gone on with. Throws what
// prepare() throws, and leaves no folder that it made for nothing.
std::string prepare_on_demand(const std::string& name, std::shared_ptr<const text::Tokenizer> tokenizer,
                              const PrepareOnDemandOptions& options);

}  // namespace slm::data
