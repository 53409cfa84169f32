"""The same GPT on numpy arrays: whole matrices at once, and the backward pass by hand.

Shapes: B documents in a batch, T positions, N = B·T rows, C = n_embd, H heads of D = C / H.
One row for each position, so a linear layer is `x @ weight.T`; but softmax runs down the first
axis, where numpy works on whole rows at once: far faster than along many rows of eight numbers.
A document shorter than T is padded at its end, with weight 0 in the loss.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

# Matrices as small as these are multiplied sooner than a second thread is woken.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np

from course_lib.gpt import GPTConfig
from course_lib.layers import EPSILON
from course_lib.tokenizer import training_pairs

Array = np.ndarray

# Linux hands the memory of every step back to the system and fetches it anew, which takes as long
# as the arithmetic. Freeing one large block (never touched, so it costs nothing) ends that.
np.empty(31 * 2**20, dtype=np.uint8)


def softmax(logits: Array) -> Array:
    """Probabilities down the first axis: each column is positive, with sum 1."""
    probs = logits - logits.max(axis=0)
    np.exp(probs, out=probs)  # in place, here and below: a new array costs more than the numbers
    probs /= probs.sum(axis=0)
    return probs


def softmax_backward(dprobs: Array, probs: Array) -> Array:
    """The gradient of the logits, given that of the probabilities: p · (dp - Σ p·dp)."""
    dlogits = probs * dprobs
    dlogits -= probs * dlogits.sum(axis=0)
    return dlogits


def rmsnorm(x: Array) -> tuple[Array, Array]:
    """Each row with a root mean square of 1, and the scale that did it.

    x: (…, C); scale: (…, 1).
    """
    mean_square = np.vecdot(x, x)[..., None] / x.shape[-1]
    scale = 1 / np.sqrt(mean_square + EPSILON)
    return x * scale, scale


def rmsnorm_backward(dy: Array, y: Array, scale: Array) -> Array:
    """The gradient of `x`, given that of `y, scale = rmsnorm(x)`: scale · (dy - y · mean(dy·y))."""
    dx = dy - y * (np.vecdot(dy, y)[..., None] / y.shape[-1])
    dx *= scale
    return dx


@dataclass
class Parameters:
    """Every weight in one long vector, and the gradients in another."""

    data: Array
    grad: Array


@dataclass
class Loss:
    """A loss, and the function that adds its gradients to the model's."""

    data: float
    backward: Callable[[], None]


@dataclass
class KVCache:
    """The keys and values of one layer: (block_size, H, D), the first `length` of them filled."""

    keys: Array
    values: Array
    length: int = 0


class GPT:
    """The model of `course_lib.gpt`, on arrays."""

    def __init__(self, config: GPTConfig, weights: dict[str, list[list[float]]]):
        """`weights`: for each name of `config.shapes()` its rows of numbers."""
        config.check_weights(weights)
        self.config = config
        size = sum(rows * columns for rows, columns in config.shapes().values())
        self._parameters = Parameters(np.zeros(size), np.zeros(size))
        self.state_dict = w = self._matrices(self._parameters.data)
        self.grads = g = self._matrices(self._parameters.grad)
        parts = ("attn_qkv", "attn_wo", "mlp_fc1", "mlp_fc2")
        self.layers = [  # of each layer the matrices, and their gradients
            [{part: by_name[f"layer{i}.{part}"] for part in parts} for by_name in (w, g)]
            for i in range(config.n_layer)
        ]
        later = np.full((config.block_size, config.block_size), -np.inf)
        self.causal_mask = np.tril(later, -1)  # (key, query): -inf where the key comes later
        for name in config.shapes():
            self.state_dict[name][:] = weights[name]

    def parameters(self) -> Parameters:
        return self._parameters

    def weights(self) -> dict[str, list[list[float]]]:
        """The state dict as plain numbers."""
        return {name: self.state_dict[name].tolist() for name in self.config.shapes()}

    def _matrices(self, flat: Array) -> dict[str, Array]:
        """Each matrix as a view into the long vector, and q, k and v of a layer as a single one."""
        matrices, start = {}, 0
        for name, (rows, columns) in self.config.shapes().items():
            matrices[name] = flat[start : start + rows * columns].reshape(rows, columns)
            if name.endswith("attn_wq"):  # wq, wk and wv lie one behind the other
                qkv = flat[start : start + 3 * rows * columns].reshape(3 * rows, columns)
                matrices[name.replace("attn_wq", "attn_qkv")] = qkv
            start += rows * columns
        return matrices

    def loss(self, tokens: Sequence[int]) -> Loss:
        """The loss of one document."""
        return self.batch_loss([tokens])

    @np.errstate(all="ignore")  # `training_step` says it in a sentence when numbers grow too large
    def batch_loss(self, batch: Sequence[Sequence[int]]) -> Loss:
        """The mean of the documents' losses, all computed at once."""
        inputs, targets, weights = self._pad(batch)
        logits, backward = self._forward(inputs)  # (vocab_size, N)
        probs = softmax(logits)
        columns = np.arange(targets.size)
        loss = -(weights @ np.log(probs[targets, columns]))

        def backward_from_loss() -> None:
            dlogits = probs * weights  # softmax and cross-entropy: p - y
            dlogits[targets, columns] -= weights
            backward(dlogits)

        return Loss(float(loss), backward_from_loss)

    def _pad(self, batch: Sequence[Sequence[int]]) -> tuple[Array, Array, Array]:
        """Inputs (B, T), targets (N,) and the weight of each position in the loss (N,)."""
        training_pairs(min(batch, key=len), self.config.block_size)  # refuses what is too short
        documents = [tokens[: self.config.block_size + 1] for tokens in batch]
        tokens = list(chain(*documents))
        for token in (min(tokens), max(tokens)):
            self.config.check_input(token, 0)
        lengths = np.array([[len(tokens)] for tokens in documents])  # (B, 1)
        real = np.arange(max(map(len, documents))) < lengths  # (B, T + 1): not padding
        padded = np.zeros(real.shape, dtype=int)
        padded[real] = tokens
        weights = real[:, 1:] / ((lengths - 1) * len(documents))
        return padded[:, :-1], padded[:, 1:].ravel(), weights.ravel()

    def _forward(self, tokens: Array) -> tuple[Array, Callable[[Array], None]]:
        """The logits (vocab_size, N) of tokens (B, T), and their backward pass."""
        B, T = tokens.shape
        w, g = self.state_dict, self.grads
        embedded = (w["wte"][tokens] + w["wpe"][:T]).reshape(B * T, -1)  # (N, C)
        first, first_scale = rmsnorm(embedded)
        x, layers = first, []
        for i in range(self.config.n_layer):
            x, layer_backward = self._layer(x, i, B, T)
            layers.append(layer_backward)

        def backward(dlogits: Array) -> None:
            g["lm_head"] += dlogits @ x
            dx = dlogits.T @ w["lm_head"]
            for layer_backward in reversed(layers):
                dx = layer_backward(dx)
            dx = rmsnorm_backward(dx, first, first_scale)
            # Add up the rows of each token: as a product, because np.add.at is slower.
            one_hot = np.arange(self.config.vocab_size)[:, None] == tokens.ravel()
            g["wte"] += one_hot @ dx  # (vocab_size, N) @ (N, C)
            g["wpe"][:T] += dx.reshape(B, T, -1).sum(axis=0)

        return w["lm_head"] @ x.T, backward

    def _layer(self, x: Array, i: int, B: int, T: int) -> tuple[Array, Callable[[Array], Array]]:
        """One layer, (N, C) to (N, C), and its backward pass from the gradient of its result."""
        w, g = self.layers[i]
        H, D = self.config.n_head, self.config.head_dim

        def by_head(scores: Array) -> Array:
            """(key, B, H, query) seen as (B, H, key, query): a matrix for each head."""
            return scores.transpose(1, 2, 0, 3)

        normed1, scale1 = rmsnorm(x)
        qkv = (normed1 @ w["attn_qkv"].T).reshape(B, T, 3, H, D)
        q, k, v = qkv.transpose(2, 0, 3, 1, 4)  # each (B, H, T, D)
        scores = np.empty((T, B, H, T))  # the keys first, for softmax
        np.matmul(k, q.swapaxes(-1, -2), out=by_head(scores))
        scores *= D**-0.5
        scores += self.causal_mask[:T, None, None, :T]
        attn = softmax(scores)
        heads = np.empty_like(x)  # (N, C), filled head by head
        np.matmul(by_head(attn).swapaxes(-1, -2), v, out=heads.reshape(B, T, H, D).swapaxes(1, 2))
        middle = x + heads @ w["attn_wo"].T

        normed2, scale2 = rmsnorm(middle)
        hidden = normed2 @ w["mlp_fc1"].T  # (N, 4C)
        np.maximum(hidden, 0.0, out=hidden)
        squared = hidden * hidden
        result = middle + squared @ w["mlp_fc2"].T

        def backward(dresult: Array) -> Array:
            g["mlp_fc2"] += dresult.T @ squared
            dhidden = (2 * dresult) @ w["mlp_fc2"]
            dhidden *= hidden  # ReLU²: its slope is 2h, which is 0 where h is
            g["mlp_fc1"] += dhidden.T @ normed2
            dmiddle = dresult + rmsnorm_backward(dhidden @ w["mlp_fc1"], normed2, scale2)

            g["attn_wo"] += dmiddle.T @ heads
            dheads = (dmiddle @ w["attn_wo"]).reshape(B, T, H, D).swapaxes(1, 2)
            dattn = np.empty_like(attn)
            np.matmul(v, dheads.swapaxes(-1, -2), out=by_head(dattn))
            dscores = softmax_backward(dattn, attn)
            dscores *= D**-0.5
            dqkv = np.empty_like(qkv)
            dq, dk, dv = dqkv.transpose(2, 0, 3, 1, 4)
            np.matmul(by_head(dscores).swapaxes(-1, -2), k, out=dq)
            np.matmul(by_head(dscores), q, out=dk)
            np.matmul(by_head(attn), dheads, out=dv)
            dqkv = dqkv.reshape(B * T, 3 * H * D)
            g["attn_qkv"] += dqkv.T @ normed1
            return dmiddle + rmsnorm_backward(dqkv @ w["attn_qkv"], normed1, scale1)

        return result, backward

    def new_cache(self) -> list[KVCache]:
        """An empty KV cache for each layer."""
        shape = self.config.block_size, self.config.n_head, self.config.head_dim
        return [KVCache(np.empty(shape), np.empty(shape)) for _ in range(self.config.n_layer)]

    def forward(self, token: int, cache: list[KVCache]) -> Array:
        """The logits (vocab_size,) of the token that follows `token` at the next free position."""
        w, position = self.state_dict, cache[0].length
        self.config.check_input(token, position)
        x, _ = rmsnorm(w["wte"][token] + w["wpe"][position])  # (C,)
        for i, layer in enumerate(cache):
            normed, _ = rmsnorm(x)
            qkv = w[f"layer{i}.attn_qkv"] @ normed
            q, layer.keys[position], layer.values[position] = qkv.reshape(3, *layer.keys.shape[1:])
            layer.length += 1
            keys, values = layer.keys[: layer.length], layer.values[: layer.length]  # (T, H, D)
            attn = softmax(np.vecdot(keys, q) * q.shape[-1] ** -0.5)  # (T, H)
            heads = (attn[:, :, None] * values).sum(axis=0)  # (H, D)
            x = x + w[f"layer{i}.attn_wo"] @ heads.ravel()
            normed, _ = rmsnorm(x)
            hidden = np.maximum(w[f"layer{i}.mlp_fc1"] @ normed, 0)
            x = x + w[f"layer{i}.mlp_fc2"] @ (hidden * hidden)
        return w["lm_head"] @ x


class Adam:
    """The optimizer of `course_lib.adam`, on one long vector."""

    def __init__(
        self,
        parameters: Parameters,
        beta1: float = 0.9,
        beta2: float = 0.95,
        epsilon: float = 1e-8,
    ):
        self.parameters = parameters
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.mean = np.zeros_like(parameters.data)
        self.square = np.zeros_like(parameters.data)
        self.steps = 0

    def step(self, learning_rate: float) -> None:
        """Move every parameter against its averaged gradient."""
        self.steps += 1
        grad = self.parameters.grad
        self.mean += (1 - self.beta1) * (grad - self.mean)
        self.square += (1 - self.beta2) * (grad * grad - self.square)
        rate = learning_rate / (1 - self.beta1**self.steps)
        square = self.square / (1 - self.beta2**self.steps)
        self.parameters.data -= rate * self.mean / (np.sqrt(square) + self.epsilon)

    def zero_grad(self) -> None:
        """Forget the gradients, before the next backward pass adds its own."""
        self.parameters.grad[:] = 0.0
