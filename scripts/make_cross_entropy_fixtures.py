#!/usr/bin/env python3
"""Writes tests/ops/linear_cross_entropy_fixtures.json: inputs, loss and gradients of PyTorch's linear and cross_entropy.

Usage: scripts/make_cross_entropy_fixtures.py     needs torch (scripts/peers-requirements.txt)
"""

import pathlib

import torch

from json_fixtures import numbers, write

# R, D, V, label smoothing, whether there is a bias, seed of the loss's gradient
CASES = [(5, 3, 7, 0.0, True, 1.0), (6, 4, 11, 0.2, True, 1.0), (4, 2, 5, 0.1, False, -2.5)]


def case(r, d, v, smoothing, has_bias, seed):
    x, w, b = (torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in [(r, d), (v, d), (v,)])
    targets = torch.randint(0, v, (r,))
    targets[1] = -1
    logits = torch.nn.functional.linear(x, w, b if has_bias else None)
    loss = torch.nn.functional.cross_entropy(logits, targets, ignore_index=-1, label_smoothing=smoothing)
    loss.backward(torch.tensor(seed, dtype=torch.float64))
    correct = (logits.argmax(dim=-1) == targets).sum().item()
    result = dict(R=r, D=d, V=v, smoothing=smoothing, seed=seed, targets=targets.tolist(), correct=correct,
                  loss=loss.item(), x=numbers(x), w=numbers(w), dx=numbers(x.grad), dw=numbers(w.grad))
    return result | (dict(b=numbers(b), db=numbers(b.grad)) if has_bias else {})


TARGET = pathlib.Path(__file__).resolve().parent.parent / "tests/ops/linear_cross_entropy_fixtures.json"


def fixtures():
    torch.manual_seed(1)
    return [case(*sizes) for sizes in CASES]


if __name__ == "__main__":
    write(TARGET, fixtures())
