#include "slm/text/model_lists.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// Objects take memory per value, so their number is bounded before a parser makes any.
constexpr size_t kMaxValues = size_t{1} << 24;

// Steps through the tokens of JSON. Fails on what only a full parser need understand.
class Reader {
 public:
  Reader(std::string_view text, size_t at, std::deque<std::string>& unescaped)
      : text_(text), at_(at), unescaped_(unescaped) {}

  size_t at() const { return at_; }

  bool take(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::optional<std::string_view> string() {
    if (!take('"')) return std::nullopt;
    const size_t begin = at_;
    bool has_escape = false;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return std::nullopt;
      const bool is_escape = text_[at_] == '\\';
      has_escape |= is_escape;
      at_ += is_escape ? 2 : 1;
    }
    if (at_ >= text_.size()) return std::nullopt;
    const std::string_view content = text_.substr(begin, at_ - begin);
    ++at_;
    if (!is_valid_utf8(content)) return std::nullopt;
    if (!has_escape) return content;
    const auto value = parse_json(text_.substr(begin - 1, at_ - begin + 1));
    if (!value.is_string()) return std::nullopt;
    return unescaped_.emplace_back(value.get_ref<const std::string&>());
  }

  std::optional<uint32_t> number() {
    skip_blanks();
    uint32_t value = 0;
    const char* const end = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data() + at_, end, value);
    const auto length = static_cast<size_t>(stop - (text_.data() + at_));
    const bool has_leading_zero = length > 1 && text_[at_] == '0';
    // A fraction or an exponent is not an id.
    if (error != std::errc() || has_leading_zero || (stop != end && (*stop == '.' || (*stop | 0x20) == 'e'))) {
      return std::nullopt;
    }
    at_ += length;
    return value;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
  }

  std::string_view text_;
  size_t at_;
  std::deque<std::string>& unescaped_;
};

// Where "vocab" and "merges" of the "model" begin and end; nothing where they are not there, or there twice.
struct Places {
  struct Value {
    size_t begin = 0, end = 0, times = 0;
  };
  Value vocab, merges;
};

// One pass over the text, which may be anything.
Places find_lists(std::string_view content, const std::string& name) {
  Places places;
  int depth = 0;
  size_t num_values = 0, num_models = 0;
  bool is_in_model = false, is_key = true;
  std::string_view last_string;
  Places::Value* open = nullptr;  // the list that we are in
  for (size_t i = 0; i < content.size(); ++i) {
    switch (content[i]) {
      case '"': {
        const size_t begin = ++i;
        while (i < content.size() && content[i] != '"') i += content[i] == '\\' ? 2 : 1;
        if (is_key && depth <= 2) last_string = content.substr(begin, std::min(i, content.size()) - begin);
        break;
      }
      case ':':
        is_key = false;
        break;
      case ',':
        is_key = true;
        if (++num_values > kMaxValues) {
          throw FormatError(name, static_cast<int64_t>(i), fmt::format("has more than {} values", kMaxValues));
        }
        break;
      case '{':
      case '[':
        if (++depth > kMaxJsonDepth) {
          throw FormatError(name, static_cast<int64_t>(i), fmt::format("is nested more than {} deep", kMaxJsonDepth));
        }
        if (depth == 2) {
          is_in_model = !is_key && last_string == "model";
          num_models += is_in_model ? 1 : 0;
        }
        if (depth == 3 && is_in_model && !is_key && (last_string == "vocab" || last_string == "merges")) {
          open = last_string == "vocab" ? &places.vocab : &places.merges;
          open->begin = i;
          ++open->times;
        }
        is_key = true;
        break;
      case '}':
      case ']':
        if (depth == 3 && open != nullptr) {
          open->end = i + 1;
          open = nullptr;
        }
        --depth;
        break;
      default:
        break;
    }
  }
  for (Places::Value* value : {&places.vocab, &places.merges}) {
    if (num_models != 1 || value->times != 1 || value->end == 0) *value = {};
  }
  return places;
}

std::optional<Vocabulary> read_vocabulary(Reader reader, const Places::Value& place, const std::string& name) {
  const size_t size = place.end - place.begin;
  Vocabulary vocabulary;
  vocabulary.reserve(std::min<size_t>(size / 16, size_t{Vocabulary::kMaxSize}), size / 2);
  if (!reader.take('{')) return std::nullopt;
  do {
    const auto token = reader.string();
    if (!token || !reader.take(':')) return std::nullopt;
    const auto id = reader.number();
    if (!id) return std::nullopt;
    const auto refuse = [&](const std::string& problem) {
      throw FormatError(name, static_cast<int64_t>(reader.at()), "model " + problem);
    };
    if (*id >= static_cast<uint32_t>(Vocabulary::kMaxSize)) {
      refuse(
          fmt::format("gives the token '{}' the id {}, expected a number below {}", *token, *id, Vocabulary::kMaxSize));
    }
    const auto number = static_cast<int32_t>(*id);
    if (vocabulary.add(*token, number)) continue;
    if (!vocabulary.has(number)) refuse(fmt::format("has the token '{}' twice", *token));
    refuse(fmt::format("gives the id {} to two tokens, '{}' and '{}'", number, vocabulary.token(number), *token));
  } while (reader.take(','));
  if (!reader.take('}') || reader.at() != place.end) return std::nullopt;
  return vocabulary;
}

std::optional<std::vector<std::pair<std::string_view, std::string_view>>> read_merges(Reader reader,
                                                                                      const Places::Value& place) {
  std::vector<std::pair<std::string_view, std::string_view>> merges;
  merges.reserve((place.end - place.begin) / 16);
  if (!reader.take('[')) return std::nullopt;
  do {
    if (reader.take('[')) {
      const auto left = reader.string();
      if (!left || !reader.take(',')) return std::nullopt;
      const auto right = reader.string();
      if (!right || !reader.take(']')) return std::nullopt;
      merges.emplace_back(*left, *right);
    } else {
      const auto line = reader.string();
      if (!line) return std::nullopt;
      if (line->starts_with("#version")) continue;
      const size_t space = line->find(' ');
      if (space == std::string_view::npos || line->find(' ', space + 1) != std::string_view::npos) return std::nullopt;
      merges.emplace_back(line->substr(0, space), line->substr(space + 1));
    }
  } while (reader.take(','));
  if (!reader.take(']') || reader.at() != place.end) return std::nullopt;
  return merges;
}

}  // namespace

size_t ModelLists::place_in_file(size_t place) const {
  for (const auto& [begin, size] : left_out) {
    if (place > begin + 1) place += size;
  }
  return place;
}

ModelLists read_model_lists(std::string_view content, const std::string& name) {
  const Places places = find_lists(content, name);
  ModelLists lists;
  std::vector<Places::Value> read;
  if (places.vocab.end != 0 && content[places.vocab.begin] == '{') {
    lists.vocabulary = read_vocabulary(Reader(content, places.vocab.begin, lists.unescaped), places.vocab, name);
    if (lists.vocabulary) read.push_back(places.vocab);
  }
  if (places.merges.end != 0 && content[places.merges.begin] == '[') {
    lists.merges = read_merges(Reader(content, places.merges.begin, lists.unescaped), places.merges);
    if (lists.merges) read.push_back(places.merges);
  }
  if (read.size() == 2 && read[1].begin < read[0].begin) std::swap(read[0], read[1]);
  size_t copied = 0;
  for (const Places::Value& value : read) {
    lists.rest += content.substr(copied, value.begin + 1 - copied);
    lists.left_out.emplace_back(value.begin, value.end - value.begin - 2);
    copied = value.end - 1;
  }
  lists.rest += content.substr(copied);
  return lists;
}

}  // namespace slm::text
