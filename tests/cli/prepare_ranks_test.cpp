#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "cli/prepared_files.h"
#include "cli/run_slm.h"
#include "storage/hub_server.h"

namespace slm::test {
namespace {

// Four ranks under the MPI launcher that CMake found.
class PrepareRanks : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string(SLM_MPIEXEC).empty()) GTEST_SKIP() << "this build has no MPI";
    for (int file = 0; file < 60; ++file) {
      std::vector<std::string> texts;
      for (int i = 0; i < 50; ++i) {
        texts.push_back("text " + std::to_string(file * i) + std::string(1800, static_cast<char>('a' + i % 26)));
      }
      folder_.write("in/" + std::to_string(1000 + file) + ".jsonl",
                    json_lines(texts) + (file % 20 == 7 ? "not json\n" : ""));
    }
  }

  std::string arguments(const std::string& out) const {
    return " prepare " + folder_.path("in") + " --tokenizer byte --shard_tokens 500000 --threads 1 --out " +
           folder_.path(out);
  }
  // Exit code, with what was printed in err_.
  int run_ranks(const std::string& words, const std::string& before = {}) {
    // Open MPI unloads modules whose memory it has not given back: no leak of ours, and none that could be told apart.
    const std::string command =
        before + "ASAN_OPTIONS=detect_leaks=0 " SLM_MPIEXEC " --oversubscribe --allow-run-as-root -n 4 " SLM_PROGRAM +
        words + " > " + folder_.path("log") + " 2>&1";
    const int status = std::system(command.c_str());
    log_ = read_text(folder_.path("log"));
    return WEXITSTATUS(status);
  }
  static int num_requests(const HubServer& server, const std::string& method, const std::string& path_end) {
    int count = 0;
    for (const auto& request : nlohmann::json::parse(server.log())) {
      count += request["method"] == method && request["path"].get<std::string>().ends_with(path_end) ? 1 : 0;
    }
    return count;
  }
  std::map<std::string, std::string> files(const std::string& out) const { return files_in(folder_.path(out)); }

  TemporaryFolder folder_;
  std::string log_;
};

TEST_F(PrepareRanks, GiveTheBytesOfASingleProcess) {
  ASSERT_EQ(std::system((SLM_PROGRAM + arguments("one") + " > /dev/null").c_str()), 0);
  ASSERT_EQ(run_ranks(arguments("four")), 0) << log_;
  EXPECT_EQ(files("four"), files("one"));
  EXPECT_NE(log_.find("saved " + folder_.path("four")), std::string::npos) << log_;
}

TEST_F(PrepareRanks, GiveTheBytesOfASingleProcessForWhateverIsRead) {
  // Archives of every kind, compressed files, damaged ones, and a file so large that all ranks read it.
  std::filesystem::create_directory(folder_.path("archives"));
  const std::string make_archives = "python3 " SLM_SOURCE_DIR "/tests/data/make_archives.py good ";
  ASSERT_EQ(std::system((make_archives + folder_.path("archives")).c_str()), 0);
  std::string large;
  for (int i = 0; i < 60000; ++i) large += json_lines({"line " + std::to_string(i % 40000) + std::string(40, 'x')});
  folder_.write("in/1030-large.jsonl", large);
  ASSERT_EQ(std::system(("cd " + folder_.path("in") +
                         " && gzip 101*.jsonl && gzip -c 1031.jsonl | head -c 300 > "
                         "1031-cut.jsonl.gz && printf 'a \\377 b' > 1032.txt")
                            .c_str()),
            0);
  for (const std::string more : {"", " --max_tokens 3500000 --dedup near"}) {
    const auto words = [&](const std::string& out) {
      return arguments(out) + " " + folder_.path("archives") + " --skip_bad_files" + more;
    };
    const std::string one = more.empty() ? "one" : "cut-one", four = more.empty() ? "four" : "cut-four";
    ASSERT_EQ(std::system((SLM_PROGRAM + words(one) + " > /dev/null").c_str()), 0);
    ASSERT_EQ(run_ranks(words(four)), 0) << log_;
    EXPECT_EQ(files(four), files(one));
    const nlohmann::json index = nlohmann::json::parse(read_text(folder_.path(one + "/index.json")));
    EXPECT_GT(index["duplicates"]["exact"]["documents"], 0);
    EXPECT_EQ(index["invalid_utf8_places"], more.empty() ? 1 : 0) << "the end comes before that file";
  }
}

TEST_F(PrepareRanks, FetchEachFileOnce) {
  const HubServer server;
  const std::vector<std::string> paths = {"/plain/data/train-small.jsonl", "/plain/data/test-small.jsonl",
                                          "/plain/extra/deep/small.jsonl", "/plain/README.md"};
  std::string words = " prepare --tokenizer byte --threads 1 --val_fraction 0";
  for (const std::string& path : paths) words += " " + server.endpoint() + path;
  ASSERT_EQ(std::system((SLM_PROGRAM + words + " --out " + folder_.path("one") + " > /dev/null").c_str()), 0);
  ASSERT_EQ(run_ranks(words + " --out " + folder_.path("four")), 0) << log_;
  EXPECT_EQ(files("four"), files("one"));
  for (const std::string& path : paths) EXPECT_EQ(num_requests(server, "GET", path), 2) << path;
}

TEST_F(PrepareRanks, FailWithTheErrorOfASingleProcess) {
  EXPECT_EQ(run_ranks(arguments("four") + " --strict"), 1);
  EXPECT_NE(log_.find("1007.jsonl"), std::string::npos) << log_;
  EXPECT_FALSE(std::filesystem::exists(folder_.path("four")));
  EXPECT_NE(run_ranks(" prepare - --tokenizer byte --out " + folder_.path("four")), 0);
  EXPECT_NE(log_.find("standard input reaches only one of several processes"), std::string::npos) << log_;
}

TEST_F(PrepareRanks, ShareTheDownloadsOfAHub) {
  const HubServer server;
  const std::string words = " prepare hf://o/n --tokenizer byte --threads 1 --out ";
  const auto environment = [&](const char* home) {
    return "HF_ENDPOINT=" + server.endpoint() + " HF_HOME=" + folder_.path(home) + " ";
  };
  ASSERT_EQ(run_ranks(words + folder_.path("four"), environment("ours")), 0) << log_;
  const std::string alone = environment("other") + SLM_PROGRAM + words + folder_.path("one") + " > /dev/null";
  ASSERT_EQ(std::system(alone.c_str()), 0);
  EXPECT_TRUE(files("four") == files("one"));
  // Each run gets one of them at once, and the other, which is cut off the first two times, in three parts.
  EXPECT_EQ(num_requests(server, "GET", "/resolve/0123456789abcdef0123456789abcdef01234567/data/train-small.jsonl"), 2);
  EXPECT_EQ(num_requests(server, "GET", "/cdn/data/train-cut.jsonl"), 3 + 1);
}

TEST_F(PrepareRanks, ReadOneCommitOfABranchThatMovesOn) {
  const HubServer server;
  const std::string words = " prepare hf://o/moving --tokenizer byte --threads 1 --out " + folder_.path("four");
  ASSERT_EQ(run_ranks(words, "HF_ENDPOINT=" + server.endpoint() + " HF_HOME=" + folder_.path("home") + " "), 0) << log_;
  const nlohmann::json index = nlohmann::json::parse(read_text(folder_.path("four/index.json")));
  for (const auto& input : index["inputs"]) {
    EXPECT_TRUE(input["path"].get<std::string>().ends_with("@0123456789abcdef0123456789abcdef01234567")) << input;
  }
  EXPECT_EQ(num_requests(server, "GET", "/revision/main"), 1);
}

TEST_F(PrepareRanks, ShareTheFilesInOneArchive) {
  const std::string pack = "cd " + folder_.path("in") +
                           " && seq 100000 > 1030.txt && seq 400000 > 1029.txt && xz -0c 1031.jsonl | head -c 300 > "
                           "1005-cut.jsonl.xz && for i in 10*.jsonl; do xz -0 $i; done"
                           " && tar -c --sort=name -f ../one.tar . && xz -0 ../one.tar";
  ASSERT_EQ(std::system(pack.c_str()), 0);
  ASSERT_EQ(std::system(("cd " + folder_.path("") + " && head -c 60000 one.tar.xz > cut.tar.xz").c_str()), 0);
  for (const std::string name :
       {"one.tar.xz", "one.tar.xz --max_tokens 1500000", "one.tar.xz --dedup near", "cut.tar.xz"}) {
    const std::string words = " prepare " + folder_.path(name) +
                              " --skip_bad_files --tokenizer byte --threads 1 --shard_tokens 400000 --overwrite --out ";
    ASSERT_EQ(std::system((SLM_PROGRAM + words + folder_.path("one") + " > /dev/null").c_str()), 0);
    ASSERT_EQ(run_ranks(words + folder_.path("four")), 0) << log_;
    EXPECT_EQ(files("four"), files("one"));
    EXPECT_NE(read_text(folder_.path("one/index.json")).find("could not be read"), std::string::npos) << name;
  }
}

TEST_F(PrepareRanks, GoOnAfterOneOfThemHasDied) {
  const std::string last = folder_.write("in/9999.jsonl", json_lines({"the last"}));
  ASSERT_EQ(std::system((SLM_PROGRAM + arguments("one") + " > /dev/null").c_str()), 0);
  // A pipe in the place of the last file, which nobody writes into: nothing can come to its end before the kill.
  std::filesystem::remove(last);
  ASSERT_EQ(::mkfifo(last.c_str(), 0600), 0);
  // Rank 2 is killed as soon as the first shard is on record.
  const std::string killer = folder_.write("killer", "#!/bin/sh\n" SLM_PROGRAM
                                                     " \"$@\" &\nif [ \"$OMPI_COMM_WORLD_RANK\" = 2 ]; then\n"
                                                     "  while kill -0 $! 2>/dev/null; do [ -e '" +
                                                         folder_.path("four/train-00000.bin") +
                                                         "' ] && kill -9 $!; sleep 0.01; done\nfi\nwait $!\n");
  std::filesystem::permissions(killer, std::filesystem::perms::owner_all);
  const std::string command = std::string(SLM_MPIEXEC) + " --oversubscribe --allow-run-as-root -n 4 " + killer +
                              arguments("four") + " > " + folder_.path("log") + " 2>&1";
  EXPECT_NE(std::system(command.c_str()), 0);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("four/index.json")));
  std::filesystem::remove(last);
  folder_.write("in/9999.jsonl", json_lines({"the last"}));
  ASSERT_EQ(run_ranks(arguments("four")), 0) << log_;
  EXPECT_EQ(files("four"), files("one"));
}

}  // namespace
}  // namespace slm::test
