#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include "cli/prepared_files.h"
#include "cli/run_slm.h"

namespace slm::test {
namespace {

// 400 short texts as JSON Lines in many small files, so that there are many blocks.
class PrepareCommand : public testing::Test {
 protected:
  void SetUp() override {
    for (int file = 0; file < 100; ++file) {
      std::vector<std::string> texts;
      for (int which = 4 * file; which < 4 * file + 4; ++which)
        texts.push_back("text " + std::to_string(which * which));
      folder_.write("in/" + std::to_string(1000 + file) + ".jsonl", json_lines(texts));
    }
  }

  std::vector<std::string> arguments(const std::string& out, std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"prepare",         folder_.path("in"), "--tokenizer", "byte",           "--out",
                                    folder_.path(out), "--val_fraction",   "0.1",         "--shard_tokens", "500"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  std::map<std::string, std::string> files(const std::string& out) const { return files_in(folder_.path(out)); }

  TemporaryFolder folder_;
};

TEST_F(PrepareCommand, SaysWhatItWroteAndInfoSaysItAgain) {
  folder_.write("in/2000.jsonl", "{\"text\": 7}\nnot json\n{\"text\": \"text 0\"}\n");
  const ProgramResult result = run_slm(arguments("out"));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  for (const std::string& line :
       {std::string("documents: 400 ("), std::string("exact duplicates left out: 1 document, 6 B, 8 tokens\n"),
        "skipped, lines that are not JSON objects: 1, the first in " + folder_.path("in/2000.jsonl") + ", line 2",
        "skipped, rows whose text is not a string: 1, the first in " + folder_.path("in/2000.jsonl") + ", line 1",
        std::string(" MB/s, "), "saved " + folder_.path("out") + "\n"}) {
    EXPECT_NE(result.out.find(line), std::string::npos) << line << "\nis not in\n" << result.out;
  }
  const ProgramResult text = run_slm({"info", folder_.path("out")});
  EXPECT_EQ(text.out.find("documents: 400 ("), 0U) << text.out;
  EXPECT_NE(text.out.find(
                "longest document: 13 tokens\nmedian document: 12 tokens\ndocument 0, 8 tokens: \"text 0\\n\\n\"\n"),
            std::string::npos)
      << text.out;
  const nlohmann::json info = only_json_of(run_slm({"info", folder_.path("out"), "--json"}));
  EXPECT_EQ(info["documents"], 400);
  EXPECT_EQ(info["longest_document"], 13);  // "text 159201" and a blank line
  EXPECT_EQ(info["median_document"], 12);
  EXPECT_EQ(info["samples"].size(), 3u);
  EXPECT_EQ(info["samples"][0]["text"], "text 0\n\n");
  EXPECT_EQ(info["duplicates"]["exact"]["documents"], 1);
  EXPECT_EQ(info["skipped"].size(), 2u);
  EXPECT_GT(info["mb_per_s"], 0);
  const size_t speed = result.out.find("speed: ");
  EXPECT_NE(text.out.find(result.out.substr(speed, result.out.find('\n', speed) + 1 - speed)), std::string::npos)
      << text.out;
}

TEST_F(PrepareCommand, NamesABadFileAmongGoodOnes) {
  std::filesystem::create_symlink("loop.txt", folder_.path("in/loop.txt"));
  const std::string problem = folder_.path("in/loop.txt") + ": cannot open: Too many levels of symbolic links";
  expect_error(run_slm(arguments("out")), 1, {"slm: error: " + problem});
  const ProgramResult result = run_slm(arguments("out", {"--skip_bad_files"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("skipped, files that could not be read to their end: 1, the first in " + problem),
            std::string::npos)
      << result.out;
}

TEST_F(PrepareCommand, JsonIsTheIndexAndTheSpeed) {
  const nlohmann::json result = only_json_of(run_slm(arguments("out", {"--json"})));
  EXPECT_EQ(result["documents"], 400);
  EXPECT_GT(result["mb_per_s"], 0);
  EXPECT_EQ(result["out"], folder_.path("out"));
  const auto index = nlohmann::json::parse(read_text(folder_.path("out/index.json")));
  for (const auto& [key, value] : index.items()) EXPECT_EQ(result[key], value) << key;
}

TEST_F(PrepareCommand, LeavesAFinishedFolderAloneAndRefusesAnotherCommand) {
  ASSERT_EQ(run_slm(arguments("out")).exit_code, 0);
  const auto before = files("out");
  const ProgramResult again = run_slm(arguments("out", {"--threads", "1"}));
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_NE(again.out.find("is complete and was left alone"), std::string::npos) << again.out;
  const ProgramResult other = run_slm(arguments("out", {"--dedup", "none"}));
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_NE(other.err.find("use --overwrite to replace it, or another --out"), std::string::npos) << other.err;
  EXPECT_EQ(std::count(other.err.begin(), other.err.end(), '\n'), 1);
  EXPECT_EQ(files("out"), before);
  EXPECT_EQ(run_slm(arguments("out", {"--dedup", "none", "--overwrite"})).exit_code, 0);
}

TEST_F(PrepareCommand, InfoNamesADamagedFileAndVerifiesChecksumsOnRequest) {
  ASSERT_EQ(run_slm(arguments("out")).exit_code, 0);
  const std::string out = folder_.path("out");
  const ProgramResult whole = run_slm({"info", out, "--verify"});
  EXPECT_EQ(whole.exit_code, 0) << whole.err;
  EXPECT_TRUE(whole.out.ends_with("are right\n")) << whole.out;
  const int num_files = static_cast<int>(files("out").size()) - 1;  // all but the index
  EXPECT_EQ(only_json_of(run_slm({"info", out, "--verify", "--json"}))["num_verified_files"], num_files);
  EXPECT_NE(whole.out.find("those of all " + std::to_string(num_files) + " files"), std::string::npos) << whole.out;

  std::string shard = read_text(out + "/train-00000.bin");
  shard[1100] ^= 1;
  folder_.write("out/train-00000.bin", shard);
  expect_error(run_slm({"info", out, "--verify"}), 1, {"train-00000.bin", "XXH64", "damaged"});
  std::string documents = read_text(out + "/documents");
  documents[30] = '\1';  // the second document begins far behind the last token
  for (const std::string& damaged : {documents, std::string("SLMDOCS1") + std::string(16, '\0')}) {
    folder_.write("out/documents", damaged);
    expect_error(run_slm({"info", out}), 1, {"out/documents"});
  }
  expect_error(run_slm({"info", folder_.path("in"), "--verify"}), 2, {"--verify"});
}

TEST_F(PrepareCommand, ATensorIsNotCalledAsAnotherFileOfTheCorpus) {
  for (const std::string name : {"train-00000.bin", "index.json", "documents", "unfinished"}) {
    expect_error(run_slm(arguments("out", {"--format", "pt", "--pt_name", name})), 2, {"--pt_name", name});
  }
}

TEST_F(PrepareCommand, KilledAtAnyMomentItGoesOnToTheSameBytes) {
  const std::vector<std::string> and_input = {"-", "--input_format", "json"};
  ASSERT_EQ(run_slm(arguments("whole", and_input)).exit_code, 0);
  const auto expected = files("whole");
  std::mt19937 random(5);
  for (int round = 0; round < 3; ++round) {
    const std::string out = "out" + std::to_string(round);
    for (int attempt = 0; attempt < 6; ++attempt) {
      RunOptions options;
      options.signal = SIGKILL;
      const auto moment = std::chrono::steady_clock::now() + std::chrono::microseconds(5000 + random() % 20000);
      // The first kill finds the run waiting for input; the others come as they may.
      options.keeps_input_open = attempt == 0;
      options.signal_when = [&](const std::string&, const std::string&) {
        if (attempt == 0) return std::filesystem::exists(folder_.path(out + "/unfinished/hashes"));
        std::this_thread::sleep_until(moment);
        return true;
      };
      const ProgramResult result = run_slm(arguments(out, and_input), options);
      if (attempt > 0 && result.exit_code == 0) break;
      ASSERT_EQ(result.exit_code, 128 + SIGKILL) << result.err;
      if (std::filesystem::exists(folder_.path(out + "/unfinished"))) continue;
      // Before it had begun, or after all was done.
      const auto left = std::filesystem::exists(folder_.path(out)) ? files(out) : expected;
      EXPECT_TRUE(left.empty() || left == expected);
    }
    const ProgramResult last = run_slm(arguments(out, and_input));
    ASSERT_EQ(last.exit_code, 0) << last.err;
    EXPECT_EQ(files(out), expected);
  }
}

TEST_F(PrepareCommand, ASignalEndsItWithItsCode) {
  // Standard input that does not end: the signal comes while the run is waiting for it.
  for (const auto& [signal, code] : {std::pair(SIGINT, 130), std::pair(SIGTERM, 143)}) {
    const std::string out = folder_.path("out" + std::to_string(code));
    RunOptions options;
    options.signal = signal;
    options.signal_when = [&](const std::string&, const std::string&) {
      return std::filesystem::exists(out + "/unfinished/hashes");
    };
    options.keeps_input_open = true;
    const ProgramResult result = run_slm(
        {"prepare", folder_.path("in"), "-", "--input_format", "json", "--tokenizer", "byte", "--out", out}, options);
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_NE(result.err.find("the same command goes on from here"), std::string::npos) << result.err;
    EXPECT_FALSE(std::filesystem::exists(out + "/index.json"));
  }
}

TEST_F(PrepareCommand, RefusesASecondRunIntoTheSameFolder) {
  RunOptions options;
  options.keeps_input_open = true;
  options.signal = SIGTERM;
  ProgramResult second;
  options.signal_when = [&](const std::string&, const std::string&) {
    if (!std::filesystem::exists(folder_.path("out/unfinished"))) return false;
    second = run_slm(arguments("out"));
    return true;
  };
  run_slm({"prepare", "-", "--tokenizer", "byte", "--out", folder_.path("out")}, options);
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_NE(second.err.find("another process is writing into this folder"), std::string::npos) << second.err;
}

TEST_F(PrepareCommand, TellsUsageErrorsBeforeItMakesAnything) {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"prepare"}, "no INPUT: name files, folders or globs, or - for standard input"},
      {{"prepare", "in"}, "--out is missing: the folder to write the shards into"},
      {{"prepare", "in", "--out", "out"},
       "--tokenizer is missing: a tokenizer.json, a folder with one, hf://..., or byte"},
      {{"prepare", "in", "--out", "out", "--tokenizer", "byte", "--pt_name", "../x"},
       "--pt_name is '../x', expected the name of a file inside --out"},
  };
  for (const auto& [words, message] : cases) {
    RunOptions options;
    options.working_directory = folder_.path();
    const ProgramResult result = run_slm(words, options);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.err, "slm: error: " + message + "\n");
    EXPECT_FALSE(std::filesystem::exists(folder_.path("out")));
  }
  const ProgramResult missing =
      run_slm({"prepare", folder_.path("nothing"), "--tokenizer", "byte", "--out", folder_.path("out")});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_NE(missing.err.find("No such file"), std::string::npos) << missing.err;
  EXPECT_FALSE(std::filesystem::exists(folder_.path("out")));
}

TEST_F(PrepareCommand, ReadsStandardInput) {
  RunOptions options;
  options.input = "one text\n<|endoftext|>\nanother\n";
  const nlohmann::json result = only_json_of(run_slm(
      {"prepare", "-", "--tokenizer", "byte", "--out", folder_.path("out"), "--val_fraction", "0", "--json"}, options));
  EXPECT_EQ(result["documents"], 2);
}

}  // namespace
}  // namespace slm::test
