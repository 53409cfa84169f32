"""What the parts of the GPT are worth, from several starts: what lessons 07 and 08 say of them.

    python benchmarks/parts.py [--json FILE]

Each start draws the weights, the split and the order of the names anew. Every model takes 1,000
steps of 16 names, as in the lessons, or 4,000 where it says so. `parts.json` is what `--json`
wrote. No figure in it is a time: a run anywhere gives the same, but for rounding.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from benchmarks import starts
from course_lib import arrays, layers, names
from course_lib.gpt import GPT, GPTConfig, initial_weights
from course_lib.mlp import transformer_layer
from course_lib.tokenizer import Tokenizer
from course_lib.training import evaluate, train
from course_lib.value import Value

STORED = Path(__file__).with_name("parts.json")
STARTS = (42, 1, 2, 3, 4, 5, 6, 7, 8, 9)  # the first is the lessons' own
BATCH_SIZE = 16
ATTENTION = ("attn_wq", "attn_wk", "attn_wv", "attn_wo")
MLP = ("mlp_fc1", "mlp_fc2")


class NoNormAtTheEntrance(arrays.GPT):
    """The model whose stream begins with the sum of the embeddings as it is."""

    def _forward(self, tokens):
        B, T = tokens.shape
        w, g = self.state_dict, self.grads
        x, backwards = (w["wte"][tokens] + w["wpe"][:T]).reshape(B * T, -1), []
        for i in range(self.config.n_layer):
            x, layer_backward = self._layer(x, i, B, T)
            backwards.append(layer_backward)

        def backward(dlogits) -> None:
            g["lm_head"] += dlogits @ x
            dx = dlogits.T @ w["lm_head"]
            for layer_backward in reversed(backwards):
                dx = layer_backward(dx)
            one_hot = np.arange(self.config.vocab_size)[:, None] == tokens.ravel()
            g["wte"] += one_hot @ dx
            g["wpe"][:T] += dx.reshape(B, T, -1).sum(axis=0)

        return w["lm_head"] @ x.T, backward


# Each model: its class, its number of layers, the matrices that begin and stay at zero, the std of
# those that the course lets begin at zero, and its number of steps.
MODELS = {
    "embeddings alone": (arrays.GPT, 1, (*ATTENTION, *MLP), 0.0, 1000),
    "with an MLP": (arrays.GPT, 1, ATTENTION, 0.0, 1000),
    "with attention": (arrays.GPT, 1, MLP, 0.0, 1000),
    "one layer": (arrays.GPT, 1, (), 0.0, 1000),
    "two layers": (arrays.GPT, 2, (), 0.0, 1000),
    "no norm at the entrance": (NoNormAtTheEntrance, 1, (), 0.0, 1000),
    "one layer, random throughout": (arrays.GPT, 1, (), 0.02, 1000),
    "four layers": (arrays.GPT, 4, (), 0.0, 1000),
    "four layers, random throughout": (arrays.GPT, 4, (), 0.02, 1000),
    "one layer, 4,000 steps": (arrays.GPT, 1, (), 0.0, 4000),
    "with attention, 4,000 steps": (arrays.GPT, 1, MLP, 0.0, 4000),
}


class Start:
    """The names and the weights that one seed draws."""

    def __init__(self, seed: int):
        documents = names.load()
        self.seed, self.tokenizer = seed, Tokenizer(documents)
        parts = names.train_validation_split(documents, Random(seed))
        self.train_set, self.held_out = (
            [self.tokenizer.sequence(name) for name in part] for part in parts
        )

    def trained(self, kind: str, num_steps: int = 0) -> arrays.GPT:
        """The model of this kind after its steps."""
        build, n_layer, zeros, std, steps = MODELS[kind]
        config, rng = GPTConfig(self.tokenizer.vocab_size, n_layer=n_layer), Random(self.seed)
        weights = initial_weights(config, rng)
        for name in weights:
            if std and name.endswith(("attn_wo", "mlp_fc2")):
                weights[name] = layers.random_matrix(*config.shapes()[name], std, rng)
            if name.endswith(zeros):
                weights[name] = [[0.0] * len(row) for row in weights[name]]
        model = build(config, weights)
        optimizer = arrays.Adam(model.parameters())
        for _ in train(model, optimizer, self.train_set, num_steps or steps, batch_size=BATCH_SIZE):
            pass
        return model

    def firing(self, model: arrays.GPT, num_names: int = 300) -> list[dict[int, int]]:
        """For each hidden unit of the first layer, at which tokens it fires, and how often."""
        scalar = GPT(model.config, model.weights())
        units = [{} for _ in range(4 * model.config.n_embd)]
        for tokens in self.held_out[:num_names]:
            cache = scalar.new_cache()
            for position, token in enumerate(tokens[:-1][: model.config.block_size]):
                for unit in fired(scalar, token, position, cache[0]):
                    units[unit][token] = units[unit].get(token, 0) + 1
        return units


def fired(model: GPT, token: int, position: int, cache) -> list[int]:
    """The hidden units of layer 0 that fire here: an MLP that writes its hidden numbers tells."""
    w, n = model.state_dict, model.config.n_embd
    x = layers.rmsnorm(layers.add(w["wte"][token], w["wpe"][position]))
    silent = [[Value(0.0)] * (4 * n) for _ in range(n)]
    weights = model.layer_weights(0)
    middle = transformer_layer(x, {**weights, "mlp_fc2": silent}, model.config.n_head, cache)
    hidden = layers.linear(layers.rmsnorm(middle), weights["mlp_fc1"])
    return [unit for unit, h in enumerate(hidden) if h.data > 0]


def measure(progress: Callable[[str], None]) -> dict:
    """For each start the loss of each model on the names held out, and how its units fire."""
    figures = []
    for seed in STARTS:
        progress(f"start {seed}")
        start, losses = Start(seed), {}
        q = start.tokenizer.encode("q")[0]
        for kind in MODELS:
            model = start.trained(kind)
            losses[kind] = evaluate(model, start.held_out)
            if kind == "one layer":
                units = start.firing(model)
        positions = sum(min(len(tokens) - 1, 8) for tokens in start.held_out[:300])
        firing = {
            "mean": sum(sum(unit.values()) for unit in units) / positions,
            "dead": sum(not unit for unit in units),
            "only q": sum(list(unit) == [q] for unit in units),
        }
        figures.append({"seed": seed, "losses": losses, "firing": firing})
    return {"starts": figures}


def stored() -> list[dict]:
    """The figures kept in the repository, one entry for each start."""
    return json.loads(STORED.read_text(encoding="utf-8"))["starts"]


def losses(kind: str) -> list[float]:
    """The loss of this kind of model on the names held out, from each start."""
    return [start["losses"][kind] for start in stored()]


def gains(kind: str, other: str) -> list[float]:
    """By how much the loss of the other kind is higher, from each start."""
    return [b - a for a, b in zip(losses(kind), losses(other), strict=True)]


def main(arguments: list[str] | None = None) -> int:
    return starts.main(__doc__, measure, arguments)


if __name__ == "__main__":
    sys.exit(main())
