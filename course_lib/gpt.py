"""The GPT: from a token and its position to a logit for every possible next token."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from course_lib.attention import KVCache
from course_lib.errors import CourseError
from course_lib.layers import Matrix, Vector, add, linear, random_matrix, rmsnorm, softmax
from course_lib.mlp import transformer_layer
from course_lib.tokenizer import training_pairs
from course_lib.value import Value


@dataclass(frozen=True)
class GPTConfig:
    """The sizes of a GPT. Raises CourseError for sizes that do not fit together."""

    vocab_size: int = 27
    n_embd: int = 16
    n_head: int = 4
    n_layer: int = 1
    block_size: int = 8

    def __post_init__(self):
        for name, size in vars(self).items():
            if type(size) is not int or size < 1:
                raise CourseError(f"{name} must be a whole number of at least 1, not {size!r}.")
        if self.n_embd % self.n_head:
            raise CourseError(
                f"n_embd={self.n_embd} cannot be shared equally among n_head={self.n_head} heads: "
                "choose an n_embd that n_head divides."
            )

    @property
    def head_dim(self) -> int:
        return self.n_embd // self.n_head

    def check_input(self, token: int, position: int) -> None:
        """Raise CourseError for a token or a position that the model does not have."""
        if not 0 <= token < self.vocab_size:
            raise CourseError(
                f"there is no token {token}: the ids of this model run from 0 to "
                f"{self.vocab_size - 1}."
            )
        if position >= self.block_size:
            raise CourseError(
                f"no room for one more token: this model sees at most block_size={self.block_size} "
                "tokens; shorten the text or build the model with a larger block_size."
            )

    def check_weights(self, weights: dict[str, list[list[float]]]) -> None:
        """Raise CourseError where a matrix is missing or has another shape."""
        for name, (rows, columns) in self.shapes().items():
            matrix = weights.get(name, [])
            if len(matrix) != rows or any(len(row) != columns for row in matrix):
                raise CourseError(
                    f"these weights are of another model: {name} should be a matrix of "
                    f"{rows} × {columns} numbers."
                )

    def shapes(self) -> dict[str, tuple[int, int]]:
        """The name and shape (rows, columns) of every weight matrix, in order."""
        n = self.n_embd
        shapes = {"wte": (self.vocab_size, n), "wpe": (self.block_size, n)}
        shapes["lm_head"] = (self.vocab_size, n)
        for i in range(self.n_layer):
            for name in ("attn_wq", "attn_wk", "attn_wv", "attn_wo"):
                shapes[f"layer{i}.{name}"] = (n, n)
            shapes[f"layer{i}.mlp_fc1"] = (4 * n, n)
            shapes[f"layer{i}.mlp_fc2"] = (n, 4 * n)
        return shapes


def initial_weights(config: GPTConfig, rng: Random) -> dict[str, list[list[float]]]:
    """The weights before training: Gaussian with std 0.02.

    The two matrices that write to the residual stream start at 0: at first a layer changes nothing.
    """
    return {
        name: random_matrix(*shape, 0.0 if name.endswith(("attn_wo", "mlp_fc2")) else 0.02, rng)
        for name, shape in config.shapes().items()
    }


class GPT:
    """A decoder-only transformer on scalars: every weight is a `Value`."""

    def __init__(self, config: GPTConfig, weights: dict[str, list[list[float]]]):
        """`weights`: for each name of `config.shapes()` its rows of numbers."""
        config.check_weights(weights)
        self.config = config
        self.state_dict: dict[str, Matrix] = {
            name: [[Value(number) for number in row] for row in weights[name]]
            for name in config.shapes()
        }

    def parameters(self) -> list[Value]:
        """Every weight, in the order of the state dict."""
        return [p for matrix in self.state_dict.values() for row in matrix for p in row]

    def weights(self) -> dict[str, list[list[float]]]:
        """The state dict as plain numbers."""
        return {
            name: [[p.data for p in row] for row in matrix]
            for name, matrix in self.state_dict.items()
        }

    def layer_weights(self, i: int) -> dict[str, Matrix]:
        """The six matrices of layer `i`, without their prefix."""
        prefix = f"layer{i}."
        return {
            name.removeprefix(prefix): matrix
            for name, matrix in self.state_dict.items()
            if name.startswith(prefix)
        }

    def new_cache(self) -> list[KVCache]:
        """An empty KV cache for each layer."""
        return [KVCache() for _ in range(self.config.n_layer)]

    def forward(self, token: int, cache: list[KVCache]) -> Vector:
        """The logits of the token that follows, after `token` at the next free position.

        cache: the layers' keys and values of the tokens before; result: (vocab_size,).
        """
        position = len(cache[0].keys)
        self.config.check_input(token, position)
        x = add(self.state_dict["wte"][token], self.state_dict["wpe"][position])  # (n_embd,)
        x = rmsnorm(x)
        for i in range(self.config.n_layer):
            x = transformer_layer(x, self.layer_weights(i), self.config.n_head, cache[i])
        return linear(x, self.state_dict["lm_head"])

    def loss(self, tokens: Sequence[int]) -> Value:
        """The mean of -log p(next token) over the first `block_size` positions of a document."""
        cache = self.new_cache()
        losses = [
            -softmax(self.forward(token, cache))[target].log()
            for token, target in training_pairs(tokens, self.config.block_size)
        ]
        return Value.sum(losses) / len(losses)

    def batch_loss(self, batch: Sequence[Sequence[int]]) -> Value:
        """The mean of the documents' losses."""
        return Value.sum([self.loss(tokens) for tokens in batch]) / len(batch)
