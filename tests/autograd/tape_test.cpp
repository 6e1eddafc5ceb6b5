#include "slm/autograd/tape.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "slm/core/error.h"
#include "support/gradient_check.h"
#include "support/inputs.h"

namespace slm {
namespace {

Tensor scalar(double value) {
  const std::vector<double> values = {value};
  return Tensor::from<double>(values, {1});
}
double number(const Tensor& tensor) { return tensor.data<double>()[0]; }

// z = x * y
Variable multiply(const Variable& x, const Variable& y) {
  return record("multiply", scalar(number(x.value()) * number(y.value())), {x, y},
                [x, y](Tensor& dz, Gradients& grads) {
                  grads.assign(x, scalar(number(dz) * number(y.value())));
                  grads.assign(y, scalar(number(dz) * number(x.value())));
                });
}

// Both outputs are x; backward shares one tensor between as many inputs as it has.
Variable add(const Variable& x, const Variable& y) {
  return record("add", scalar(number(x.value()) + number(y.value())), {x, y},
                [x = x.node(), y = y.node()](Tensor& dz, Gradients& grads) {
                  grads.assign(x, dz);
                  grads.assign(y, dz);
                });
}

Variable parameter(double value, const char* name) { return Variable::parameter(scalar(value), name, DType::kFloat64); }

TEST(Tape, AddsUpTheGradientsOfEveryUse) {
  const Variable a = parameter(3, "a"), b = parameter(5, "b");
  Tape tape;
  const Variable c = multiply(a, b), d = add(c, a);  // d = ab + a
  const Variable e = multiply(d, d);                 // e = (ab + a)^2
  tape.backward(e);
  EXPECT_DOUBLE_EQ(number(a.grad()), 2 * 18 * (5 + 1));
  EXPECT_DOUBLE_EQ(number(b.grad()), 2 * 18 * 3);
  EXPECT_EQ(tape.num_entries(), 0);
}

TEST(Tape, KeepsSharedGradientsApart) {
  // add() gives dz itself to both inputs; what x gains afterwards must not show up in y.
  const Variable p = parameter(2, "p"), q = parameter(7, "q");
  Tape tape;
  const Variable x = multiply(p, p), y = multiply(q, q);
  const Variable square = multiply(x, x);  // recorded before add: its gradient reaches x after add's
  tape.backward(add(add(x, y), square));   // p^2 + q^2 + p^4
  EXPECT_DOUBLE_EQ(number(p.grad()), 2 * 2 + 4 * 8);
  EXPECT_DOUBLE_EQ(number(q.grad()), 14);
}

TEST(Tape, AddsToParameterGradientsUntilTheyAreCleared) {
  const Variable a = parameter(3, "a");
  for (const double want : {6.0, 12.0}) {
    Tape tape;
    tape.backward(multiply(a, a));
    EXPECT_DOUBLE_EQ(number(a.grad()), want);
  }
  a.clear_grad();
  EXPECT_FALSE(a.grad());
  Tape tape;
  tape.backward(multiply(a, a));
  EXPECT_DOUBLE_EQ(number(a.grad()), 6);
}

TEST(Tape, AnnouncesEachParameterOnceAndOnlyWhenItsGradientIsComplete) {
  const Variable a = parameter(3, "a"), b = parameter(5, "b");
  Tape tape;
  const Variable e = multiply(multiply(a, b), multiply(b, b));  // a b^3
  std::vector<std::string> order;
  tape.backward(e, {}, [&](const GradNode& ready) {
    order.push_back(ready.name);
    EXPECT_DOUBLE_EQ(number(ready.grad), ready.name == "a" ? 125 : 3 * 3 * 25);
  });
  EXPECT_EQ(order, (std::vector<std::string>{"a", "b"}));
}

TEST(Tape, RecordsNothingWithoutATapeOrWhenPaused) {
  const Variable a = parameter(3, "a");
  EXPECT_FALSE(multiply(a, a).requires_grad());
  Tape tape;
  {
    const PauseRecording pause;
    EXPECT_FALSE(multiply(a, a).requires_grad());
  }
  EXPECT_EQ(tape.num_entries(), 0);
  EXPECT_THROW(tape.backward(Variable(scalar(1))), Error);
}

TEST(Tape, FreesWhatAnEntrySavedAsItPasses) {
  const Variable a = parameter(3, "a");
  Tape tape;
  const Tensor saved = scalar(1);
  const Variable y = record("keep", scalar(3), {a}, [saved](Tensor& dy, Gradients&) { (void)dy; });
  EXPECT_TRUE(saved.shares_storage());
  tape.backward(y);
  EXPECT_FALSE(saved.shares_storage());
}

TEST(Recompute, GivesTheGradientsOfThePlainRunAndSavesNothingInside) {
  const Variable a = parameter(3, "a"), b = parameter(5, "b");
  int runs = 0;
  const RecomputedFunction cube = [&](std::span<const Variable> in) {
    ++runs;
    return std::vector<Variable>{multiply(multiply(in[0], b), multiply(in[0], in[0]))};  // x^3 b
  };
  Tape tape;
  const Variable x = multiply(a, a);  // x = a^2
  const std::vector<Variable> inputs = {x};
  const std::vector<Variable> y = recompute(inputs, cube);
  EXPECT_EQ(tape.num_entries(), 2);
  std::vector<std::string> ready;
  tape.backward(multiply(y[0], b), {}, [&](const GradNode& parameter) { ready.push_back(parameter.name); });
  EXPECT_EQ(runs, 2);
  EXPECT_DOUBLE_EQ(number(a.grad()), 6 * 243 * 25);  // a^6 b^2
  EXPECT_DOUBLE_EQ(number(b.grad()), 2 * 729 * 5);
  EXPECT_EQ(ready, (std::vector<std::string>{"b", "a"}));
}

TEST(GradientCheck, FailsOnAWrongGradient) {
  const auto wrong = [](std::span<const Variable> in) {
    const Variable& x = in[0];
    return std::vector<Variable>{
        record("wrong", scalar(number(x.value()) * number(x.value())), {x},
               [x](Tensor& dy, Gradients& grads) { grads.assign(x, scalar(2.001 * number(x.value()) * number(dy))); })};
  };
  EXPECT_FALSE(test::gradients_match(wrong, {scalar(1.5)}));
}

}  // namespace
}  // namespace slm
