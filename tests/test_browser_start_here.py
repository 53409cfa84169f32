"""Lesson 00 as a beginner follows it, in a real JupyterLab."""

import re

import pytest
from lessons import cell_with, with_answers, works, write_answered

from course_lib.exercises.start_here import real_or_invented

pytestmark = pytest.mark.browser
LESSON = "00_start_here.ipynb"
MENUS = {
    entry
    for cell in with_answers(LESSON)[0].cells
    for entry in re.findall(r"\*((?:Edit|Run|Kernel) → [^*]+)\*", cell.source)
}


@pytest.fixture(scope="module")
def page(lab):
    write_answered(lab, "00_start_here.ipynb")
    with lab.open(LESSON) as page:
        yield page


def test_the_first_cell_runs_with_shift_and_enter(page):
    cell = page.cell(cell_with(LESSON, 'name = "mari"'))
    cell.locator(".cm-content").click()
    page.tab.keyboard.press("Shift+Enter")
    page.wait_idle()
    assert cell.locator(".jp-OutputArea-output").inner_text() == "'maria'"
    assert cell.locator(".jp-InputArea-prompt").inner_text() == "[1]:"


@pytest.mark.parametrize("entry", sorted(MENUS))
def test_the_menu_has_what_the_lesson_names(page, entry):
    menu, _, item = entry.partition(" → ")
    page.menu(menu)
    labels = page.tab.locator(".lm-Menu-itemLabel").all_inner_texts()
    page.tab.keyboard.press("Escape")
    assert item in labels


def test_the_view_shows_every_moment(page):
    page.run_all()
    view = page.cell(cell_with(LESSON, "explore(")).locator(".course-view")
    seen = set()
    for _ in range(6):
        seen.add(view.locator("img").get_attribute("alt"))
        page.press(page.slider("step"), "ArrowRight")
    assert len(seen) == 6


def test_the_lesson_does_all_that_it_must(page):
    works(page)


def test_the_game_is_won_with_the_four_inventions(page):
    question = page.cell(cell_with(LESSON, "real_or_invented.ask()"))
    for name, option in real_or_invented.options.items():
        question.get_by_label(name).set_checked(option.correct)
    question.get_by_role("button", name="Answer").click()
    assert question.get_by_role("alert").inner_text().startswith("✓ Right")


def test_a_wider_model_trains_from_there_on(page):
    cell = page.cell(cell_with(LESSON, "n_embd=16"))
    cell.get_by_text("16", exact=True).dblclick()
    page.tab.keyboard.insert_text("32")
    before = page.cell(cell_with(LESSON, "train(")).locator(".jp-OutputArea").inner_text()
    page.menu("Run", "Run Selected Cell and All Below")
    page.tab.wait_for_timeout(300)
    page.wait_idle()
    assert page.errors() == []
    assert "14272 parameters" in cell.locator(".jp-OutputArea").inner_text()
    assert page.cell(cell_with(LESSON, "train(")).locator(".jp-OutputArea").inner_text() != before


def test_a_hint_comes_in_a_new_cell_with_the_keys_that_the_lesson_names(page):
    below = cell_with(LESSON, "ex.count_ending.check(") + 1
    page.cell(below - 1).locator(".cm-content").click()
    for key in ("Escape", "b", "Enter"):
        page.tab.keyboard.press(key)
    page.tab.keyboard.type("ex.count_ending.hint()")
    page.tab.keyboard.press("Shift+Enter")
    page.wait_idle()
    assert "Hint 1 of 3" in page.cell(below).locator(".jp-OutputArea").inner_text()
