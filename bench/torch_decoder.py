"""The models that the comparisons train in PyTorch: what a user would write with torch.nn, eager, fp32."""

import torch
from torch import nn
from torch.nn import functional as F


class ClassicDecoder(nn.Module):
    """slm's `classic` family from torch.nn's own layers."""

    def __init__(self, vocab_size, embed_dim, num_heads, num_layers, hidden_dim, max_seq_len):
        super().__init__()
        self.token_embedding = nn.Embedding(vocab_size, embed_dim)
        self.position_embedding = nn.Embedding(max_seq_len, embed_dim)
        layer = nn.TransformerEncoderLayer(embed_dim, num_heads, hidden_dim, dropout=0.0, batch_first=True)
        self.transformer_encoder = nn.TransformerEncoder(layer, num_layers, enable_nested_tensor=False)
        self.output_layer = nn.Linear(embed_dim, vocab_size)
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(max_seq_len))
        self.register_buffer("positions", torch.arange(max_seq_len))

    def forward(self, tokens):
        hidden = self.token_embedding(tokens) + self.position_embedding(self.positions)
        return self.output_layer(self.transformer_encoder(hidden, mask=self.mask, is_causal=True))


class Gpt2Block(nn.Module):
    def __init__(self, embed_dim, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.attention_norm = nn.LayerNorm(embed_dim, bias=False)
        self.qkv = nn.Linear(embed_dim, 3 * embed_dim, bias=False)
        self.attention_output = nn.Linear(embed_dim, embed_dim, bias=False)
        self.feed_forward_norm = nn.LayerNorm(embed_dim, bias=False)
        self.up = nn.Linear(embed_dim, 4 * embed_dim, bias=False)
        self.down = nn.Linear(4 * embed_dim, embed_dim, bias=False)

    def forward(self, x):
        batch, length, dim = x.shape
        heads = self.qkv(self.attention_norm(x)).view(batch, length, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(heads[0], heads[1], heads[2], is_causal=True)
        x = x + self.attention_output(attended.transpose(1, 2).reshape(batch, length, dim))
        return x + self.down(F.gelu(self.up(self.feed_forward_norm(x))))


class Gpt2Decoder(nn.Module):
    """GPT-2 without biases, as small character-level recipes use it: pre-norm, tied output layer, fused attention."""

    def __init__(self, vocab_size, embed_dim, num_heads, num_layers, max_seq_len):
        super().__init__()
        self.token_embedding = nn.Embedding(vocab_size, embed_dim)
        self.position_embedding = nn.Embedding(max_seq_len, embed_dim)
        self.blocks = nn.ModuleList(Gpt2Block(embed_dim, num_heads) for _ in range(num_layers))
        self.final_norm = nn.LayerNorm(embed_dim, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() >= 2:
                residual = name.endswith(("attention_output.weight", "down.weight"))
                nn.init.normal_(parameter, std=0.02 / (2 * num_layers) ** 0.5 if residual else 0.02)

    def forward(self, tokens):
        x = self.token_embedding(tokens) + self.position_embedding.weight[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        return F.linear(self.final_norm(x), self.token_embedding.weight)
