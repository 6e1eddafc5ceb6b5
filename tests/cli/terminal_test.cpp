// The progress bar: only a person at a terminal sees it.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/run_slm.h"
#include "cli/tiny_models.h"
#include "slm/cli/progress_bar.h"

namespace slm::test {
namespace {

constexpr const char* kErase = "\x1b[K";  // the rest of the line

// All that a terminal of so many columns receives from slm, whose standard output and error it is.
std::string seen_in_terminal(const std::vector<std::string>& arguments, unsigned short columns, int exit_code = 0) {
  const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
  if (child < 0) throw std::runtime_error("forkpty failed");
  if (child == 0) {
    std::vector<char*> argv = {strdup(SLM_PROGRAM)};
    for (const std::string& argument : arguments) argv.push_back(strdup(argument.c_str()));
    argv.push_back(nullptr);
    execv(SLM_PROGRAM, argv.data());
    _exit(127);
  }
  std::string seen;
  std::array<char, 4096> buffer{};
  ssize_t count = 0;
  while ((count = read(terminal, buffer.data(), buffer.size())) > 0)
    seen.append(buffer.data(), static_cast<size_t>(count));
  close(terminal);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == exit_code) << status << ": " << seen;
  return seen;
}

// The contents of the line that the program drew over and over: from each carriage return to the erasing behind it.
std::vector<std::string> drawn_lines(const std::string& seen) {
  std::vector<std::string> lines;
  for (size_t end = seen.find(kErase); end != std::string::npos; end = seen.find(kErase, end + 1)) {
    const size_t begin = seen.rfind('\r', end);
    if (begin != std::string::npos) lines.push_back(seen.substr(begin + 1, end - begin - 1));
  }
  return lines;
}

std::vector<std::string> run_with_lines(const std::string& model_dir) {
  return tiny_run(model_dir, {"--quiet=false", "--log_every", "2"});
}

TEST(Terminal, SeesABarWithTheTimeLeftThatGivesWayToLines) {
  const TemporaryFolder folder;
  const std::string seen = seen_in_terminal(run_with_lines(folder.path("m")), 100);
  const std::vector<std::string> lines = drawn_lines(seen);
  const std::string bar_at_end = fmt::format("train [{}] 100% ETA 0:00 step 4/4  loss ", std::string(24, '='));
  const std::string validation_at_end = fmt::format("validate [{}] 100% ", std::string(24, '='));
  const auto is_drawn = [&](const std::string& beginning) {
    return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return line.starts_with(beginning); });
  };
  EXPECT_TRUE(is_drawn(fmt::format("train [{}{}]  25% step 1/4  loss ", std::string(6, '='), std::string(18, ' '))))
      << seen;
  EXPECT_TRUE(is_drawn(bar_at_end)) << seen;
  EXPECT_TRUE(is_drawn(validation_at_end)) << seen;
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back(), "") << "the bar is gone at the end";
  // Each line of text begins where the bar was taken away, not behind it.
  for (const std::string text : {"Epoch 1, Batch 2, Loss: ", "Epoch 1/1, Loss: ", "saved "}) {
    const size_t at = seen.find(text);
    ASSERT_NE(at, std::string::npos) << seen;
    const std::string before = seen.substr(0, at);
    EXPECT_TRUE(before.ends_with(fmt::format("\r{}", kErase)) || before.ends_with('\n')) << before;
  }
}

TEST(Terminal, HasNoBarWiderThanItself) {
  const TemporaryFolder folder;
  for (const std::string& line : drawn_lines(seen_in_terminal(run_with_lines(folder.path("m")), 40))) {
    EXPECT_LT(line.size(), 40U) << line;
  }
}

TEST(Terminal, QuietHidesTheBarToo) {
  const TemporaryFolder folder;
  EXPECT_EQ(seen_in_terminal(tiny_run(folder.path("m")), 100), "");
}

TEST(Pipe, ReceivesPlainLines) {
  const TemporaryFolder folder;
  const ProgramResult result = run_slm(run_with_lines(folder.path("m")));
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out.find_first_of("\r\x1b"), std::string::npos) << result.out;
  EXPECT_EQ(result.out.find("ETA"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("\nEpoch 1, Batch 2, Loss: "), std::string::npos) << result.out;
}

TEST(Duration, IsWrittenAsAClockWouldShowIt) {
  const std::vector<std::pair<double, std::string>> cases = {
      {0, "0:00"},       {0.4, "0:00"},     {7, "0:07"},
      {59.6, "1:00"},    {245, "4:05"},     {3599.4, "59:59"},
      {3600, "1:00:00"}, {3723, "1:02:03"}, {100 * 3600.0, "100:00:00"},
      {-3, "0:00"}};
  for (const auto& [seconds, text] : cases) EXPECT_EQ(cli::format_duration(seconds), text) << seconds;
}

TEST(Terminal, BinaryIdsAreNotForIt) {
  const std::string seen =
      seen_in_terminal({"tokenizer", "encode", "--tokenizer", "t.json", "--input", "/dev/null", "--out", "-"}, 200, 2);
  EXPECT_EQ(seen,
            "slm: error: --out -: these bytes are not for a terminal; send them to a file or a program, or give "
            "--ids\r\n");
}

}  // namespace
}  // namespace slm::test
