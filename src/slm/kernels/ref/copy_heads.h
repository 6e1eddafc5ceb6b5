#pragma once

#include <algorithm>

#include "slm/kernels/copy_heads.h"

namespace slm::kernels::ref {

template <class T>
void copy_heads(const CopyHeadsArgs& args) {
  for (int64_t b = 0; b < args.batch; ++b) {
    for (int64_t h = 0; h < args.num_heads; ++h) {
      for (int64_t t = 0; t < args.num_rows; ++t) {
        std::copy_n(args.from.rows<T>(b, h) + t * args.from.row_stride, args.head_dim,
                    args.to.rows<T>(b, h) + t * args.to.row_stride);
      }
    }
  }
}

}  // namespace slm::kernels::ref
