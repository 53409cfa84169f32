"""Every lesson in a real JupyterLab: it runs, its views move, what it asks is answered."""

import importlib
import inspect
import re
import shutil
from pathlib import Path

import bank
import nbformat
import pytest
from browser import ROOT

from course_lib.exercises.exercise import source_of

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHECK = re.compile(r"^ex\.(\w+)\.check\(\w+\)$", re.M)

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_lesson(lab, notebook: Path):
    shutil.copy(notebook, lab.folder)
    with lab.open(notebook.name) as page:
        page.run_all()
        assert page.errors() == []
        moves_every_view(page)
        names_what_it_shows(page)
        answers_a_question(page)
        answers_an_exercise(page, notebook)
        assert page.errors() == []


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


def answers_an_exercise(page, notebook: Path) -> None:
    """A wrong answer from the bank, then a right one, typed into the first exercise's cell."""
    cells = nbformat.read(notebook, 4).cells
    index, name = next(
        (i, match[1])
        for i, cell in enumerate(cells)
        if cell.cell_type == "code" and (match := CHECK.search(cell.source))
    )
    topic = notebook.stem[3:]
    importlib.import_module(f"bank.{topic}")
    answers = [e for e in bank.ENTRIES if e.id == f"{topic}.{name}" and callable(e.answer)]
    wrong = next(e for e in answers if e.says)
    right = next(e for e in answers if not e.says)
    for entry, expected in ((wrong, entry_says(wrong)), (right, "Passed")):
        page.type_into(index, f"{typed(entry.answer)}\n\nex.{name}.check({name})")
        page.wait_idle()
        assert expected in page.cell(index).locator(".jp-OutputArea").inner_text()


def entry_says(entry) -> str:
    return re.sub(r"[`*]", "", entry.says)


def typed(answer) -> str:
    """The source of a bank answer as a student would type it: without the bank's decorator."""
    source = source_of(answer) or inspect.getsource(answer)
    return source[source.index("def ") :]
