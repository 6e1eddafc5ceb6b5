// What a run says of itself before it begins, and which instructions and precision it takes.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <vector>

#include "cli/run_slm.h"
#include "cli/tiny_models.h"
#include "slm/kernels/isa.h"

namespace slm::test {
namespace {

std::string line_that_begins(const std::string& text, const std::string& beginning) {
  const size_t at = ("\n" + text).find("\n" + beginning);
  return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
}

ProgramResult run_with_lines(std::vector<std::string> more, const std::vector<std::string>& environment = {}) {
  const TemporaryFolder folder;
  more.insert(more.end(), {"--quiet=false", "--max_steps", "1"});
  RunOptions options;
  options.environment = environment;
  return run_slm(tiny_run(folder.path("m"), more), options);
}

TEST(Start, TellsParametersMemoryDeviceIsaThreadsAndPrecision) {
  const ProgramResult result = run_with_lines({"--threads", "2"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  // Embeddings of 50 and 16 rows of 16; attention 64 x 16 + 64; feed-forward 2 x 16 x 32 + 48; norms 4 x 16; output 50
  // x 17: 4,130 numbers of 4 bytes, as many gradients, twice as many moments.
  EXPECT_EQ(line_that_begins(result.out, "classic model: "),
            "classic model: 4.1k parameters; 1 layer, 16 wide, 2 heads, vocabulary 50, sequences of 16");
  EXPECT_TRUE(std::regex_match(line_that_begins(result.out, "memory: "),
                               std::regex("memory: model 16.5 kB, gradients 16.5 kB, optimizer 33.0 kB, "
                                          "activations [0-9.]+ [kM]B")))
      << result.out;
  EXPECT_EQ(line_that_begins(result.out, "device: "),
            "device: cpu, " + kernels::isa_description() + ", 2 threads, fp32");
}

TEST(Samples, AreShownOnTheConsoleEverySoManySteps) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 400; ++i) text += "abcde";
  const ProgramResult result =
      run_slm(tiny_run(folder.path("m"), {"--data", folder.write("text.txt", text), "--vocab_size", "5",
                                          "--sample_every", "2", "--sample_prompt", "cde", "--quiet=false"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const std::string step : {"2", "4"}) {
    // 200 letters after the prompt.
    EXPECT_TRUE(
        std::regex_search(result.out, std::regex("\n--- sample after step " + step + " ---\ncde[a-e]{200}\n---\n")))
        << result.out;
  }
  EXPECT_EQ(result.out.find("sample after step 1"), std::string::npos);
  EXPECT_EQ(result.out.find("sample after step 3"), std::string::npos);
}

class IsaCap : public testing::Test {
 protected:
  void SetUp() override {
    if (!kernels::isa_description().starts_with("AVX"))
      GTEST_SKIP() << "nothing to cap: " << kernels::isa_description();
  }
};

TEST_F(IsaCap, OfTheEnvironmentOrTheOptionIsObeyedAndTheOptionGoesFirst) {
  const auto device = [](const std::vector<std::string>& more, const std::vector<std::string>& environment) {
    return line_that_begins(run_with_lines(more, environment).out, "device: ");
  };
  EXPECT_EQ(device({}, {"SLM_ISA=sse4"}), "device: cpu, SSE4, 1 thread, fp32");
  EXPECT_EQ(device({"--isa", "avx2"}, {}), "device: cpu, AVX2, 1 thread, fp32");
  EXPECT_EQ(device({"--isa", "avx2"}, {"SLM_ISA=sse4"}), "device: cpu, AVX2, 1 thread, fp32");
  EXPECT_EQ(device({"--isa", "native"}, {"SLM_ISA=sse4"}),
            "device: cpu, " + kernels::isa_description() + ", 1 thread, fp32");
}

TEST_F(IsaCap, WithoutBf16TakesFp32AndSaysSoInOneLine) {
  const ProgramResult result = run_with_lines({"--precision", "bf16", "--isa", "avx2"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(
      result.err,
      "slm: warning: bf16 needs AVX512-BF16 or AMX and this run has AVX2 (as the processor or --isa allows): fp32 "
      "is used instead\n");
  EXPECT_EQ(line_that_begins(result.out, "device: "), "device: cpu, AVX2, 1 thread, fp32");
  const ProgramResult automatic = run_with_lines({"--precision", "auto", "--isa", "avx2"});
  EXPECT_EQ(automatic.err, "") << "nothing was asked for that cannot be had";
  EXPECT_EQ(line_that_begins(automatic.out, "device: "), "device: cpu, AVX2, 1 thread, fp32");
}

TEST(Bf16, IsWhatAutoTakesWhereTheProcessorHasIt) {
  if (!kernels::has_native_bf16()) GTEST_SKIP() << "no bf16 products on " << kernels::isa_description();
  for (const std::string precision : {"bf16", "auto"}) {
    const ProgramResult result = run_with_lines({"--precision", precision});
    EXPECT_EQ(result.err, "");
    EXPECT_EQ(line_that_begins(result.out, "device: "),
              "device: cpu, " + kernels::isa_description() + ", 1 thread, bf16");
  }
}

TEST(Isa, ThatDoesNotExistIsAUsageError) {
  RunOptions options;
  options.environment = {"SLM_ISA=foo"};
  expect_error(run_slm({"info"}, options), 2, {"SLM_ISA: got 'foo', expected sse4, avx2, avx512 or native"});
  expect_error(run_slm({"info", "--isa", "foo"}), 2, {"--isa: got 'foo', expected sse4, avx2, avx512, native"});
}

}  // namespace
}  // namespace slm::test
