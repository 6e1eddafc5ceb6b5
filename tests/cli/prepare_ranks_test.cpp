#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "cli/run_slm.h"

namespace slm::test {
namespace {

// Four ranks under the MPI launcher that CMake found.
class PrepareRanks : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string(SLM_MPIEXEC).empty()) GTEST_SKIP() << "this build has no MPI";
    for (int file = 0; file < 60; ++file) {
      std::string content;
      for (int i = 0; i < 50; ++i) {
        std::string text = "text " + std::to_string(file * i) + std::string(1800, static_cast<char>('a' + i % 26));
        content += nlohmann::json{{"text", text}}.dump() + "\n";
      }
      if (file % 20 == 7) content += "not json\n";
      folder_.write("in/" + std::to_string(1000 + file) + ".jsonl", content);
    }
  }

  std::string arguments(const std::string& out) const {
    return " prepare " + folder_.path("in") + " --tokenizer byte --shard_tokens 500000 --threads 1 --out " +
           folder_.path(out);
  }
  // Exit code, with what was printed in err_.
  int run_ranks(const std::string& words, const std::string& before = {}) {
    const std::string command = before + SLM_MPIEXEC + " --oversubscribe --allow-run-as-root -n 4 " SLM_PROGRAM +
                                words + " > " + folder_.path("log") + " 2>&1";
    const int status = std::system(command.c_str());
    log_ = read_text(folder_.path("log"));
    return WEXITSTATUS(status);
  }
  std::map<std::string, std::string> files(const std::string& out) const {
    std::map<std::string, std::string> contents;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path(out))) {
      contents[entry.path().filename()] = entry.is_regular_file() ? read_text(entry.path()) : "a folder";
    }
    return contents;
  }

  TemporaryFolder folder_;
  std::string log_;
};

TEST_F(PrepareRanks, GiveTheBytesOfASingleProcess) {
  ASSERT_EQ(std::system((SLM_PROGRAM + arguments("one") + " > /dev/null").c_str()), 0);
  ASSERT_EQ(run_ranks(arguments("four")), 0) << log_;
  EXPECT_EQ(files("four"), files("one"));
  EXPECT_NE(log_.find("saved " + folder_.path("four")), std::string::npos) << log_;
}

TEST_F(PrepareRanks, FailWithTheErrorOfASingleProcess) {
  EXPECT_EQ(run_ranks(arguments("four") + " --strict"), 1);
  EXPECT_NE(log_.find("1007.jsonl"), std::string::npos) << log_;
  EXPECT_FALSE(std::filesystem::exists(folder_.path("four")));
  EXPECT_NE(run_ranks(" prepare - --tokenizer byte --out " + folder_.path("four")), 0);
  EXPECT_NE(log_.find("standard input reaches only one of several processes"), std::string::npos) << log_;
}

TEST_F(PrepareRanks, GoOnAfterOneOfThemHasDied) {
  ASSERT_EQ(std::system((SLM_PROGRAM + arguments("one") + " > /dev/null").c_str()), 0);
  // Rank 2 is killed as soon as the first block is written.
  const std::string killer = folder_.write("killer", "#!/bin/sh\n" SLM_PROGRAM
                                                     " \"$@\" &\nif [ \"$OMPI_COMM_WORLD_RANK\" = 2 ]; then\n"
                                                     "  while kill -0 $! 2>/dev/null; do [ -e '" +
                                                         folder_.path("four/unfinished/train-00000.bin") +
                                                         "' ] && kill -9 $!; done\nfi\nwait $!\n");
  std::filesystem::permissions(killer, std::filesystem::perms::owner_all);
  const std::string command = std::string(SLM_MPIEXEC) + " --oversubscribe --allow-run-as-root -n 4 " + killer +
                              arguments("four") + " > " + folder_.path("log") + " 2>&1";
  if (std::system(command.c_str()) == 0 || std::filesystem::exists(folder_.path("four/index.json"))) {
    GTEST_SKIP() << "all was done before the kill";
  }
  ASSERT_EQ(run_ranks(arguments("four")), 0) << log_;
  EXPECT_EQ(files("four"), files("one"));
}

}  // namespace
}  // namespace slm::test
