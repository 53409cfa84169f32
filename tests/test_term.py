"""`term` finds an entry by any of its names, and suggests where there is none."""

import pytest

from course_lib.errors import CourseError
from course_lib.teach import glossary

TEXT = """# Glossary

Words.

## BOS (Beginning of Sequence)

A token. It marks the start.

- Lesson: [03 tokenizer](notebooks/03_tokenizer.ipynb)
- Code: [course_lib/tokenizer.py:9](course_lib/tokenizer.py#L9) `Tokenizer`
- See also: [Logits](#logits)

## Logits

Scores before softmax.
"""


@pytest.fixture(autouse=True)
def small_glossary(tmp_path, monkeypatch):
    file = tmp_path / "glossary.md"
    file.write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(glossary, "GLOSSARY", file)


@pytest.mark.parametrize(
    "name", ["BOS (Beginning of Sequence)", "bos", " BOS ", "beginning of sequence"]
)
def test_found_by_any_name(name):
    assert glossary.term(name).name == "BOS (Beginning of Sequence)"


def test_singular_finds_plural():
    assert glossary.term("logit").name == "Logits"


def test_links_work_from_the_folder_of_the_notebooks():
    bundle = glossary.term("bos")._repr_mimebundle_()
    assert "(03_tokenizer.ipynb)" in bundle["text/markdown"]
    code = "[course_lib/tokenizer.py](../course_lib/tokenizer.py) `Tokenizer`"
    assert code in bundle["text/markdown"]
    assert "(../glossary.md#logits)" in bundle["text/markdown"]
    assert bundle["text/plain"] == "BOS (Beginning of Sequence): A token. It marks the start."


def test_unknown_term_suggests_the_nearest():
    with pytest.raises(CourseError, match=r"Did you mean Logits\?"):
        glossary.term("lotgis")
    with pytest.raises(CourseError, match=r"All terms are in glossary\.md"):
        glossary.term("qqqqqqqqqq")
