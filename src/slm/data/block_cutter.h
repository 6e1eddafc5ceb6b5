#pragma once

#include <memory>
#include <string>

#include "slm/data/corpus.h"
#include "slm/data/file_reader.h"

namespace slm::data {

// Cuts the bytes of one file into the parts of blocks, where the format allows a cut.
class BlockCutter {
 public:
  virtual ~BlockCutter() = default;

  // Appends bytes and parts to `block`, which has at least one source, until it holds about options.block_bytes; parts
  // belong to its last source. Returns false once the file has no more. Throws FormatError for damage; what it appended
  // before stays whole.
  virtual bool fill(CorpusBlock& block) = 0;

  // Whether fill() stopped because another section of the group begins (InputGroups::ends_section_before); the next
  // call goes on with it.
  virtual bool is_at_section_end() const { return false; }

  // Whether the parts of this file may share a block with those that are in it.
  virtual bool can_share(const CorpusBlock& block) const = 0;

  // Describes an empty block as one of this format.
  virtual void begin(CorpusBlock& block) const = 0;
};

// Each keeps references to its arguments. `skips` gets what the cutter itself passes over.
struct CutterArguments {
  storage::ByteSource& source;
  FileReader& file;
  const CorpusOptions& options;
  SkipCounts& skips;
  InputGroups* groups = nullptr;  // where parts of the file may be sections of its group
};

std::unique_ptr<BlockCutter> make_text_cutter(const CutterArguments& arguments);
std::unique_ptr<BlockCutter> make_json_lines_cutter(const CutterArguments& arguments);
std::unique_ptr<BlockCutter> make_json_values_cutter(const CutterArguments& arguments);
// Throws FormatError where the first row does not name the column.
std::unique_ptr<BlockCutter> make_csv_cutter(const CutterArguments& arguments, char delimiter);
// Throws Error in a build without Apache Arrow, FormatError where there is no such column of strings.
std::unique_ptr<BlockCutter> make_parquet_cutter(const CutterArguments& arguments);

}  // namespace slm::data
