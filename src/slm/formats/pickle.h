#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slm::formats {

enum class PickleKind : uint8_t {
  kNone,
  kBool,
  kInt,
  kFloat,
  kString,  // also bytes
  kTuple,
  kList,
  kDict,
  kGlobal,        // a class or function, by name only
  kCall,          // a global called with arguments: what a reader makes of it is its own affair
  kPersistentId,  // a reference to something outside of the pickle
};

using PickleRef = uint32_t;  // index of a value in its Pickle

struct PickleValue {
  PickleKind kind = PickleKind::kNone;
  int64_t integer = 0;           // of kBool, kInt
  double real = 0;               // of kFloat
  std::string_view text;         // of kString; points into the pickled bytes
  std::string global;            // of kGlobal: "module.name"
  std::vector<PickleRef> items;  // elements; of kDict key, value, key, value ...; of kCall as well, once set on it
  PickleRef callable = 0;        // of kCall
  PickleRef argument = 0;        // of kCall: a tuple; of kPersistentId: what identifies it
  int64_t offset = 0;            // in the file, of the opcode that made it
};

// The values of a pickle, as data: nothing in it is ever run.
struct Pickle {
  std::vector<PickleValue> values;
  PickleRef root = 0;

  const PickleValue& operator[](PickleRef ref) const { return values[ref]; }
};

// Reads a pickle of protocol 2 to 5 that lies at `offset` in its file. A global for which `is_known` is false is
// refused by name, as is any opcode that plain data does not need. The result points into `bytes`. Throws FormatError.
Pickle parse_pickle(const std::string& path, int64_t offset, std::span<const std::byte> bytes,
                    const std::function<bool(std::string_view global)>& is_known);

}  // namespace slm::formats
