#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "slm/core/error.h"

namespace slm::text {

// A text has a character that the vocabulary does not have. what() names its place in the text that was encoded; a
// caller that encodes a file part by part knows the place in the file.
class UnknownCharacterError : public Error {
 public:
  // `offset`: in bytes. `character` as it is shown, `vocabulary` with its size: "the 65 characters of a.json".
  UnknownCharacterError(int64_t offset, std::string_view character, std::string_view vocabulary);

  int64_t offset() const { return offset_; }
  // The same of a text that has `distance` bytes more in front.
  UnknownCharacterError moved(int64_t distance) const { return {offset_ + distance, problem_}; }
  // The same of a file in which the text begins at `begin`.
  FormatError in_file(std::string_view path, int64_t begin) const { return {path, begin + offset_, problem_}; }
  // The same of a document that is known by another place.
  FormatError in_document(std::string_view place) const { return {place, FormatError::kNoOffset, problem_}; }

 private:
  UnknownCharacterError(int64_t offset, const std::string& problem);

  int64_t offset_;
  std::string problem_;
};

}  // namespace slm::text
