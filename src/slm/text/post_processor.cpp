#include "slm/text/post_processor.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "slm/core/json_text.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// Tokens in front of the text's own and after them. A template can have the text several times.
struct TemplatePart {
  bool is_text = false;
  std::vector<int32_t> ids;
};

class TemplatePostProcessor final : public PostProcessor {
 public:
  explicit TemplatePostProcessor(std::vector<TemplatePart> parts) : parts_(std::move(parts)) {}

  void process(const PostProcessorInput& input) const override {
    if (input.is_part) return;
    Encoding out;
    std::vector<std::string> tokens;
    for (const TemplatePart& part : parts_) {
      if (part.is_text) {
        append(out.ids, input.encoding.ids);
        append(out.offsets, input.encoding.offsets);
        append(tokens, input.tokens);
      } else if (input.add_special_tokens) {
        append(out.ids, part.ids);
        if (input.has_offsets) {
          out.offsets.insert(out.offsets.end(), part.ids.size(), TokenOffsets{0, 0});
          tokens.resize(out.ids.size());
        }
      }
    }
    input.encoding = std::move(out);
    input.tokens = std::move(tokens);
  }

  std::vector<int32_t> added_ids() const override {
    std::vector<int32_t> ids;
    for (const TemplatePart& part : parts_) append(ids, part.ids);
    return ids;
  }
  bool is_template() const override { return true; }
  bool may_follow_template() const override { return false; }

 private:
  template <typename T>
  static void append(std::vector<T>& to, const std::vector<T>& from) {
    to.insert(to.end(), from.begin(), from.end());
  }

  std::vector<TemplatePart> parts_;
};

// Takes the white space that a byte-level token begins or ends with out of its offsets.
class OffsetTrimmer final : public PostProcessor {
 public:
  explicit OffsetTrimmer(bool add_prefix_space) : add_prefix_space_(add_prefix_space) {}

  void process(const PostProcessorInput& input) const override {
    if (!input.has_offsets) return;
    for (size_t i = 0; i < input.encoding.ids.size(); ++i) {
      const bool is_first = input.places_as_first || (i == 0 && input.is_begin);
      trim(input.text, input.tokens[i], is_first, input.encoding.offsets[i]);
    }
  }

  bool trims_first_apart() const override { return add_prefix_space_; }
  bool may_follow_template() const override { return !add_prefix_space_; }

 private:
  static bool is_space(char32_t c) { return c == U'Ġ' || is_whitespace(c); }

  void trim(std::string_view text, std::string_view token, bool is_first, TokenOffsets& offsets) const {
    std::vector<bool> spaces;
    for (size_t at = 0; at < token.size();) {
      const Utf8Char c = read_utf8(token, at);
      spaces.push_back(is_space(c.code_point));
      at += static_cast<size_t>(c.length);
    }
    auto leading = std::find(spaces.begin(), spaces.end(), false) - spaces.begin();
    const auto trailing = std::find(spaces.rbegin(), spaces.rend(), false) - spaces.rbegin();
    if (leading > 0) {
      // One space at the beginning is the one that was added, and stands for nothing.
      if ((is_first || offsets.begin == 0) && add_prefix_space_ && leading == 1) leading = 0;
      for (; leading > 0 && offsets.begin < offsets.end; --leading) {
        offsets.begin += read_utf8(text, static_cast<size_t>(offsets.begin)).length;
      }
    }
    for (auto left = trailing; left > 0 && offsets.end > offsets.begin; --left) {
      --offsets.end;
      while (offsets.end > offsets.begin && is_inside_character(text, offsets.end)) --offsets.end;
    }
  }

  static bool is_inside_character(std::string_view text, int64_t place) {
    return place < static_cast<int64_t>(text.size()) && is_continuation(text[static_cast<size_t>(place)]);
  }

  bool add_prefix_space_;
};

class PostProcessorSequence final : public PostProcessor {
 public:
  explicit PostProcessorSequence(std::vector<std::unique_ptr<PostProcessor>> steps) : steps_(std::move(steps)) {}

  void process(const PostProcessorInput& input) const override {
    for (const auto& step : steps_) step->process(input);
  }

  bool trims_first_apart() const override {
    return std::any_of(steps_.begin(), steps_.end(), [](const auto& step) { return step->trims_first_apart(); });
  }

  std::vector<int32_t> added_ids() const override {
    std::vector<int32_t> ids;
    for (const auto& step : steps_) {
      const std::vector<int32_t> more = step->added_ids();
      ids.insert(ids.end(), more.begin(), more.end());
    }
    return ids;
  }
  bool is_template() const override {
    return std::any_of(steps_.begin(), steps_.end(), [](const auto& step) { return step->is_template(); });
  }
  bool may_follow_template() const override {
    return std::all_of(steps_.begin(), steps_.end(), [](const auto& step) { return step->may_follow_template(); });
  }

 private:
  std::vector<std::unique_ptr<PostProcessor>> steps_;
};

// "sep": [token, id]
int32_t parse_pair(const JsonFields& fields, const char* name) {
  const auto& pair = fields.array(name);
  const bool is_pair =
      pair.size() == 2 && pair[0].is_string() && pair[1].is_number_unsigned() && pair[1].get<uint64_t>() <= INT32_MAX;
  if (!is_pair) fields.fail(fmt::format("has \"{}\": {}, expected a token and its id", name, json_text(pair)));
  return pair[1].get<int32_t>();
}

std::vector<TemplatePart> around_text(int32_t before, int32_t after) {
  return {{.is_text = false, .ids = {before}}, {.is_text = true, .ids = {}}, {.is_text = false, .ids = {after}}};
}

std::unique_ptr<PostProcessor> parse_roberta(const JsonFields& fields) {
  std::vector<std::unique_ptr<PostProcessor>> steps;
  if (fields.boolean("trim_offsets")) {
    steps.push_back(std::make_unique<OffsetTrimmer>(fields.boolean("add_prefix_space")));
  }
  steps.push_back(
      std::make_unique<TemplatePostProcessor>(around_text(parse_pair(fields, "cls"), parse_pair(fields, "sep"))));
  return std::make_unique<PostProcessorSequence>(std::move(steps));
}

std::vector<int32_t> parse_template_ids(const JsonFields& token) {
  std::vector<int32_t> ids;
  for (const auto& id : token.array("ids")) {
    if (!id.is_number_unsigned() || id.get<uint64_t>() > INT32_MAX) token.fail("has \"ids\" that are not token ids");
    ids.push_back(id.get<int32_t>());
  }
  return ids;
}

std::unique_ptr<PostProcessor> parse_template(const JsonFields& fields) {
  const JsonFields tokens = fields.object("special_tokens");
  std::vector<TemplatePart> parts;
  for (const auto& piece : fields.array("single")) {
    const JsonFields part = fields.element(piece, fmt::format("single[{}]", parts.size()));
    if (part.has("Sequence")) {
      if (part.object("Sequence").string("id") != "A") part.fail("names a second text, expected \"A\"");
      parts.push_back({.is_text = true, .ids = {}});
      continue;
    }
    const std::string id = part.object("SpecialToken").string("id");
    parts.push_back({.is_text = false, .ids = parse_template_ids(tokens.object(id.c_str()))});
  }
  return std::make_unique<TemplatePostProcessor>(std::move(parts));
}

std::unique_ptr<PostProcessor> parse_sequence(const JsonFields& fields) {
  std::vector<std::unique_ptr<PostProcessor>> steps;
  bool has_template = false;
  for (const auto& step : fields.array("processors")) {
    const JsonFields step_fields = fields.element(step, fmt::format("processors[{}]", steps.size()));
    steps.push_back(parse_post_processor(step_fields));
    if (has_template && !steps.back()->may_follow_template()) {
      step_fields.fail(fmt::format("is {} behind a template, which slm does not support", step_fields.string("type")));
    }
    has_template |= steps.back()->is_template();
  }
  return std::make_unique<PostProcessorSequence>(std::move(steps));
}

}  // namespace

std::unique_ptr<PostProcessor> parse_post_processor(const JsonFields& fields) {
  const std::string type = fields.string("type");
  if (type == "TemplateProcessing") return parse_template(fields);
  if (type == "BertProcessing") {
    return std::make_unique<TemplatePostProcessor>(around_text(parse_pair(fields, "cls"), parse_pair(fields, "sep")));
  }
  if (type == "RobertaProcessing") return parse_roberta(fields);
  if (type == "ByteLevel") {
    if (fields.boolean("trim_offsets")) return std::make_unique<OffsetTrimmer>(fields.boolean("add_prefix_space"));
    return std::make_unique<PostProcessorSequence>(std::vector<std::unique_ptr<PostProcessor>>());
  }
  if (type == "Sequence") return parse_sequence(fields);
  fields.fail(fmt::format("has type \"{}\", which slm does not support", type));
}

}  // namespace slm::text
