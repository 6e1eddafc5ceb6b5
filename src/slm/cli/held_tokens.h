#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "slm/storage/nameless_file.h"
#include "slm/text/tokenizer.h"

namespace slm::cli {

// Tokens that wait for the end of their text: beyond a million of them in files without a name, in the system's folder
// for temporary files. Throws IoError, also for a full disk there.
class HeldTokens {
 public:
  using Give = std::function<void(std::span<const int32_t> ids, std::span<const text::TokenOffsets> offsets)>;

  // `offsets`: as many as ids, or always none.
  void add(std::span<const int32_t> ids, std::span<const text::TokenOffsets> offsets);
  // Forgets all but the last `count`.
  void keep_last(size_t count);
  size_t size() const { return num_in_files_ + ids_.size() - first_; }
  // Of the first that is held; there must be one, with offsets.
  text::TokenOffsets first_offsets() const;
  // Gives all that are held, in their order, in blocks.
  void give(const Give& give) const;
  void clear();

 private:
  void move_to_files();

  size_t first_ = 0;         // that is held: all before it, in the files and behind those, are forgotten
  size_t num_in_files_ = 0;  // tokens
  size_t num_returned_ = 0;  // of these, at the beginning, whose room on disk has been given back
  std::optional<storage::NamelessFile> id_file_, offset_file_;
  std::vector<int32_t> ids_;                 // what comes behind the files
  std::vector<text::TokenOffsets> offsets_;  // of these
};

}  // namespace slm::cli
