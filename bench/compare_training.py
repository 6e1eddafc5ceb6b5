#!/usr/bin/env python3
"""Training speed of slm beside eager PyTorch on this machine: both presets, in turns, medians and their ratio.

Usage: compare_training.py --slm build/release/slm [--presets default openwebtext] [--rounds 5] [--threads 2]
"""

import argparse
import json
import os
import statistics
import subprocess
import time

import torch
from torch.nn import functional as F

from torch_decoder import ClassicDecoder

PRESETS = {
    "default": dict(
        model=dict(vocab_size=10000, embed_dim=128, num_heads=4, num_layers=2, hidden_dim=512, max_seq_len=128),
        batch_size=32,
        steps=10,
    ),
    "openwebtext": dict(
        model=dict(vocab_size=30522, embed_dim=512, num_heads=8, num_layers=6, hidden_dim=2048, max_seq_len=128),
        batch_size=64,
        steps=2,
    ),
}


class TorchTraining:
    """A model with its optimizer and a fixed batch."""

    def __init__(self, preset):
        torch.manual_seed(0)
        self.model = ClassicDecoder(**preset["model"])
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3)
        shape = (preset["batch_size"], preset["model"]["max_seq_len"])
        self.tokens = torch.randint(0, preset["model"]["vocab_size"], shape)
        self.targets = torch.randint(0, preset["model"]["vocab_size"], shape)
        self.step()

    def step(self):
        logits = self.model(self.tokens)
        loss = F.cross_entropy(logits.flatten(0, 1), self.targets.flatten())
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()

    def tokens_per_s(self, steps):
        start = time.perf_counter()
        for _ in range(steps):
            self.step()
        return steps * self.tokens.numel() / (time.perf_counter() - start)


def slm_tokens_per_s(arguments, preset, steps):
    command = [arguments.slm, "bench", "--preset", preset, "--steps", str(steps), "--json"]
    command += ["--threads", str(arguments.threads), "--precision", arguments.precision]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return result[preset]["tokens_per_s"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slm", default="build/release/slm")
    parser.add_argument("--presets", nargs="+", default=list(PRESETS), choices=list(PRESETS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--precision", default="fp32", help="of slm; PyTorch runs fp32")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    for name in arguments.presets:
        preset = PRESETS[name]
        training = TorchTraining(preset)
        ours, theirs = [], []
        for _ in range(arguments.rounds):
            ours.append(slm_tokens_per_s(arguments, name, preset["steps"]))
            theirs.append(training.tokens_per_s(preset["steps"]))
        ratio = statistics.median(a / b for a, b in zip(ours, theirs))
        print(
            f"{name}: slm {statistics.median(ours):,.0f} tok/s ({arguments.precision}), "
            f"PyTorch {torch.__version__} eager {statistics.median(theirs):,.0f} tok/s, ratio {ratio:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
