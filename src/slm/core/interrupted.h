#pragma once

#include <exception>
#include <functional>

namespace slm {

// Thrown where work ends because its user asked for that. Nothing is wrong, so it is no Error.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

// Whether work shall end; asked by whatever thread does the work. An empty one means never.
using StopCheck = std::function<bool()>;

// Throws Interrupted.
inline void throw_if_stopped(const StopCheck& should_stop) {
  if (should_stop && should_stop()) throw Interrupted();
}

}  // namespace slm
