"""Lesson 03 in a real JupyterLab: a text that is typed, the block size, the merges."""

import pytest
from lessons import works, write_answered

pytestmark = pytest.mark.browser


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
