#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>

#include "slm/cli/input_blocks.h"
#include "slm/cli/progress_bar.h"
#include "slm/cli/standard_output.h"
#include "slm/cli/tokenizer_commands.h"
#include "slm/core/error.h"
#include "slm/storage/atomic_file.h"
#include "slm/text/block_decoder.h"
#include "slm/text/tokenizer.h"

namespace slm::cli {
namespace {

// Ids of a file that comes in blocks.
class IdReader {
 public:
  IdReader(std::string path, int32_t vocab_size) : path_(std::move(path)), vocab_size_(vocab_size) {}

  // Decodes whole little-endian uint32 of the block; returns how many bytes it took.
  size_t read_binary(const std::string& block, bool is_last, text::BlockDecoder& decoder, storage::ByteSink& out) {
    if (is_last && block.size() % sizeof(uint32_t) != 0) {
      const size_t size = num_taken_ + block.size();
      throw FormatError(path_, FormatError::kNoOffset,
                        fmt::format("has {} bytes, expected a multiple of 4: truncated copy?", size));
    }
    ids_.resize(block.size() / sizeof(uint32_t));
    const size_t size = ids_.size() * sizeof(uint32_t);
    std::memcpy(ids_.data(), block.data(), size);
    for (size_t i = 0; i < ids_.size(); ++i) check(static_cast<uint32_t>(ids_[i]), i * sizeof(uint32_t));
    write_ids(decoder, out);
    num_taken_ += size;
    return size;
  }

  // The same for ids as text, a line of them for each line of the result. A number at the end of the block may go on in
  // the next one.
  size_t read_lines(const std::string& block, bool is_last, text::BlockDecoder& decoder, storage::ByteSink& out) {
    const char* const end = block.data() + block.size();
    const char* at = block.data();
    while (at != end) {
      if (*at == '\n') {
        write_ids(decoder, out);
        write_end(decoder, out);
        out.write("\n");
        ++at;
        continue;
      }
      if (*at == ' ' || *at == '\t' || *at == '\r') {
        ++at;
        continue;
      }
      uint64_t id = 0;
      const auto [stop, error] = std::from_chars(at, end, id);
      const auto byte = static_cast<size_t>(at - block.data());
      if (error == std::errc::result_out_of_range) {
        refuse({at, static_cast<size_t>(stop - at)}, byte);
      }
      if (error != std::errc()) {
        throw FormatError(path_, static_cast<int64_t>(num_taken_ + byte), "expected token ids, separated by spaces");
      }
      if (stop == end && !is_last) break;
      check(id, byte);
      ids_.push_back(static_cast<int32_t>(id));
      at = stop;
    }
    write_ids(decoder, out);
    const auto size = static_cast<size_t>(at - block.data());
    num_taken_ += size;
    return size;
  }

  // What is left at the end of a text.
  void write_end(text::BlockDecoder& decoder, storage::ByteSink& out) {
    text_.clear();
    decoder.finish(text_);
    out.write(text_);
  }

 private:
  void check(uint64_t id, size_t byte) const {
    if (id >= static_cast<uint64_t>(vocab_size_)) refuse(std::to_string(id), byte);
  }

  [[noreturn]] void refuse(std::string_view id, size_t byte) const {
    throw FormatError(path_, static_cast<int64_t>(num_taken_ + byte),
                      fmt::format("token {} is not among the {} of the tokenizer", id, vocab_size_));
  }

  void write_ids(text::BlockDecoder& decoder, storage::ByteSink& out) {
    text_.clear();
    decoder.push(ids_, text_);
    out.write(text_);
    ids_.clear();
  }

  std::string path_;
  int32_t vocab_size_;
  size_t num_taken_ = 0;  // bytes
  std::vector<int32_t> ids_;
  std::string text_;  // of these
};

class TokenizerDecodeCommand final : public Command {
 public:
  std::string name() const override { return "tokenizer decode"; }
  std::string summary() const override { return "Token ids to text."; }
  std::string example() const override {
    return "slm tokenizer decode --tokenizer tokenizer.json --input book.bin --out book.txt";
  }

  void define_options(OptionTable& options) override {
    options.add("tokenizer", tokenizer_, "A tokenizer.json, vocab.txt, .tiktoken file, or a folder with one.");
    options.add("input", input_,
                "Ids as text, a line of them for each line of the result, or a .bin file of little-endian uint32; '-' "
                "reads standard input.");
    options.add_flag("binary", is_binary_, "The ids are little-endian uint32, whatever the input is called.");
    options.add("out", out_, "File for the text; '-' is standard output.", "standard output");
    options.add_flag("keep_special_tokens", keep_special_tokens_, "Write special tokens, too.");
  }

  int run(const OptionTable&) override {
    if (tokenizer_.empty()) throw UsageError("--tokenizer is missing: a tokenizer.json, or a folder with one");
    const auto tokenizer = text::load_tokenizer(tokenizer_);
    if (out_ && *out_ != "-") {
      storage::AtomicFile file(*out_);
      decode_into(*tokenizer, file);
      file.commit();
    } else {
      StandardOutput out;
      decode_into(*tokenizer, out);
      out.flush();
    }
    return kExitDone;
  }

 private:
  void decode_into(const text::Tokenizer& tokenizer, storage::ByteSink& out) const {
    InputBlocks input(input_);
    const auto decoder = tokenizer.block_decoder(!keep_special_tokens_);
    ProgressBar bar("decode", true);
    const bool is_binary = is_binary_ || input_.ends_with(".bin");
    IdReader reader(input_, tokenizer.vocab_size());
    std::string block;
    for (bool is_last = false; !is_last;) {
      is_last = !input.append_to(block);
      const size_t used = is_binary ? reader.read_binary(block, is_last, *decoder, out)
                                    : reader.read_lines(block, is_last, *decoder, out);
      block.erase(0, used);
      bar.update_bytes(input.num_read(), input.total_bytes());
    }
    reader.write_end(*decoder, out);
  }

  std::string tokenizer_;
  std::string input_ = "-";
  std::optional<std::string> out_;
  bool is_binary_ = false;
  bool keep_special_tokens_ = false;
};

}  // namespace

std::unique_ptr<Command> make_tokenizer_decode_command() { return std::make_unique<TokenizerDecodeCommand>(); }

}  // namespace slm::cli
