#include "cli/run_slm.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace slm::test {
namespace {

struct Pipe {
  int read_end = -1, write_end = -1;

  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
    read_end = ends[0];
    write_end = ends[1];
  }
};

constexpr int kNoPrivilegesToDrop = 125;  // the exit code that says so

// What root may do in spite of permissions does not survive the next exec.
void drop_privileges() {
  if (geteuid() != 0) return;
  for (const int capability : {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH}) {
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) _exit(kNoPrivilegesToDrop);
  }
}

// Never returns.
void become_slm(const std::vector<std::string>& arguments, const RunOptions& options, const std::string& directory) {
  if (chdir(directory.c_str()) != 0) _exit(126);
  if (options.max_file_size_bytes >= 0) {
    const auto limit = static_cast<rlim_t>(options.max_file_size_bytes);
    const rlimit size{limit, limit};
    setrlimit(RLIMIT_FSIZE, &size);
    std::signal(SIGXFSZ, SIG_IGN);
  }
  if (options.max_memory_bytes >= 0) {
    const auto limit = static_cast<rlim_t>(options.max_memory_bytes);
    const rlimit size{limit, limit};
    setrlimit(RLIMIT_AS, &size);
  }
  if (options.is_without_privileges) drop_privileges();
  if (options.has_full_output) dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
  for (const std::string& variable : options.environment) putenv(strdup(variable.c_str()));
  std::vector<char*> argv = {strdup(SLM_PROGRAM)};
  for (const std::string& argument : arguments) argv.push_back(strdup(argument.c_str()));
  argv.push_back(nullptr);
  execv(SLM_PROGRAM, argv.data());
  _exit(127);
}

// In memory where that has room: most of the time of a small run is waiting for a disk.
std::filesystem::path temporary_root() {
  const std::filesystem::path in_memory = "/dev/shm";
  std::error_code error;
  const auto space = std::filesystem::space(in_memory, error);
  const bool is_usable = !error && space.available > (1U << 30) && access(in_memory.c_str(), W_OK) == 0;
  return is_usable ? in_memory : std::filesystem::temp_directory_path();
}

void append_available(int descriptor, std::string& text, bool& is_open) {
  std::array<char, 65536> buffer{};
  const ssize_t count = read(descriptor, buffer.data(), buffer.size());
  if (count > 0) text.append(buffer.data(), static_cast<size_t>(count));
  if (count == 0) is_open = false;
}

}  // namespace

ProgramResult run_slm(const std::vector<std::string>& arguments, const RunOptions& options) {
  const TemporaryFolder fresh;
  const std::string directory = options.working_directory.empty() ? fresh.path() : options.working_directory;
  const Pipe in, out, err;
  const pid_t child = fork();
  if (child == 0) {
    dup2(in.read_end, STDIN_FILENO);
    dup2(out.write_end, STDOUT_FILENO);
    dup2(err.write_end, STDERR_FILENO);
    become_slm(arguments, options, directory);
  }
  close(in.read_end);
  close(out.write_end);
  close(err.write_end);
  if (!options.input.empty()) {
    const ssize_t written = write(in.write_end, options.input.data(), options.input.size());
    EXPECT_EQ(written, static_cast<ssize_t>(options.input.size())) << "the input must fit the pipe";
  }
  if (!options.keeps_input_open) close(in.write_end);

  ProgramResult result;
  bool out_is_open = true, err_is_open = true, is_signalled = false;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (out_is_open || err_is_open) {
    std::array<pollfd, 2> polled = {
        {{out_is_open ? out.read_end : -1, POLLIN, 0}, {err_is_open ? err.read_end : -1, POLLIN, 0}}};
    poll(polled.data(), polled.size(), 100);
    if (polled[0].revents != 0) append_available(out.read_end, result.out, out_is_open);
    if (polled[1].revents != 0) append_available(err.read_end, result.err, err_is_open);
    if (options.signal != 0 && !is_signalled && options.signal_when(result.out, result.err)) {
      kill(child, options.signal);
      is_signalled = true;
    }
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << "slm did not end within two minutes";
      kill(child, SIGKILL);
      break;
    }
  }
  close(out.read_end);
  close(err.read_end);
  int status = 0;
  waitpid(child, &status, 0);
  if (options.keeps_input_open) close(in.write_end);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

void expect_error(const ProgramResult& result, int exit_code, const std::vector<std::string>& parts) {
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
  EXPECT_TRUE(result.err.starts_with("slm: error: ")) << result.err;
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  for (const std::string& part : parts) {
    EXPECT_NE(result.err.find(part), std::string::npos) << part << " in " << result.err;
  }
}

bool can_drop_privileges() {
  RunOptions options;
  options.is_without_privileges = true;
  return run_slm({"--version"}, options).exit_code != kNoPrivilegesToDrop;
}

nlohmann::json only_json_of(const ProgramResult& result) {
  const auto object = nlohmann::json::parse(result.out, nullptr, /*allow_exceptions=*/false);
  EXPECT_TRUE(object.is_object()) << "standard output is not one JSON object: " << result.out << result.err;
  return object;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (temporary_root() / "slm-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  root_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::permissions(root_, std::filesystem::perms::owner_all, ignored);
  std::filesystem::remove_all(root_, ignored);
}

std::string TemporaryFolder::path(const std::string& name) const {
  return name.empty() ? root_.string() : (root_ / name).string();
}

std::string TemporaryFolder::write(const std::string& name, const std::string& content) const {
  const std::string full = path(name);
  std::filesystem::create_directories(std::filesystem::path(full).parent_path());
  std::ofstream(full, std::ios::binary) << content;
  return full;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace slm::test
