"""Progress handed in: written, read again, and refused where it is something else."""

import csv
import os

import pytest
from oracle import says

from course_lib import exercises
from course_lib.teach import class_progress, export_progress
from course_lib.teach.progress import record_answer, record_attempt


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home for each student in turn: `home("maria")`."""

    def move_to(student):
        monkeypatch.setenv("COURSE_HOME", str(tmp_path / "homes" / student))

    move_to("nobody")
    return move_to


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_exercise_and_question_has_a_row(home, tmp_path):
    record_attempt("value.mul", "wrong")
    record_attempt("value.mul", "passed", "def mul(a, b): ...")
    record_answer("value.why_wrong", 1, right=False)
    said = export_progress("Ana-María 2", tmp_path)
    path = tmp_path / "progress-Ana-María 2.csv"
    assert str(path) in said
    table = {row["id"]: row for row in rows(path)}
    assert len(table) == len(exercises.all()) + len(exercises.questions())
    mul, why, power = table["value.mul"], table["value.why_wrong"], table["value.power"]
    assert (mul["kind"], mul["status"], mul["attempts"]) == ("exercise", "passed", "2")
    assert (why["kind"], why["status"], why["attempts"]) == ("question", "wrong", "1")
    assert (power["status"], power["attempts"]) == ("not attempted", "0")
    assert "def mul" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["", "../up", "a/b", "a\\b", ".", "a\nb", "a:b"])
def test_a_name_that_no_file_can_have_is_refused(home, tmp_path, name):
    with says("cannot be part of a file's name"):
        export_progress(name, tmp_path)
    assert not list(tmp_path.glob("*.csv"))


def test_a_folder_that_cannot_be_written_to(home, tmp_path):
    (tmp_path / "file").write_text("")
    with says("could not be written"):
        export_progress("maria", tmp_path / "file")


def test_a_class_at_a_glance(home, tmp_path):
    for student, attempts in {"ana": ["passed"], "ben": ["wrong"] * 3, "eve": []}.items():
        home(student)
        for status in attempts:
            record_attempt("value.mul", status)
        record_answer("value.why_wrong", 1, right=student == "eve")
        export_progress(student, tmp_path)
    overview = class_progress(tmp_path)
    assert overview.title == "3 students: ana, ben, eve"
    assert overview.exercises == (("value.mul", "1 of 3", "2", "ben"),)
    assert overview.questions == (("value.why_wrong", "1 of 3", "3"),)
    assert "tried, not passed" in repr(overview)
    assert "<td>1 of 3</td>" in overview._repr_html_()


def test_other_files_are_named_and_left_out(home, tmp_path):
    export_progress("ana", tmp_path)
    good = (tmp_path / "progress-ana.csv").read_text(encoding="utf-8")
    damaged = {
        "again.csv": (good, "ana has handed in another file"),
        "empty.csv": ("", "its columns are not"),
        "foreign.csv": ("a,b\n1,2\n", "its columns are not"),
        "short.csv": (good[:100] + "\nana,value.mul\n", "its columns are not"),
        "words.csv": (good.replace(",0\n", ",no\n"), "not all numbers"),
        "two.csv": (good + "ben,value.mul,exercise,passed,1\n", "more than one student"),
    }
    for name, (text, _) in damaged.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "binary.csv").write_bytes(os.urandom(2000) + b"\xff\x00")
    (tmp_path / "huge.csv").write_text(good * 200, encoding="utf-8")
    # "again.csv" comes before "progress-ana.csv": the first file of a student counts.
    (tmp_path / "again.csv").rename(tmp_path / "z-again.csv")
    overview = class_progress(tmp_path)
    assert overview.students == ("ana",)
    said = " ".join(overview.remarks)
    for _, reason in damaged.values():
        assert reason in said
    assert "binary.csv was left out: it is no table" in said
    assert "huge.csv was left out: it is too large" in said


def test_an_empty_folder_says_what_belongs_there(tmp_path):
    with says("there is no progress to read", "export_progress"):
        class_progress(tmp_path)
