#include "slm/cli/text_input.h"

#include <iostream>
#include <iterator>

#include "slm/storage/read_file.h"

namespace slm::cli {

std::string read_input(const std::string& path) {
  if (path != "-") return storage::read_file(path);
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

}  // namespace slm::cli
