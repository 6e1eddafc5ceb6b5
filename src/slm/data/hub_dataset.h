#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "slm/storage/hub_repository.h"

namespace slm::data {

// Which files of a data set on the hub hold the text to train on: those that its README names for the subset and the
// split "train" (its YAML head, "configs"), else those whose paths say train, else all that can be read. `subset` is a
// name from the README, a folder or a file; empty is the default one. `name` is what messages call the data set. Throws
// Error when nothing is left.
std::vector<storage::HubFile> choose_hub_files(const std::vector<storage::HubFile>& files, std::string_view readme,
                                               const std::string& subset, const std::string& name);

// By "OWNER/NAME": the commits at which the data sets of the hub among `inputs` are to be read: those that `settings`
// names, else where their branches are now. A data set that is asked for at several has none. Throws as HubRepository
// does.
std::map<std::string, std::string> commits_to_read(const std::vector<std::string>& inputs,
                                                   const storage::HubSettings& settings);

}  // namespace slm::data
