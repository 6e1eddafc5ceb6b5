#include "slm/text/decoder.h"

#include <array>
#include <charconv>
#include <functional>

#include "slm/text/byte_tokenizer.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

using Tokens = std::vector<std::string>;

class FunctionDecoder final : public Decoder {
 public:
  explicit FunctionDecoder(std::function<void(Tokens&)> apply) : apply_(std::move(apply)) {}
  void decode(Tokens& tokens) const override { apply_(tokens); }

 private:
  std::function<void(Tokens&)> apply_;
};

std::unique_ptr<Decoder> from_function(std::function<void(Tokens&)> apply) {
  return std::make_unique<FunctionDecoder>(std::move(apply));
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  if (what.empty()) return;
  std::string out;
  size_t from = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, from)) {
    out.append(text, from, at - from);
    out += by;
    from = at + what.size();
  }
  out.append(text, from);
  text = std::move(out);
}

void clean_up(std::string& text) {
  constexpr std::pair<std::string_view, std::string_view> kReplacements[] = {
      {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},   {" n't", "n't"},
      {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [what, by] : kReplacements) replace_all(text, what, by);
}

void join_named_bytes(Tokens& tokens) {
  Tokens out;
  std::string bytes;
  const auto flush = [&] {
    if (bytes.empty()) return;
    if (is_valid_utf8(bytes)) {
      out.push_back(bytes);
    } else {
      std::string replacement;
      append_utf8(replacement, kReplacementCharacter);
      out.insert(out.end(), bytes.size(), replacement);
    }
    bytes.clear();
  };
  for (std::string& token : tokens) {
    if (const auto byte = named_byte(token)) {
      bytes.push_back(*byte);
    } else {
      flush();
      out.push_back(std::move(token));
    }
  }
  flush();
  tokens = std::move(out);
}

std::string joined(const Tokens& tokens) {
  std::string out;
  for (const std::string& token : tokens) out += token;
  return out;
}

void strip_token(std::string& token, char32_t content, size_t start, size_t stop) {
  std::string character;
  append_utf8(character, content);
  for (size_t i = 0; i < start && token.starts_with(character); ++i) token.erase(0, character.size());
  for (size_t i = 0; i < stop && token.ends_with(character); ++i) token.resize(token.size() - character.size());
}

}  // namespace

std::optional<char> named_byte(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || !token.ends_with('>')) return std::nullopt;
  // A sign in front of one digit is a number to Hugging Face, too.
  std::string_view digits = token.substr(3, 2);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return static_cast<char>(value);
}

std::string byte_level_bytes(std::string_view token) {
  // The alphabet lies below this character.
  constexpr char32_t kEnd = 0x180;
  static const auto bytes_by_character = [] {
    std::array<int, kEnd> bytes;
    bytes.fill(-1);
    for (size_t byte = 0; byte < 256; ++byte) {
      bytes[read_utf8(byte_level_alphabet()[byte], 0).code_point] = static_cast<int>(byte);
    }
    return bytes;
  }();
  std::string bytes;
  for (size_t at = 0; at < token.size();) {
    const Utf8Char c = read_utf8(token, at);
    const int byte = c.code_point < kEnd ? bytes_by_character[c.code_point] : -1;
    if (byte < 0) return std::string(token);
    bytes.push_back(static_cast<char>(byte));
    at += static_cast<size_t>(c.length);
  }
  return bytes;
}

std::unique_ptr<Decoder> byte_level_decoder() {
  return from_function([](Tokens& tokens) {
    std::string bytes;
    for (const std::string& token : tokens) bytes += byte_level_bytes(token);
    tokens.assign(1, bytes);
  });
}

std::unique_ptr<Decoder> byte_fallback_decoder() { return from_function(join_named_bytes); }

std::unique_ptr<Decoder> wordpiece_decoder(std::string prefix, bool cleanup) {
  return from_function([prefix = std::move(prefix), cleanup](Tokens& tokens) {
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0) {
        if (tokens[i].starts_with(prefix)) {
          tokens[i].erase(0, prefix.size());
        } else {
          tokens[i].insert(tokens[i].begin(), ' ');
        }
      }
      if (cleanup) clean_up(tokens[i]);
    }
  });
}

std::unique_ptr<Decoder> metaspace_decoder(char32_t replacement, bool strips_first) {
  std::string mark;
  append_utf8(mark, replacement);
  return from_function([=](Tokens& tokens) {
    for (size_t i = 0; i < tokens.size(); ++i) replace_all(tokens[i], mark, i == 0 && strips_first ? "" : " ");
  });
}

std::unique_ptr<Decoder> bpe_decoder(std::string suffix) {
  return from_function([suffix = std::move(suffix)](Tokens& tokens) {
    for (size_t i = 0; i < tokens.size(); ++i) replace_all(tokens[i], suffix, i + 1 == tokens.size() ? "" : " ");
  });
}

std::unique_ptr<Decoder> ctc_decoder(CtcOptions options) {
  return from_function([options = std::move(options)](Tokens& tokens) {
    Tokens out;
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0 && tokens[i] == tokens[i - 1]) continue;
      std::string token = tokens[i];
      replace_all(token, options.pad_token, "");
      if (options.cleanup) {
        clean_up(token);
        replace_all(token, options.word_delimiter_token, " ");
      }
      if (!token.empty()) out.push_back(std::move(token));
    }
    tokens = std::move(out);
  });
}

std::unique_ptr<Decoder> fuse_decoder() {
  return from_function([](Tokens& tokens) { tokens.assign(1, joined(tokens)); });
}

std::unique_ptr<Decoder> strip_decoder(char32_t content, size_t start, size_t stop) {
  return from_function([=](Tokens& tokens) {
    for (std::string& token : tokens) strip_token(token, content, start, stop);
  });
}

std::unique_ptr<Decoder> replace_decoder(std::unique_ptr<Pattern> pattern, std::string content) {
  const std::shared_ptr<const Pattern> shared = std::move(pattern);
  return from_function([shared, content = std::move(content)](Tokens& tokens) {
    for (std::string& token : tokens) {
      std::string out;
      for (const TextPart& part : shared->parts_of(token)) {
        out += part.is_match ? content : token.substr(part.begin, part.end - part.begin);
      }
      token = std::move(out);
    }
  });
}

std::unique_ptr<Decoder> decoder_sequence(std::vector<std::unique_ptr<Decoder>> steps) {
  const auto shared = std::make_shared<const std::vector<std::unique_ptr<Decoder>>>(std::move(steps));
  return from_function([shared](Tokens& tokens) {
    for (const auto& step : *shared) step->decode(tokens);
  });
}

}  // namespace slm::text
