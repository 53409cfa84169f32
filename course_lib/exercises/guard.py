"""Running a student's code so that neither an endless loop nor a flood of output does harm."""

import contextlib
import ctypes
import io
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

TIME_LIMIT = 1.25  # seconds; with stopping and saving, a check answers within two
STOPPING = 0.25  # seconds that the check waits for stopped code to end
PRINT_LIMIT = 300  # characters of what the code prints that are kept
MEMORY_LIMIT = 2**30  # bytes that the code may add
DEPTH = 10_000  # calls within calls
STACK = 2**26  # bytes of stack, ample for that many


@dataclass
class Outcome:
    """What became of the work: its result, or where it was when its time was up."""

    result: Any = None
    stopped_at: list[tuple[str, int]] | None = None  # (file, line) of each call, the last one last
    printed: str = ""


class Printed(io.TextIOBase):
    """A bounded stand-in for the screen: keeps the first characters and counts the others."""

    def __init__(self):
        self.kept = ""
        self.dropped = 0

    def write(self, text: str) -> int:
        kept = text[: PRINT_LIMIT - len(self.kept)]
        self.kept += kept
        self.dropped += len(text) - len(kept)
        return len(text)

    def __str__(self) -> str:
        more = f"\n… and {self.dropped:,} characters more" if self.dropped else ""
        return self.kept.rstrip() + more


def run(work: Callable[[], Any], seconds: float = TIME_LIMIT) -> Outcome:
    """Call `work()`, which must catch what the code in it raises, and return its outcome in time.

    It runs in a thread, in which SystemExit is raised from outside once time is up, on every
    operating system alike. The one thing this cannot stop is a single call into C that never
    comes back to Python, such as `sum(itertools.count())` or `10**10**10`: that holds up the
    whole interpreter, and only a restart of the kernel ends it. Where the system can limit memory
    (Linux), a list that grows without end meets a MemoryError.
    """
    outcome = Outcome()
    screen = Printed()

    def target() -> None:
        try:  # noqa: SIM105 (contextlib.suppress is Python code, which a SystemExit may hit)
            outcome.result = work()
        except SystemExit:  # from _stop, when it comes late
            pass

    thread = threading.Thread(target=target, daemon=True)
    with (
        contextlib.redirect_stdout(screen),
        contextlib.redirect_stderr(screen),
        _bounded_recursion(),
        _bounded_memory(),
    ):
        thread.start()
        try:
            thread.join(seconds)
        finally:  # whoever waits here may be interrupted, too
            if thread.is_alive():
                outcome.stopped_at = _places(sys._current_frames().get(thread.ident))
                threading.Thread(target=_stop, args=(thread,), daemon=True).start()
        thread.join(STOPPING)
    outcome.printed = str(screen)
    return outcome


def _places(frame: FrameType | None) -> list[tuple[str, int]]:
    places = []
    while frame:
        places.append((frame.f_code.co_filename, frame.f_lineno))
        frame = frame.f_back
    return places[::-1]


def _stop(thread: threading.Thread) -> None:
    """Raise SystemExit in `thread` again and again: its code may catch one, or be asleep.

    It is SystemExit because that passes `except Exception`, and a thread that it ends says nothing.
    """
    pause = 0.005
    while thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit)
        )
        thread.join(pause)
        pause = min(2 * pause, 1)


@contextlib.contextmanager
def _bounded_recursion():
    """Room for DEPTH calls and no more, whatever limit the student has set."""
    limit = sys.getrecursionlimit()
    size = threading.stack_size(STACK)
    sys.setrecursionlimit(min(limit, DEPTH))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)


@contextlib.contextmanager
def _bounded_memory():
    """Let this process grow by MEMORY_LIMIT at most, where the system knows how to."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = pages * resource.getpagesize() + MEMORY_LIMIT
        if soft == resource.RLIM_INFINITY or limit < soft:
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    except (ImportError, OSError, ValueError):  # macOS, Windows, or a limit set from above
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
