"""Texts on cards: what is written, what is marked, what does not fit."""

import re
from xml.etree import ElementTree

import pytest

from course_lib.errors import CourseError
from course_lib.exercises import LESSONS
from course_lib.teach import cards, roadmap
from course_lib.teach.roadmap import ACTS

SVG = "{http://www.w3.org/2000/svg}"


def elements(picture, tag):
    return ElementTree.fromstring(picture.svg).findall(SVG + tag)


def texts(picture):
    return [element.text for element in elements(picture, "text")]


def test_a_card_for_each_text_in_rows():
    picture = cards("abcde", title="five", alt="five letters", columns=2)
    assert texts(picture) == ["five", *"abcde"]
    places = [(card.get("x"), card.get("y")) for card in elements(picture, "rect")]
    assert len(set(places)) == 5
    assert [len({place[i] for place in places}) for i in (0, 1)] == [2, 3]


def test_every_card_is_inside_the_picture():
    picture = cards({"one": "abcdefg", "two": ["x\ny\nz"]}, title="t", alt="a", key="known")
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', picture.svg).groups())
    for card in elements(picture, "rect"):
        x, y, w, h = (float(card.get(name)) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= height


def test_what_is_marked_is_marked_by_more_than_colour_and_explained():
    picture = cards(["ann", "bob"], title="t", alt="a", marked={"bob"}, key="known")
    assert texts(picture) == ["t", "ann", "✓ bob", "✓ thick frame: known"]
    assert [card.get("class") for card in elements(picture, "rect")] == ["plain", "marked"]


def test_text_is_escaped():
    assert texts(cards(["<b>&"], title="<t>", alt="a")) == ["<t>", "<b>&"]


@pytest.mark.parametrize("text", ["a" * 30, "a\n" + "b" * 40])
def test_what_is_too_wide_is_said(text):
    with pytest.raises(CourseError, match="take fewer columns"):
        cards([text], title="t", alt="a")


def test_the_roadmap_has_every_lesson_that_builds():
    assert [name for lessons in ACTS.values() for name in lessons] == list(LESSONS[1:])
    numbered = [f"{number:02} {name}" for number, name in enumerate(LESSONS)][1:]
    assert [text for text in texts(roadmap()) if text[:2].isdigit()] == numbered
