#pragma once

#include <csignal>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace slm::test {

struct ProgramResult {
  int exit_code = -1;  // 128 + the signal's number when a signal ended it
  std::string out;
  std::string err;
};

struct RunOptions {
  std::string input;                     // standard input
  bool keeps_input_open = false;         // standard input does not end while the program runs
  std::vector<std::string> environment;  // NAME=VALUE
  std::string working_directory;         // default: a fresh one
  int64_t max_file_size_bytes = -1;      // RLIMIT_FSIZE: writes past it fail as on a full disk
  bool is_without_privileges = false;    // root obeys permissions, too, where can_drop_privileges()
  bool has_full_output = false;          // standard output is a full disk
  int64_t max_memory_bytes = -1;         // RLIMIT_AS
  int signal = 0;                        // sent once `signal_when` is true of the output so far
  std::function<bool(const std::string& out, const std::string& err)> signal_when;
};

// Runs the slm program of this build with these arguments and waits for it, for at most two minutes.
ProgramResult run_slm(const std::vector<std::string>& arguments, const RunOptions& options = {});

// Whether `is_without_privileges` can be had.
bool can_drop_privileges();

// One line of error on standard error with every part, and the exit code.
void expect_error(const ProgramResult& result, int exit_code, const std::vector<std::string>& parts);

// The one object that a --json run prints; fails the test when standard output holds anything else.
nlohmann::json only_json_of(const ProgramResult& result);

// A folder of the test's own, removed with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path(const std::string& name = {}) const;
  // Writes a file and returns its path.
  std::string write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path root_;
};

std::string read_text(const std::string& path);

}  // namespace slm::test
