#include <fmt/format.h>

#include "slm/core/error.h"
#include "slm/data/block_cutter.h"

namespace slm::data {

std::unique_ptr<BlockCutter> make_parquet_cutter(const CutterArguments& arguments) {
  throw Error(
      fmt::format("{}: this build has no Apache Arrow, which reads Parquet: run scripts/setup --arrow and build again",
                  arguments.source.name()));
}

}  // namespace slm::data
