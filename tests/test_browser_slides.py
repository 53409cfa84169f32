"""Every deck in a real Chromium, opened from the file system with the network watched."""

import re

import pytest
from browser import ROOT, kept_out
from deck import SIZES, opened

from course_lib.authoring import slides

pytestmark = pytest.mark.browser
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    """A function that builds the deck of a lesson once, and returns its file."""
    folder = tmp_path_factory.mktemp("decks")

    def deck(name: str):
        file = folder / f"{name}.html"
        if not file.exists():
            file.write_text(slides.build(ROOT / "notebooks" / f"{name}.ipynb"), encoding="utf-8")
        return file

    return deck


# A deck is laid out once, for 1280 × 720, and then made larger: two decks show whether that holds.
LARGE = {"02_value", "12_efficiency"}
CASES = [
    pytest.param(
        size,
        path.stem,
        marks=pytest.mark.slow if size != SIZES[0] and path.stem not in LARGE else (),
        id=f"{size[0]}-{path.stem}",
    )
    for size in SIZES
    for path in NOTEBOOKS
]


@pytest.mark.parametrize("size, name", CASES)
def test_every_slide_fits_and_nothing_is_fetched(chrome, decks, size, name):
    with opened(chrome, decks(name), size) as deck:
        assert deck.all_problems() == []
        assert deck.console == []
        assert deck.outside() == []


def test_the_measure_sees_what_does_not_fit(chrome, decks):
    spoil = "page => page.querySelector('.block:last-child').style.cssText = "
    with opened(chrome, decks("02_value")) as deck:
        assert deck.problems() == []
        for style, says in {
            "position: absolute; top: 690px": "too low",
            "margin-left: 1200px; white-space: nowrap": "too wide",
            "font-size: 12px": "text of 12",
            "margin-top: -120px": "over another",
        }.items():
            deck.tab.eval_on_selector(".present .present .page", f"{spoil}'{style}'")
            assert any(says in problem for problem in deck.problems()), says


def go_to(deck, selector: str):
    """The first element that fits, on the slide that is turned to."""
    deck.tab.evaluate(
        "s => { const {h, v} = deck.getIndices(document.querySelector(s).closest('section'));"
        " deck.slide(h, v); }",
        selector,
    )
    return deck.tab.locator(f"section.present section.present {selector}").first


def test_a_slider_moves_its_picture_and_not_the_deck(chrome, decks):
    with opened(chrome, decks("02_value")) as deck:
        slider = go_to(deck, ".view input[type=range]")
        picture = slider.locator("xpath=ancestor::*[contains(@class,'course-view')]//img")
        place, before = deck.tab.evaluate("deck.getIndices()"), picture.get_attribute("src")
        slider.focus()
        deck.tab.keyboard.press("ArrowRight")
        assert slider.input_value() == "1"
        assert picture.get_attribute("src") != before
        assert deck.tab.evaluate("deck.getIndices()") == place
        assert deck.problems() == []
        deck.tab.keyboard.press("Escape")
        deck.tab.keyboard.press("ArrowRight")
        assert deck.tab.evaluate("deck.getIndices()") != place
        assert deck.console == []


def test_an_answer_shows_on_demand(chrome, decks):
    with opened(chrome, decks("02_value")) as deck:
        button = go_to(deck, ".reveal-answer")
        answer = button.locator("xpath=..").locator(".answer").first
        assert not answer.is_visible()
        for key, shown in (("Enter", True), ("Space", False)):  # with the focus on the button
            button.focus()
            deck.tab.keyboard.press(key)
            deck.tab.wait_for_timeout(300)
            assert answer.is_visible() == shown
            assert button.get_attribute("aria-expanded") == str(shown).lower()
        button.blur()
        deck.tab.keyboard.press("ArrowRight")  # and with the key for the next slide
        assert button.get_attribute("aria-expanded") == "true"


def test_the_speaker_sees_notes_the_time_and_what_comes_next(chrome, decks):
    with opened(chrome, decks("02_value")) as deck:
        with deck.tab.expect_popup() as popup:
            deck.tab.keyboard.press("s")
        view = popup.value
        view.locator(".speaker-controls-notes .value p").first.wait_for()
        assert "autograd" not in view.locator(".speaker-controls-notes").inner_text()
        assert "Ask:" in view.locator(".speaker-controls-notes").inner_text()
        assert view.locator("#current-slide iframe, #upcoming-slide iframe").count() == 2
        view.wait_for_function(
            "document.querySelector('.timer .seconds-value').textContent > ':01'", timeout=10_000
        )
        view.frames[1].wait_for_function("window.deck?.isReady()")
        view.keyboard.press("ArrowRight")
        deck.tab.wait_for_function("deck.getIndices().h + deck.getIndices().v > 0")
        assert deck.outside() == []


def test_light_and_dark(chrome, decks):
    background = "getComputedStyle(document.body).backgroundColor"
    for scheme, other in (("light", "dark"), ("dark", "light")):
        with opened(chrome, decks("02_value"), color_scheme=scheme) as deck:
            colors = {scheme: deck.tab.evaluate(background)}
            deck.tab.keyboard.press("d")
            colors[other] = deck.tab.evaluate(background)
            assert colors == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 25, 30)"}
            deck.tab.get_by_role("button", name="Light or dark").click()
            assert deck.tab.evaluate(background) == colors[scheme]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_a_screen_reader_or_weak_eyes_out(chrome, decks, scheme):
    with opened(chrome, decks("02_value"), color_scheme=scheme) as deck:
        for selector in ("h1", ".reveal-answer", ".view", ".code pre", ".prose ol"):
            go_to(deck, selector)
            if deck.tab.evaluate("deck.availableFragments().next"):
                deck.tab.evaluate("deck.nextFragment()")
            deck.tab.wait_for_timeout(300)
            assert kept_out(deck.tab) == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_no_slide_keeps_anybody_out(chrome, decks, name, scheme):
    with opened(chrome, decks(name), color_scheme=scheme) as deck:
        deck.tab.add_style_tag(content="* { transition: none !important }")
        for slide in deck.steps():
            assert kept_out(deck.tab) == [], f"slide {slide}"


def test_printed_each_slide_is_a_page(chrome, decks):
    with opened(chrome, decks("00_start_here")) as deck:
        count = deck.tab.evaluate("deck.getTotalSlides()")
    pdf = slides.pdf(chrome, decks("00_start_here"))
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == count
