#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "slm/data/near_duplicates.h"
#include "slm/data/prepared_index.h"
#include "slm/data/skip_counts.h"

namespace slm::data {

// The document that comes in pieces, while it does. Its tokens are held back as long as it may repeat an earlier one:
// while all pieces so far are the earlier one's, and where near duplicates are left out, to its end.
struct LongDocument {
  uint64_t hash = 0;        // chained_hash over the pieces
  uint64_t first_hash = 0;  // of the first piece
  bool is_held = false;
  int64_t held_bytes = 0, held_tokens = 0;
  int64_t held_begin = 0;  // byte in the file of tokens that are held
  NearMinima minima = near_minima({});
};

// How far preparing has come, at the border of two blocks of the corpus: all that a later run needs to go on, beside
// the files it counts. Written as `unfinished/state.json` inside the folder.
struct PrepareState {
  // Shards as ShardSequence::shards() has them; no documents, tensor or skipped yet.
  PreparedIndex index;
  SkipCounts skips;
  int64_t next_block = 0;      // CorpusBlock::index of the first block that is not in the files
  uint64_t raw_hash = 0;       // chained_hash over the blocks before it
  int64_t num_hashes = 0;      // of the file of hashes
  int64_t num_signatures = 0;  // of that of NearIndex
  bool is_read = false;        // no block is left: only the end of the work is
  bool is_open = false;        // the last document goes on in the next block
  Part open_part = Part::kTrain;
  LongDocument long_document;
};

inline constexpr std::string_view kStateName = "state.json";

std::string to_json(const PrepareState& state);
// Throws FormatError with `path` as the path.
PrepareState parse_prepare_state(std::string_view content, const std::string& path);

}  // namespace slm::data
