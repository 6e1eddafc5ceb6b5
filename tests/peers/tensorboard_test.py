#!/usr/bin/env python3
"""Whether TensorBoard reads the events of a run, also of a resumed one, as metrics.jsonl has them.

Usage: tests/peers/tensorboard_test.py --build-dir DIR     prints one line per check; exits 1 when one fails.
"""

import argparse
import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

TAGS = {
    "train/loss": "loss",
    "train/learning_rate": "lr",
    "train/gradient_norm": "grad_norm",
    "train/tokens_per_second": "tokens_per_s",
    "validation/loss": "val_loss",
    "validation/accuracy": "val_accuracy",
    "validation/perplexity": "perplexity",
}


def train(program, folder, *options):
    command = [program, "train", "--vocab_size", "50", "--embed_dim", "16", "--num_heads", "2", "--hidden_dim", "32"]
    command += ["--max_seq_len", "16", "--max_steps", "10", "--eval_every", "3", "--save_every", "4", "--quiet"]
    subprocess.run([*command, "--model_dir", folder, *options], check=True)


def is_same_as_metrics(folder):
    accumulator = EventAccumulator(str(folder / "logs"))
    accumulator.Reload()
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    for tag, key in TAGS.items():
        want = [(line["step"], line[key]) for line in lines if key in line]
        got = [(event.step, event.value) for event in accumulator.Scalars(tag)]
        close = len(got) == len(want) and all(
            g[0] == w[0] and math.isclose(g[1], w[1], rel_tol=1e-6, abs_tol=1e-12) for g, w in zip(got, want)
        )
        if not close or not want:
            print(f"{tag}: TensorBoard has {got}, metrics.jsonl {want}")
            return False
    return [line["step"] for line in lines if "loss" in line] == list(range(1, 11))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build-dir", type=pathlib.Path, required=True)
    program = str(parser.parse_args().build_dir / "slm")
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "run"
        train(program, folder)
        for what in ("a run", "a run that went back to step 8 and on from there"):
            is_same = is_same_as_metrics(folder)
            failures += not is_same
            print(f"{'ok' if is_same else 'FAILED'}: TensorBoard reads {what}")
            shutil.rmtree(folder / "checkpoints" / "step-00000010")
            train(program, folder, "--resume")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
