#include "slm/text/unknown_character.h"

#include <fmt/format.h>

namespace slm::text {
namespace {

std::string problem_of(std::string_view character, std::string_view vocabulary) {
  return fmt::format("{} is not among {}; make the vocabulary from text that has it, or use the byte tokenizer",
                     character, vocabulary);
}

}  // namespace

UnknownCharacterError::UnknownCharacterError(int64_t offset, std::string_view character, std::string_view vocabulary)
    : UnknownCharacterError(offset, problem_of(character, vocabulary)) {}

UnknownCharacterError::UnknownCharacterError(int64_t offset, const std::string& problem)
    : Error(fmt::format("the text: byte {}: {}", offset, problem)), offset_(offset), problem_(problem) {}

}  // namespace slm::text
