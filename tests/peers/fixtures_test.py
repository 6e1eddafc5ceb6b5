#!/usr/bin/env python3
"""Whether the committed fixtures are still what the PyTorch and transformers installed here compute.

Usage: tests/peers/fixtures_test.py --build-dir DIR     prints one line per file; exits 1 when one differs.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import make_attention_fixtures  # noqa: E402
import make_cross_entropy_fixtures  # noqa: E402
import make_optimizer_fixtures  # noqa: E402
import make_sampling_fixtures  # noqa: E402


def close(got, want):
    """Equal up to the last digits that a library may round differently."""
    if isinstance(want, dict):
        return got.keys() == want.keys() and all(close(got[key], want[key]) for key in want)
    if isinstance(want, list):
        return len(got) == len(want) and all(map(close, got, want))
    if isinstance(want, float) and got is not None:
        return abs(got - want) <= 2e-6 * max(1, abs(want))
    return got == want


def main():
    failures = 0
    makers = (make_attention_fixtures, make_cross_entropy_fixtures, make_optimizer_fixtures, make_sampling_fixtures)
    for maker in makers:
        is_same = close(maker.fixtures(), json.loads(maker.TARGET.read_text()))
        failures += not is_same
        print(f"{'ok' if is_same else 'FAILED'}: {maker.TARGET.name}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
