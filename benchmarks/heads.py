"""What lesson 06 says of attention, from thirty starts: is it true of one model only?

    python benchmarks/heads.py [--json FILE]

Each start draws the weights, the split and the order of the names anew, and trains the model of the
lesson: 1,000 steps of 16 names. Then once without the division by √head_dim, with one head in place
of four, with a plain average, and with no look back at all. `heads.json` is what `--json` wrote;
lesson 06 shows it. No figure in it is a time: a run anywhere gives the same, but for rounding.
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
from course_lib import arrays, names
from course_lib.gpt import GPTConfig, initial_weights
from course_lib.tokenizer import Tokenizer
from course_lib.training import evaluate, train

STORED = Path(__file__).with_name("heads.json")
STARTS = (42, *range(1, 30))  # the first is the lesson's own
BATCH_SIZE, NUM_STEPS = 16, 1000
LAST_BUT_ONE = 2  # the first position whose two nearest, itself and the one before, are letters


class Undivided(int):
    """A head_dim whose root is 1, so that scores stay as they are."""

    def __pow__(self, exponent):
        return 1.0


class UndividedConfig(GPTConfig):
    @property
    def head_dim(self) -> int:
        return Undivided(super().head_dim)


# Each variant: the config, and the matrices that begin at zero and stay there.
VARIANTS: dict[str, tuple[GPTConfig, tuple[str, ...]]] = {
    "attention": (GPTConfig(), ()),
    "undivided": (UndividedConfig(), ()),
    "one head": (GPTConfig(n_head=1), ()),
    "one head, undivided": (UndividedConfig(n_head=1), ()),
    "plain average": (GPTConfig(), ("attn_wq", "attn_wk")),
    "no look back": (GPTConfig(), ("attn_wv", "attn_wo")),
}


class Start:
    """The weights and the names that one seed draws."""

    def __init__(self, seed: int):
        documents = names.load()
        self.tokenizer = Tokenizer(documents)
        train_names, self.held_out_names = names.train_validation_split(documents, Random(seed))
        self.train_set = [self.tokenizer.sequence(name) for name in train_names]
        self.held_out = [self.tokenizer.sequence(name) for name in self.held_out_names]
        self.seed = seed

    def trained(self, variant: str, num_steps: int = NUM_STEPS) -> arrays.GPT:
        config, zeros = VARIANTS[variant]
        weights = initial_weights(config, Random(self.seed))
        for name in zeros:
            weights[f"layer0.{name}"] = [[0.0] * config.n_embd for _ in range(config.n_embd)]
        model = arrays.GPT(config, weights)
        optimizer = arrays.Adam(model.parameters())
        for _ in train(model, optimizer, self.train_set, num_steps, batch_size=BATCH_SIZE):
            pass
        return model

    def loss(self, model: arrays.GPT) -> float:
        return evaluate(model, self.held_out)

    def habits(self, model: arrays.GPT) -> dict[str, list[float]]:
        """For each head how often itself and the one before are first choice, and their weight."""
        w, size = model.state_dict, model.config.head_dim
        shares = [slice(size * head, size * (head + 1)) for head in range(model.config.n_head)]
        counts = np.zeros((3, len(shares)))
        positions = 0
        for sequence in self.held_out:
            tokens = sequence[:-1][: model.config.block_size]
            x = w["wte"][tokens] + w["wpe"][: len(tokens)]
            x, _ = arrays.rmsnorm(arrays.rmsnorm(x)[0])
            queries, keys = (x @ w[f"layer0.{name}"].T for name in ("attn_wq", "attn_wk"))
            for t in range(LAST_BUT_ONE, len(tokens)):
                positions += 1
                for head, share in enumerate(shares):
                    scores = keys[: t + 1, share] @ queries[t, share] * size**-0.5
                    p = arrays.softmax(scores)
                    counts[:, head] += p[t] == p.max(), p[t - 1] == p.max(), p[t] + p[t - 1]
        kinds = ("itself", "before", "near")
        return dict(zip(kinds, (counts / positions).tolist(), strict=True))

    def rises(self, model: arrays.GPT) -> list[float]:
        """How much the loss rises when one head is silenced, for each head."""
        size, found = model.config.head_dim, []
        for head in range(model.config.n_head):
            weights = model.weights()
            for row in weights["layer0.attn_wo"]:
                row[size * head : size * (head + 1)] = [0.0] * size
            found.append(self.loss(arrays.GPT(model.config, weights)) - self.loss(model))
        return found


def measure(progress: Callable[[str], None]) -> dict:
    """For each start the loss of every variant, and what the heads of the whole model do."""
    figures = []
    for seed in STARTS:
        progress(f"start {seed}")
        start = Start(seed)
        models = {variant: start.trained(variant) for variant in VARIANTS}
        whole = models["attention"]
        figures.append(
            {
                "seed": seed,
                "losses": {variant: start.loss(model) for variant, model in models.items()},
                "habits": start.habits(whole),
                "rises": start.rises(whole),
            }
        )
    return {"starts": figures}


def stored() -> list[dict]:
    """The figures kept in the repository, one entry for each start."""
    return json.loads(STORED.read_text(encoding="utf-8"))["starts"]


def losses(variant: str) -> list[float]:
    """The loss of a variant on the names held out, from each start."""
    return [start["losses"][variant] for start in stored()]


def main(arguments: list[str] | None = None) -> int:
    return starts.main(__doc__, measure, arguments)


if __name__ == "__main__":
    sys.exit(main())
