"""Progress: nothing is lost, whatever happens to the files."""

import importlib
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from course_lib import exercises
from course_lib.errors import CourseError
from course_lib.teach import progress as show_progress
from course_lib.teach.progress import (
    load,
    progress,
    record_answer,
    record_attempt,
    reset_progress,
)

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "home" / "progress"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def sample(monkeypatch):
    monkeypatch.setattr(exercises, "__path__", [str(HERE / "lesson")])
    monkeypatch.setattr(exercises, "LESSONS", ("sample",))
    return importlib.import_module("course_lib.exercises.sample")


def test_lessons_get_the_function_not_the_module():
    assert show_progress is progress


def test_a_record_is_versioned():
    assert record_attempt("value.mul", "wrong") == ""
    assert record_attempt("value.mul", "passed", "def mul(a, b): ...") == ""
    assert load("value.mul") == {
        "version": 1,
        "id": "value.mul",
        "status": "passed",
        "attempts": 2,
        "source": "def mul(a, b): ...",
    }


def test_passed_stays_passed():
    record_attempt("value.mul", "passed", "mine")
    record_attempt("value.mul", "wrong")
    record_attempt("value.mul", "error")
    assert (load("value.mul")["status"], load("value.mul")["source"]) == ("passed", "mine")
    record_attempt("value.mul", "passed", "better")
    record_attempt("value.mul", "passed", None)
    assert load("value.mul")["source"] == "better"


def test_the_first_answer_stays():
    record_answer("value.guess", "it doubles", right=False)
    record_answer("value.guess", "it stays", right=True)
    known = load("value.guess")
    assert (known["first_answer"], known["status"], known["attempts"]) == ("it doubles", "wrong", 2)


def test_two_notebooks_at_once_lose_nothing(own_home, tmp_path):
    code = """
import sys
from course_lib.teach.progress import record_attempt
for n in range(40):
    status = "passed" if sys.argv[1] == "1" and n == 20 else "wrong"
    record_attempt("value.mul", status, "mine" if status == "passed" else None)
"""
    both = [
        subprocess.Popen([sys.executable, "-c", code, who], cwd=HERE.parent) for who in ("1", "2")
    ]
    assert [process.wait(30) for process in both] == [0, 0]
    known = load("value.mul")
    assert (known["status"], known["source"], known["attempts"]) == ("passed", "mine", 80)
    assert [path.name for path in (tmp_path / "home/progress").iterdir()] == ["value.mul.json"]


def test_threads_lose_nothing():
    threads = [
        threading.Thread(target=record_attempt, args=("value.mul", "wrong")) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert load("value.mul")["attempts"] == 8


def test_a_lock_that_was_left_behind_is_removed(folder):
    (folder / "value.mul.lock").touch()
    assert record_attempt("value.mul", "wrong") == ""
    assert load("value.mul")["attempts"] == 1
    assert not (folder / "value.mul.lock").exists()


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"version": 1}',
        b'{"version": "1", "status": "passed", "attempts": 1}',
        b'{"version": 0, "status": "passed", "attempts": 1}',
        b'{"version": 1, "status": "passed", "attempts": "many"}',
        b'{"version": 1, "status": "passed", "attempts": 1, "source": 5}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_set_aside_and_said_once(folder, damage):
    for name in ("value.mul.damaged", "value.mul.2.damaged"):
        (folder / "value.mul.json").write_bytes(damage)
        remark = record_attempt("value.mul", "wrong")
        assert "value.mul was damaged" in remark and name in remark
        assert (folder / name).read_bytes() == damage
        assert load("value.mul")["attempts"] == 1
        assert record_attempt("value.mul", "wrong") == ""


def test_a_newer_version_is_left_alone(folder):
    newer = json.dumps({"version": 2, "status": "passed", "attempts": 3, "more": []})
    (folder / "value.mul.json").write_text(newer)
    assert "newer version" in record_attempt("value.mul", "wrong")
    assert (folder / "value.mul.json").read_text() == newer
    assert load("value.mul")["status"] == "passed"


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "home").write_text("a file, not a folder")
    remark = record_attempt("value.mul", "wrong")
    assert "could not be kept" in remark and "COURSE_HOME" in remark
    assert load("value.mul") == {}


def test_overview(sample):
    assert repr(progress()) == (
        "Your progress: 0 of 4 exercises passed\n"
        "00 sample  □□□□  0 of 4 exercises  0 of 7 questions  to do: mean, slope, squares, Counter"
    )
    record_attempt("sample.slope", "passed", "mine")
    record_attempt("sample.mean", "wrong")
    record_answer("sample.nudge", "0.006", right=True)
    record_answer("sample.warm_third", 4, right=False)
    overview = progress()
    assert repr(overview) == (
        "Your progress: 1 of 4 exercises passed\n"
        "00 sample  ■□□□  1 of 4 exercises  2 of 7 questions  to do: mean, squares, Counter"
    )
    html = overview._repr_html_()
    assert "1 of 4 exercises" in html and "2 of 7 questions" in html and "<th scope" in html
    for id in ("mean", "squares", "Counter"):
        record_attempt(f"sample.{id}", "passed")
    assert "■■■■  4 of 4 exercises  2 of 7 questions  all passed" in repr(progress())


def test_overview_says_what_is_damaged(sample, folder):
    (folder / "sample.mean.json").write_text("{")
    assert "sample.mean was damaged" in repr(progress())
    assert "damaged" not in progress()._repr_html_()


def test_overview_without_lessons(monkeypatch):
    monkeypatch.setattr(exercises, "LESSONS", ())
    assert repr(progress()) == "Your progress: 0 of 0 exercises passed"


@pytest.mark.parametrize(
    "which, left",
    [
        ("value.mul", ["derivatives.slope", "value.add"]),
        ("value", ["derivatives.slope"]),
        ("everything", []),
    ],
)
def test_reset_moves_files_to_a_backup(folder, which, left):
    for id in ("derivatives.slope", "value.add", "value.mul"):
        record_attempt(id, "passed", f"def {id}")
    said = reset_progress(which)
    assert "before-reset-1" in said
    assert sorted(path.stem for path in folder.glob("*.json")) == left
    moved = sorted(path.stem for path in (folder / "before-reset-1").iterdir())
    assert sorted(moved + left) == ["derivatives.slope", "value.add", "value.mul"]
    assert json.loads((folder / "before-reset-1/value.mul.json").read_text())["source"]
    assert load("value.mul") == {}
    record_attempt("value.mul", "wrong")
    assert "before-reset-2" in reset_progress("value.mul")


def test_reset_of_nothing():
    assert reset_progress("value") == 'Nothing is recorded for "value": there was nothing to reset.'


def test_reset_that_fails_loses_nothing(folder, monkeypatch):
    record_attempt("value.mul", "passed", "mine")

    def refuse(self, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(CourseError, match="Permission denied"):
        reset_progress("value")
    assert load("value.mul")["source"] == "mine"
