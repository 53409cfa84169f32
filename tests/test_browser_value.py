"""Lesson 02 in a real JupyterLab: the walk through the graph, the puzzle, a class of one's own."""

import pytest
from lessons import works, write_answered

from course_lib.exercises import value as ex

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(lab):
    write_answered(lab, "02_value.ipynb")
    with lab.lesson("02_value.ipynb") as page:
        yield page


def test_the_walk_waits_for_both_parents(page):
    """The tangle of the lesson: c and d hand on 7 and 6 at the end, and a and b get 25 and 19."""
    view = page.tab.locator(".course-view").nth(1)
    slider, picture = view.locator("input[type=range]"), view.locator("img")
    page.press(slider, "Home")
    assert "nothing is computed yet: a = 2, b = 3." in picture.get_attribute("alt")
    said = []
    for _ in range(int(slider.get_attribute("max"))):
        page.press(slider, "ArrowRight")
        said.append(picture.get_attribute("alt"))
    assert len(set(said)) == 11
    assert "Forward: y = s + p = 41" in said[4]
    assert "d passes on its gradient 6" in said[9]
    assert "c passes on its gradient 7" in said[10]
    assert "a: 18 so far + 1 × 7 = 25. b: 12 so far + 1 × 7 = 19" in said[10]


def test_the_puzzle_is_solved_with_the_keyboard(page):
    question = page.tab.locator(".course-question", has_text="put the steps in order")
    for place, line in enumerate(ex.order_lines.solved, 1):
        button = question.get_by_role("button").filter(has_text=line.strip()).first
        page.press(button, "Enter")
        button.filter(has_text=f"{place}\N{NO-BREAK SPACE}").wait_for()
    page.press(question.get_by_role("button", name="Answer"), "Enter")
    answer = question.get_by_role("alert")
    answer.wait_for()
    assert "Right" in answer.inner_text()


def test_the_bug_hunt_names_the_line(page):
    question = page.tab.locator(".course-question", has_text="Which line is wrong?")
    page.press(question.locator("input[type=radio]").last, "Space")
    page.press(question.get_by_role("button", name="Answer"), "Enter")
    answer = question.get_by_role("alert")
    answer.wait_for()
    assert "+=" in answer.inner_text()


def test_the_lesson_does_all_that_it_must(page):
    works(page)
