"""Plain descent, momentum and Adam on the GPT, from ten starts: what lesson 09 says of them.

    python benchmarks/optimizers.py [--json FILE]

Each start draws the weights, the split and the order of the names anew. From it every way to learn
takes 300 steps of eight names, once for each learning rate of its grid. One half of the names held
out chooses the rate, the other half judges, so that nobody is flattered by the choice.
`optimizers.json` is what `--json` wrote, and lesson 09 shows it. No figure in it is a time: a run
anywhere gives the same, but for rounding.
"""

import json
import math
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from benchmarks import starts
from course_lib import arrays, names
from course_lib.adam import cosine_decay
from course_lib.gpt import GPTConfig, initial_weights
from course_lib.tokenizer import Tokenizer

STORED = Path(__file__).with_name("optimizers.json")
STARTS = tuple(range(1, 11))  # the lesson itself shows a start of its own, 42
BATCH_SIZE, NUM_STEPS = 8, 300

MakeStep = Callable[[arrays.Parameters], Callable[[float], None]]
Decay = Callable[[int, int, float], float]


def momentum(beta: float) -> MakeStep:
    """Steps along the moving average of the gradient; with beta 0, plain gradient descent."""

    def make_step(parameters: arrays.Parameters) -> Callable[[float], None]:
        mean = np.zeros_like(parameters.data)

        def step(rate: float) -> None:
            mean[:] = beta * mean + (1 - beta) * parameters.grad
            parameters.data -= rate * mean

        return step

    return make_step


def adam(beta1: float = 0.9, beta2: float = 0.95, corrected: bool = True) -> MakeStep:
    """Adam; not corrected, it believes that a million steps are behind it."""

    def make_step(parameters: arrays.Parameters) -> Callable[[float], None]:
        optimizer = arrays.Adam(parameters, beta1, beta2)
        optimizer.steps = 0 if corrected else 10**6
        return optimizer.step

    return make_step


def constant(step: int, num_steps: int, rate: float) -> float:
    return rate


def straight_line(step: int, num_steps: int, rate: float) -> float:
    return rate * (1 - step / num_steps)


PLAIN_RATES = (0.5, 0.7, 1, 1.4, 2, 2.8, 4)
MOMENTUM_RATES = (0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8)
ADAM_RATES = (0.003, 0.005, 0.007, 0.01, 0.014, 0.02, 0.03, 0.04, 0.06)
# Each way to learn: the optimizer, its learning rates, how these fall, and how many steps it has.
WAYS: dict[str, tuple[MakeStep, tuple[float, ...], Decay, int]] = {
    "gradient descent": (momentum(0.0), PLAIN_RATES, cosine_decay, NUM_STEPS),
    "momentum": (momentum(0.9), MOMENTUM_RATES, cosine_decay, NUM_STEPS),
    "Adam": (adam(), ADAM_RATES, cosine_decay, NUM_STEPS),
    "Adam without m": (adam(beta1=0.0), ADAM_RATES, cosine_decay, NUM_STEPS),
    "Adam, 200 steps": (adam(), ADAM_RATES, cosine_decay, 200),
    "Adam, not corrected": (adam(corrected=False), ADAM_RATES, cosine_decay, NUM_STEPS),
    "Adam, β₂ = 0.999": (adam(beta2=0.999), ADAM_RATES, cosine_decay, NUM_STEPS),
    "Adam, β₂ = 0.999, not corrected": (
        *(adam(beta2=0.999, corrected=False), ADAM_RATES, cosine_decay, NUM_STEPS),
    ),
    "Adam, one rate throughout": (adam(), ADAM_RATES, constant, NUM_STEPS),
    "Adam, falling on a line": (adam(), ADAM_RATES, straight_line, NUM_STEPS),
}


class Start:
    """The weights and the names that one seed draws."""

    def __init__(self, seed: int):
        documents = names.load()
        tokenizer = Tokenizer(documents)
        train_names, held_out = names.train_validation_split(documents, Random(seed))
        held_out = [tokenizer.sequence(name) for name in held_out]
        half = len(held_out) // 2
        self.train_set = [tokenizer.sequence(name) for name in train_names]
        self.choosing, self.judging = held_out[:half], held_out[half:]
        self.config = GPTConfig(tokenizer.vocab_size)
        self.weights = initial_weights(self.config, Random(seed))

    def learn(self, way: str, rate: float) -> tuple[float, float] | None:
        """The losses on both halves of the names held out; None where numbers grow too large."""
        make_step, _, decay, num_steps = WAYS[way]
        model = arrays.GPT(self.config, self.weights)
        for _ in self.steps(model, make_step, lambda t: decay(t, num_steps, rate), num_steps):
            pass
        losses = tuple(model.batch_loss(part).data for part in (self.choosing, self.judging))
        return losses if all(map(math.isfinite, losses)) else None

    def steps(
        self,
        model: arrays.GPT,
        make_step: MakeStep,
        rate_at: Callable[[int], float],
        num_steps: int,
    ) -> Iterator[float]:
        """Take the steps, and yield after each how long it was on average, in learning rates."""
        parameters = model.parameters()
        step = make_step(parameters)
        for t in range(num_steps):
            batch = self.train_set[BATCH_SIZE * t : BATCH_SIZE * (t + 1)]
            with np.errstate(all="ignore"):  # a rate that is too large is one of the results
                model.batch_loss(batch).backward()
                before = parameters.data.copy()
                step(rate_at(t))
                yield float(np.abs(parameters.data - before).mean() / rate_at(t))
            parameters.grad[:] = 0.0

    def step_lengths(self, rate: float = 0.01) -> list[float]:
        """How long Adam's mean step is, in learning rates, at each step; the rate stays."""
        model = arrays.GPT(self.config, self.weights)
        return list(self.steps(model, adam(), lambda t: rate, NUM_STEPS))


def measure(progress: Callable[[str], None]) -> dict:
    """For each start and each way the two losses at each rate, and how long Adam's steps are."""
    figures = []
    for seed in STARTS:
        progress(f"start {seed}")
        start = Start(seed)
        losses = {
            way: {str(rate): start.learn(way, rate) for rate in rates}
            for way, (_, rates, _, _) in WAYS.items()
        }
        figures.append({"seed": seed, "losses": losses, "step_lengths": start.step_lengths()})
    return {"starts": figures}


def stored() -> dict:
    """The figures kept in the repository."""
    return json.loads(STORED.read_text(encoding="utf-8"))


def best(way: str) -> list[tuple[float, float]]:
    """For each start the rate that the first half chose, and the loss of the second half there."""
    found = []
    for start in stored()["starts"]:
        pairs = [(pair, float(rate)) for rate, pair in start["losses"][way].items() if pair]
        (_, loss), rate = min(pairs)
        found.append((rate, loss))
    return found


def at_rate(way: str, rate: float) -> list[float]:
    """For each start the loss of the second half at this rate; inf where it failed."""
    pairs = [start["losses"][way][str(rate)] for start in stored()["starts"]]
    return [pair[1] if pair else math.inf for pair in pairs]


def main(arguments: list[str] | None = None) -> int:
    return starts.main(__doc__, measure, arguments)


if __name__ == "__main__":
    sys.exit(main())
