#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <span>

#include "slm/cli/encoding_stream.h"
#include "slm/cli/input_blocks.h"
#include "slm/cli/progress_bar.h"
#include "slm/cli/spooled_text.h"
#include "slm/cli/standard_output.h"
#include "slm/cli/tokenizer_commands.h"
#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/core/quantities.h"
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
      print_json(*tokenizer);
    } else if (out_) {
      write_binary(*tokenizer);
    } else {
      print_lines(*tokenizer);
    }
    return kExitDone;
  }

 private:
  // The lists come one after the other, so those that come later wait for the end.
  void print_json(const text::Tokenizer& tokenizer) const {
    SpooledText ids("the ids"), offsets("the offsets"), tokens("the tokens");
    std::string separator;
    const auto write = [&](const EncodingStream::Tokens& part) {
      for (size_t i = 0; i < part.ids.size(); ++i) {
        ids.write(fmt::format("{}{}", separator, part.ids[i]));
        offsets.write(fmt::format("{}[{},{}]", separator, part.offsets[i].begin, part.offsets[i].end));
        tokens.write(separator + json_text(json(tokenizer.id_to_token(part.ids[i]))));
        separator = ",";
      }
    };
    EncodingStream stream(tokenizer, encode_,
                          {.texts = EncodingStream::Texts::kWhole, .has_offsets = true, .name = input_}, write);
    run_through(stream);
    StandardOutput out;
    out.write("{\"ids\":[");
    ids.copy_to(out);
    out.write("],\"offsets\":[");
    offsets.copy_to(out);
    out.write("],\"tokens\":[");
    tokens.copy_to(out);
    out.write("]}\n");
    out.flush();
  }

  // Feeds all of the input through the stream, with a progress bar; returns its bytes.
  int64_t run_through(EncodingStream& stream) const {
    InputBlocks input(input_);
    ProgressBar bar("encode", true);
    std::string next;
    for (bool has_more = input.append_to(next); has_more;) {
      stream.pending() += next;
      next.clear();
      stream.run([&] { has_more = input.append_to(next); });
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
    int64_t num_tokens = 0;
    const auto write = [&](const EncodingStream::Tokens& tokens) {
      out.write(std::as_bytes(tokens.ids));
      num_tokens += static_cast<int64_t>(tokens.ids.size());
    };
    EncodingStream stream(tokenizer, encode_, {.texts = EncodingStream::Texts::kWhole, .name = input_}, write);
    const int64_t num_bytes = run_through(stream);
    return fmt::format("{} of {}\n", counted(num_tokens, "token"), counted(num_bytes, "byte"));
  }

  // Only a newline ends a line, and is not part of it.
  void print_lines(const text::Tokenizer& tokenizer) const {
    StandardOutput out;
    bool is_first = true;
    const auto write = [&](const EncodingStream::Tokens& tokens) {
      for (const int32_t id : tokens.ids) {
        if (!is_first) out.write(" ");
        is_first = false;
        const fmt::format_int digits(id);
        out.write({digits.data(), digits.size()});
      }
      if (!tokens.is_end) return;
      out.write("\n");
      is_first = true;
    };
    EncodingStream stream(tokenizer, encode_, {.texts = EncodingStream::Texts::kLines, .name = input_}, write);
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
