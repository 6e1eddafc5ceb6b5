#!/usr/bin/env python3
"""The character-level run that nanoGPT's README recommends for a CPU: slm, and PyTorch's equal loop where it is installed.

tinyshakespeare, 4 layers, 4 heads, 128 wide, sequences of 64, batches of 12, 2,000 steps, no dropout; AdamW with betas 0.9 and
0.99, weight decay 0.1, clipping at 1, a warm-up of 100 steps to 1e-3 and a cosine to 1e-4. Both report the loss over all of
the last tenth of the text.

Usage: char_shakespeare.py --slm build/release/slm [--text input.txt] [--threads 2] [--steps 2000]
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import tempfile
import time

BLOCK, BATCH, WARMUP, PEAK, FLOOR = 64, 12, 100, 1e-3, 1e-4


def run_slm(arguments):
    with tempfile.TemporaryDirectory() as folder:
        command = [arguments.slm, "train", "--data", arguments.text, "--tokenizer", "char", "--model_dir", folder]
        command += ["--family", "gpt2", "--num_layers", "4", "--num_heads", "4", "--embed_dim", "128"]
        command += ["--hidden_dim", "512", "--max_seq_len", str(BLOCK), "--batch_size", str(BATCH)]
        command += ["--max_steps", str(arguments.steps), "--epochs", "1000", "--optimizer", "adamw", "--beta2", "0.99"]
        command += ["--weight_decay", "0.1", "--grad_clip", "1", "--dropout", "0", "--schedule", "cosine", "--sampling", "random"]
        command += ["--warmup_steps", str(WARMUP), "--learning_rate", str(PEAK), "--min_learning_rate", str(FLOOR)]
        command += ["--threads", str(arguments.threads), "--precision", arguments.precision, "--quiet"]
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        lines = (pathlib.Path(folder) / "metrics.jsonl").read_text().splitlines()
        evaluations = [json.loads(line) for line in lines if "val_loss" in line]
        return seconds, evaluations[-1]["val_loss"]


def run_torch(arguments):
    import torch
    from torch.nn import functional as F

    from torch_decoder import Gpt2Decoder

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1337)
    start = time.perf_counter()
    text = pathlib.Path(arguments.text).read_text()
    alphabet = {character: index for index, character in enumerate(sorted(set(text)))}
    ids = torch.tensor([alphabet[character] for character in text])
    split = int(0.9 * len(ids))
    train, validation = ids[:split], ids[split:]
    model = Gpt2Decoder(len(alphabet), 128, 4, 4, BLOCK)
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=PEAK, betas=(0.9, 0.99))

    def learning_rate(step):
        if step < WARMUP:
            return PEAK * (step + 1) / (WARMUP + 1)
        progress = (step - WARMUP) / (arguments.steps - WARMUP)
        return FLOOR + 0.5 * (1 + math.cos(math.pi * progress)) * (PEAK - FLOOR)

    for step in range(arguments.steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        starts = torch.randint(len(train) - BLOCK, (BATCH,))
        windows = torch.stack([train[i : i + BLOCK + 1] for i in starts])
        logits = model(windows[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    with torch.no_grad():
        total, count = 0.0, (len(validation) - 1) // BLOCK
        for first in range(0, count, 64):
            starts = [i * BLOCK for i in range(first, min(first + 64, count))]
            windows = torch.stack([validation[i : i + BLOCK + 1] for i in starts])
            logits = model(windows[:, :-1])
            total += float(F.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten(), reduction="sum"))
    return time.perf_counter() - start, total / (count * BLOCK)


def main():
    data = os.environ.get("SLM_TEST_DATA", str(pathlib.Path(__file__).resolve().parents[2] / "shared" / "data"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slm", default="build/release/slm")
    parser.add_argument("--text", default=f"{data}/tinyshakespeare/input.txt")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--precision", default="fp32")
    arguments = parser.parse_args()
    seconds, loss = run_slm(arguments)
    print(f"slm:     {seconds:6.1f} s, validation loss {loss:.4f}", flush=True)
    try:
        peer_seconds, peer_loss = run_torch(arguments)
    except ImportError:
        print("PyTorch: not installed")
        return
    print(f"PyTorch: {peer_seconds:6.1f} s, validation loss {peer_loss:.4f}")
    print(f"slm needs {seconds / peer_seconds:.2f} of PyTorch's time")


if __name__ == "__main__":
    main()
