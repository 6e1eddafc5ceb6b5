#!/usr/bin/env python3
"""Makes tests/data/fixtures/torch_randint.txt with PyTorch: what torch.randint draws on a CPU.

Usage: scripts/make_data_fixtures.py     needs torch; writes the same file every time.
"""

import pathlib

import torch

NUM_SHOWN = 16
CASES = [
    (seed, high, count)
    for seed in (0, 1, 42, 1337, 2**31, 2**32 + 5, 2**63 - 1)
    for high, count in ((1, 700), (2, 10000), (10000, 10000), (50257, 3000), (65536, 2000), (2**31 - 1, 1300))
] + [(42, 2**32 - 1, 1300), (42, 2**32, 1300), (7, 2**32 + 1, 1300), (7, 2**62, 1300), (42, 10000, 1), (42, 30522, 100000)]


def randint(seed, high, count):
    torch.manual_seed(seed)
    return torch.randint(0, high, (count,)).tolist()


def checksum(numbers):
    return sum((i + 1) * n for i, n in enumerate(numbers)) % 2**64


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    lines = [
        "# torch.manual_seed(SEED); torch.randint(0, HIGH, (COUNT,)): made by scripts/make_data_fixtures.py, torch "
        + torch.__version__.split("+")[0],
        f"# SEED HIGH COUNT CHECKSUM, then the first numbers, at most {NUM_SHOWN}. CHECKSUM: sum of (i + 1) * number[i], modulo 2^64",
    ]
    for seed, high, count in CASES:
        numbers = randint(seed, high, count)
        lines.append(" ".join(map(str, [seed, high, count, checksum(numbers), *numbers[:NUM_SHOWN]])))
    (root / "tests/data/fixtures/torch_randint.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
