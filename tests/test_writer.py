"""The view to write one name with: every press, on a model that is certain of what it says."""

import math
import random
import sys
from unittest.mock import create_autospec

import pytest

from course_lib.gpt import GPTConfig
from course_lib.teach import Picture, bars, writer
from course_lib.tokenizer import Tokenizer

TOKENIZER = Tokenizer(["ab c"])  # " ", a, b, c; BOS is 4


class Half:
    """After each text, a is four times as likely as b, and so on to BOS, which is impossible."""

    config = GPTConfig(vocab_size=5, n_embd=4, block_size=3)

    def new_cache(self):
        return []

    def forward(self, token, cache):
        self.config.check_input(token, len(cache))
        cache.append(token)
        return [math.log(p) for p in (1e-9, 0.76, 0.19, 0.05, 1e-3)]


@pytest.fixture
def drawn():
    """The view as it is."""
    return writer(Half(), TOKENIZER, random.Random(1))


@pytest.fixture
def view(monkeypatch):
    """The view with pictures that are described and not drawn, which every press would take."""

    def described(symbols, weights, *, alt, **options):
        return Picture("<svg/>", alt)

    module = sys.modules["course_lib.teach.writer"]
    monkeypatch.setattr(module, "bars", create_autospec(bars, side_effect=described))
    return writer(Half(), TOKENIZER, random.Random(1))


def press(view, label):
    view.buttons[label].click()


def text(view):
    return TOKENIZER.decode(view.tokens)


def test_the_likeliest_is_taken_and_taken_back(view):
    press(view, "Take the likeliest")
    press(view, "Take the likeliest")
    assert text(view) == "aa"
    assert "“aa” so far. Taken: a (0.76), a (0.76)." in view.news.value
    assert "after ■aa, at temperature 1" in view.image.value
    press(view, "Back")
    assert text(view) == "a"
    press(view, "Start again")
    assert view.tokens == [] and "Nothing is written yet" in view.news.value
    press(view, "Back")  # there is nothing to take back
    assert view.tokens == []


def test_a_letter_is_chosen_from_a_list_in_order_of_probability(view):
    assert [label for label, _ in view.choice.options] == [
        "a   0.759", "b   0.190", "c   0.050", "■   0.001", "␣   0.000",
    ]  # fmt: skip
    view.choice.value = 3
    press(view, "Take this token")
    assert text(view) == "c"
    assert view.choice.value == 1, "the list begins with the likeliest again"


def test_bos_ends_the_name_and_back_opens_it_again(drawn):
    press(drawn, "Take the likeliest")
    drawn.choice.value = TOKENIZER.bos
    press(drawn, "Take this token")
    before = drawn.rng.getstate()
    for label in ("Draw", "Take the likeliest", "Take this token"):
        assert drawn.buttons[label].disabled
        press(drawn, label)
    assert drawn.tokens == [1, 4]
    assert drawn.rng.getstate() == before, "no dice are thrown behind the end"
    assert "“a” is over: BOS was taken." in drawn.news.value
    assert "after ■a, at temperature 1." in drawn.picture().alt
    assert drawn.picture().alt.endswith("■ was taken.")
    assert "a (0.76), ■ (0.001); all of it together: one in 1,318." in drawn.news.value
    press(drawn, "Back")
    assert not drawn.buttons["Draw"].disabled
    press(drawn, "Take the likeliest")
    assert text(drawn) == "aa"


def test_it_ends_where_the_model_has_no_room(view):
    for _ in range(5):
        press(view, "Take the likeliest")
    assert text(view) == "aaa"
    assert "“aaa” is over: there is no more room." in view.news.value


def test_what_is_all_but_impossible_has_a_number_too(view):
    view.temperature.value = 0.1
    for _ in range(3):
        view.choice.value = 0
        press(view, "Take this token")
    assert "together: less than one in a billion." in view.news.value


def test_drawing_follows_the_bars_and_the_seed(view):
    rng = random.Random(1)
    bars = [1e-9, 0.76, 0.19, 0.05, 1e-3]
    for _ in range(12):
        press(view, "Draw")
        assert view.tokens == rng.choices(range(5), bars)
        press(view, "Start again")


def test_the_temperature_changes_the_bars(view):
    view.temperature.value = 0.5
    assert "at temperature 0.5. The highest: a 0.94, b 0.06" in view.image.value
    assert view.choice.options[0][0] == "a   0.937"
    view.temperature.value = 5.0
    assert "at temperature 5. The highest: a 0.38, b 0.29" in view.image.value
    press(view, "Take the likeliest")
    assert "a (0.38)" in view.news.value


def test_without_a_kernel_there_is_a_picture_that_says_what_it_shows(drawn):
    bundle = drawn._repr_mimebundle_()
    assert 'alt="A bar for each next token after ■, at temperature 1.' in bundle["text/html"]
    assert "Run this cell to write a name yourself" in bundle["text/html"]
    assert bundle["text/plain"].startswith("A name to write yourself, letter by letter. Picture: ")
    assert any("widget-view" in kind for kind in bundle)
    press(drawn, "Draw")
    assert drawn._repr_mimebundle_()["text/html"] == bundle["text/html"]
