"""glossary.md: in order, and every link and every line right."""

import re

import pytest

from course_lib.authoring.glossary import CODE_LINK, fixed, line_of
from course_lib.errors import CourseError
from course_lib.teach.glossary import GLOSSARY, terms

MARKDOWN = GLOSSARY.read_text(encoding="utf-8")
ENTRIES = terms(MARKDOWN)


def anchor(heading: str) -> str:
    """The fragment that GitHub and JupyterLab give to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_alphabetical_and_no_term_twice():
    names = [entry.name.casefold() for entry in ENTRIES]
    assert names == sorted(set(names))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_entry(entry):
    definition, *rows = [row for row in entry.text.splitlines() if row]
    sentences = re.findall(r"[.!?](?:\s|$)", definition)
    assert 1 <= len(sentences) <= 2, "a definition is one or two sentences"
    kinds = [row.split(":")[0] for row in rows]
    assert kinds == ["- Lesson", "- Code", "- See also"]
    assert re.search(r"\(notebooks/\d\d_\w+\.ipynb\)", rows[0])
    assert CODE_LINK.search(rows[1]), "a code link reads [path:line](path#Lline) `symbol`"


def test_every_link_leads_somewhere():
    anchors = {anchor(entry.name) for entry in ENTRIES}
    for text, target in re.findall(r"\[([^\]]+)\]\(([^)]+)\)", MARKDOWN):
        path, _, fragment = target.partition("#")
        if path:
            assert (GLOSSARY.parent / path).is_file(), f"{text} links to {path}"
        else:
            assert fragment in anchors, f"{text} links to #{fragment}"
            assert anchor(text) == fragment


def test_every_code_link_names_the_line_of_its_symbol():
    assert fixed(MARKDOWN) == MARKDOWN, "run python -m course_lib.authoring.glossary --fix"


def test_a_moved_symbol_is_found_and_a_missing_one_is_said(tmp_path):
    module = tmp_path / "thing.py"
    module.write_text("LIMIT = 3\n\n\nclass Thing:\n    def act(self):\n        pass\n")
    assert line_of(module, "LIMIT") == 1
    assert line_of(module, "Thing.act") == 5
    assert fixed("[thing.py:9](thing.py#L8) `Thing.act`", tmp_path) == (
        "[thing.py:5](thing.py#L5) `Thing.act`"
    )
    with pytest.raises(CourseError, match=r"does not define Thing\.rest"):
        line_of(module, "Thing.rest")
    with pytest.raises(CourseError, match=r"gone\.py, which does not exist"):
        fixed("[gone.py:1](gone.py#L1) `x`", tmp_path)
