#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <span>

#include "slm/cli/encoding_stream.h"
#include "slm/cli/input_blocks.h"
#include "slm/cli/progress_bar.h"
#include "slm/cli/standard_output.h"
#include "slm/cli/text_input.h"
#include "slm/cli/tokenizer_commands.h"
#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/storage/atomic_file.h"
#include "slm/text/tokenizer.h"

namespace slm::cli {
namespace {

using nlohmann::json;

class TokenizerEncodeCommand final : public Command {
 public:
  std::string name() const override { return "tokenizer encode"; }
  std::string summary() const override { return "Text to token ids."; }
  std::string example() const override {
    return "slm tokenizer encode --tokenizer tokenizer.json --input book.txt --out book.bin";
  }

  void define_options(OptionTable& options) override {
    options.add("tokenizer", tokenizer_, "A tokenizer.json, vocab.txt, .tiktoken file, or a folder with one.");
    options.add("input", input_, "The text; '-' reads standard input.");
    options.add("out", out_,
                "File for the ids of the whole text, little-endian uint32; '-' writes them to standard output.",
                "lines of ids on standard output");
    options.add_flag("ids", ids_, "Print one line of ids per line of the text; this is also what happens by default.");
    options.add_flag("json", json_, "Print one JSON object with ids, tokens and offsets (bytes) of the whole text.");
    options.add_flag("add_special_tokens", encode_.add_special_tokens,
                     "Add what the tokenizer adds around a text: [CLS], <s>, ...");
    options.add_flag("truncate_and_pad", encode_.truncate_and_pad,
                     "Apply the truncation and padding that the tokenizer's file sets.");
  }

  int run(const OptionTable&) override {
    if (tokenizer_.empty()) throw UsageError("--tokenizer is missing: a tokenizer.json, or a folder with one");
    if ((ids_ ? 1 : 0) + (json_ ? 1 : 0) + (out_ ? 1 : 0) > 1) {
      throw UsageError("--ids, --json and --out: give one of them");
    }
    if (out_ == "-" && is_terminal(STDOUT_FILENO)) {
      throw UsageError("--out -: these bytes are not for a terminal; send them to a file or a program, or give --ids");
    }
    const auto tokenizer = text::load_tokenizer(tokenizer_);
    if (json_) {
      print_json(*tokenizer, read_input(input_));
    } else if (out_) {
      write_binary(*tokenizer);
    } else {
      print_lines(*tokenizer);
    }
    return kExitDone;
  }

 private:
  void print_json(const text::Tokenizer& tokenizer, const std::string& content) const {
    const text::Encoding encoding = tokenizer.encode_with_offsets(content, encode_);
    json tokens = json::array(), offsets = json::array();
    for (size_t i = 0; i < encoding.ids.size(); ++i) {
      tokens.push_back(tokenizer.id_to_token(encoding.ids[i]));
      offsets.push_back({encoding.offsets[i].begin, encoding.offsets[i].end});
    }
    const json result = {{"ids", encoding.ids}, {"tokens", tokens}, {"offsets", offsets}};
    std::cout << json_text(result) << std::endl;
  }

  // Feeds all of the input through the stream, with a progress bar; returns its bytes.
  int64_t run_through(EncodingStream& stream) const {
    InputBlocks input(input_);
    ProgressBar bar("encode", true);
    while (input.append_to(stream.pending())) {
      stream.run();
      bar.update_bytes(input.num_read(), input.total_bytes());
    }
    stream.finish();
    return input.num_read();
  }

  void write_binary(const text::Tokenizer& tokenizer) const {
    if (*out_ == "-") {
      StandardOutput out;
      const std::string written = write_ids(tokenizer, out);
      out.flush();
      std::cerr << "standard output: " << written;
      return;
    }
    storage::AtomicFile file(*out_);
    const std::string written = write_ids(tokenizer, file);
    file.commit();
    std::cerr << *out_ << ": " << written;
  }

  // Returns what there is to say about it.
  std::string write_ids(const text::Tokenizer& tokenizer, storage::ByteSink& out) const {
    size_t num_tokens = 0;
    EncodingStream stream(tokenizer, encode_, EncodingStream::Texts::kWhole, [&](std::span<const int32_t> ids, bool) {
      out.write(std::as_bytes(ids));
      num_tokens += ids.size();
    });
    const int64_t num_bytes = run_through(stream);
    return fmt::format("{} tokens of {} bytes\n", num_tokens, num_bytes);
  }

  // Only a newline ends a line, and is not part of it.
  void print_lines(const text::Tokenizer& tokenizer) const {
    StandardOutput out;
    bool is_first = true;
    EncodingStream stream(tokenizer, encode_, EncodingStream::Texts::kLines,
                          [&](std::span<const int32_t> ids, bool is_end) {
                            for (const int32_t id : ids) {
                              if (!is_first) out.write(" ");
                              is_first = false;
                              const fmt::format_int digits(id);
                              out.write({digits.data(), digits.size()});
                            }
                            if (!is_end) return;
                            out.write("\n");
                            is_first = true;
                          });
    run_through(stream);
    out.flush();
  }

  std::string tokenizer_;
  std::string input_ = "-";
  std::optional<std::string> out_;
  bool ids_ = false;
  bool json_ = false;
  text::EncodeOptions encode_;
};

}  // namespace

std::unique_ptr<Command> make_tokenizer_encode_command() { return std::make_unique<TokenizerEncodeCommand>(); }

}  // namespace slm::cli
