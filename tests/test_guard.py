"""Whatever a student's code does: one clear sentence, within two seconds, and life goes on."""

import importlib
import itertools
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from course_lib import exercises
from course_lib.exercises import guard

exercises.__path__.append(str(Path(__file__).parent / "lesson"))
sample = importlib.import_module("course_lib.exercises.sample")


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))


# All but one sleep on their way: for the guard that is the same, and it leaves the processor free.


def endless_loop(xs):
    n = 0
    while n >= 0:
        time.sleep(0.001)
        n += 1
    return n


def endless_and_deaf(xs):
    while True:
        try:
            while True:
                time.sleep(0.001)
        except Exception:
            continue


def endless_and_deafer(xs):
    while True:
        try:  # noqa: SIM105
            xs[0] / 2
        except:  # noqa: E722
            pass


def asleep(xs):
    time.sleep(3)


def endless_generator(xs):
    return sum(itertools.chain.from_iterable(iter(lambda: time.sleep(0.001) or [0], 1)))


def endless_printing(xs):
    while True:
        print("and on", *xs)
        time.sleep(0.001)


def in_mean_repr(xs):
    class Slow(float):
        def __format__(self, spec):
            while True:
                time.sleep(0.001)

    return Slow(1e9)


@pytest.mark.parametrize(
    "answer, line",
    [
        (endless_loop, "time.sleep(0.001)"),
        (endless_and_deaf, "time.sleep(0.001)"),
        (endless_and_deafer, ""),
        (asleep, "time.sleep(3)"),
        (endless_generator, "lambda: time.sleep(0.001) or [0]"),
        (endless_printing, "time.sleep(0.001)"),
    ],
)
def test_endless_code_is_stopped(answer, line, capfd):
    before = set(threading.enumerate())
    start = time.perf_counter()
    result = sample.mean.check(answer)
    assert time.perf_counter() - start < 2
    assert result.status == "error"
    assert "still running after 1.25 seconds (line " in result.message
    assert line in result.message
    assert sys.stdout.write("") == 0 and not isinstance(sys.stdout, guard.Printed)
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(5)
        assert not thread.is_alive(), "the code still runs"
    assert capfd.readouterr() == ("", "")
    assert sample.mean.check(sample.mean.answer).status == "passed"


def recursion(xs):
    return recursion(xs) + 1


def exits(xs):
    sys.exit(0)


def interrupts(xs):
    raise KeyboardInterrupt


def divides(xs):
    return 1 / (len(xs) * 0)


def asserts(xs):
    assert xs == 0


def misspells(xs):
    return sum(x)  # noqa: F821


def no_arguments():
    return 0


def many_arguments(xs, start, n):
    return 0


def inner_type_error(xs):
    return sum(xs) / "2"


def hoards(xs):
    return len([0] * 2**28)


class Nasty(Exception):
    def __str__(self):
        raise ValueError


def nasty(xs):
    raise Nasty


@pytest.mark.parametrize(
    "answer, said",
    [
        (recursion, "calls itself without end"),
        (exits, "asked Python to exit"),
        (interrupts, "KeyboardInterrupt"),
        (divides, "ZeroDivisionError: division by zero (line "),
        (divides, "`return 1 / (len(xs) * 0)`"),
        (divides, "`, in `divides(["),
        (asserts, "AssertionError: "),
        (misspells, "NameError: name 'x' is not defined"),
        (no_arguments, "takes `no_arguments()`, but it is called as `mean(xs)`"),
        (many_arguments, "takes `mean(xs, start, n)`, but it is called as `mean(xs)`"),
        (inner_type_error, "TypeError: unsupported operand"),
        (len, "is `"),
        (nasty, "Nasty (line "),
    ],
)
def test_errors_are_said_in_a_sentence(answer, said):
    result = sample.mean.check(answer)
    assert result.status == ("wrong" if answer is len else "error")
    assert said.replace("no_arguments", "mean") in result.message
    assert "\n" not in result.message


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory")
def test_memory_runs_out_gently():
    result = sample.mean.check(hoards)
    assert result.status == "error"
    assert "ran out of memory" in result.message
    import resource

    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


class Circular(float):
    def __add__(self, other):
        return self + other


def recursion_through_c(xs):
    return sum(xs, Circular())


@pytest.mark.parametrize("answer", [recursion, recursion_through_c])
def test_high_recursion_limit(answer):
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        start = time.perf_counter()
        assert "calls itself without end" in sample.mean.check(answer).message
        assert time.perf_counter() - start < 1
        assert sys.getrecursionlimit() == 10**6
    finally:
        sys.setrecursionlimit(limit)


def test_a_novel_is_not_printed(capfd):
    def novel(xs):
        for _ in range(1000):
            print("It was a dark and stormy night.")
        print("to the log", file=sys.stderr)
        return 0

    result = sample.mean.check(novel)
    assert capfd.readouterr() == ("", "")
    assert result.status == "wrong"
    assert result.printed.startswith("It was a dark") and len(result.printed) < 400
    assert "characters more" in repr(result)


def test_an_endless_repr_is_stopped_too():
    start = time.perf_counter()
    assert sample.mean.check(in_mean_repr).status == "error"
    assert time.perf_counter() - start < 2


def test_an_interrupted_wait_stops_the_code(monkeypatch):
    running = threading.Event()

    def work():
        running.set()
        while True:
            pass

    def interrupted(self, timeout=None):
        running.wait()
        monkeypatch.undo()
        raise KeyboardInterrupt

    before = set(threading.enumerate())
    monkeypatch.setattr(threading.Thread, "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        guard.run(work)
    assert not isinstance(sys.stdout, guard.Printed)
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()


def test_in_a_fresh_process_without_jupyter(tmp_path):
    code = """
import course_lib.exercises as e, sys, time
e.__path__.append(sys.argv[1]); e.LESSONS = ("sample",)
def mean(xs):
    while True: time.sleep(0.001)
start = time.perf_counter()
print(e.get("sample.mean").check(mean).status, time.perf_counter() - start < 2)
print(e.get("sample.mean").check(lambda xs: sum(xs) / len(xs)).status)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent / "lesson")],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    assert done.stdout.split() == ["error", "True", "passed"]
    assert done.stderr == ""
    assert sorted(p.name for p in tmp_path.rglob("*.json")) == ["sample.mean.json"]
