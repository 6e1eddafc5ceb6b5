#pragma once

#include <string>
#include <vector>

#include "cli/run_slm.h"

namespace slm::test {

// `slm train` of a model of a few thousand parameters on dummy data, for four steps, without a word.
std::vector<std::string> tiny_run(const std::string& model_dir, const std::vector<std::string>& more = {});

// A model that has learnt by heart that e follows d follows c follows b follows a follows e, with its data in
// "letters.txt". Five letters, windows of 16: no letter belongs to a position.
class LettersModel {
 public:
  LettersModel();

  std::string path() const { return folder_.path("model"); }
  std::string data() const { return folder_.path("letters.txt"); }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

}  // namespace slm::test
