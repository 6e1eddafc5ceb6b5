#include "slm/core/error.h"
#include "slm/dist/communicator.h"

namespace slm::dist {

std::unique_ptr<Communicator> make_mpi_communicator() {
  throw Error(
      "this build has no MPI: configure it where an MPI is found (Debian: libopenmpi-dev), or start one process");
}

}  // namespace slm::dist
