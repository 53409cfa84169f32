"""The same GPT in PyTorch eager, written as one would write it there."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.gpt import GPTConfig
from course_lib.layers import EPSILON

IGNORED = -100  # the target of a padded position, which `cross_entropy` leaves out


class Layer(nn.Module):
    """One transformer layer: x (B, T, n_embd) to the same shape."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        n = config.n_embd
        self.n_head = config.n_head
        self.attn_qkv = nn.Linear(n, 3 * n, bias=False)
        self.attn_wo = nn.Linear(n, n, bias=False)
        self.mlp_fc1 = nn.Linear(n, 4 * n, bias=False)
        self.mlp_fc2 = nn.Linear(4 * n, n, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        B, T, n = x.shape
        qkv = self.attn_qkv(rmsnorm(x)).view(B, T, 3, self.n_head, n // self.n_head)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each (B, n_head, T, head_dim)
        heads = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.attn_wo(heads.transpose(1, 2).reshape(B, T, n))
        return x + self.mlp_fc2(F.relu(self.mlp_fc1(rmsnorm(x))) ** 2)


class GPT(nn.Module):
    """The model of `course_lib.gpt`."""

    def __init__(
        self, config: GPTConfig, weights: dict[str, list[list[float]]], dtype: torch.dtype
    ):
        super().__init__()
        self.config = config
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.block_size, config.n_embd)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.n_layer))
        self.to(dtype)
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parameter.copy_(torch.tensor(rows_of(name, weights), dtype=dtype))

    def forward(self, inputs: Tensor) -> Tensor:
        """The logits (B, T, vocab_size) of tokens (B, T)."""
        positions = torch.arange(inputs.shape[1])
        x = rmsnorm(self.wte(inputs) + self.wpe(positions))
        for layer in self.layers:
            x = layer(x)
        return self.lm_head(x)

    def batch_loss(self, batch: Sequence[Sequence[int]]) -> Tensor:
        """The mean of the documents' losses."""
        documents = [tokens[: self.config.block_size + 1] for tokens in batch]
        longest = max(map(len, documents))
        padded = torch.tensor([[*d, *[IGNORED] * (longest - len(d))] for d in documents])
        inputs, targets = padded[:, :-1].clamp(min=0), padded[:, 1:]  # each (B, T)
        logits = self(inputs).transpose(1, 2)  # (B, vocab_size, T)
        if len(documents) == 1:
            return F.cross_entropy(logits, targets)
        losses = F.cross_entropy(logits, targets, ignore_index=IGNORED, reduction="none")
        return (losses.sum(1) / (targets != IGNORED).sum(1)).mean()


def rmsnorm(x: Tensor) -> Tensor:
    return F.rms_norm(x, x.shape[-1:], eps=EPSILON)


def rows_of(name: str, weights: dict[str, list[list[float]]]) -> list[list[float]]:
    """The rows of a parameter of the twin, from the course's state dict."""
    name = name.removesuffix(".weight").replace("layers.", "layer")
    if name.endswith("attn_qkv"):
        return [row for part in "qkv" for row in weights[name.replace("qkv", f"w{part}")]]
    return weights[name]
