"""Lesson 11 in a real JupyterLab: a name written by hand and with the keyboard; a dead kernel."""

import re

import pytest
from lessons import cell_with, works, write_answered

pytestmark = pytest.mark.browser
OTHER = cell_with("11_sampling.ipynb", 'term("temperature")')


@pytest.fixture(scope="module")
def page(lab):
    write_answered(lab, "11_sampling.ipynb")
    with lab.lesson("11_sampling.ipynb") as page:
        yield page


@pytest.fixture
def view(page):
    """The view to write a name with, at its beginning."""
    view = page.tab.locator(".course-live", has_text="Draw")
    view.scroll_into_view_if_needed()
    press(page, view, "Start again")
    view.get_by_role("status").filter(has_text="Nothing is written yet").wait_for()
    return view


def press(page, view, label):
    page.press(view.get_by_role("button", name=label, exact=True), "Enter")


def says(view, text):
    view.get_by_role("status").filter(has_text=text).wait_for(timeout=10_000)


def test_a_name_is_written_taken_back_and_written_otherwise(page, view):
    for text in ("m", "ma", "mar"):
        press(page, view, "Take the likeliest")
        says(view, f"“{text}” so far")
    view.locator('img[alt^="A bar for each next token after ■mar, at temperature 1."]').wait_for()
    press(page, view, "Back")
    says(view, "“ma” so far")
    press(page, view, "Draw")
    says(view, re.compile(r"Taken:(.*\(){3}"))


def choose(page, view, written, symbol):
    """Choose the next token once the list is that of this text: each widget is updated alone."""
    letter = view.get_by_label("next token")
    view.locator(f'img[alt^="A bar for each next token after ■{written}, "]').wait_for()
    highest, p = view.locator("img").get_attribute("alt").split("The highest: ")[1].split()[:2]
    options = letter.locator("option")

    def is_new() -> bool:
        first = options.first.inner_text().split()
        return first[0] == highest and abs(float(first[1]) - float(p.rstrip(","))) < 0.006

    page.wait_until(is_new)
    page.wait_idle()  # the list goes back to its first line
    letter.select_option(next(o for o in options.all_inner_texts() if o.startswith(symbol)))
    page.wait_idle()  # list and button may speak to the kernel in two threads


def test_a_letter_is_chosen_and_bos_ends_the_name(page, view):
    for written, symbol in (("", "q"), ("q", "■")):
        choose(page, view, written, symbol)
        press(page, view, "Take this token")
        says(view, f"{symbol} (")
    says(view, "“q” is over: BOS was taken.")
    view.locator('img[alt$="■ was taken."]').wait_for()
    assert view.get_by_role("button", name="Draw").is_disabled(), "nothing more is drawn"
    press(page, view, "Back")
    says(view, "“q” so far")


def test_the_temperature_is_set_by_keyboard(page, view):
    page.press(view.get_by_label("temperature"), "ArrowUp")
    view.locator('img[alt*="at temperature 0.5"]').wait_for()
    page.press(view.get_by_label("temperature"), "ArrowDown")
    view.locator('img[alt*="at temperature 1."]').wait_for()


def test_a_beginning_is_completed(page):
    view = page.tab.locator(".course-live").filter(has=page.tab.get_by_role("textbox"))
    view.scroll_into_view_if_needed()
    view.get_by_role("textbox").fill("jo")
    view.locator('img[alt^="Fifteen texts that begin with “jo”: jo"]').wait_for()
    view.get_by_role("textbox").fill("Jo")
    view.get_by_role("alert").filter(has_text="'J' at position 0").wait_for()


def test_the_lesson_does_all_that_it_must(page):
    works(page)


def test_a_dead_kernel_is_said(page, view):  # the last test of this page
    with page.without_kernel(page.process(OTHER)):
        view.get_by_text("The kernel has stopped.").wait_for()
        assert not view.get_by_role("button", name="Draw").is_visible()
