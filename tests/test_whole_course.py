"""A student who solves everything: the lessons run in one home, and the program is their own."""

import pytest
from answers import solved

from course_lib.authoring.notebooks import NOTEBOOKS, environment, execute, unmeasured

LESSONS = sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.fixture(scope="module")
def variables(tmp_path_factory):
    """The environment of this student's kernels."""
    return environment(tmp_path_factory.mktemp("student"))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_with_all_its_solutions(path, variables):
    """Each is passed, and what the other cells show does not change."""
    lesson, solutions = solved(path)
    before = [cell.get("outputs") for cell in lesson.cells]
    ran = execute(lesson, path.name, path.parent, variables)
    for index, (cell, outputs) in enumerate(zip(ran.cells, before, strict=True)):
        if index in solutions:
            assert "Passed" in unmeasured(cell.outputs), solutions[index]
        elif outputs is not None and path.stem != "13_your_gpt":  # which shows the progress
            assert unmeasured(cell.outputs) == unmeasured(outputs), f"cell {index}"
