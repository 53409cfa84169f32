"""Every term of the glossary is introduced in its lesson, in bold, and not used before it."""

import functools
import re
from pathlib import Path

import nbformat
import pytest

from course_lib.teach.glossary import GLOSSARY, Term, terms

LESSONS = sorted(Path(__file__).parent.parent.glob("notebooks/*.ipynb"))
ENTRIES = terms(GLOSSARY.read_text(encoding="utf-8"))

# Words that have a meaning of their own in earlier lessons, and that one there: a `Value` and the
# value of a function, a layer of any kind, the target of an arrow, the exponential moving average.
# And GPT, the name of what is being built: the first lesson gives it, lesson 08 spells it out.
EVERYDAY = {"value", "layer", "head", "key", "target", "moving average", "surprise", "gpt"}
PREVIEWED = {"loss": "00"}  # shown there in italics, in a sentence; defined in its own lesson


def paragraphs(path: Path) -> list[str]:
    """The prose of a lesson, without code, comments and the addresses of links."""
    cells = nbformat.read(path, 4).cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    prose = re.sub(r"```.*?```|`[^`]*`|<!--.*?-->|\]\([^)]*\)", " ", prose, flags=re.DOTALL)
    return re.split(r"\n\s*\n", prose)


@functools.cache
def prose() -> dict[str, list[str]]:
    return {path.stem[:2]: paragraphs(path) for path in LESSONS}


def forms(entry: Term) -> list[str]:
    """How a term is written: "MLP (Multi-Layer Perceptron)" as mlp and multi-layer perceptron."""
    inside = re.findall(r"\(([^)]+)\)", entry.name)
    return [form.strip().lower() for form in [entry.name.split("(")[0], *inside]]


def lesson_of(entry: Term) -> str:
    return re.search(r"\(notebooks/(\d\d)_", entry.text)[1]


ALL_FORMS = dict.fromkeys(form for entry in ENTRIES for form in forms(entry))
LONGEST_FIRST = sorted(ALL_FORMS, key=len, reverse=True)


def uses(paragraph: str, form: str) -> bool:
    """Whether a term stands in a paragraph, other than as a part of a longer term."""
    for term in [other for other in LONGEST_FIRST if form in other != form]:
        paragraph = re.sub(re.escape(term), " ", paragraph, flags=re.IGNORECASE)
    pattern = rf"(?<![\w-]){re.escape(form)}s?(?![\w-])"
    return re.search(pattern, paragraph, re.IGNORECASE) is not None


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_term_is_introduced_in_bold(entry):
    bold = [b for p in prose()[lesson_of(entry)] for b in re.findall(r"\*\*([^*]+)\*\*", p)]
    assert any(form in text.lower() for form in forms(entry) for text in bold)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_term_is_not_used_before(entry):
    """An earlier paragraph may name it if it says which lesson explains it."""
    first = lesson_of(entry)
    written = [form for form in forms(entry) if form not in EVERYDAY and len(form) > 1]
    early = [
        (lesson, paragraph)
        for lesson, said in prose().items()
        for paragraph in said
        for form in written
        if lesson < first and lesson != PREVIEWED.get(form)
        if uses(paragraph, form) and f"lesson {first}" not in paragraph.lower()
    ]
    assert not early
