#pragma once

#include <cstdint>
#include <deque>
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

// The same, with the number of the piece first, from 0; num_pieces() says into how many it is going to cut.
void parallel_for_pieces(int64_t begin, int64_t end, int64_t grain,
                         const std::function<void(int piece, int64_t, int64_t)>& body);
int num_pieces(int64_t begin, int64_t end, int64_t grain);

// parallel_for() whose body works with a Worker(arguments...) of its own: body(worker, begin, end). All of them are
// made before the first piece starts, so what they take from an allocator does not depend on which threads overlap.
template <class Worker, class Body, class... Arguments>
void parallel_for_with(int64_t begin, int64_t end, int64_t grain, const Body& body, const Arguments&... arguments) {
  std::deque<Worker> workers;  // never moves an element
  for (int left = num_pieces(begin, end, grain); left > 0; --left) workers.emplace_back(arguments...);
  parallel_for_pieces(begin, end, grain, [&](int piece, int64_t first, int64_t last) {
    body(workers[static_cast<size_t>(piece)], first, last);
  });
}

}  // namespace slm
