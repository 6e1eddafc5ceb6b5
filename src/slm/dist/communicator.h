#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace slm::dist {

// The processes of one run, numbered 0 to size() - 1. Messages between two of them arrive in the order in which they
// were sent. One thread at a time.
class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;

  // Returns once the message is on its way and `message` may go. Throws Error.
  virtual void send(int to, std::string_view message) = 0;
  // The next message of rank `from`; none when `patience` is over. Sleeps while it waits. Throws Error.
  virtual std::optional<std::string> receive(int from, std::chrono::milliseconds patience) = 0;
};

// One process.
std::unique_ptr<Communicator> make_single_communicator();

// The processes that mpirun or srun started: to be made once, and to live as long as the program uses it. Every one of
// them must let it go in the end. Throws Error where this build has no MPI.
std::unique_ptr<Communicator> make_mpi_communicator();

}  // namespace slm::dist
