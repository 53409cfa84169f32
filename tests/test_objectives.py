"""What a lesson promises, it trains, and its recap says with what."""

import re
from pathlib import Path

import nbformat
import pytest

from course_lib import exercises
from course_lib.authoring.timing import reading_minutes

LESSONS = sorted(Path(__file__).parent.parent.glob("notebooks/*.ipynb"))
ITEM = re.compile(r"^\d+\. (.+?)[;.]?$", re.MULTILINE)
TRAINED = re.compile(r"\*\((`\w+`(?:, `\w+`)*)\)\*")  # *(`mul`, `power`)*, at the end of an item


def items(notebook, heading: str) -> list[str]:
    """The numbered list under a heading."""
    cell = next(
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "markdown" and re.search(rf"^{heading}", cell.source, re.MULTILINE)
    )
    return ITEM.findall(cell[re.search(rf"^{heading}", cell, re.MULTILINE).end() :])


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_objectives_exercises_and_recap_mirror_each_other(path):
    notebook, topic = nbformat.read(path, 4), path.stem[3:]
    objectives, recap = items(notebook, r"\*\*You will\*\*"), items(notebook, "## Recap")
    assert 3 <= len(objectives) <= 5
    assert len(recap) == len(objectives)

    trained = [TRAINED.search(item) for item in recap]
    assert all(trained), "each item of the recap ends with its exercises: *(`mul`, `power`)*"
    named = {name for found in trained for name in re.findall(r"\w+", found[1])}
    mine = {exercise.id for exercise in exercises.all() if exercise.id.startswith(f"{topic}.")}
    asked = {question.id for question in exercises.questions()}
    assert {f"{topic}.{name}" for name in named} <= mine | asked
    assert mine <= {f"{topic}.{name}" for name in named}, "an exercise that no objective names"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_time_that_a_lesson_states_is_what_it_takes(path):
    notebook = nbformat.read(path, 4)
    stated = re.search(r"Reading and exercises: about (\d+) minutes", notebook.cells[0].source)
    assert stated, "the first cell says: Reading and exercises: about 75 minutes"
    assert abs(int(stated[1]) - reading_minutes(notebook)) <= 10, reading_minutes(notebook)
