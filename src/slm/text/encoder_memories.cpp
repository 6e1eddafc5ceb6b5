#include "slm/text/encoder_memories.h"

#include <functional>
#include <thread>

namespace slm::text {

EncoderMemories::~EncoderMemories() {
  for (Place& place : places_) delete place.memory.load();
}

// Each thread begins to look at a place of its own, mostly.
EncoderMemories::Place& EncoderMemories::place_for_thread(size_t distance) {
  return places_[(std::hash<std::thread::id>()(std::this_thread::get_id()) + distance) % kNumPlaces];
}

std::unique_ptr<EncoderMemory> EncoderMemories::take() {
  for (size_t i = 0; i < kNumPlaces; ++i) {
    std::atomic<EncoderMemory*>& place = place_for_thread(i).memory;
    if (place.load(std::memory_order_relaxed) == nullptr) continue;
    if (std::unique_ptr<EncoderMemory> memory(place.exchange(nullptr, std::memory_order_acquire)); memory)
      return memory;
  }
  return std::make_unique<EncoderMemory>(words_);
}

void EncoderMemories::give_back(std::unique_ptr<EncoderMemory> memory) {
  for (size_t i = 0; i < kNumPlaces; ++i) {
    std::atomic<EncoderMemory*>& place = place_for_thread(i).memory;
    EncoderMemory* none = nullptr;
    if (place.compare_exchange_strong(none, memory.get(), std::memory_order_release, std::memory_order_relaxed)) {
      memory.release();
      return;
    }
  }
}

}  // namespace slm::text
