#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "slm/data/near_index.h"
#include "slm/data/prepare_state.h"
#include "slm/data/prepared_block.h"
#include "slm/data/seen_hashes.h"
#include "slm/data/shard_sequence.h"
#include "slm/storage/growing_file.h"
#include "slm/storage/system_calls.h"

namespace slm::data {

enum class Dedup : uint8_t { kNone, kExact, kNear };

// Takes prepared blocks in order, decides about each document (a duplicate? which part?), and writes the files of a
// prepared corpus. Everything that is not whole stands in `unfinished`; record() makes it the place to go on from.
class PreparedWriter {
 public:
  struct Options {
    std::string folder;
    std::string unfinished;  // a folder inside
    TokenType type = TokenType::kUInt16;
    std::optional<int64_t> max_tokens;  // of training, exactly
    double val_fraction = 0.005;        // of the documents, by the hash of their content
    int64_t shard_tokens = 100'000'000;
    Dedup dedup = Dedup::kExact;
    storage::SystemCalls* calls = &storage::system_calls();
  };

  // Goes on from `state`; a new one begins. What the folder holds beyond it is dropped. Throws IoError or FormatError.
  PreparedWriter(Options options, PrepareState state);

  // Blocks in order. Nothing is written of documents behind the last training token that max_tokens allows.
  void add(const PreparedBlock& block);
  bool is_full() const { return state_.index.is_cut; }
  // Whether a shard became whole since the last record().
  bool has_whole_shard() const;

  // Puts all that add() took on record, on the disk.
  void record();

  // Ends the shards and writes `documents`. The index has everything but tensor; it is not yet written.
  PreparedIndex finish();

  const PrepareState& state() const { return state_; }

 private:
  // What the document is a duplicate of, as the counts to add it to; nullptr if of none.
  PreparedIndex::Counts* duplicates_of(const PreparedBlock::Document& document, const NearSignature* signature);
  void remember(uint64_t hash);
  // `minima` where near duplicates are looked for.
  void add_piece(const PreparedBlock::Document& piece, std::span<const std::byte> tokens, const NearMinima* minima);
  // Whether the long document that ends is similar to an earlier one; one that is not is remembered.
  bool has_similar_long_document();
  void release_held();
  void write_document(const PreparedBlock::Document& document, std::span<const std::byte> tokens);
  void gather(Part part, std::span<const std::byte> tokens);
  void write_gathered();
  void count_inputs(const PreparedBlock& block);
  void write_documents_file();
  ShardSequence& sequence(Part part) { return *sequences_[static_cast<size_t>(part)]; }
  storage::GrowingFile& starts(Part part) { return *starts_[static_cast<size_t>(part)]; }

  Options options_;
  PrepareState state_;
  std::span<const std::byte> gathered_;  // of the block that is being added, for gathered_part_
  Part gathered_part_ = Part::kTrain;
  std::array<std::unique_ptr<ShardSequence>, 2> sequences_;      // by Part
  std::array<std::unique_ptr<storage::GrowingFile>, 2> starts_;  // by Part: uint64
  std::unique_ptr<storage::GrowingFile> hashes_;                 // uint64: what seen_ holds
  std::unique_ptr<storage::GrowingFile> held_;                   // tokens of the long document, while it is held
  SeenHashes seen_;
  std::unique_ptr<NearIndex> near_;  // where near duplicates are looked for
  size_t num_recorded_whole_ = 0;
};

}  // namespace slm::data
