#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "slm/data/token_source.h"

namespace slm::data {

// A target that is not scored: padding.
inline constexpr int32_t kIgnoredTarget = -1;

enum class Packing : uint8_t {
  // A window is one text, whatever borders between documents it has.
  kStream,
  // The parts of a window that belong to different documents are kept apart: no token attends to, or is predicted from,
  // another document, and positions begin anew with each. A document that does not fit its window goes on in the
  // next one as a text of its own.
  kDocuments,
};
// Throws UsageError unless `name` is "stream" or "documents".
Packing parse_packing(const std::string& name);

// One rank's rows of a batch. Each row is a window of the source: targets[i] is the token after tokens[i].
struct Batch {
  int64_t num_rows = 0;          // B, of this rank; may be 0 for some ranks in the last batch of an epoch
  int64_t seq_len = 0;           // T
  std::vector<int32_t> tokens;   // (B, T)
  std::vector<int32_t> targets;  // (B, T), kIgnoredTarget where nothing is to be predicted
  // (B, T): the column at which the document of each token begins, or goes on from the row before. Empty with kStream.
  std::vector<int32_t> first_columns;
  int64_t num_targets = 0;         // targets of this rank that are scored
  int64_t first_row = 0;           // of this rank's rows, in the global batch
  int64_t global_num_rows = 0;     // over all ranks
  int64_t global_num_targets = 0;  // over all ranks: what a loss of the whole batch divides by
  int64_t epoch = 0;               // from 0
  int64_t index = 0;               // of the batch in its epoch, from 0
  bool is_last_of_epoch = false;
};

// Which of several processes that share each batch this one is.
struct Rank {
  int64_t rank = 0;
  int64_t world_size = 1;
};

struct RowRange {
  int64_t begin;
  int64_t end;
};
// The rows of a global batch that a rank takes: consecutive, in rank order, as equal in number as can be.
RowRange rows_of(const Rank& rank, int64_t num_rows);

// Windows start every `seq_len` tokens and read one more: the first target of a window is the second token it reads.
// Training has whole windows only; evaluation also the shorter last one, so that every token but the first is a target
// exactly once.
int64_t num_whole_windows(int64_t num_tokens, int64_t seq_len);
int64_t num_windows_with_rest(int64_t num_tokens, int64_t seq_len);

// A window of a source, and the position of its first token there.
struct Window {
  const TokenSource* source;
  int64_t start;
};

struct WindowOptions {
  int64_t seq_len = 0;
  int64_t vocab_size = 0;
  Packing packing = Packing::kStream;
};

// The targets of a window that are scored: with kDocuments the first token of a document is none.
int64_t num_targets_of(const Window& window, const WindowOptions& options);

// A batch of these windows; one that the source is too short for is padded with token 0 and ignored targets. Fills the
// fields of this rank's rows. Throws Error for an id that is not below the vocabulary's size.
Batch gather_windows(std::span<const Window> windows, const WindowOptions& options);

// Throws Error where `packing` is kDocuments and the source does not know its documents.
void check_packing(const TokenSource& source, Packing packing);

}  // namespace slm::data
