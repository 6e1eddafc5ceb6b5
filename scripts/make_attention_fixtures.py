#!/usr/bin/env python3
"""Writes tests/ops/attention_fixtures.json: inputs, results and gradients of PyTorch's causal attention.

Usage: scripts/make_attention_fixtures.py     needs torch (scripts/peers-requirements.txt)
"""

import pathlib

import torch

from json_fixtures import numbers, write

# B, H, G, T, E, and the length of the documents packed into each sequence (0: one document)
CASES = [(2, 2, 2, 5, 4, 0), (1, 4, 2, 9, 3, 0), (2, 3, 1, 8, 2, 3)]


def document_mask(length, document):
    position = torch.arange(length)
    mask = position[:, None] >= position[None, :]
    if document:
        mask &= position[:, None] // document == position[None, :] // document
    return mask


def case(b, h, g, t, e, document):
    qkv = torch.randn(b, t, (h + 2 * g) * e, dtype=torch.float64, requires_grad=True)
    dy = torch.randn(b, t, h * e, dtype=torch.float64)
    q, k, v = (part.unflatten(-1, (-1, e)).transpose(1, 2) for part in qkv.split([h * e, g * e, g * e], dim=-1))
    y = torch.nn.functional.scaled_dot_product_attention(
        q, k, v, attn_mask=document_mask(t, document), enable_gqa=h != g)
    y = y.transpose(1, 2).flatten(-2)
    y.backward(dy)
    return dict(B=b, H=h, G=g, T=t, E=e, document=document, qkv=numbers(qkv), dy=numbers(dy), y=numbers(y),
                dqkv=numbers(qkv.grad))


TARGET = pathlib.Path(__file__).resolve().parent.parent / "tests/ops/attention_fixtures.json"


def fixtures():
    torch.manual_seed(1)
    return [case(*sizes) for sizes in CASES]


if __name__ == "__main__":
    write(TARGET, fixtures())
