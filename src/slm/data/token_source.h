#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace slm::data {

// How a token id is stored.
enum class TokenType : uint8_t { kUInt8, kUInt16, kUInt32, kInt32, kInt64 };
int64_t size_bytes(TokenType type);

// The narrowest unsigned type that holds the ids below `vocab_size`.
TokenType narrowest_token_type(int64_t vocab_size);

// A sequence of token ids with random access: memory it shares, or files seen as memory, one after the other. Cheap to
// copy, immutable, safe to read from several threads.
class TokenSource {
 public:
  TokenSource() = default;

  // `name` stands for the source in messages.
  template <class T>
  TokenSource(std::vector<T> ids, std::string name)
      : TokenSource(std::make_shared<const std::vector<T>>(std::move(ids)), std::move(name)) {}

  // `ids` lies in memory that `owner` keeps alive, aligned to its type: a mapped shard, a tensor. `is_mapped` says that
  // reading may have to wait for a disk.
  TokenSource(std::shared_ptr<const void> owner, std::span<const std::byte> ids, TokenType type, std::string name,
              bool is_mapped);

  int64_t size() const { return size_; }
  bool is_mapped() const;
  const std::string& name() const { return name_; }

  // Ids [begin, begin + out.size()); an id that an int32 cannot hold becomes -1.
  void copy(int64_t begin, std::span<int32_t> out) const;
  // Asks for ids [begin, begin + count) to be read from the disk, where they are mapped, and returns at once.
  void read_ahead(int64_t begin, int64_t count) const;
  // Exactly what is stored.
  int64_t operator[](int64_t position) const;

  // Tokens [begin, end), of the same memory.
  TokenSource slice(int64_t begin, int64_t end) const;

  // Attaches what the ids stand for: this source is `text_bytes` bytes of text, and id i spells about
  // token_lengths[i] of them. Slices keep it.
  TokenSource with_text(int64_t text_bytes, std::shared_ptr<const std::vector<int32_t>> token_lengths) const;

  // The same where the tokens spell the text exactly, as characters and bytes do.
  TokenSource with_exact_text(std::shared_ptr<const std::vector<int32_t>> token_lengths) const;

  // The bytes of text that these tokens stand for, where known: what bits per byte divides by. Exact when every byte of
  // the text is in some token (characters, bytes, byte-level BPE); where a vocabulary leaves out or folds some, a slice
  // gets its share by the lengths of its tokens. Reads every token.
  std::optional<int64_t> text_bytes() const;

  // Attaches where documents begin: places in this source, rising, that `owner` keeps alive. Slices keep it,
  // concatenate() does not.
  TokenSource with_document_starts(std::shared_ptr<const void> owner, std::span<const uint64_t> starts) const;
  // The same by the token that ends each document.
  TokenSource with_document_separator(int32_t id) const;

  bool knows_documents() const { return document_starts_ != nullptr || document_separator_.has_value(); }
  // The places strictly between `begin` and `end` where a document begins, rising. Empty where nothing is known.
  std::vector<int64_t> document_starts_between(int64_t begin, int64_t end) const;

  // Throws Error naming the first id in [begin, end) that is negative or not below `vocab_size`, with its place.
  void check_ids(int64_t vocab_size, int64_t begin, int64_t end) const;
  void check_ids(int64_t vocab_size) const { check_ids(vocab_size, 0, size_); }

  // One after the other. `name` stands for the whole; messages about a token name its part.
  static TokenSource concatenate(std::span<const TokenSource> parts, std::string name);

 private:
  struct Segment {
    std::shared_ptr<const void> owner;
    const std::byte* ids;
    TokenType type;
    bool is_mapped;
    std::string name;
    int64_t offset;  // of the first token, in what the owner holds: for messages
    int64_t begin;   // of the first token, in this source
    int64_t end;
  };

  template <class T>
  static constexpr TokenType type_of() {
    if constexpr (std::is_same_v<T, uint8_t>) return TokenType::kUInt8;
    if constexpr (std::is_same_v<T, uint16_t>) return TokenType::kUInt16;
    if constexpr (std::is_same_v<T, uint32_t>) return TokenType::kUInt32;
    if constexpr (std::is_same_v<T, int32_t>) return TokenType::kInt32;
    if constexpr (std::is_same_v<T, int64_t>) return TokenType::kInt64;
  }
  template <class T>
  TokenSource(std::shared_ptr<const std::vector<T>> ids, std::string name)
      : TokenSource(ids, std::as_bytes(std::span(*ids)), type_of<T>(), std::move(name), false) {}

  struct DocumentStarts {
    std::shared_ptr<const void> owner;
    std::span<const uint64_t> places;
  };

  const Segment& segment_at(int64_t position) const;
  double count_lengths() const;

  std::string name_;
  std::vector<Segment> segments_;
  int64_t size_ = 0;
  std::shared_ptr<const std::vector<int32_t>> token_lengths_;
  double bytes_per_length_ = 0;
  std::shared_ptr<const DocumentStarts> document_starts_;
  int64_t document_offset_ = 0;  // of the first token, in what the places count from
  std::optional<int32_t> document_separator_;
};

}  // namespace slm::data
