#pragma once

#include <cstdint>
#include <string_view>

#include "slm/data/corpus.h"

namespace slm::data {

// Where a row is.
struct RowPlace {
  int64_t block;
  std::string_view source;
  int64_t line;
};

// Counts what is passed over or repaired; with CorpusOptions::strict throws FormatError about it instead.
void skip_row(const CorpusOptions& options, SkipCounts& skips, SkipReason reason, const RowPlace& place,
              int64_t count = 1);

}  // namespace slm::data
