#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <tuple>
#include <vector>

#include "cli/run_slm.h"
#include "cli/tiny_models.h"

namespace slm::test {
namespace {

// A model of some letters of the alphabet, in "NAME", with its text in "NAME.txt".
std::string train_letters(const TemporaryFolder& folder, const std::string& name, size_t num_letters) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += std::string("abcdefghijklmnopqrstuvwxyz").substr(0, num_letters);
  const std::string data = folder.write(name + ".txt", text), model_dir = folder.path(name);
  EXPECT_EQ(run_slm(tiny_run(model_dir, {"--data", data, "--vocab_size", "26"})).exit_code, 0);
  return model_dir;
}

std::vector<std::string> eval(const std::string& model, const std::string& data) {
  return {"eval", "--model", model, "--data", data, "--threads", "1"};
}

std::vector<std::string> generate(const std::string& model) {
  return {"generate", "--model", model, "--prompt", "ab", "--max_new_tokens", "2", "--threads", "1"};
}

TEST(LoadedModel, ATokenizerOfAnotherModelIsNamed) {
  const TemporaryFolder folder;
  const std::string six = train_letters(folder, "six", 6), nine = train_letters(folder, "nine", 9);
  const std::string of_six = read_text(six + "/tokenizer.json"), of_nine = read_text(nine + "/tokenizer.json");
  folder.write("six/tokenizer.json", of_nine);
  folder.write("nine/tokenizer.json", of_six);
  for (const auto& [model, tokens, size] : {std::tuple{six, 9, 6}, std::tuple{nine, 6, 9}}) {
    const std::string line = model + "/tokenizer.json: has " + std::to_string(tokens) +
                             " tokens, the model beside it has " + std::to_string(size) +
                             ": put the tokenizer.json there that the model was trained with";
    expect_error(run_slm(eval(model, folder.path("six.txt"))), 1, {line});
    expect_error(run_slm(generate(model)), 1, {line});
  }
}

TEST(LoadedModel, ATokenizerMayKnowFewerTokensThanItsModelWhereItDoesNotSetTheSize) {
  const TemporaryFolder folder;
  const std::string tokenizer = folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n");
  std::string text;
  for (int i = 0; i < 200; ++i) text += "a b ";
  const std::string data = folder.write("text.txt", text), model = folder.path("model");
  ASSERT_EQ(run_slm(tiny_run(model, {"--data", data, "--tokenizer", tokenizer, "--vocab_size", "26"})).exit_code, 0);
  EXPECT_EQ(run_slm(eval(model, data)).exit_code, 0);
}

TEST(LoadedModel, NumbersOfTheConfigurationThatCannotBeAreNamed) {
  const TemporaryFolder folder;
  const std::string model = train_letters(folder, "model", 6), config = model + "/config.json";
  const auto good = nlohmann::json::parse(read_text(config));
  const auto expect_refusal = [&](const char* key, double value, const std::string& line) {
    auto bad = good;
    bad[key] = value;
    std::ofstream(config) << bad.dump();
    expect_error(run_slm(eval(model, "dummy")), 1, {config + ": " + line});
  };
  expect_refusal("norm_eps", -1, "--norm_eps: got -1, expected a number from 0 to 1");
  expect_refusal("rope_theta", 0, "--rope_theta: got 0, expected a number from 1 to 1000000000000");
}

TEST(LoadedModel, AConfigurationThatIsNoneIsNamedWithWhatToDo) {
  const TemporaryFolder folder;
  const std::string model = train_letters(folder, "model", 6), config = model + "/config.json";
  const std::string advice = "; put the config.json there that 'slm train' wrote with the model";
  for (const auto& [content, problem] :
       {std::pair{"[1]", "is not a JSON object"},
        {"{\"family\": 3}", "'family' has the value 3, expected a text"},
        {"{\"qk_norm\": 1}", "'qk_norm' has the value 1, expected true or false"},
        {"{\"num_heads\": 1.5}", "'num_heads' has the value 1.5, expected a whole number"},
        {"{\"norm_eps\": \"x\"}", "'norm_eps' has the value \"x\", expected a number"}}) {
    folder.write("model/config.json", content);
    expect_error(run_slm(eval(model, "dummy")), 1, {config + ": " + problem + advice});
  }
}

TEST(LoadedModel, ALossThatIsNoNumberIsAnError) {
  const TemporaryFolder folder;
  const std::string model = train_letters(folder, "model", 6);
  const std::string checkpoint = model + "/checkpoints/step-00000004", file = checkpoint + "/model.safetensors";
  std::string bytes = read_text(file);
  for (size_t i = bytes.size() - 4; i < bytes.size(); ++i) bytes[i] = '\xff';  // the last weight: NaN
  std::ofstream(file, std::ios::binary) << bytes;
  expect_error(run_slm(eval(checkpoint, folder.path("model.txt"))), 1,
               {checkpoint + ": its loss on " + folder.path("model.txt") + " is nan"});
}

TEST(LoadedModel, EvalNeedsData) {
  expect_error(run_slm({"eval", "--model", "runs/a"}), 2,
               {"--data is required: what to evaluate on, as in --data text.txt"});
}

}  // namespace
}  // namespace slm::test
