#pragma once

#include <cstdint>
#include <functional>

namespace slm {

// The number of threads that parallel_for and the matrix products use: OpenMP's pool, which oneDNN runs on too.
int num_threads();
void set_num_threads(int num_threads);  // at least 1

// Calls body(begin, end) for consecutive pieces that cover [begin, end), in parallel, and waits for all of them. Piece
// borders are multiples of `grain` from `begin` whatever the number of threads, so a body that writes one result per
// grain gives the same bits for any of them. Runs serially when there is one piece or when already inside a parallel
// region. An exception of a body is rethrown here once all pieces are done.
void parallel_for(int64_t begin, int64_t end, int64_t grain, const std::function<void(int64_t, int64_t)>& body);

}  // namespace slm
