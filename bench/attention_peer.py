#!/usr/bin/env python3
"""Times PyTorch's causal attention, forward and backward, on the shapes of attention_bench: CPU time, so compare on one
thread.

Usage: bench/attention_peer.py [THREADS]     needs torch (scripts/peers-requirements.txt)
"""

import sys
import time

import torch

REPETITIONS = 12


def fastest(run):
    times = []
    for _ in range(REPETITIONS):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
for b, h, t, e in [(32, 4, 128, 32), (64, 8, 128, 64), (8, 8, 1024, 64)]:
    q, k, v = (torch.rand(b, h, t, e, requires_grad=True) for _ in range(3))
    dy = torch.rand(b, h, t, e)

    def step():
        q.grad = k.grad = v.grad = None
        torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True).backward(dy)

    seconds = fastest(step)
    flops = 14 * e * b * h * t * (t + 1) / 2
    print(f"({b}, {h}, {t}, {e}): {seconds * 1e3:.1f} ms, {flops / seconds / 1e9:.0f} GFLOP/s")
a, c = torch.rand(1024, 1024), torch.rand(1024, 1024)
print(f"matrix product 1024^3: {2 * 1024**3 / fastest(lambda: a @ c) / 1e9:.0f} GFLOP/s")
