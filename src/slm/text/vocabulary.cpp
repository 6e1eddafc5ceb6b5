#include "slm/text/vocabulary.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "slm/text/string_hash.h"

namespace slm::text {
namespace {

uint32_t short_hash(std::string_view token) { return static_cast<uint32_t>(hash_bytes(token) >> 32); }

}  // namespace

void Vocabulary::reserve(size_t num_tokens, size_t num_bytes) {
  bytes_.reserve(num_bytes);
  places_.reserve(num_tokens);
  const size_t wanted = std::bit_ceil(std::max<size_t>(16, num_tokens * 2));
  if (wanted > slots_.size() && num_tokens_ == 0) slots_.assign(wanted, Slot{});
}

size_t Vocabulary::slot_of(std::string_view token, uint32_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  while (slots_[slot].id != kNoToken) {
    if (slots_[slot].hash == hash && this->token(slots_[slot].id) == token) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

void Vocabulary::grow() {
  std::vector<Slot> old = std::move(slots_);
  slots_.assign(std::max<size_t>(16, old.size() * 2), Slot{});
  const size_t mask = slots_.size() - 1;
  for (const Slot& entry : old) {
    if (entry.id == kNoToken) continue;
    size_t slot = entry.hash & mask;
    while (slots_[slot].id != kNoToken) slot = (slot + 1) & mask;
    slots_[slot] = entry;
  }
}

bool Vocabulary::add(std::string_view token, int32_t id) {
  assert(id >= 0 && id < kMaxSize);
  if (has(id)) return false;
  if (slots_.size() < 2 * (num_tokens_ + 1)) grow();
  const uint32_t hash = short_hash(token);
  const size_t slot = slot_of(token, hash);
  if (slots_[slot].id != kNoToken) return false;
  slots_[slot] = {hash, id};
  if (id >= size()) places_.resize(static_cast<size_t>(id) + 1);
  places_[static_cast<size_t>(id)] = {static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(token.size()), true};
  bytes_ += token;
  ++num_tokens_;
  longest_ = std::max(longest_, token.size());
  return true;
}

int32_t Vocabulary::find(std::string_view token) const {
  if (slots_.empty()) return kNoToken;
  return slots_[slot_of(token, short_hash(token))].id;
}

}  // namespace slm::text
