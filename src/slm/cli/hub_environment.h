#pragma once

#include "slm/storage/hub_repository.h"

namespace slm::cli {

// How the hub is reached, as its own clients take it from the environment: HF_ENDPOINT, HF_TOKEN (or
// HUGGING_FACE_HUB_TOKEN, or the file HF_TOKEN_PATH, by default HF_HOME/token), HF_HUB_CACHE (by
// default hub/ in HF_HOME, which is ~/.cache/huggingface by default) and HF_HUB_OFFLINE. Its warnings go to standard
// error.
storage::HubSettings hub_settings_from_environment();

}  // namespace slm::cli
