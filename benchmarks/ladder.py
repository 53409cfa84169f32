"""The measured ladder: the same training step, from one node per operation up to batches.

    python benchmarks/ladder.py [--original FILE] [--data FILE] [--steps N] [--growth]
                                [--json FILE]

All rungs start from the same weights, learn from the same names and must have the same losses.
They are timed in turns; a figure is the median of the rounds, with the least and the greatest one.
Times as fast is the median of the rounds' ratios: what slows a whole round, cancels.
`--growth` also measures models of other sizes; `measured.json` is what `--growth --json` wrote on
one machine, and lesson 12 draws it. Each rung has one thread, unless OMP_NUM_THREADS and
OPENBLAS_NUM_THREADS say otherwise.
"""

# ruff: noqa: E402  (where the libraries are, and how many threads, comes before their import)
import argparse
import json
import math
import os
import platform
import re
import sys
from datetime import date
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    for variable in THREADS:  # read when numpy and PyTorch are imported
        os.environ.setdefault(variable, "1")

from benchmarks import growth, measuring, rungs
from benchmarks.measuring import Times
from benchmarks.original import run_original
from benchmarks.rungs import Rung, Work
from course_lib import names
from course_lib.errors import CourseError
from course_lib.home import write_atomically

ROUNDS = 9
SECONDS = 0.2  # at least this long for each rung in a round
BATCH_SIZES = (8, 64, 256, 1024)
ORIGINAL = Rung("the original program", lambda work: None)  # timed from outside


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        if options.original and not options.original.is_file():
            raise CourseError(
                f"there is no file {options.original}: give --original the original microgpt.py."
            )
        documents = names.load(options.data)
        if options.steps >= len(documents):
            raise CourseError(
                f"{options.steps} steps need more than {len(documents)} documents: "
                "take fewer steps or more documents."
            )
        ladder = default_ladder()
        print(_conditions(documents, options.data), flush=True)
        times = climb(rungs.work_from(documents), ladder, options.steps, options.original)
        print(report(times))
        found = results(times)
        if find_spec("torch"):
            found["torch_operations"] = rungs.count_torch_operations(rungs.work_from(documents))
        if options.growth:
            found["growth"] = growth.measure(_progress)
            print(growth.report(found["growth"]))
        if options.json:
            write_atomically(options.json, json.dumps(found, indent=1) + "\n")
    except (CourseError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    return 0


def default_ladder() -> list[Rung]:
    """Every rung that can be measured here."""
    ladder = [rungs.PLAIN, rungs.PAUSED, rungs.DOT, rungs.VALUE]
    with_torch = find_spec("torch") is not None
    for size in (1, *BATCH_SIZES):
        ladder.append(rungs.arrays_rung(size))
        if with_torch:
            ladder.append(rungs.torch_rung(size))
    return ladder


def climb(
    work: Work, ladder: list[Rung], num_steps: int, original: Path | None = None
) -> dict[Rung, Times]:
    """The times of every rung, on the first steps of a training; the original comes first.

    Raises CourseError where a rung does not have the losses that the others have.
    """
    timers = {}
    if original:
        timers[ORIGINAL] = partial(_time_original, original, work, num_steps)
    for rung in ladder:
        _progress(f"the same losses? {rung.name}, batch {rung.batch_size}")
        measuring.check_agreement(rung, work)
        # From the second step on: the original's first one cannot be told from its start.
        batches = [work.batch(i, rung.batch_size) for i in range(1, num_steps + 1)]
        step = rung.make(work)
        timers[rung] = partial(measuring.time_steps, step, batches, SECONDS, rung.leaves_circles)
    return measuring.in_turns(timers, ROUNDS, _progress)


def _time_original(program: Path, work: Work, num_steps: int) -> float:
    seconds, printed = run_original(program, work.documents, num_steps)
    measuring.check_printed_losses(printed, work)
    return seconds


def report(times: dict[Rung, Times]) -> str:
    """The table, and what follows from it."""
    baseline = next(iter(times))
    lines = [
        "",
        f"{'':33}{'batch':>5}  {'milliseconds a step':>27}  {'names/s':>8}  times as fast as",
        f"{'':79}{baseline.name}",
    ]
    for rung, found in times.items():
        lines.append(
            f"{rung.name:33}{rung.batch_size:5}  {_spread(found, 1000):>27}  "
            f"{_figure(_names_per_second(rung, found)):>8}  "
            f"{_spread(_times_as_fast(times, rung, baseline))}"
        )
    lines += ["", "the losses agree at every rung"]
    if (twin := rungs.torch_rung()) in times:
        ratio = _times_as_fast(times, rungs.arrays_rung(), twin)
        lines.append(f"arrays, one document a step: {_spread(ratio)} times PyTorch eager")
        overtaken = overtaken_at(times)
        lines.append(
            f"PyTorch overtakes at a batch of {overtaken}"
            if overtaken
            else f"PyTorch does not overtake up to a batch of {max(r.batch_size for r in times)}"
        )
    return "\n".join(lines)


def results(times: dict[Rung, Times]) -> dict:
    """The same figures for a program."""
    baseline = next(iter(times))
    return {
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "torch": version("torch") if find_spec("torch") else None,
        "machine": _machine(),
        "date": date.today().isoformat(),
        "threads": {name: os.environ.get(name) for name in THREADS},
        "baseline": baseline.name,
        "overtaken_at": overtaken_at(times),
        "rungs": [
            {
                "name": rung.name,
                "batch_size": rung.batch_size,
                "seconds_per_step": found.rounds,
                "names_per_second": _names_per_second(rung, found),
                "times_as_fast": _times_as_fast(times, rung, baseline).rounds,
            }
            for rung, found in times.items()
        ],
    }


def overtaken_at(times: dict[Rung, Times]) -> int | None:
    """The smallest batch at which PyTorch is faster than arrays."""
    for rung, found in times.items():
        twin = rungs.torch_rung(rung.batch_size)
        is_arrays = rung == rungs.arrays_rung(rung.batch_size)
        if is_arrays and twin in times and times[twin].median < found.median:
            return rung.batch_size
    return None


def _times_as_fast(times: dict[Rung, Times], rung: Rung, other: Rung) -> Times:
    """For each round, the names per second of a rung as a multiple of another one's."""
    size = rung.batch_size / other.batch_size
    return Times([size * ratio for ratio in times[other].ratio(times[rung]).rounds])


def _names_per_second(rung: Rung, found: Times) -> float:
    return rung.batch_size / found.median


def _spread(found: Times, scale: float = 1.0) -> str:
    """Median (least – greatest)."""
    low, median, high = min(found.rounds), found.median, max(found.rounds)
    return f"{_figure(median * scale)} ({_figure(low * scale)} – {_figure(high * scale)})"


def _figure(x: float) -> str:
    """A positive number with three digits, or all that stand before the point."""
    return f"{x:,.{max(0, 2 - math.floor(math.log10(x)))}f}"


def _conditions(documents: list[str], data: Path | None) -> str:
    """What was measured, and on what."""
    import numpy as np

    parts = [f"Python {platform.python_version()}", f"numpy {np.__version__}"]
    if find_spec("torch"):
        import torch

        parts.append(f"PyTorch {torch.__version__} (threads: {torch.get_num_threads()})")
    else:
        parts.append("no PyTorch, so none of its rungs")
    parts.append(_machine())
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "all")
    return (
        f"{', '.join(parts)}\nnumpy threads: {threads}; numbers: float64, PyTorch's float32; "
        f"{len(documents):,} documents of {data or 'data/names.txt'}\n"
        f"median of {ROUNDS} rounds (least – greatest)"
    )


def rounded(x: float) -> str:
    """A positive number with its first two digits: 58.7 as "59", 6687 as "6,700"."""
    return f"{float(f'{x:.2g}'):,.0f}"


def _machine() -> str:
    """The system, how many processors it has, and which, where the system says so."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8") if cpuinfo.is_file() else ""
    named = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    processor = re.sub(r"\((R|TM)\)", "", named[1]) if named else platform.processor()
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    return f"{system} ({processor})" if processor else system


def _progress(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description="Measure the speed ladder.")
    parser.add_argument(
        "--original", type=Path, metavar="FILE", help="the original microgpt.py, run as it is"
    )
    parser.add_argument("--data", type=Path, metavar="FILE", help="documents (default: names)")
    parser.add_argument(
        "--steps", type=_count, default=2, metavar="N", help="documents in a round (default: 2)"
    )
    parser.add_argument(
        "--growth", action="store_true", help="also measure how the time grows with the sizes"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
