#!/usr/bin/env python3
"""slm's models beside PyTorch and transformers, live: other seeds and larger sizes than the committed fixtures have.

Usage: models_test.py --build-dir build/release
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build-dir", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    failures = 0
    for seed, scale in [(2, 1), (3, 2)]:
        with tempfile.TemporaryDirectory() as folder:
            make = [sys.executable, str(ROOT / "scripts" / "make_model_fixtures.py"), "--out", folder]
            make += ["--seed", str(seed), "--scale", str(scale)]
            subprocess.run(make, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            environment = {**os.environ, "SLM_MODEL_FIXTURES": folder}
            test = [str(arguments.build_dir / "models_test"), "--gtest_filter=*DecoderParity*:*TrainingParity*"]
            result = subprocess.run(test + ["--gtest_brief=1"], env=environment, capture_output=True, text=True)
        is_ok = result.returncode == 0
        print(f"{'ok' if is_ok else 'FAILED'}: four families, seed {seed}, widths x {scale}", flush=True)
        if not is_ok:
            print(result.stdout)
            failures += 1
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
