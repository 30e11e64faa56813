"""A llama in plain torch, in llama.cpp's conventions: interleaved rotary pairs, RMS norms, SwiGLU, separate output matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Edit = Callable[[int, Tensor], Tensor]
"""(layer, hidden states [rows, tokens, width]) → hidden states. Layer k is the stream after block k; −1 is the embedding."""


@dataclass(frozen=True)
class Shape:
    vocabulary: int
    width: int = 128
    layers: int = 8
    heads: int = 4
    inner: int = 256
    context: int = 512
    epsilon: float = 1e-5
    base: float = 10000.0


class Norm(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape.width))
        self.epsilon = shape.epsilon

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Block(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        linear = lambda a, b: nn.Linear(a, b, bias=False)
        self.heads = shape.heads
        self.attn_norm, self.ffn_norm = Norm(shape), Norm(shape)
        self.attn_q, self.attn_k, self.attn_v, self.attn_output = (linear(shape.width, shape.width) for _ in range(4))
        self.ffn_gate, self.ffn_up = linear(shape.width, shape.inner), linear(shape.width, shape.inner)
        self.ffn_down = linear(shape.inner, shape.width)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        n = self.attn_norm(x)
        q, k, v = (m(n).unflatten(-1, (self.heads, -1)).transpose(1, 2) for m in (self.attn_q, self.attn_k, self.attn_v))
        mixed = F.scaled_dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v, is_causal=True)
        x = x + self.attn_output(mixed.transpose(1, 2).flatten(-2))
        n = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(n)) * self.ffn_up(n))


class Llama(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = Norm(shape)
        self.output = nn.Linear(shape.width, shape.vocabulary, bias=False)
        half = shape.width // shape.heads // 2
        angles = torch.arange(shape.context)[:, None] * shape.base ** (-torch.arange(half) / half)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                into_stream = name.endswith(("attn_output.weight", "ffn_down.weight"))
                deviation = 0.5 if "token_embd" in name else weight.shape[1] ** -0.5 * ((2 * shape.layers) ** -0.5 if into_stream else 1)
                nn.init.normal_(weight, std=deviation)

    def hidden(self, tokens: Tensor, edit: Edit | None = None) -> Tensor:
        x = self.token_embd(tokens)
        x = edit(-1, x) if edit else x
        cos, sin = self.cos[: tokens.shape[1]], self.sin[: tokens.shape[1]]
        for layer, block in enumerate(self.blk):
            x = block(x, cos, sin)
            x = edit(layer, x) if edit else x
        return self.output_norm(x)


def load(path: Path) -> tuple[Llama, dict[str, Any]]:
    """The trained network with its matrices rounded to F16, as the GGUF holds them."""
    saved = torch.load(path)
    model = Llama(Shape(**saved["shape"]))
    model.load_state_dict({name: w.half().float() if w.ndim == 2 else w for name, w in saved["weights"].items()})
    return model.eval(), saved
