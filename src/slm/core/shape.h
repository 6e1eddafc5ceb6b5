#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace slm {

// The sizes of a tensor's dimensions, outermost first. At most kMaxRank of them; no allocation.
class Shape {
 public:
  static constexpr int kMaxRank = 6;

  Shape() = default;
  Shape(std::initializer_list<int64_t> dims);

  int rank() const { return rank_; }
  int64_t operator[](int i) const;  // negative i counts from the end
  int64_t back() const { return (*this)[-1]; }

  int64_t num_elements() const;
  // Elements over the last dimension: the R of a tensor seen as (R, D). 1 for rank 0.
  int64_t num_rows() const;

  void push_back(int64_t dim);
  const int64_t* begin() const { return dims_.data(); }
  const int64_t* end() const { return dims_.data() + rank_; }

  bool operator==(const Shape& other) const;

 private:
  std::array<int64_t, kMaxRank> dims_{};
  int rank_ = 0;
};

std::string to_string(const Shape& shape);  // "(32, 512)"

// Throws ShapeError "[<op>] <what> has shape (511), expected (512)" unless got == expected.
void check_shape(std::string_view op, std::string_view what, const Shape& got, const Shape& expected);

}  // namespace slm
