"""Lesson 03 in a real JupyterLab: a text that is typed, the block size, the merges; then the lesson
presented to a class with a running kernel, which INSTRUCTORS.md describes."""

import pytest
from lessons import works, write_answered

pytestmark = pytest.mark.browser

IN_SIGHT = """element => {  // but for the parts of a pixel that scrolling rounds away
    const panel = document.querySelector('.jp-WindowedPanel-outer').getBoundingClientRect();
    const own = element.getBoundingClientRect();
    return own.top >= panel.top - 1 && own.bottom <= panel.bottom + 1
        && own.left >= panel.left - 1 && own.right <= panel.right + 1;
}"""


@pytest.fixture(scope="module")
def page(lab):
    write_answered(lab, "03_tokenizer.ipynb")
    with lab.lesson("03_tokenizer.ipynb") as page:
        yield page


@pytest.mark.parametrize(
    "text, said",
    [
        ("mia", "“mia” as tokens: 26, 12, 8, 0, 26. The questions and answers are ■ → m, ■m → i"),
        ("", "“” as tokens: 26, 26. The questions and answers are ■ → ■."),
        ("Zoë", "26, unknown, 14, unknown, 26. Not in the vocabulary: Z ë."),
        ("ann lee", "26, 0, 13, 13, unknown, 11, 4, 4, 26. Not in the vocabulary: ␣."),
        ("<b>&", "Not in the vocabulary: < > &."),
        ("alexander", "■alexand → e."),  # cut at the block size: no r, no end
    ],
)
def test_a_typed_text_becomes_tokens_and_pairs(page, text, said):
    view = page.tab.locator(".course-live")
    view.locator("input").fill(text)
    picture = view.locator(f'img[alt^="“{text}”"]')
    picture.wait_for()
    assert said in picture.get_attribute("alt")


def test_a_text_that_is_too_long_is_said(page):
    view = page.tab.locator(".course-live")
    view.locator("input").fill("a" * 41)
    view.get_by_role("alert").filter(has_text="room for 40 characters").wait_for()
    view.locator("input").fill("zoe")
    view.locator('img[alt^="“zoe”"]').wait_for()


def test_the_block_size_takes_the_end_of_a_long_name(page):
    """margaret with block size 8: every letter is asked for, the end is not."""
    view = page.tab.locator(".course-view").nth(1)
    name, block_size = view.locator("input[type=range]").all()
    page.press(name, "ArrowRight")
    page.press(block_size, "ArrowRight", 2)
    said = view.locator("img").get_attribute("alt")
    assert "margaret with block size 8: 8 are asked, 1 lie beyond" in said
    assert "is “t”" in said
    page.press(block_size, "ArrowRight")
    assert "is the end" in view.locator("img").get_attribute("alt")


def test_a_hundred_merges_make_anna_one_piece(page):
    view = page.tab.locator(".course-view").nth(2)
    page.press(view.locator("input[type=range]"), "End")
    assert "names in pieces: anna, mar·ia" in view.locator("img").get_attribute("alt")


def test_the_lesson_does_all_that_it_must(page):
    works(page)


@pytest.fixture(scope="module")
def presented(lab, page):
    """The lesson as INSTRUCTORS.md has it shown to a class, on 1920 × 1080 at a zoom of 150 %."""

    def switch():
        page.menu("View", "Appearance", "Simple Interface")
        page.menu("View", "Appearance", "Presentation Mode")
        page.press(page.tab.locator("body"), "ControlOrMeta+b")  # the left side bar goes, or comes

    page.tab.set_viewport_size({"width": 1280, "height": 720})
    switch()
    yield page
    switch()
    page.tab.set_viewport_size(lab.size)


def bring_into_sight(page, view):
    """Picture and control must be seen together; cells above may still be growing."""

    def seen():
        view.scroll_into_view_if_needed()
        return view.evaluate(IN_SIGHT)

    page.wait_until(seen, 10, "the view does not fit the window")


def test_the_text_is_large_enough_for_a_room(presented):
    assert presented.tab.locator(".jp-mod-presentationMode").count() == 1
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    for text in (".jp-Notebook .cm-content", ".jp-Notebook .jp-RenderedMarkdown p"):
        assert presented.tab.locator(text).first.evaluate(size) * 1.5 >= 20
    assert presented.tab.locator(".jp-Notebook").evaluate("element => element.clientWidth") > 1100


def test_a_view_is_moved_in_front_of_the_class(presented):
    view = presented.tab.locator(".course-view").first
    slider, picture = view.locator("input[type=range]").first, view.locator("img")
    bring_into_sight(presented, view)
    before = picture.get_attribute("src")
    presented.press(slider, "ArrowRight" if slider.input_value() == "0" else "ArrowLeft")
    presented.wait_until(lambda: picture.get_attribute("src") != before)


def test_a_name_from_the_class_is_typed_and_seen(presented):
    view = presented.tab.locator(".course-live")
    view.scroll_into_view_if_needed()
    view.locator("input").fill("noemi")
    picture = view.locator('img[alt^="“noemi”"]')
    picture.wait_for()
    bring_into_sight(presented, view)


def test_a_cell_is_changed_and_run(presented):
    index = presented.tab.locator(".jp-Notebook .jp-Cell").evaluate_all(
        "cells => cells.findLastIndex(cell => cell.classList.contains('jp-CodeCell'))"
    )
    presented.type_into(index, 'print(len("the class".split()), "words")')
    assert "2 words" in presented.cell(index).locator(".jp-OutputArea").inner_text()
