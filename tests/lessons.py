"""What every lesson must do in a real JupyterLab, with right and wrong answers to its exercises."""

import functools
from random import Random

import nbformat
from answers import answered, answers, expected, typed
from browser import ROOT, kept_out

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@functools.cache
def with_answers(name: str) -> tuple:
    """A lesson with its exercises answered, and for each such cell its index: (id, entry)."""
    return answered(ROOT / "notebooks" / name, Random(name), share_right=2 / 3)


def write_answered(lab, name: str) -> None:
    """A lesson into the folder, its exercises answered."""
    nbformat.write(with_answers(name)[0], lab.folder / name)


def cell_with(name: str, source: str) -> int:
    """The index of the first cell of a lesson in which this source stands."""
    cells = with_answers(name)[0].cells
    return next(i for i, cell in enumerate(cells) if source in cell.source)


def works(page) -> set[str]:
    """A lesson that was run so does all that it must. Returns the exercises that were passed."""
    replies = with_answers(page.path)[1]
    assert page.errors() == []
    passed = replies_fit(page, replies)
    moves_every_view(page)
    names_what_it_shows(page)
    answers_a_question(page)
    passed.add(answers_an_exercise(page, replies))
    assert page.errors() == []
    return passed


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
            at_end = slider.input_value() == slider.get_attribute("max")
            page.wait_until(functools.partial(_moves, page, slider, at_end, picture, before))


def _moves(page, slider, at_end: bool, picture, before: str) -> bool:
    """On a busy machine JupyterLab may take the focus back once: then the key is pressed again."""
    page.press(slider, "Home" if at_end else "End")
    return picture.get_attribute("src") != before


def names_what_it_shows(page) -> None:
    """No picture, control or link of the lesson's own is without a text for a screen reader."""
    content = [[".jp-OutputArea-output"], [".jp-MarkdownOutput"]]
    assert kept_out(page.tab, {"include": content}) == []


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
