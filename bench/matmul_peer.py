#!/usr/bin/env python3
"""Times PyTorch's linear layers and output layer with cross-entropy, forward and backward, on the shapes of BM_Linear and
BM_LinearCrossEntropy of matmul_bench: CPU time, so compare on one thread.

Usage: bench/matmul_peer.py [THREADS]     needs torch (scripts/peers-requirements.txt) and 4 GB of memory
"""

import sys
import time

import torch
from torch.nn import functional as F

LAYERS = [(4096, 128, 128), (4096, 128, 512), (4096, 512, 128), (8192, 512, 512), (8192, 512, 2048), (8192, 2048, 512)]
OUTPUT_LAYERS = [(4096, 128, 10000), (8192, 512, 30522)]


def report(name, rows, inner, outer, repetitions, step):
    step()
    times = []
    for _ in range(repetitions):
        start = time.process_time()
        step()
        times.append(time.process_time() - start)
    seconds = min(times)
    print(f"{name} ({rows}, {inner}, {outer}): {seconds * 1e3:.1f} ms, "
          f"{6e-9 * rows * inner * outer / seconds:.0f} GFLOP/s", flush=True)


def leaves(rows, inner, outer):
    return [torch.rand(shape).sub(0.5).mul(0.2).requires_grad_() for shape in [(rows, inner), (outer, inner), (outer,)]]


torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
for shape in LAYERS:
    x, w, b = leaves(*shape)
    dy = torch.rand(shape[0], shape[2])
    report("linear", *shape, 5, lambda: F.relu(F.linear(x, w, b)).backward(dy))
for shape in OUTPUT_LAYERS:
    x, w, b = leaves(*shape)
    targets = torch.arange(shape[0]) * 7919 % shape[2]

    def step():
        x.grad = w.grad = b.grad = None
        F.cross_entropy(F.linear(x, w, b), targets).backward()

    report("linear_cross_entropy", *shape, 2, step)
