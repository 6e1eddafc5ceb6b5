#pragma once

#include <string>

#include "slm/storage/folder_walk.h"

namespace slm::data {

// The files of a folder that may be corpus: all but what slm itself has left there, a run of training or a prepared
// corpus, whole or not. So a run may work in the folder of its texts. Throws IoError.
storage::FolderWalk corpus_walk(const std::string& folder, StopCheck should_stop = {});

}  // namespace slm::data
