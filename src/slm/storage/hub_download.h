#pragma once

#include <string>

#include "slm/core/interrupted.h"
#include "slm/storage/http_client.h"
#include "slm/storage/hub_cache.h"

namespace slm::storage {

// Brings one file of the hub into the cache as a blob, going on with what an earlier run left, and returns its etag.
// `request` is the file's "resolve" URL with the token; `name` is what messages call it. Throws Error where size or
// hash differ from what the hub announced (the wrong bytes are removed), IoError for the disk, Interrupted when it
// shall stop.
std::string download_hub_file(HttpClient& client, const HttpRequest& request, const std::string& name,
                              const StopCheck& should_stop, HubCache& cache);

}  // namespace slm::storage
