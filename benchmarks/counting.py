"""Counted tables that look further back than one token: what lessons 04 and 10 say of them.

    python benchmarks/counting.py

Two ways to use the counts. `Table` looks back a fixed number of tokens and adds 0.1 to each count.
`Mixture` asks all pasts from none to `back` tokens, the longest first, and leaves to the shorter
one the more, the less the longer has seen (Witten and Bell, 1991).
"""

import math
import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from random import Random

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from course_lib import arrays, names
from course_lib.gpt import GPTConfig, initial_weights
from course_lib.tokenizer import Tokenizer
from course_lib.training import train

SIZE = 27  # tokens
SEEN = 8  # pairs of each name that the GPT is asked


def past(tokens: Sequence[int], place: int, back: int) -> tuple[int, ...]:
    """The tokens before a place, at most so many."""
    return tuple(tokens[max(0, place - back) : place])


class Table:
    """What follows each past of `back` tokens, counted."""

    def __init__(self, sequences: Iterable[Sequence[int]], back: int, smoothing: float = 0.1):
        self.back, self.smoothing = back, smoothing
        self.rows: dict[tuple[int, ...], list[int]] = {}
        for tokens in sequences:
            for place in range(1, len(tokens)):
                row = self.rows.setdefault(past(tokens, place, back), [0] * SIZE)
                row[tokens[place]] += 1

    def probability(self, before: tuple[int, ...], token: int) -> float:
        """How likely the token is after this past."""
        row = self.rows.get(before, [0] * SIZE)
        return (row[token] + self.smoothing) / (sum(row) + SIZE * self.smoothing)


class Mixture:
    """Tables of all pasts up to `back` tokens, mixed."""

    def __init__(self, sequences: Sequence[Sequence[int]], back: int):
        self.back = back
        self.tables = [Table(sequences, shorter) for shorter in range(back + 1)]

    def probability(self, before: tuple[int, ...], token: int) -> float:
        """How likely the token is after this past."""
        p = 1 / SIZE
        for length in range(len(before) + 1):
            row = self.tables[length].rows.get(before[len(before) - length :])
            if row is None:
                break
            different = sum(count > 0 for count in row)
            p = (row[token] + different * p) / (sum(row) + different)
        return p


def surprises(model: Table | Mixture, tokens: Sequence[int]) -> list[float]:
    """-log p of each token of a sequence but the first."""
    return [
        -math.log(model.probability(past(tokens, place, model.back), tokens[place]))
        for place in range(1, len(tokens))
    ]


def loss(model: Table | Mixture, sequences: Iterable[Sequence[int]]) -> float:
    """On the measure of lesson 10: the first 8 pairs of a name, and each name counts once."""
    means = [math.fsum(first) / len(first) for first in _first(model, sequences)]
    return math.fsum(means) / len(means)


def _first(model: Table | Mixture, sequences: Iterable[Sequence[int]]) -> Iterable[list[float]]:
    return (list(islice(surprises(model, tokens), SEEN)) for tokens in sequences)


def split(seed: int) -> tuple[list[list[int]], list[list[int]]]:
    """The names to count and the names held out, as sequences."""
    documents = names.load()
    tokenizer = Tokenizer(documents)
    parts = names.train_validation_split(documents, Random(seed))
    return tuple([tokenizer.sequence(name) for name in part] for part in parts)


def gpt_loss(
    training: list[list[int]], held_out: list[list[int]], num_steps: int, seed: int
) -> float:
    """The held-out loss of the GPT of lesson 10 after so many steps of 16 names."""
    model = arrays.GPT(GPTConfig(), initial_weights(GPTConfig(), Random(seed)))
    for _ in train(model, arrays.Adam(model.parameters()), training, num_steps, batch_size=16):
        pass
    return model.batch_loss(held_out).data


def main() -> None:
    """Print the held-out loss of every table on three splits, and of GPTs on the first."""
    splits = [split(seed) for seed in (42, 1, 2)]
    for kind in (Table, Mixture):
        for back in (1, 2, 3, 4, 8):
            losses = [loss(kind(train, back), held_out) for train, held_out in splits]
            print(f"{kind.__name__:<8} {back} back  ", "  ".join(f"{x:.3f}" for x in losses))
    training, held_out = splits[0]
    for num_steps in (1000, 4000):
        losses = [gpt_loss(training, held_out, num_steps, seed) for seed in (42, 1, 2)]
        print(f"GPT, {num_steps:,} steps  ", "  ".join(f"{x:.3f}" for x in losses))


if __name__ == "__main__":
    main()
