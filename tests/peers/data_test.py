#!/usr/bin/env python3
"""Compares the built-in dummy data with the PyTorch that is installed.

Usage: tests/peers/data_test.py --build-dir build/release
"""

import argparse
import pathlib
import random
import subprocess
import sys
import tempfile

import torch


def randint(seed, high, count):
    torch.manual_seed(seed)
    return torch.randint(0, high, (count,)).tolist()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build-dir", type=pathlib.Path, required=True)
    program = parser.parse_args().build_dir / "print_torch_randint"
    rng = random.Random(1)
    cases = [(42, 10000, 10000), (0, 2, 1), (1, 50257, 1_000_000)]
    cases += [(rng.randrange(2**63), rng.randrange(1, 2 ** rng.randrange(1, 40)), rng.randrange(1, 3000)) for _ in range(60)]
    failures = 0
    for seed, high, count in cases:
        with tempfile.TemporaryFile("w+") as out:
            subprocess.run([program, str(seed), str(high), str(count)], stdout=out, check=True)
            out.seek(0)
            got = [int(line) for line in out]
        is_equal = got == randint(seed, high, count)
        failures += not is_equal
        print(f"{'ok' if is_equal else 'FAILED'}: torch.randint seed {seed} high {high} count {count}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
