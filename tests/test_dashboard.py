"""The training dashboard: its runs, its buttons and its pictures, without a browser."""

import asyncio
import re
import sys
import threading
import time

import pytest

from course_lib.errors import CourseError
from course_lib.teach import dashboard
from course_lib.teach.picture import Picture

MODULE = sys.modules["course_lib.teach.dashboard"]
CONTROLS = {"learning_rate": [0.1, 0.01], "size": [1, 2000]}
FIRST = {"learning_rate": 0.1, "size": 1}
SECOND = {"learning_rate": 0.01, "size": 2000}


def begin(num_steps, learning_rate, size):
    """A run of slices of ten steps, whose losses tell its settings."""
    for step in range(10, num_steps + 1, 10):
        yield step, 3 - learning_rate * step / 10, 3.0 + size / 1000, [f"<{step}>", "mia"]


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(MODULE, "PAUSE", 0.001)


@pytest.fixture
def undrawn(monkeypatch):
    """For tests of the runs alone: a picture takes far more time than all else between slices."""
    monkeypatch.setattr(MODULE.Dashboard, "draw", lambda view: Picture("<svg/>", "not drawn"))


def board(begin=begin, num_steps=50, **options):
    options = {"first": FIRST, "second": SECOND, "levels": {"chance": 3.3}} | CONTROLS | options
    return dashboard(begin, num_steps=num_steps, **options)


def states(view):
    return [panel.run.state for panel in view.panels]


async def until(holds):
    for _ in range(2000):
        if holds():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("it did not come to that")


def test_nothing_runs_before_it_is_started_and_the_stored_picture_shows_both_at_their_end():
    view = board()
    assert states(view) == ["not started", "not started"]
    assert "run A has no losses yet; run B has no losses yet" in view.image.value
    stored = view._repr_mimebundle_()
    assert (
        "run A at step 50: loss 2.50 on what it trains on, 3.00 on names held out"
        in (stored["text/plain"])
    )
    assert stored["text/plain"].startswith("Dashboard of two training runs. Picture: ")
    assert "run B at step 50" in re.search(r'alt="([^"]+)"', stored["text/html"])[1]
    assert "<script" not in stored["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in stored
    assert board()._repr_mimebundle_()["text/html"] == stored["text/html"]


def test_start_pause_go_on_and_stop(undrawn):
    async def at_the_board():
        view = board(num_steps=5_000)
        a, b = view.panels
        assert (a.go.description, b.go.description) == ("Start A", "Start B")
        assert a.stop.disabled and not a.inputs["size"].disabled
        a.go.click()
        assert (a.go.description, a.inputs["size"].disabled) == ("Pause A", True)
        await until(lambda: len(a.run.slices) > 3)
        assert b.run.slices == []
        b.go.click()
        await until(lambda: len(b.run.slices) > 3)
        a.go.click()
        assert (states(view), a.go.description) == (["paused", "running"], "Go on A")
        so_far = len(a.run.slices)
        more = len(b.run.slices) + 3
        await until(lambda: len(b.run.slices) > more)
        assert len(a.run.slices) == so_far, "a paused run does not move"
        a.go.click()
        await until(lambda: len(a.run.slices) > so_far)
        a.stop.click()
        assert states(view) == ["stopped", "running"]
        assert (a.go.description, a.stop.disabled) == ("Start A", True)
        assert "Run A is stopped at step" in a.news.value
        b.stop.click()
        await until(view._task.done)
        kept = len(a.run.slices)
        a.inputs["learning_rate"].value = 0.01
        a.go.click()
        await until(lambda: 0 < len(a.run.slices) < kept)
        assert a.run.slices[0][1] == pytest.approx(2.99), "it began anew, with the new setting"
        a.stop.click()

    asyncio.run(at_the_board())


def test_a_run_ends_and_the_picture_and_the_names_are_shown():
    async def at_the_board():
        view = board()
        for panel in view.panels:
            panel.go.click()
        await until(lambda: states(view) == ["finished", "finished"])
        await until(view._task.done)
        assert "Run B is finished at step 50 of 50" in view.panels[1].news.value
        assert "&lt;50&gt;, mia" in view.panels[1].written.value
        assert "run B at step 50: loss 2.95" in view.image.value
        assert view.preview.img() == view.draw().img()

    asyncio.run(at_the_board())


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CourseError("the loss became nan: take less."), "the loss became nan: take less."),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
    ],
)
def test_a_run_that_fails_says_why_and_the_other_goes_on(error, said, undrawn):
    def failing(num_steps, learning_rate, size):
        for slice in begin(num_steps, learning_rate, size):
            yield slice
            if size == 1:
                raise error

    async def at_the_board():
        view = board(failing)
        for panel in view.panels:
            panel.go.click()
        await until(lambda: states(view) == ["failed", "finished"])
        assert f"Run A failed at step 10 of 50: {said}" in view.panels[0].news.value

    asyncio.run(at_the_board())


def test_other_work_gets_its_turn_between_two_slices(undrawn):
    async def at_the_board():
        view = board(num_steps=5_000)
        view.panels[0].go.click()
        await until(lambda: view.panels[0].run.slices)
        for _ in range(5):
            before = len(view.panels[0].run.slices)
            await until(lambda before=before: len(view.panels[0].run.slices) > before)
        view.panels[0].stop.click()

    asyncio.run(at_the_board())


def test_a_run_without_a_value_for_each_control_is_refused():
    with pytest.raises(CourseError, match="run B needs a first value for each control: learning_r"):
        board(second={"size": 1})


def test_a_new_dashboard_stops_the_old_one(undrawn):
    async def at_the_board():
        old = board(num_steps=5_000)
        old.panels[0].go.click()
        await until(lambda: old.panels[0].run.slices)
        board()
        await until(old._task.done)
        assert states(old) == ["stopped", "not started"]

    asyncio.run(at_the_board())


def test_what_is_read_aloud_changes_only_with_the_state():
    async def at_the_board():
        view = board(num_steps=5_000)
        panel = view.panels[0]
        panel.go.click()
        await until(lambda: len(panel.run.slices) > 2)
        assert panel.news.value == '<div role="status">Run A is running</div>'
        assert re.search(r"step \d+: loss", panel.written.value)
        view.stop()

    asyncio.run(at_the_board())


def test_a_press_from_another_thread_waits_for_the_slice(undrawn):
    """What is said of a paused run stays true."""
    under_way, said = threading.Event(), []

    def slow(num_steps, **settings):
        for step in range(10, num_steps + 1, 10):
            under_way.set()
            time.sleep(0.05)
            yield step, 3.0, 3.0, ["mia"]

    async def press(button):
        button.click()

    async def at_the_board():
        view = board(slow, num_steps=100)
        a = view.panels[0]
        a.news.observe(lambda change: said.append(change.new), "value")
        a.go.click()
        under_way.clear()
        pressed = threading.Thread(target=lambda: (under_way.wait(), asyncio.run(press(a.go))))
        pressed.start()
        await until(lambda: a.run.state == "paused")
        pressed.join()
        await asyncio.sleep(0.1)

    asyncio.run(at_the_board())
    paused = [news for news in said if "is paused" in news]
    assert len(paused) == 1, paused
