#!/usr/bin/env python3
"""Writes tests/fixtures/models/*.safetensors: what PyTorch and Hugging Face transformers compute for small models.

Each file holds one model's first parameters, a batch, its logits, loss and gradients, and ten AdamW steps with weight
decay, clipping and gradient accumulation: losses, gradient norms and the parameters at the end. The metadata's "config"
has slm's names for the model's and the run's settings.

Usage: make_model_fixtures.py [--out DIR] [--seed N] [--scale N]
"""

import argparse
import json
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

NUM_STEPS = 10
MICRO_BATCHES = 2
LEARNING_RATE = 3e-3
BETAS = (0.9, 0.95)
EPS = 1e-8
WEIGHT_DECAY = 0.1
GRAD_CLIP = 0.7


class Classic(nn.Module):
    """Causal TransformerEncoder as in the original paper: post-norm, ReLU, learned positions, an output layer with bias."""

    def __init__(self, config):
        super().__init__()
        dim = config["embed_dim"]
        self.token_embedding = nn.Embedding(config["vocab_size"], dim)
        self.position_embedding = nn.Embedding(config["max_seq_len"], dim)
        layer = nn.TransformerEncoderLayer(
            dim, config["num_heads"], config["hidden_dim"], dropout=0.0, activation="relu", batch_first=True
        )
        self.transformer_encoder = nn.TransformerEncoder(layer, config["num_layers"], enable_nested_tensor=False)
        self.output_layer = nn.Linear(dim, config["vocab_size"])

    def forward(self, tokens):
        length = tokens.shape[1]
        hidden = self.token_embedding(tokens) + self.position_embedding(torch.arange(length))
        mask = nn.Transformer.generate_square_subsequent_mask(length, dtype=hidden.dtype)
        return self.output_layer(self.transformer_encoder(hidden, mask=mask, is_causal=True))


class HuggingFace(nn.Module):
    """Logits of a transformers model; parameters keep its names."""

    def __init__(self, model):
        super().__init__()
        self.inner = model

    def forward(self, tokens):
        return self.inner(input_ids=tokens, use_cache=False).logits


def make_classic(config):
    return Classic(config), ""


def make_gpt2(config):
    return (
        HuggingFace(
            GPT2LMHeadModel(
                GPT2Config(
                    vocab_size=config["vocab_size"],
                    n_positions=config["max_seq_len"],
                    n_embd=config["embed_dim"],
                    n_layer=config["num_layers"],
                    n_head=config["num_heads"],
                    n_inner=config["hidden_dim"],
                    resid_pdrop=0.0,
                    embd_pdrop=0.0,
                    attn_pdrop=0.0,
                    attn_implementation="eager",
                )
            )
        ),
        "inner.",
    )


def llama_arguments(config):
    return dict(
        vocab_size=config["vocab_size"],
        hidden_size=config["embed_dim"],
        intermediate_size=config["hidden_dim"],
        num_hidden_layers=config["num_layers"],
        num_attention_heads=config["num_heads"],
        num_key_value_heads=config["num_kv_heads"],
        head_dim=config["head_dim"],
        max_position_embeddings=config["max_seq_len"],
        rms_norm_eps=config["norm_eps"],
        rope_theta=config["rope_theta"],
        tie_word_embeddings=config["tie_embeddings"],
        attn_implementation="eager",
    )


def make_llama(config):
    return HuggingFace(LlamaForCausalLM(LlamaConfig(**llama_arguments(config)))), "inner."


def make_qwen3(config):
    return HuggingFace(Qwen3ForCausalLM(Qwen3Config(**llama_arguments(config)))), "inner."


def sizes(scale, **changes):
    config = dict(
        vocab_size=37 * scale,
        embed_dim=24 * scale,
        num_heads=4,
        num_kv_heads=4,
        head_dim=6 * scale,
        num_layers=2,
        hidden_dim=40 * scale,
        max_seq_len=13,
        norm_eps=1e-5,
        rope_theta=10000.0,
        tie_embeddings=False,
        qk_norm=False,
    )
    config.update(changes)
    return config


MODELS = {
    "classic": (make_classic, dict(family="classic")),
    "gpt2": (make_gpt2, dict(family="gpt2", tie_embeddings=True)),
    "llama": (make_llama, dict(family="llama", num_kv_heads=2, norm_eps=1e-6)),
    "qwen3": (
        make_qwen3,
        dict(family="llama", num_kv_heads=2, head_dim=8, qk_norm=True, tie_embeddings=True, norm_eps=1e-6, rope_theta=1e6),
    ),
}


def perturb(model, generator):
    """Moves every parameter off its initial value, so that no bias is zero and no norm weight is one."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))


def loss_sum(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), ignore_index=-1, reduction="sum")


def make_fixture(make, config, generator):
    torch.manual_seed(int(torch.randint(0, 2**31, (1,), generator=generator)))
    model, prefix = make(config)
    model.train()
    perturb(model, generator)

    batch, length = 3, config["max_seq_len"] - 2
    shape = (NUM_STEPS * MICRO_BATCHES, batch, length)
    tokens = torch.randint(0, config["vocab_size"], shape, generator=generator)
    targets = torch.randint(0, config["vocab_size"], shape, generator=generator)
    targets[torch.rand(shape, generator=generator) < 0.2] = -1  # unlike numbers of targets in the micro-batches

    tensors = {"tokens": tokens.int(), "targets": targets.int()}
    names = {name: name.removeprefix(prefix) for name, _ in model.named_parameters()}
    for name, parameter in model.named_parameters():
        tensors["param." + names[name]] = parameter.detach().clone()

    logits = model(tokens[0])
    loss = loss_sum(logits, targets[0]) / (targets[0] >= 0).sum()
    loss.backward()
    tensors["logits"] = logits.detach().clone()
    tensors["loss"] = loss.detach().reshape(1)
    for name, parameter in model.named_parameters():
        tensors["grad." + names[name]] = parameter.grad.clone()

    matrices = [p for p in model.parameters() if p.dim() >= 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}],
        lr=LEARNING_RATE,
        betas=BETAS,
        eps=EPS,
    )
    losses, norms = [], []
    for step in range(NUM_STEPS):
        optimizer.zero_grad()
        rows = range(step * MICRO_BATCHES, (step + 1) * MICRO_BATCHES)
        count = sum(int((targets[row] >= 0).sum()) for row in rows)
        total = 0.0
        for row in rows:
            loss = loss_sum(model(tokens[row]), targets[row]) / count
            loss.backward()
            total += float(loss.detach())
        norms.append(float(nn.utils.clip_grad_norm_(model.parameters(), GRAD_CLIP)))
        optimizer.step()
        losses.append(total)
    tensors["losses"] = torch.tensor(losses)
    tensors["norms"] = torch.tensor(norms)
    for name, parameter in model.named_parameters():
        tensors["final." + names[name]] = parameter.detach().clone()
    run = dict(
        num_steps=NUM_STEPS,
        gradient_accumulation_steps=MICRO_BATCHES,
        learning_rate=LEARNING_RATE,
        beta1=BETAS[0],
        beta2=BETAS[1],
        eps=EPS,
        weight_decay=WEIGHT_DECAY,
        grad_clip=GRAD_CLIP,
    )
    return {name: tensor.contiguous() for name, tensor in tensors.items()}, {**config, **run}


def main():
    default_out = pathlib.Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "models"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=default_out)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=int, default=1, help="multiplies the widths")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for index, (name, (make, changes)) in enumerate(MODELS.items()):
        generator = torch.Generator().manual_seed(1000 * arguments.seed + index)
        config = sizes(arguments.scale, **changes)
        tensors, metadata = make_fixture(make, config, generator)
        path = arguments.out / f"{name}.safetensors"
        save_file(tensors, path, metadata={"config": json.dumps(metadata)})
        print(f"{path}: {len(tensors)} tensors")


if __name__ == "__main__":
    main()
