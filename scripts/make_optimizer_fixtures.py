#!/usr/bin/env python3
"""Writes tests/fixtures/optim/optimizers.json: what torch.optim computes from given parameters and gradients, in fp64.

Each case has parameters, the gradients of several steps and the parameters after the last one; Muon, which torch only
has in bf16, is computed here from its publication. "schedules" has torch.optim.lr_scheduler's learning rates, "clip"
what torch.nn.utils.clip_grad_norm_ returns and leaves.

Usage: make_optimizer_fixtures.py [--out FILE] [--seed N]
"""

import argparse
import json
import math
import pathlib

import torch

TARGET = pathlib.Path(__file__).resolve().parents[1] / "tests/fixtures/optim/optimizers.json"
NUM_STEPS = 5
SHAPES = {"matrix": (5, 7), "bias": (9,)}
MUON_SHAPES = {"tall": (12, 5), "wide": (4, 11), "square": (6, 6)}
LEARNING_RATE = 0.02


def flat(tensor):
    return [float(f"{value:.17g}") for value in tensor.detach().flatten().tolist()]


def draw(generator, shape):
    # Rounded to fp32, so that a test in fp32 starts from the same numbers.
    return torch.randn(shape, generator=generator, dtype=torch.float64).float().double()


def make_case(generator, shapes, options, optimize):
    """optimize(parameters) returns a function that takes a list of gradients and does one step."""
    parameters = {name: draw(generator, shape) for name, shape in shapes.items()}
    case = {"options": options, "parameters": [], "gradients": []}
    for name, value in parameters.items():
        case["parameters"].append({"name": name, "shape": list(value.shape), "before": flat(value)})
    leaves = [torch.nn.Parameter(value.clone()) for value in parameters.values()]
    step = optimize(leaves)
    for _ in range(NUM_STEPS):
        gradients = [draw(generator, leaf.shape) for leaf in leaves]
        case["gradients"].append([flat(gradient) for gradient in gradients])
        step(gradients)
    for entry, leaf in zip(case["parameters"], leaves):
        entry["after"] = flat(leaf)
    return case


def torch_case(generator, kind, **options):
    """Weight decay for matrices only, as slm does it."""

    def optimize(leaves):
        weight_decay = options.get("weight_decay", 0.0)
        groups = [{"params": [leaf], "weight_decay": weight_decay if leaf.dim() > 1 else 0.0} for leaf in leaves]
        others = {key: value for key, value in options.items() if key not in ("weight_decay", "beta1", "beta2")}
        if kind is torch.optim.AdamW:
            others["betas"] = (options["beta1"], options["beta2"])
        optimizer = kind(groups, lr=LEARNING_RATE, **others)

        def step(gradients):
            for leaf, gradient in zip(leaves, gradients):
                leaf.grad = gradient
            optimizer.step()

        return step

    return make_case(generator, SHAPES, options, optimize)


def orthogonalized(matrix, num_iterations=5):
    """The quintic iteration of https://kellerjordan.github.io/posts/muon/, with X on its side where it is tall."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix.T if matrix.size(0) > matrix.size(1) else matrix
    x = x / max(x.norm().item(), 1e-7)
    for _ in range(num_iterations):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if matrix.size(0) > matrix.size(1) else x


def muon_case(generator, momentum, weight_decay):
    def optimize(leaves):
        buffers = [torch.zeros_like(leaf) for leaf in leaves]

        def step(gradients):
            with torch.no_grad():
                for leaf, gradient, buffer in zip(leaves, gradients, buffers):
                    buffer.lerp_(gradient, 1 - momentum)
                    update = orthogonalized(gradient.lerp(buffer, momentum))
                    leaf.mul_(1 - LEARNING_RATE * weight_decay)
                    leaf.add_(update, alpha=-LEARNING_RATE * math.sqrt(max(1, leaf.size(0) / leaf.size(1))))

        return step

    return make_case(generator, MUON_SHAPES, {"momentum": momentum, "weight_decay": weight_decay}, optimize)


def make_schedules():
    def rates(make_scheduler, num_steps):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=3e-3)
        scheduler = make_scheduler(optimizer)
        values = []
        for _ in range(num_steps + 1):
            values.append(scheduler.get_last_lr()[0])
            optimizer.step()
            scheduler.step()
        return values

    schedulers = torch.optim.lr_scheduler
    return {
        "cosine": rates(lambda optimizer: schedulers.CosineAnnealingLR(optimizer, T_max=40, eta_min=3e-4), 40),
        "linear": rates(lambda optimizer: schedulers.LinearLR(optimizer, 1.0, 0.1, total_iters=40), 40),
    }


def make_clip(generator):
    cases = []
    for max_norm in (0.5, 100.0):
        leaves = [torch.nn.Parameter(torch.zeros(shape, dtype=torch.float64)) for shape in SHAPES.values()]
        for leaf in leaves:
            leaf.grad = draw(generator, leaf.shape)
        before = [flat(leaf.grad) for leaf in leaves]
        norm = torch.nn.utils.clip_grad_norm_(leaves, max_norm)
        after = [flat(leaf.grad) for leaf in leaves]
        cases.append({"max_norm": max_norm, "before": before, "norm": norm.item(), "after": after})
    return cases


def fixtures(seed=1):
    generator = torch.Generator().manual_seed(seed)
    return {
        "learning_rate": LEARNING_RATE,
        "adamw": [
            torch_case(generator, torch.optim.AdamW, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01),
            torch_case(generator, torch.optim.AdamW, beta1=0.8, beta2=0.95, eps=1e-3, weight_decay=0.5),
            torch_case(generator, torch.optim.AdamW, beta1=0.0, beta2=0.9, eps=1e-6, weight_decay=0.0),
        ],
        "sgd": [
            torch_case(generator, torch.optim.SGD, momentum=0.0, nesterov=False, weight_decay=0.0),
            torch_case(generator, torch.optim.SGD, momentum=0.9, nesterov=False, weight_decay=0.1),
            torch_case(generator, torch.optim.SGD, momentum=0.8, nesterov=True, weight_decay=0.1),
        ],
        "muon": [muon_case(generator, 0.95, 0.0), muon_case(generator, 0.9, 0.1)],
        "schedules": make_schedules(),
        "clip": make_clip(generator),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=TARGET)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(fixtures(arguments.seed), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
