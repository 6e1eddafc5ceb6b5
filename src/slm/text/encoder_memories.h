#pragma once

#include <array>
#include <atomic>
#include <memory>

#include "slm/text/fast_encoder.h"
#include "slm/text/word_table.h"

namespace slm::text {

// What the threads of a tokenizer have remembered: as many memories as encode at the same time. Safe from several
// threads, which do not wait for each other.
class EncoderMemories {
 public:
  EncoderMemories() = default;
  ~EncoderMemories();
  EncoderMemories(const EncoderMemories&) = delete;
  EncoderMemories& operator=(const EncoderMemories&) = delete;

  // For one text: what this thread gave back last, if no other thread had to take it.
  std::unique_ptr<EncoderMemory> take();
  void give_back(std::unique_ptr<EncoderMemory> memory);

 private:
  // Each on its own cache line: threads that change places side by side would wait for each other's line.
  struct alignas(64) Place {
    std::atomic<EncoderMemory*> memory = nullptr;
  };
  static constexpr size_t kNumPlaces = 64;  // with more threads than that, some remember nothing
  Place& place_for_thread(size_t distance);

  WordTable words_;
  std::array<Place, kNumPlaces> places_;
};

}  // namespace slm::text
