"""INSTRUCTORS.md: its numbers and links are right. Its made parts: tests/test_exercises.py."""

import functools
import math
import re

import pytest

from course_lib import exercises
from course_lib.authoring.instructors import GUIDE, ROOT, made_anew
from course_lib.authoring.notebooks import read
from course_lib.authoring.timing import timing
from course_lib.exercises.assembly import assemble

TEXT = GUIDE.read_text(encoding="utf-8")


@functools.cache
def lessons():
    return [read(path) for path in sorted(ROOT.glob("notebooks/*.ipynb"))]


@functools.cache
def said(lesson: int) -> str:
    """All that a lesson says: its cells, speaker notes and stored outputs."""
    texts = []
    for cell in lessons()[lesson].cells:
        texts += [cell.source, cell.metadata.get("slideshow", {}).get("notes", "")]
        for output in cell.get("outputs", []):
            texts += [output.get("text", ""), output.get("data", {}).get("text/plain", "")]
    return "\n".join(texts)


@functools.cache
def known():
    """What a `check` in the guide may use."""
    hours = [timing(lesson).hours for lesson in lessons()]
    return {
        "math": math,
        "shows": lambda lesson, text: text in said(lesson),
        "minutes": [sum(minutes) for minutes in hours],
        "class_hours": sum(map(len, hours)),
        "exercise_ids": {exercise.id for exercise in exercises.all()},
        "program_lines": len(assemble({}).text.splitlines()),
    }


def test_a_guide_without_its_parts_is_refused():
    with pytest.raises(ValueError, match="made: answers"):
        made_anew(TEXT.replace("<!-- made: answers -->", ""), check=None)


@pytest.mark.parametrize("expression", re.findall(r"<!-- check: (.+?) -->", TEXT))
def test_a_number_in_the_guide(expression):
    assert eval(expression, dict(known())), expression


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
