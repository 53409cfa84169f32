"""INSTRUCTORS.md: its made parts are those of today's course, its numbers and links are right."""

import math
import re

import pytest

from course_lib.authoring.instructors import GUIDE, made_anew

TEXT = GUIDE.read_text(encoding="utf-8")


def test_the_made_parts_are_up_to_date():
    assert made_anew(TEXT) == TEXT, "run `python -m course_lib.authoring.instructors`"


def test_a_guide_without_its_parts_is_refused():
    with pytest.raises(ValueError, match="made: answers"):
        made_anew(TEXT.replace("<!-- made: answers -->", ""))


@pytest.mark.parametrize("expression", re.findall(r"<!-- check: (.+?) -->", TEXT))
def test_a_number_in_the_guide(expression):
    assert eval(expression, {"math": math}), expression


def test_the_exam_adds_up():
    exam, notes = TEXT.split("## A short exam")[1].split("**Marking notes**")
    marks = [int(n) for n in re.findall(r"^\d+\. \*\*\((\d+)\)\*\*", exam, re.M)]
    assert sum(marks) == int(re.search(r"(\d+) marks", exam)[1])
    notes = re.sub(r"<!-- .*? -->", "", notes.split("\n## ")[0])
    answers = re.findall(r"^\d+\. (.+)$", notes, re.M)
    given = [sum(map(int, re.findall(r"\((\d)\)", answer))) for answer in answers]
    assert given == marks


def test_links():
    for text, target in re.findall(r"\[([^\]]+)\]\(([^)]+)\)", TEXT):
        path, _, anchor = target.partition("#")
        assert not path or (GUIDE.parent / path).exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", TEXT, re.M)
            anchors = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
            assert anchor in anchors, f"{text} leads nowhere"
