#define OMPI_SKIP_MPICXX 1  // the C interface alone
#define MPICH_SKIP_MPICXX 1
#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <thread>

#include "slm/core/error.h"
#include "slm/dist/communicator.h"

namespace slm::dist {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTag = 0;
// MPI's own waiting takes all of a core, which the processes that work on the same machine need.
constexpr std::chrono::microseconds kNap{200};
constexpr int64_t kMaxPieceBytes = int64_t{1} << 30;  // of a message: MPI counts in int

void check(int status, const char* action) {
  if (status == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(status, text, &length);
  throw Error(fmt::format("MPI cannot {}: {}", action, std::string_view(text, static_cast<size_t>(length))));
}

class MpiCommunicator final : public Communicator {
 public:
  MpiCommunicator() {
    // Only the thread that has the communicator calls MPI.
    int provided = 0;
    check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "start");
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "tell the rank");
    check(MPI_Comm_size(MPI_COMM_WORLD, &size_), "tell the number of processes");
  }
  ~MpiCommunicator() override { MPI_Finalize(); }
  MpiCommunicator(const MpiCommunicator&) = delete;
  MpiCommunicator& operator=(const MpiCommunicator&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  // The length, then the content in pieces.
  void send(int to, std::string_view message) override {
    int64_t length = std::ssize(message);
    send_piece(to, &length, sizeof length);
    for (int64_t begin = 0; begin < length; begin += kMaxPieceBytes) {
      send_piece(to, message.data() + begin, std::min(length - begin, kMaxPieceBytes));
    }
  }

  std::optional<std::string> receive(int from, std::chrono::milliseconds patience) override {
    const auto end = Clock::now() + patience;
    for (int is_there = 0; is_there == 0; std::this_thread::sleep_for(kNap)) {
      check(MPI_Iprobe(from, kTag, MPI_COMM_WORLD, &is_there, MPI_STATUS_IGNORE), "look for a message");
      if (is_there != 0) break;
      if (Clock::now() > end) return std::nullopt;
    }
    int64_t length = 0;
    receive_piece(from, &length, sizeof length);
    std::string message(static_cast<size_t>(length), '\0');
    for (int64_t begin = 0; begin < length; begin += kMaxPieceBytes) {
      receive_piece(from, message.data() + begin, std::min(length - begin, kMaxPieceBytes));
    }
    return message;
  }

 private:
  static void wait_for(MPI_Request& request, const char* action) {
    for (int is_done = 0; is_done == 0;) {
      check(MPI_Test(&request, &is_done, MPI_STATUS_IGNORE), action);
      if (is_done == 0) std::this_thread::sleep_for(kNap);
    }
  }

  static void send_piece(int to, const void* bytes, int64_t size) {
    MPI_Request request;
    check(MPI_Isend(bytes, static_cast<int>(size), MPI_BYTE, to, kTag, MPI_COMM_WORLD, &request), "send");
    wait_for(request, "send");
  }

  static void receive_piece(int from, void* bytes, int64_t size) {
    MPI_Request request;
    check(MPI_Irecv(bytes, static_cast<int>(size), MPI_BYTE, from, kTag, MPI_COMM_WORLD, &request), "receive");
    wait_for(request, "receive");
  }

  int rank_ = 0;
  int size_ = 1;
};

}  // namespace

std::unique_ptr<Communicator> make_mpi_communicator() { return std::make_unique<MpiCommunicator>(); }

}  // namespace slm::dist
