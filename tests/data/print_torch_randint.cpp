// print_torch_randint SEED HIGH COUNT: the numbers of torch_randint, one a line, for tests/peers/data_test.py.
#include <cstdio>
#include <cstdlib>

#include "slm/data/torch_randint.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const uint64_t seed = std::strtoull(argv[1], nullptr, 10);
  const int64_t high = std::atoll(argv[2]), count = std::atoll(argv[3]);
  for (const int64_t number : slm::data::torch_randint(seed, high, count)) {
    std::printf("%lld\n", static_cast<long long>(number));
  }
}
