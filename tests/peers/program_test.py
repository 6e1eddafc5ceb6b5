#!/usr/bin/env python3
"""What the slm program leaves behind, as PyTorch, transformers and TensorBoard read it.

Usage: program_test.py --build-dir build/release
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
from make_model_fixtures import make_classic, make_gpt2, make_llama, make_qwen3  # noqa: E402

SIZES = dict(vocab_size=61, embed_dim=32, num_heads=4, num_layers=2, hidden_dim=48, max_seq_len=24)
CONFIG = dict(SIZES, num_kv_heads=2, head_dim=8, norm_eps=1e-5, rope_theta=10000.0, tie_embeddings=False)
failures = 0


def check(condition, what):
    global failures
    print(f"{'ok' if condition else 'FAILED'}: {what}", flush=True)
    failures += 0 if condition else 1


class Slm:
    def __init__(self, build_dir):
        self.program = str(build_dir / "slm")

    def run(self, *arguments):
        result = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"slm {' '.join(map(str, arguments))}: {result.stderr}")
        return result.stdout

    def train(self, folder, *more):
        sizes = [word for name, value in SIZES.items() for word in (f"--{name}", value)]
        self.run("train", *sizes, "--batch_size", 8, "--max_steps", 12, "--model_dir", folder, "--overwrite", *more)

    def loss(self, folder):
        return json.loads(self.run("eval", "--model", folder, "--data", "dummy", "--json"))["loss"]

    def greedy(self, folder, prompt, count):
        text = " ".join(map(str, prompt))
        out = self.run("generate", "--model", folder, "--prompt", text, "--temperature", 0, "--max_new_tokens", count, "--json")
        return json.loads(out)["samples"][0]["ids"]


def dummy_tokens():
    torch.manual_seed(42)
    return torch.randint(0, SIZES["vocab_size"], (10000,))


def mean_loss(logits_of, tokens, length):
    """Every token but the first as a target once, in windows of `length` with the shorter last one."""
    total = 0.0
    with torch.no_grad():
        for start in range(0, len(tokens) - 1, length):
            window = tokens[start : start + length + 1]
            total += float(F.cross_entropy(logits_of(window[None, :-1])[0], window[1:], reduction="sum"))
    return total / (len(tokens) - 1)


def check_model(slm, name, folder, logits_of):
    tokens = dummy_tokens()
    theirs, ours = mean_loss(logits_of, tokens, SIZES["max_seq_len"]), slm.loss(folder)
    check(math.isclose(ours, theirs, rel_tol=2e-5), f"{name}: slm eval {ours:.6f}, PyTorch {theirs:.6f}")
    prompt, ids = tokens[:5].tolist(), tokens[:5].tolist()
    with torch.no_grad():
        for _ in range(15):
            ids.append(int(logits_of(torch.tensor([ids]))[0, -1].argmax()))
    check(slm.greedy(folder, prompt, 15) == ids[5:], f"{name}: greedy continuation equals PyTorch's")


def initial_state(slm, folder, flags):
    """What slm draws: after one update that is too small to change a number."""
    slm.train(folder, *flags, "--max_steps", 1, "--learning_rate", 1e-30, "--weight_decay", 0)
    return torch.load(folder / "small_language_model.pt", weights_only=True)


def same_distribution(ours, theirs):
    """Equal constants, or deviations that differ by no more than five times what samples of this size do."""
    if float(theirs.max()) == float(theirs.min()):
        return torch.allclose(ours, theirs, rtol=0, atol=1e-20)
    return abs(math.log(float(ours.std() / theirs.std()))) < 5 / math.sqrt(theirs.numel())


def check_initialization(name, ours, reference):
    unlike = [key for key, theirs in reference.state_dict().items() if not same_distribution(ours[key], theirs)]
    check(not unlike, f"{name}: parameters begin as the reference's {' '.join(unlike)}")


def check_families(slm, root):
    models = {
        "classic": (make_classic(CONFIG), []),
        "gpt2": (make_gpt2(CONFIG), ["--family", "gpt2"]),
        "llama": (make_llama(CONFIG), ["--family", "llama", "--num_kv_heads", 2]),
        "qwen3": (
            make_qwen3(dict(CONFIG, tie_embeddings=True)),
            ["--family", "llama", "--num_kv_heads", 2, "--qk_norm", "--tie_embeddings"],
        ),
    }
    for name, ((model, prefix), flags) in models.items():
        folder = root / name
        reference = model.inner if prefix else model  # classic: around an nn.TransformerEncoder
        check_initialization(name, initial_state(slm, folder, flags), reference)
        slm.train(folder, *flags)
        state = torch.load(folder / "small_language_model.pt", weights_only=True)
        missing, unexpected = reference.load_state_dict(state, strict=True)
        check(not missing and not unexpected, f"{name}: the reference takes the .pt with strict=True")
        check_model(slm, name, folder, model.eval())


def check_logs(root):
    folder = root / "classic"
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    steps = [line for line in lines if "loss" in line]
    check([line["step"] for line in steps] == list(range(1, 13)), "metrics.jsonl has every step once, in order")
    keys = {"step", "epoch", "tokens", "loss", "lr", "grad_norm", "tokens_per_s"}
    check(all(keys <= line.keys() for line in steps), "each step has " + ", ".join(sorted(keys)))
    events = EventAccumulator(str(folder / "logs"))
    events.Reload()
    tags = events.Tags()["scalars"]
    loss_tag = next((tag for tag in tags if tag.endswith("loss") and "val" not in tag), None)
    check(loss_tag is not None, f"TensorBoard reads scalars: {', '.join(tags)}")
    if loss_tag is not None:
        values = [(event.step, event.value) for event in events.Scalars(loss_tag)]
        same = [step for step, _ in values] == [line["step"] for line in steps] and all(
            math.isclose(value, line["loss"], rel_tol=1e-6) for (_, value), line in zip(values, steps)
        )
        check(same, "TensorBoard's loss equals that of metrics.jsonl, step by step")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build-dir", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        check_families(Slm(arguments.build_dir), root)
        check_logs(root)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
