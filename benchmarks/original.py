"""The original program, run as it is: its steps are timed by when it prints them."""

import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from course_lib.errors import CourseError

STEP = re.compile(r"\bstep\s+(\d+)\b(?:.*\bloss\s+([\d.]+))?")
PATIENCE = 60.0  # seconds to wait for a step


def run_original(
    program: Path, documents: Sequence[str], num_steps: int
) -> tuple[float, list[float]]:
    """Seconds per step, over `num_steps` steps after the first, and the losses it printed.

    Raises CourseError where it does not get that far.
    """
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "input.txt").write_text("\n".join(documents) + "\n", encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-u", str(program.resolve())],
            cwd=folder,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        try:
            return _watch(process, program, num_steps)
        finally:
            process.kill()
            process.wait()


def _watch(process: subprocess.Popen, program: Path, num_steps: int) -> tuple[float, list[float]]:
    lines: queue.Queue = queue.Queue()

    def read() -> None:
        for line in process.stdout:  # a carriage return ends a line too
            lines.put((time.perf_counter(), line))
        lines.put((0.0, None))

    threading.Thread(target=read, daemon=True).start()
    seen: dict[int, float] = {}  # when each step was printed
    losses, last = [], "nothing"
    while len(seen) <= num_steps:
        try:
            when, line = lines.get(timeout=PATIENCE)
        except queue.Empty:
            raise CourseError(
                f"{program} printed no step for {PATIENCE:.0f} seconds: is it the right program?"
            ) from None
        if line is None:
            raise CourseError(
                f"{program} ended after {len(seen)} steps (its last line: {last}); "
                f"it should print a line with `step 1`, `step 2`, … up to {num_steps + 1}."
            )
        last = line.strip() or last
        if found := STEP.search(line):
            seen.setdefault(int(found[1]), when)
            if found[2]:
                losses.append(float(found[2]))
    first, *_, end = seen.values()
    return (end - first) / num_steps, losses
