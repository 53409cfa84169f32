"""How the time of a training step grows with the model's sizes and with the batch."""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from random import Random

from benchmarks import measuring, rungs
from benchmarks.rungs import Work
from course_lib.gpt import GPTConfig, initial_weights

ROUNDS = 9
SECONDS = 0.1  # at least this long for each model in a round
VOCAB_SIZE = 27
# What grows, and through which sizes; every document fills its block.
SWEEPS = {
    "width": [dict(n_embd=n, batch_size=8) for n in (16, 32, 64, 128, 256, 512)],
    "depth": [dict(n_layer=n) for n in (1, 2, 4, 8, 16, 32)],
    "length": [dict(block_size=n) for n in (8, 16, 32, 64, 128, 256, 512, 1024)],
    "batch": [dict(batch_size=n) for n in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)],
}


def multiplications(config: GPTConfig, batch_size: int = 1) -> int:
    """The products inside the matrix products of a training step, where documents fill the block.

    The backward pass takes two for each one of the forward pass: for each of the two factors.
    """
    n, T = config.n_embd, config.block_size
    weights = 12 * n * n * config.n_layer + config.vocab_size * n  # each once for every position
    attention = 2 * n * T * config.n_layer  # scores, and weighted values, for every position
    return 3 * batch_size * T * (weights + attention)


def measure(progress: Callable[[str], None]) -> dict[str, list[dict]]:
    """For each sweep its points: the sizes, the multiplications, the times of every engine."""
    return {
        name: [_measure_point(sizes, progress) for sizes in points]
        for name, points in SWEEPS.items()
    }


def _measure_point(sizes: dict[str, int], progress: Callable[[str], None]) -> dict:
    size = sizes.get("batch_size", 1)
    work = work_of_size(**{name: n for name, n in sizes.items() if name != "batch_size"})
    batches = [work.batch(0, size)]
    engines = [rungs.arrays_rung(size)]
    if find_spec("torch"):
        engines.append(rungs.torch_rung(size))
    timers = {
        rung: partial(measuring.time_steps, rung.make(work), batches, SECONDS) for rung in engines
    }
    progress(f"growth: {sizes}")
    times = measuring.in_turns(timers, ROUNDS, lambda message: None)
    return {
        **sizes,
        "multiplications": multiplications(work.config, size),
        "seconds_per_step": {rung.name: found.rounds for rung, found in times.items()},
    }


def work_of_size(**sizes: int) -> Work:
    """A model of these sizes, and documents of random tokens that fill its block."""
    rng = Random(42)
    config = GPTConfig(VOCAB_SIZE, **sizes)
    tokens = [rng.choices(range(VOCAB_SIZE), k=config.block_size + 1) for _ in range(64)]
    return Work(config, initial_weights(config, rng), [], tokens)


def report(growth: dict[str, list[dict]]) -> str:
    """A line for each point: the fastest round of each engine, which a busy machine blurs least."""
    lines = []
    for name, points in growth.items():
        lines += ["", f"growing {name}"]
        for point in points:
            sizes = ", ".join(f"{key} {n}" for key, n in point.items() if isinstance(n, int))
            times = ", ".join(
                f"{engine} {1000 * min(rounds):.3g} ms"
                for engine, rounds in point["seconds_per_step"].items()
            )
            lines.append(f"{sizes}: {times}")
    return "\n".join(lines)
