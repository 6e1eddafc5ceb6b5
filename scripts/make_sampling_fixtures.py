#!/usr/bin/env python3
"""Writes tests/generate/sampling_fixtures.json: what Hugging Face's logits processors leave of random logits.

Usage: scripts/make_sampling_fixtures.py     needs torch and transformers (scripts/peers-requirements.txt)
"""

import pathlib

import torch
from transformers.generation import logits_process as hf

from json_fixtures import write

VOCAB = 24
DEFAULTS = dict(repetition_penalty=1.0, temperature=1.0, top_k=0, top_p=1.0, min_p=0.0)
CASES = [
    dict(),
    dict(temperature=0.7),
    dict(temperature=2.5),
    dict(top_k=1),
    dict(top_k=5),
    dict(top_k=100),
    dict(top_p=0.05),
    dict(top_p=0.5),
    dict(top_p=0.95),
    dict(min_p=0.1),
    dict(min_p=0.6),
    dict(min_p=1.0),
    dict(repetition_penalty=1.3),
    dict(repetition_penalty=0.8),
    dict(repetition_penalty=1.2, temperature=0.8, top_k=12, top_p=0.9, min_p=0.05),
    dict(repetition_penalty=1.1, temperature=1.5, top_k=20, top_p=0.8),
]


def processors(o):
    """In the order of transformers' GenerationMixin._get_logits_processor."""
    if o["repetition_penalty"] != 1.0:
        yield hf.RepetitionPenaltyLogitsProcessor(o["repetition_penalty"])
    if o["temperature"] != 1.0:
        yield hf.TemperatureLogitsWarper(o["temperature"])
    if o["top_k"] != 0:
        yield hf.TopKLogitsWarper(o["top_k"])
    if o["top_p"] < 1.0:
        yield hf.TopPLogitsWarper(o["top_p"])
    if o["min_p"] > 0.0:
        yield hf.MinPLogitsWarper(o["min_p"])


TARGET = pathlib.Path(__file__).resolve().parent.parent / "tests/generate/sampling_fixtures.json"


def fixtures():
    torch.manual_seed(1)
    return [fixture(DEFAULTS | case) for case in CASES]


def fixture(options):
    logits = (2.5 * torch.randn(1, VOCAB)).round(decimals=4)
    seen = torch.randint(0, VOCAB, (1, 9))
    scores = logits.clone()
    for processor in processors(options):
        scores = processor(seen, scores)
    left = [None if value == float("-inf") else round(value, 6) for value in scores[0].tolist()]
    return dict(options=options, seen=seen[0].tolist(), logits=[round(x, 4) for x in logits[0].tolist()], left=left)


if __name__ == "__main__":
    write(TARGET, fixtures())
