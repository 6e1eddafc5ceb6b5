#pragma once

#include <string>
#include <string_view>

namespace slm::storage {

// What messages call an address: without the user and password, the query and the fragment, any of which may hold a
// key. Paths, also as file://, and hf:// addresses are their own names.
std::string address_name(std::string_view uri);

// What a file may keep of an address to tell it from others: its name and, where its query has more than what signs
// it, a hash of the rest: "https://host/d.jsonl?sha256=0123456789abcdef". A fresh signature changes nothing. The
// record of a record is the same.
std::string address_record(std::string_view uri);

// Whether this is a record that leads nowhere, because the query that is missing says which file it is.
bool lacks_query(std::string_view uri);

}  // namespace slm::storage
