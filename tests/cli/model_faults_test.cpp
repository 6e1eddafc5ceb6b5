// A model's folder with a file that is damaged, missing, or of another model: eval and generate name the file and stop.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cli/run_slm.h"
#include "cli/tiny_models.h"

namespace slm::test {
namespace {

namespace fs = std::filesystem;

class ModelFaults : public testing::Test {
 protected:
  static void SetUpTestSuite() { good_ = new LettersModel; }
  static void TearDownTestSuite() {
    delete good_;
    good_ = nullptr;
  }

  ModelFaults() : model_(folder_.path("model")) { restore(); }

  void restore() const {
    fs::remove_all(model_);
    fs::create_directory(model_);
    for (const std::string file : {"small_language_model.pt", "config.json", "tokenizer.json"}) {
      fs::copy_file(good_->path() + "/" + file, model_ + "/" + file);
    }
  }

  static std::string text_of(const std::string& file) { return read_text(good_->path() + "/" + file); }
  void put(const std::string& file, const std::string& content) const { folder_.write("model/" + file, content); }
  // config.json with one value replaced.
  void put_config(const std::string& key, const std::string& value) const {
    std::string config = text_of("config.json");
    const std::string quoted = "\"" + key + "\": ";
    const size_t begin = config.find(quoted) + quoted.size();
    ASSERT_GE(begin, quoted.size()) << key;
    config.replace(begin, config.find_first_of(",\n", begin) - begin, value);
    put("config.json", config);
  }

  // Both commands end with one line that begins with the file's path and has each part.
  void expect_named(const std::string& file, std::vector<std::string> parts) const {
    const std::string path = model_ + "/" + file;
    const std::vector<std::vector<std::string>> commands = {{"eval", "--data", good_->data()},
                                                            {"generate", "--prompt", "abc"}};
    for (std::vector<std::string> arguments : commands) {
      SCOPED_TRACE(arguments[0]);
      arguments.insert(arguments.end(), {"--model", model_, "--threads", "1"});
      const ProgramResult result = run_slm(arguments);
      expect_error(result, 1, parts);
      EXPECT_TRUE(result.err.starts_with("slm: error: " + path + ": ")) << result.err;
      EXPECT_EQ(result.out, "");
    }
    restore();
  }

  inline static const LettersModel* good_ = nullptr;
  TemporaryFolder folder_;
  std::string model_;
};

TEST_F(ModelFaults, WeightsOfAnotherModelAreNamedByTheFirstTensorThatDiffers) {
  const auto train_other = [this](const std::string& name, const std::vector<std::string>& more) {
    EXPECT_EQ(run_slm(tiny_run(folder_.path(name), more)).exit_code, 0);
    return read_text(folder_.path(name + "/small_language_model.pt"));
  };
  put("small_language_model.pt", train_other("wide", {"--vocab_size", "5", "--embed_dim", "32"}));
  expect_named("small_language_model.pt",
               {"tensor 'token_embedding.weight' has shape (5, 32), expected (5, 16)", "does config.json belong"});
  put("small_language_model.pt", train_other("deep", {"--vocab_size", "5", "--num_layers", "2"}));
  expect_named("small_language_model.pt",
               {"tensor 'transformer_encoder.layers.1.", "is not part of the model that config.json describes"});
  put("small_language_model.pt", train_other("llama", {"--vocab_size", "5", "--family", "llama"}));
  expect_named("small_language_model.pt", {"has no tensor 'token_embedding.weight'", "does config.json belong"});
}

TEST_F(ModelFaults, DamagedWeightsAreNamed) {
  const std::string whole = text_of("small_language_model.pt");
  std::string flipped = whole;
  const size_t in_embedding = whole.find("/data/0") + 200;  // its 320 bytes begin at the next multiple of 64
  flipped.at(in_embedding) = static_cast<char>(flipped.at(in_embedding) ^ 0x10);
  for (const std::string& damaged :
       {std::string(), whole.substr(0, whole.size() / 2), flipped, std::string("no model")}) {
    put("small_language_model.pt", damaged);
    expect_named("small_language_model.pt", {});
  }
  fs::remove(model_ + "/small_language_model.pt");
  expect_named("small_language_model.pt", {"No such file"});
}

TEST_F(ModelFaults, ADamagedConfigurationIsNamed) {
  const std::string whole = text_of("config.json");
  for (const std::string& damaged :
       {std::string(), whole.substr(0, whole.size() / 2), std::string("[]"), std::string("\xff")}) {
    put("config.json", damaged);
    expect_named("config.json", {});
  }
  struct Value {
    std::string key, value;
    std::vector<std::string> parts;
  };
  const std::vector<Value> values = {{"embed_dim", "0", {"embed_dim", "got 0"}},
                                     {"embed_dim", "\"16\"", {"'embed_dim'", "\"16\""}},
                                     {"num_layers", "1.5", {"'num_layers'", "1.5"}},
                                     {"num_layers", "99999999999", {"num_layers", "99999999999"}},
                                     {"num_kv_heads", "3", {"num_kv_heads", "num_heads"}},
                                     {"family", "\"gpt5\"", {"family", "'gpt5'", "classic, gpt2, llama"}},
                                     {"activation", "\"tanh\"", {"activation", "'tanh'", "relu"}},
                                     {"dropout", "1", {"dropout"}}};
  for (const Value& value : values) {
    SCOPED_TRACE(value.key + ": " + value.value);
    put_config(value.key, value.value);
    expect_named("config.json", value.parts);
  }
  fs::remove(model_ + "/config.json");
  expect_named("config.json", {"No such file", "--model takes a folder that 'slm train' wrote"});
}

TEST_F(ModelFaults, ADamagedTokenizerIsNamed) {
  const std::string whole = text_of("tokenizer.json");
  for (const std::string& damaged : {std::string(), whole.substr(0, whole.size() / 2), std::string("{}"),
                                     std::string("[1, 2]"), std::string("\xff\xfe")}) {
    put("tokenizer.json", damaged);
    expect_named("tokenizer.json", {});
  }
}

}  // namespace
}  // namespace slm::test
