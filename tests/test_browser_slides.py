"""Every deck in a real Chromium, opened from the file system with the network watched."""

import re

import pytest
from browser import ROOT, kept_out
from deck import AT_ONCE, SIZES, opened

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


@pytest.fixture(scope="module")
def tab(chrome):
    """A tab that loads one deck after the other: a fresh one would compile all scripts anew."""
    context = chrome.new_context()
    yield context.new_page()
    context.close()


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
def test_every_slide_fits_and_nothing_is_fetched(tab, decks, size, name):
    with opened(tab, decks(name), size) as deck:
        assert deck.all_problems() == []
        assert deck.console == []
        assert deck.outside() == []


def test_the_measure_sees_what_does_not_fit(tab, decks):
    spoil = "page => page.querySelector('.block:last-child').style.cssText = "
    with opened(tab, decks("02_value")) as deck:
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


def test_a_slider_moves_its_picture_and_not_the_deck(tab, decks):
    with opened(tab, decks("02_value")) as deck:
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


def test_an_answer_shows_on_demand(tab, decks):
    with opened(tab, decks("02_value")) as deck:
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


def test_the_speaker_sees_notes_the_time_and_what_comes_next(tab, decks):
    with opened(tab, decks("00_start_here")) as deck:
        notes = "[...deck.getCurrentSlide().querySelectorAll('.notes p')].map(p => p.textContent)"
        notes = deck.tab.evaluate(notes)
        assert any(note.startswith("Ask:") for note in notes)
        with deck.tab.expect_popup() as popup:
            deck.tab.keyboard.press("s")
        with popup.value as view:
            shown = view.locator(".speaker-controls-notes .value p")
            shown.first.wait_for()
            assert shown.all_inner_texts() == notes
            assert view.locator("#current-slide iframe, #upcoming-slide iframe").count() == 2
            view.wait_for_function(
                "document.querySelector('.timer .seconds-value').textContent > ':01'",
                timeout=10_000,
            )
            view.frames[1].wait_for_function("window.deck?.isReady()")
            view.keyboard.press("ArrowRight")
            deck.tab.wait_for_function("deck.getIndices().h + deck.getIndices().v > 0")
            assert deck.outside() == []


def test_light_and_dark(tab, decks):
    background = "getComputedStyle(document.body).backgroundColor"
    for scheme, other in (("light", "dark"), ("dark", "light")):
        with opened(tab, decks("00_start_here"), scheme=scheme) as deck:
            colors = {scheme: deck.tab.evaluate(background)}
            deck.tab.keyboard.press("d")
            colors[other] = deck.tab.evaluate(background)
            assert colors == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 25, 30)"}
            deck.tab.get_by_role("button", name="Light or dark").click()
            assert deck.tab.evaluate(background) == colors[scheme]


# Axe thinks that reveal.js has its empty backgrounds before the slides, and judges no colour there.
FOR_AXE = AT_ONCE + ".backgrounds { display: none }"
PRESENT = ".present > .present, .deck-bar"


def kept_out_in_light_or_dark(deck) -> list:
    """What keeps a screen reader or weak eyes out of the present slide, in the one or the other."""
    found = []
    # In the dark the colours are others, and nothing else: what is to be seen is searched again.
    for scheme, where in (("light", None), ("dark", PRESENT)):
        deck.tab.emulate_media(color_scheme=scheme)
        found += [(scheme, *broken) for broken in kept_out(deck.tab, where)]
    return found


def test_nothing_keeps_a_screen_reader_or_weak_eyes_out(tab, decks):
    with opened(tab, decks("02_value")) as deck:
        tab.add_style_tag(content=FOR_AXE)
        for selector in ("h1", ".reveal-answer", ".view", ".code pre", ".prose ol"):
            go_to(deck, selector)
            if tab.evaluate("deck.availableFragments().next"):
                tab.evaluate("deck.nextFragment()")
            assert kept_out_in_light_or_dark(deck) == []
        tab.add_style_tag(content=".page li { color: #555 !important }")
        assert [rule for rule, _ in kept_out(tab, PRESENT)] == ["color-contrast"]


@pytest.mark.slow
@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_no_slide_keeps_anybody_out(tab, decks, name):
    with opened(tab, decks(name)) as deck:
        tab.add_style_tag(content=FOR_AXE)
        for slide in deck.steps():
            assert kept_out_in_light_or_dark(deck) == [], f"slide {slide}"


def test_printed_each_slide_is_a_page(chrome, tab, decks):
    with opened(tab, decks("00_start_here")) as deck:
        count = deck.tab.evaluate("deck.getTotalSlides()")
    pdf = slides.pdf(chrome, decks("00_start_here"))
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == count
