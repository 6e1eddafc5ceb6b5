#include "slm/data/seen_hashes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>

#include "slm/storage/nameless_file.h"

namespace slm::data {
namespace {

constexpr size_t kMinSlots = 1024;

bool is_alike(uint64_t a, uint64_t b) { return a >> 32 == b >> 32; }

}  // namespace

// Pages of 512 slots, filled from the front; the leading bits of a hash choose the page. A file that is half full is
// copied into one with twice as many pages, each page into the two that follow it there.
class SeenHashes::File {
 public:
  File(std::string folder, int page_bits)
      : folder_(std::move(folder)), page_bits_(page_bits), file_(folder_, "the hashes of the documents") {
    file_.resize(offset_of(num_pages()));
  }

  bool contains(uint64_t hash) const { return slot_in(read_page(page_of(hash)), hash) < 0; }

  void append_like(uint64_t hash, std::vector<uint64_t>& found) const {
    // Of up to 2^32 pages, all that share these bits are in one.
    for (const uint64_t other : read_page(page_of(hash))) {
      if (other == 0) return;
      if (is_alike(other, hash)) found.push_back(other);
    }
  }

  // False when the page has no room left.
  bool insert(uint64_t hash) {
    const int64_t index = page_of(hash);
    const int slot = slot_in(read_page(index), hash);
    if (slot == kNoRoom) return false;
    if (slot < 0) return true;
    file_.write(std::as_bytes(std::span(&hash, 1)), offset_of(index) + slot * 8);
    return true;
  }

  int64_t capacity() const { return num_pages() * kPageSlots; }

  // A file with twice as many pages and the same hashes.
  std::unique_ptr<File> doubled() const {
    auto larger = std::make_unique<File>(folder_, page_bits_ + 1);
    for (int64_t index = 0; index < num_pages(); ++index) {
      std::array<Page, 2> halves = {};
      std::array<size_t, 2> used = {};
      for (const uint64_t hash : read_page(index)) {
        if (hash == 0) break;
        const auto half = static_cast<size_t>(larger->page_of(hash) - 2 * index);
        halves[half][used[half]++] = hash;
      }
      larger->file_.write(std::as_bytes(std::span(halves)), offset_of(2 * index));
    }
    return larger;
  }

 private:
  static constexpr int64_t kPageSlots = 512;
  static constexpr int kFound = -1, kNoRoom = -2;
  using Page = std::array<uint64_t, kPageSlots>;

  int64_t num_pages() const { return int64_t{1} << page_bits_; }
  int64_t page_of(uint64_t hash) const { return static_cast<int64_t>(hash >> (64 - page_bits_)); }

  // The first free slot, kFound or kNoRoom.
  static int slot_in(const Page& page, uint64_t hash) {
    for (int slot = 0; slot < kPageSlots; ++slot) {
      if (page[static_cast<size_t>(slot)] == hash) return kFound;
      if (page[static_cast<size_t>(slot)] == 0) return slot;
    }
    return kNoRoom;
  }

  static int64_t offset_of(int64_t page) { return page * static_cast<int64_t>(sizeof(Page)); }

  Page read_page(int64_t index) const {
    Page page;
    file_.read(std::as_writable_bytes(std::span(page)), offset_of(index));
    return page;
  }

  std::string folder_;
  int page_bits_;
  storage::NamelessFile file_;
};

SeenHashes::SeenHashes(std::string folder, int64_t max_in_memory)
    : folder_(std::move(folder)), max_in_memory_(max_in_memory), slots_(kMinSlots) {}
SeenHashes::~SeenHashes() = default;

size_t SeenHashes::start_of(uint64_t hash) const {
  return static_cast<size_t>(hash >> (64 - std::countr_zero(slots_.size())));
}

size_t SeenHashes::slot_of(uint64_t hash) const {
  size_t slot = start_of(hash);
  while (slots_[slot] != 0 && slots_[slot] != hash) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

bool SeenHashes::contains(uint64_t hash) const {
  if (hash == 0) return has_zero_;
  return file_ ? file_->contains(hash) : slots_[slot_of(hash)] == hash;
}

std::vector<uint64_t> SeenHashes::with_leading_bits_of(uint64_t hash) const {
  std::vector<uint64_t> found;
  if (has_zero_ && is_alike(0, hash)) found.push_back(0);
  if (file_) {
    file_->append_like(hash, found);
    return found;
  }
  // The leading bits say where a hash begins to look for its slot, so those that share them stand in one run.
  const uint64_t first = hash >> 32 << 32;
  for (size_t slot = start_of(first); slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
    if (is_alike(slots_[slot], hash)) found.push_back(slots_[slot]);
  }
  return found;
}

void SeenHashes::insert(uint64_t hash) {
  if (contains(hash)) return;
  ++size_;
  if (hash == 0) {
    has_zero_ = true;
    return;
  }
  if (!file_ && (size_ > max_in_memory_ || 4 * size_ > 3 * std::ssize(slots_))) grow();
  if (!file_) {
    slots_[slot_of(hash)] = hash;
    return;
  }
  if (2 * size_ > file_->capacity()) file_ = file_->doubled();
  while (!file_->insert(hash)) file_ = file_->doubled();
}

void SeenHashes::grow() {
  const std::vector<uint64_t> old = std::exchange(slots_, {});
  if (size_ <= max_in_memory_) {
    slots_.resize(2 * old.size());
    for (const uint64_t hash : old) {
      if (hash != 0) slots_[slot_of(hash)] = hash;
    }
    return;
  }
  // Eight times the room: the next doubling is far away.
  const auto num_pages = static_cast<uint64_t>(std::max<int64_t>(2, max_in_memory_ / 64));
  file_ = std::make_unique<File>(folder_, std::countr_zero(std::bit_ceil(num_pages)));
  for (const uint64_t hash : old) {
    if (hash == 0) continue;
    while (!file_->insert(hash)) file_ = file_->doubled();
  }
}

}  // namespace slm::data
