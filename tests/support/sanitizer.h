#pragma once

namespace slm::test {

// Whether this build has AddressSanitizer or ThreadSanitizer, whose own memory hides what the program needs.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kHasSanitizer = true;
#else
inline constexpr bool kHasSanitizer = false;
#endif

}  // namespace slm::test
