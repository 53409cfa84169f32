"""The lessons fit the class hours they are planned for, and every slide has its notes."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from course_lib.authoring.timing import Timing, notes, starts_a_slide, timing

LESSONS = sorted(Path(__file__).parent.parent.glob("notebooks/*.ipynb"))


def slides(*texts):
    cells = [
        new_markdown_cell("#", metadata={"slideshow": {"slide_type": "subslide", "notes": text}})
        for text in texts
    ]
    return new_notebook(cells=[*cells, new_markdown_cell("no slide of its own")])


def test_minutes_are_added_by_hour_and_home():
    notebook = slides("4 min. a", "8 min at home. b", "3 min. c", "Second hour. 5 min. d")
    assert timing(notebook) == Timing([7, 5], home=8)


@pytest.mark.parametrize("text", ["", "soon", "4 minutes. a", "about 4 min. a", "4 min."])
def test_a_slide_without_minutes_is_named(text):
    with pytest.raises(ValueError, match="cell 2: the notes"):
        timing(slides("4 min. a", text))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_fits_its_class_hours(path):
    planned = timing(nbformat.read(path, 4))
    assert len(planned.hours) <= 2
    assert all(45 <= minutes <= 60 for minutes in planned.hours), planned


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_notes_of_a_slide_say_what_to_ask_and_what_to_expect(path):
    for number, cell in enumerate(nbformat.read(path, 4).cells, 1):
        if starts_a_slide(cell):
            said = notes(cell)
            assert 25 <= len(said.split()) <= 75, f"cell {number}: {said}"
            assert " Ask: " in said, f"cell {number}: {said}"
            assert " Misconception: " in said, f"cell {number}: {said}"
