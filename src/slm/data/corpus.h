#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slm/data/input_groups.h"
#include "slm/data/skip_counts.h"
#include "slm/storage/hub_repository.h"

namespace slm::data {

// Text from anywhere, in two steps: one thread takes raw blocks from a CorpusReader, which is cheap, and any thread
// turns a block into documents with for_each_document, which is where JSON and CSV are parsed.
//
//   CorpusReader reader({"corpus/"}, options);
//   for (CorpusBlock block; reader.next(block);)
//     for_each_document(block, options, [&](const CorpusDocument& document) { ... }, skips);
//
// Blocks come in a fixed order: inputs as given, folders sorted by path, archives in stored order. The documents of all
// blocks in that order are the same for the same inputs, whoever parses them. The blocks themselves, too, are the same
// for any number of processes that share the inputs.

inline constexpr std::string_view kDefaultSeparator = "<|endoftext|>";

enum class InputFormat { kAuto, kText, kJson, kCsv, kTsv, kParquet };

struct CorpusOptions {
  std::string text_column = "text";  // of JSON, CSV and Parquet; in JSON "a.b" is the member b of the object a
  // What separates the documents of a text file; an empty string is none: one document per file. By default
  // "<|endoftext|>" does, where it occurs. One line break on either side of it belongs to the separator.
  std::optional<std::string> document_separator;
  // By the name's ending and the content. Another value holds for all inputs (standard input has no name).
  InputFormat format = InputFormat::kAuto;
  bool skip_bad_files = false;  // go on behind a file that cannot be read to its end, and count it; else it throws
  bool strict = false;          // throw at the first row that would be skipped, or text that is not UTF-8
  storage::HubSettings hub;     // for hf://; its settings of HTTP also for http:// and https://
  // Where a Parquet file is copied to that cannot seek: from a pipe, a compressed file, an archive. By default the
  // system's folder for temporary files.
  std::string spool_folder;
  // Once true, the listing of folders and whatever waits for a server throw Interrupted.
  StopCheck should_stop = {};

  // Limits of memory. A longer line, row or JSON value is skipped and counted; a longer document comes in pieces.
  int64_t max_record_bytes = int64_t{32} << 20;
  int64_t max_piece_bytes = int64_t{4} << 20;
  int64_t block_bytes = int64_t{1} << 19;  // a block has about that many, unless one document is longer
};

enum class BlockFormat {
  kDocuments,   // a part is a document, or a piece of one
  kJsonLines,   // a part is a run of whole lines
  kJsonValues,  // a part is one JSON value
  kCsvRows,     // a part is a run of whole rows
};

inline constexpr int64_t kMaxSectionBlocks = int64_t{1} << 23;
inline constexpr int64_t kMaxGroupBlocks = kMaxSectionBlocks * InputGroups::kMaxSections;

// Raw bytes of one or several files.
struct CorpusBlock {
  struct Part {
    size_t begin = 0, end = 0;  // in `bytes`
    size_t source = 0;          // in `sources`
    int64_t first_line = 1;     // of the file; the row in CSV and Parquet; 0 where lines mean nothing
    bool is_start = true;       // false: goes on with the document of the part before, in this block or the last one
    bool is_end = true;         // false: the document goes on with the next part
  };

  // What InputGroups says. No block has text of two groups, or of two sections of one; a block without parts ends each.
  struct Group {
    bool is_end = false;
    bool is_read_by_all = false;
    uint64_t listing_hash = 0;  // of is_end: InputGroups::listing_hash, or section_hash
  };

  // Grows; a group begins at a multiple of kMaxGroupBlocks and ends one before the next, so do sections with
  // kMaxSectionBlocks.
  int64_t index = 0;
  int owner = 0;  // the process to prepare it
  Group group;
  BlockFormat format = BlockFormat::kDocuments;
  std::string bytes;
  std::vector<std::string> sources;  // "a.tar.xz!b.xz!c.txt": file, then the path inside each archive
  std::vector<Part> parts;
  char delimiter = ',';    // of CSV
  size_t column = 0;       // of CSV: where the text stands in a row
  size_t num_columns = 0;  // of CSV: that the first row names
};

// A document, or one piece of a document over max_piece_bytes. Pieces follow each other without others between,
// the first with is_start, the last with is_end (which may be empty). They are cut between lines where there are any,
// else between characters.
struct CorpusDocument {
  std::string_view text;  // UTF-8; valid during the call
  std::string_view source;
  int64_t line = 0;  // where it begins, from 1: a line, or the row in CSV and Parquet; 0 where lines mean nothing
  bool is_start = true;
  bool is_end = true;
};

class CorpusReader {
 public:
  // An input is a file, a folder, a glob, "-" for standard input, an http:// or https:// file, or a data set on the
  // hub, hf://OWNER/NAME[/SUBSET][@REVISION]: its training files, each downloaded into the hub's cache when its turn
  // comes. Throws UsageError for no input at all, IoError for one that is not there, Error for a folder or a data set
  // without any file that can be read, and for what the hub answers.
  //
  // With a share, only the files of its groups are opened. The ends of all groups come, and those of the sections of
  // files that it opens.
  CorpusReader(std::vector<std::string> inputs, CorpusOptions options, const CorpusShare& share = {});
  ~CorpusReader();
  CorpusReader(const CorpusReader&) = delete;
  CorpusReader& operator=(const CorpusReader&) = delete;

  // The next block into `block`, whose memory is used again; false at the end. One thread at a time. Throws IoError
  // and FormatError for a file that cannot be read to its end (with skip_bad_files it is counted instead, and what came
  // before the damage stays), Error for a file without the text column. No further call after it threw.
  bool next(CorpusBlock& block);

  // Lets a next() that waits for a server throw Interrupted. From any thread.
  void cancel();

  // Bytes taken from the inputs, as they are stored, and of all of them where that is known. bytes_read() may be called
  // from any thread.
  int64_t bytes_read() const;
  std::optional<int64_t> bytes_total() const;

  // What the reader itself passed over: files, and rows that are too long. Complete once next() has returned false.
  const SkipCounts& skips() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Calls `use` for each document of a block, in order, and counts in `skips` what it passes over. Any number of threads
// may do so at once, each with its own SkipCounts. Documents without any text are passed over. Throws FormatError with
// CorpusOptions::strict.
void for_each_document(const CorpusBlock& block, const CorpusOptions& options,
                       const std::function<void(const CorpusDocument&)>& use, SkipCounts& skips);

}  // namespace slm::data
