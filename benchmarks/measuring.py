"""Measuring: rungs that must agree, timed in turns on the same documents."""

import gc
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rungs import Batch, Rung, Step, Work, one_by_one_step
from course_lib.adam import cosine_decay
from course_lib.errors import CourseError

STORED = Path(__file__).with_name("measured.json")
NUM_STEPS = 500  # of the run whose first steps these are: it sets the learning rates


@dataclass(frozen=True)
class Times:
    """Seconds per step, one figure for each round."""

    rounds: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    def ratio(self, other: "Times") -> "Times":
        """How many times faster `other` is, round by round: what slows both, cancels."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return Times([mine / theirs for mine, theirs in pairs])


def stored() -> dict:
    """The figures kept in the repository, with the machine that they were measured on."""
    return json.loads(STORED.read_text(encoding="utf-8"))


def losses(step: Step, work: Work, num_steps: int, batch_size: int = 1) -> list[float]:
    """The losses of the first steps."""
    return [
        step(work.batch(i, batch_size), cosine_decay(i, NUM_STEPS, 0.01)) for i in range(num_steps)
    ]


def check_agreement(rung: Rung, work: Work, num_steps: int = 3) -> None:
    """Raise CourseError unless the rung's first losses are those of one document at a time."""
    found = losses(rung.make(work), work, num_steps, rung.batch_size)
    expected = losses(one_by_one_step(work), work, num_steps, rung.batch_size)
    _compare(found, expected, rung.tolerance, f"{rung.name} (batch {rung.batch_size})")


def check_printed_losses(printed: list[float], work: Work) -> None:
    """Raise CourseError unless the losses that the original printed are those of the rungs."""
    expected = losses(one_by_one_step(work), work, len(printed))
    _compare(printed, expected, 1e-4, "the original program")


def _compare(found: list[float], expected: list[float], tolerance: float, name: str) -> None:
    for i, (x, y) in enumerate(zip(found, expected, strict=True), start=1):
        if not abs(x - y) <= tolerance:
            raise CourseError(
                f"{name} does not do the same work: "
                f"its loss at step {i} is {x:.9g}, where the others have {y:.9g}."
            )


def time_steps(
    step: Step, batches: Sequence[Batch], seconds: float, leaves_circles: bool = False
) -> float:
    """Seconds per step: all the batches, again and again for at least this long.

    leaves_circles: collect garbage after each step, while the clock stands still.
    """
    num_steps, elapsed = 0, 0.0
    while elapsed < seconds or num_steps == 0:
        for batch in batches:
            start = time.perf_counter()
            step(batch, 0.001)
            elapsed += time.perf_counter() - start
            if leaves_circles:
                gc.collect()
        num_steps += len(batches)
    return elapsed / num_steps


def in_turns(
    timers: dict[Rung, Callable[[], float]], rounds: int, progress: Callable[[str], None]
) -> dict[Rung, Times]:
    """Call every timer once a round, so that a busy moment of the machine strikes them all.

    Each begins with nothing to collect: none pays for what the one before it left behind.
    """
    found: dict[Rung, list[float]] = {rung: [] for rung in timers}
    for i in range(1, rounds + 1):
        for rung, timer in timers.items():
            progress(f"round {i} of {rounds}: {rung.name}, batch {rung.batch_size}")
            gc.collect()
            found[rung].append(timer())
    return {rung: Times(seconds) for rung, seconds in found.items()}
