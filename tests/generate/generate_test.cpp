#include "slm/generate/generate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "generate/tiny_models.h"
#include "slm/core/error.h"

namespace slm::generate {
namespace {

using test::tiny_model;

const std::vector<int32_t> kPrompt = {'h', 'i'};

TEST(Generate, SamplesDoNotDependOnHowManyThereAre) {
  for (const models::Family family : test::kFamilies) {
    SCOPED_TRACE(name(family));
    const auto model = tiny_model(family, nn::ComputeType::kFloat32);
    const auto tokenizer = text::make_byte_tokenizer();
    // Letters end some samples early, so that the batch shrinks.
    std::vector<int32_t> letters;
    for (int32_t c = 'a'; c <= 'e'; ++c) letters.push_back(c);
    GenerateOptions options{.max_new_tokens = 50, .num_samples = 5, .eos_ids = letters};
    const Generation five = generate(*model, tokenizer.get(), kPrompt, options);
    options.num_samples = 1;
    const Generation one = generate(*model, tokenizer.get(), kPrompt, options);
    options.num_samples = 3;
    const Generation three = generate(*model, tokenizer.get(), kPrompt, options);
    ASSERT_EQ(five.samples.size(), 5U);
    EXPECT_EQ(one.samples[0].ids, five.samples[0].ids);
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(three.samples[i].ids, five.samples[i].ids);
      EXPECT_EQ(three.samples[i].text, five.samples[i].text);
      EXPECT_EQ(three.samples[i].finish_reason, five.samples[i].finish_reason);
    }
    EXPECT_NE(five.samples[0].ids, five.samples[1].ids);
    options.seed = 43;
    EXPECT_NE(generate(*model, tokenizer.get(), kPrompt, options).samples[0].ids, five.samples[0].ids);
  }
}

TEST(Generate, StreamsExactlyTheTextOfEachSample) {
  const auto model = tiny_model(models::Family::kLlama, nn::ComputeType::kFloat32);
  const auto tokenizer = text::make_byte_tokenizer();
  std::map<int64_t, std::string> streamed;
  const Generation got =
      generate(*model, tokenizer.get(), kPrompt, {.max_new_tokens = 60, .num_samples = 4, .stop = {"e", "\x10"}},
               {.on_text = [&](int64_t sample, std::string_view text) { streamed[sample] += text; }});
  bool has_stopped = false;
  for (int64_t i = 0; i < 4; ++i) {
    const Sample& sample = got.samples[static_cast<size_t>(i)];
    EXPECT_EQ(streamed[i], sample.text);
    EXPECT_EQ(sample.text.find('e'), std::string::npos);
    has_stopped = has_stopped || sample.finish_reason == FinishReason::kStop;
    if (sample.finish_reason != FinishReason::kLength) continue;
    EXPECT_EQ(sample.ids.size(), 60U);
    EXPECT_EQ(sample.text, tokenizer->decode(sample.ids, {.replace_invalid_utf8 = true}));
  }
  EXPECT_TRUE(has_stopped);
}

TEST(Generate, SaysBeforeTheFirstTextThatItWillBeTooLong) {
  const auto tokenizer = text::make_byte_tokenizer();
  for (const models::Family family : test::kFamilies) {
    SCOPED_TRACE(name(family));
    const auto model = tiny_model(family, nn::ComputeType::kFloat32);
    const auto events = [&](int64_t max_new_tokens) {
      std::string told;
      generate(*model, tokenizer.get(), kPrompt, {.max_new_tokens = max_new_tokens},
               {.on_text = [&](int64_t, std::string_view) { told += 't'; },
                .on_notice = [&](std::string_view) { told += 'n'; },
                .on_prompt_progress = [&](int64_t, int64_t) { told += 'p'; }});
      told.erase(std::unique(told.begin(), told.end()), told.end());
      return told;
    };
    // The last of the tokens is not read, so that one more than there are positions fits.
    EXPECT_EQ(events(test::kTinyLength - std::ssize(kPrompt) + 1), "pt");
    EXPECT_EQ(events(test::kTinyLength - std::ssize(kPrompt) + 2), "npt");
  }
}

// A model that finds `token` the most likely, whatever came before.
std::unique_ptr<models::Decoder> model_that_says(char token) {
  auto model = tiny_model(models::Family::kClassic, nn::ComputeType::kFloat32);
  for (nn::Parameter* parameter : model->parameters()) {
    if (parameter->name == "output_layer.bias")
      parameter->master.data<float>()[static_cast<unsigned char>(token)] = 1e3f;
  }
  return model;
}

TEST(Generate, FinishesForTheReasonItNames) {
  const auto model = model_that_says('a');
  const auto tokenizer = text::make_byte_tokenizer();
  GenerateOptions options{.max_new_tokens = 4, .sampling = {.temperature = 0}};
  const auto sample = [&] { return generate(*model, tokenizer.get(), kPrompt, options).samples.at(0); };
  Sample got = sample();
  EXPECT_EQ(got.text, "aaaa");
  EXPECT_EQ(got.ids, (std::vector<int32_t>{'a', 'a', 'a', 'a'}));
  EXPECT_EQ(name(got.finish_reason), "length");

  options.stop = {"aaa"};
  got = sample();
  EXPECT_EQ(got.text, "");
  EXPECT_TRUE(got.ids.empty());
  EXPECT_EQ(name(got.finish_reason), "stop");

  options.eos_ids = {'x', 'a'};
  got = sample();
  EXPECT_EQ(got.text, "");
  EXPECT_TRUE(got.ids.empty());
  EXPECT_EQ(name(got.finish_reason), "eos");

  options = {.max_new_tokens = 0};
  got = sample();
  EXPECT_TRUE(got.ids.empty());
  EXPECT_EQ(name(got.finish_reason), "length");
}

TEST(Generate, ARepetitionPenaltyBreaksARepetition) {
  const auto model = model_that_says('a');
  const Generation got = generate(*model, nullptr, kPrompt,
                                  {.max_new_tokens = 3, .sampling = {.repetition_penalty = 1e6, .temperature = 0}});
  ASSERT_EQ(got.samples[0].ids.size(), 3U);
  EXPECT_EQ(got.samples[0].ids[0], 'a');
  EXPECT_NE(got.samples[0].ids[1], 'a');
  EXPECT_NE(got.samples[0].ids[2], got.samples[0].ids[1]);
  EXPECT_EQ(got.samples[0].text, "");  // no tokenizer
}

TEST(Generate, EndsWhenAsked) {
  const auto model = model_that_says('a');
  int num_asked = 0;
  const Generation got =
      generate(*model, nullptr, kPrompt, {.max_new_tokens = 100}, {.should_stop = [&] { return ++num_asked == 3; }});
  EXPECT_EQ(got.samples[0].ids.size(), 3U);
  EXPECT_EQ(got.samples[0].finish_reason, FinishReason::kLength);
  EXPECT_GT(got.prefill_tokens_per_s, 0);
  EXPECT_GT(got.decode_tokens_per_s, 0);
}

TEST(Generate, RefusesOptionsThatCannotBe) {
  const auto model = model_that_says('a');
  const auto refuses = [&](const GenerateOptions& options) {
    EXPECT_THROW(generate(*model, nullptr, kPrompt, options), UsageError);
  };
  refuses({.max_new_tokens = -1});
  refuses({.num_samples = 0});
  refuses({.sampling = {.temperature = -1}});
  refuses({.stop = {"x"}});  // no tokenizer
}

}  // namespace
}  // namespace slm::generate
