#pragma once

#include <string>
#include <string_view>

namespace slm::storage {

// What messages call an address: without the user and password, the query and the fragment of an http(s)://, s3:// or
// gs:// one, any of which may hold a key. Everything else is its own name.
std::string address_name(std::string_view uri);

// What a file may keep of an address to tell it from others: its name and, where its query has more than what signs
// it, a hash of the rest: "https://host/d.jsonl?sha256=0123456789abcdef". A fresh signature changes nothing.
std::string address_record(std::string_view uri);

}  // namespace slm::storage
