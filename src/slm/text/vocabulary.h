#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slm::text {

inline constexpr int32_t kNoToken = -1;

// Tokens and their ids, both ways. Ids may come in any order.
class Vocabulary {
 public:
  // More entries than any real vocabulary has; a file beyond it is refused before memory is spent on it.
  static constexpr int32_t kMaxSize = 1 << 22;

  void reserve(size_t num_tokens, size_t num_bytes);

  // False, and nothing is added, when the token or the id is taken. `id` must be in [0, kMaxSize).
  bool add(std::string_view token, int32_t id);

  int32_t find(std::string_view token) const;  // kNoToken where there is none
  bool has(int32_t id) const { return id >= 0 && id < size() && places_[static_cast<size_t>(id)].is_used; }
  // Empty for an id that is not used.
  std::string_view token(int32_t id) const {
    if (!has(id)) return {};
    const Place& place = places_[static_cast<size_t>(id)];
    return {bytes_.data() + place.begin, place.length};
  }

  // One more than the largest id.
  int32_t size() const { return static_cast<int32_t>(places_.size()); }
  size_t num_tokens() const { return num_tokens_; }
  size_t longest_token_bytes() const { return longest_; }

 private:
  struct Place {
    uint32_t begin = 0;
    uint32_t length = 0;
    bool is_used = false;
  };
  struct Slot {
    uint32_t hash = 0;
    int32_t id = kNoToken;
  };

  size_t slot_of(std::string_view token, uint32_t hash) const;
  void grow();

  std::string bytes_;          // all tokens, one after the other
  std::vector<Place> places_;  // by id
  std::vector<Slot> slots_;    // open addressing; a power of two, at most half full
  size_t num_tokens_ = 0;
  size_t longest_ = 0;
};

}  // namespace slm::text
