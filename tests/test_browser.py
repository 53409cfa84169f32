"""Every lesson in a real JupyterLab, with right and wrong answers to its exercises: it runs to its
end, each reply fits, its views move, and the progress of the whole course is shown rightly."""

from pathlib import Path

import nbformat
import pytest
from browser import ROOT
from lessons import NOTEBOOKS, works, write_answered
from nbformat.v4 import new_code_cell, new_notebook

from course_lib import exercises
from course_lib.authoring.notebooks import METADATA

# Lessons with more to try in JupyterLab are opened once only, by the file that tries it.
ELSEWHERE = {
    "00_start_here": "test_browser_start_here.py",
    "02_value": "test_browser_value.py",
    "03_tokenizer": "test_browser_tokenizer.py",
    "10_training": "test_browser_training.py",
    "11_sampling": "test_browser_sampling.py",
}
# The others are dealt out to processes, each with a JupyterLab and a student of its own.
PARTS = ["part 1", "part 2", "part 3"]
HERE = [path for path in NOTEBOOKS if path.stem not in ELSEWHERE]
LESSONS = [(PARTS[number % len(PARTS)], path) for number, path in enumerate(HERE)]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def passed(lab) -> set[str]:
    """The exercises that were passed in this JupyterLab."""
    return set()


@pytest.mark.parametrize(
    "part, notebook", LESSONS, ids=[f"{part}-{path.stem}" for part, path in LESSONS]
)
def test_lesson(lab, passed, part: str, notebook: Path):
    write_answered(lab, notebook.name)
    with lab.open(notebook.name) as page:
        page.run_all()
        passed |= works(page)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_lesson_elsewhere(name: str):
    test = (ROOT / "tests" / ELSEWHERE[name]).read_text(encoding="utf-8")
    assert f'write_answered(lab, "{name}.ipynb")' in test
    assert "works(page" in test


@pytest.mark.parametrize("part", PARTS)
def test_progress_shows_what_was_passed(lab, passed, part: str):
    assert passed
    cell = new_code_cell("from course_lib.teach import progress\n\nprogress()")
    notebook = new_notebook(cells=[cell], metadata=METADATA)
    nbformat.write(notebook, lab.folder / f"{part}.ipynb")
    with lab.open(f"{part}.ipynb") as page:
        page.run_all()
        shown = page.cell(0).locator(".jp-OutputArea").inner_text()
    assert f"{len(passed)} of {len(exercises.all())} exercises passed" in shown
