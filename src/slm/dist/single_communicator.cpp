#include "slm/core/error.h"
#include "slm/dist/communicator.h"

namespace slm::dist {
namespace {

class SingleCommunicator final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void send(int /*to*/, std::string_view /*message*/) override { throw Error("one process has nobody to send to"); }
  std::optional<std::string> receive(int /*from*/, std::chrono::milliseconds /*patience*/) override {
    throw Error("one process has nobody to receive from");
  }
};

}  // namespace

std::unique_ptr<Communicator> make_single_communicator() { return std::make_unique<SingleCommunicator>(); }

}  // namespace slm::dist
