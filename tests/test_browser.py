"""Every lesson in a real JupyterLab, with right and wrong answers to its exercises: it runs to its
end, each reply fits, its views move, and the progress of the whole course is shown rightly."""

from pathlib import Path
from random import Random

import nbformat
import pytest
from answers import answered, answers, expected, typed
from browser import ROOT
from nbformat.v4 import new_code_cell, new_notebook

from course_lib import exercises
from course_lib.authoring.notebooks import METADATA

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# The lessons are dealt out to processes, each with a JupyterLab and a student of its own.
PARTS = ["part 1", "part 2", "part 3"]
LESSONS = [(PARTS[number % len(PARTS)], path) for number, path in enumerate(NOTEBOOKS)]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def passed(lab) -> set[str]:
    """The exercises that were passed in this JupyterLab."""
    return set()


@pytest.mark.parametrize(
    "part, notebook", LESSONS, ids=[f"{part}-{path.stem}" for part, path in LESSONS]
)
def test_lesson(lab, passed, part: str, notebook: Path):
    lesson, replies = answered(notebook, Random(notebook.name), share_right=2 / 3)
    nbformat.write(lesson, lab.folder / notebook.name)
    with lab.open(notebook.name) as page:
        page.run_all()
        assert page.errors() == []
        passed |= replies_fit(page, replies)
        moves_every_view(page)
        names_what_it_shows(page)
        answers_a_question(page)
        passed.add(answers_an_exercise(page, replies))
        assert page.errors() == []


def replies_fit(page, replies: dict) -> set[str]:
    """Returns the ids of the exercises that were answered rightly."""
    for index, (id, entry) in replies.items():
        # Cells out of sight are hidden, and hidden text is no inner text.
        assert expected(entry) in page.cell(index).locator(".jp-OutputArea").text_content(), id
    return {id for id, entry in replies.values() if entry.says is None}


def moves_every_view(page) -> None:
    """Each slider changes its picture, by the keyboard."""
    views = page.tab.locator(".course-view")
    for i in range(views.count()):
        view = views.nth(i)
        picture = view.locator("img")
        for slider in view.locator("input[type=range]").all():
            before = picture.get_attribute("src")
            page.press(slider, "End")
            page.wait_until(lambda p=picture, b=before: p.get_attribute("src") != b)


def names_what_it_shows(page) -> None:
    """No picture, control or link of the lesson's own is without a text for a screen reader."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    content = [[".jp-OutputArea-output"], [".jp-MarkdownOutput"]]
    found = axe.Axe().run(page.tab, context={"include": content}).response
    assert found["passes"], "nothing was looked at"
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []


def answers_a_question(page) -> None:
    """The first question is answered with the keyboard alone, and replies."""
    question = page.tab.locator(".course-question").first
    control = question.locator("input, button").first
    page.press(control, "Space")
    page.press(question.get_by_role("button", name="Answer"), "Enter")
    question.get_by_role("alert").locator(".course-notice, p, div").first.wait_for()


def answers_an_exercise(page, replies: dict) -> str:
    """A wrong answer from the bank, then a right one, typed into the first exercise's cell.

    Returns the id of the exercise.
    """
    index, (id, _) = next(iter(replies.items()))
    name = id.split(".")[1]
    for right in (False, True):
        entry = answers(id, right)[0]
        page.type_into(index, f"{typed(entry.answer)}\n\n\nex.{name}.check({name})")
        assert expected(entry) in page.cell(index).locator(".jp-OutputArea").inner_text()
    return id


@pytest.mark.parametrize("part", PARTS)
def test_progress_shows_what_was_passed(lab, passed, part: str):
    assert passed
    cell = new_code_cell("from course_lib.teach import progress\n\nprogress()")
    notebook = new_notebook(cells=[cell], metadata=METADATA)
    nbformat.write(notebook, lab.folder / "progress.ipynb")
    with lab.open("progress.ipynb") as page:
        page.run_all()
        shown = page.cell(0).locator(".jp-OutputArea").inner_text()
    assert f"{len(passed)} of {len(exercises.all())} exercises passed" in shown
