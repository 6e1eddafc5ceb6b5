#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "slm/text/json_fields.h"
#include "slm/text/piece_stream.h"
#include "slm/text/vocabulary.h"

namespace slm::text {

// A token of a piece, and the bytes of the piece that it stands for.
struct ModelToken {
  int32_t id;
  size_t begin;
  size_t end;
};

// Turns a piece into tokens. Immutable; safe from several threads.
class Model {
 public:
  virtual ~Model() = default;
  virtual std::string_view kind() const = 0;
  virtual const Vocabulary& vocabulary() const = 0;
  // Appends the tokens of a piece, which is not empty.
  virtual void tokenize(std::string_view piece, std::vector<ModelToken>& tokens) const = 0;
  // Whether a piece may be cut wherever these two characters stand next to each other: its tokens are then those of the
  // parts.
  virtual bool keeps_apart(char32_t /*left*/, char32_t /*right*/) const { return false; }
  // tokenize() for one piece of any size. Null where that needs all of a piece. `has_offsets`: false where the places
  // of the tokens do not matter.
  virtual std::unique_ptr<PieceStream> stream(bool /*has_offsets*/) const { return nullptr; }
};

struct ModelLists;

// The model that the "model" of a tokenizer.json describes. Throws FormatError for one that slm does not know.
// `lists`, where they were read, stand for what the fields have under their names; their vocabulary is moved away.
std::unique_ptr<Model> parse_model(const JsonFields& fields, ModelLists& lists);

}  // namespace slm::text
