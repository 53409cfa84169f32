"""Presenting with a running kernel, the way INSTRUCTORS.md describes it: JupyterLab itself."""

import pytest

pytestmark = pytest.mark.browser

IN_SIGHT = """element => {  // but for the parts of a pixel that scrolling rounds away
    const panel = document.querySelector('.jp-WindowedPanel-outer').getBoundingClientRect();
    const own = element.getBoundingClientRect();
    return own.top >= panel.top - 1 && own.bottom <= panel.bottom + 1
        && own.left >= panel.left - 1 && own.right <= panel.right + 1;
}"""


def bring_into_sight(page, view):
    """Picture and control must be seen together; cells above may still be growing."""

    def seen():
        view.scroll_into_view_if_needed()
        return view.evaluate(IN_SIGHT)

    page.wait_until(seen, 10, "the view does not fit the window")


@pytest.fixture(scope="module")
def page(lab):
    with lab.lesson("03_tokenizer.ipynb") as page:
        # A projector of 1920 × 1080 at a zoom of 150 %.
        page.tab.set_viewport_size({"width": 1280, "height": 720})
        page.menu("View", "Appearance", "Simple Interface")
        page.menu("View", "Appearance", "Presentation Mode")
        page.press(page.tab.locator("body"), "ControlOrMeta+b")  # the left side bar goes
        yield page
    lab.forget()


def test_the_text_is_large_enough_for_a_room(page):
    assert page.tab.locator(".jp-mod-presentationMode").count() == 1
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    for text in (".jp-Notebook .cm-content", ".jp-Notebook .jp-RenderedMarkdown p"):
        assert page.tab.locator(text).first.evaluate(size) * 1.5 >= 20
    assert page.tab.locator(".jp-Notebook").evaluate("element => element.clientWidth") > 1100


def test_a_view_is_moved_in_front_of_the_class(page):
    view = page.tab.locator(".course-view").first
    slider, picture = view.locator("input[type=range]").first, view.locator("img")
    bring_into_sight(page, view)
    before = picture.get_attribute("src")
    page.press(slider, "ArrowRight")
    page.wait_until(lambda: picture.get_attribute("src") != before)


def test_a_name_from_the_class_is_typed_and_seen(page):
    view = page.tab.locator(".course-live")
    view.scroll_into_view_if_needed()
    view.locator("input").fill("noemi")
    picture = view.locator('img[alt^="“noemi”"]')
    picture.wait_for()
    bring_into_sight(page, view)


def test_a_cell_is_changed_and_run(page):
    index = page.tab.locator(".jp-Notebook .jp-Cell").evaluate_all(
        "cells => cells.findLastIndex(cell => cell.classList.contains('jp-CodeCell'))"
    )
    page.type_into(index, 'print(len("the class".split()), "words")')
    assert "2 words" in page.cell(index).locator(".jp-OutputArea").inner_text()
