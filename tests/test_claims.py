"""Every number in prose can be checked: by a cell of its section, by a check of its own, or, where
it is about the world, in SOURCES.md."""

import html
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib.authoring.notebooks import CHECK, number_checks

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted(ROOT.glob("notebooks/*.ipynb"))
SOURCES = (ROOT / "SOURCES.md").read_text(encoding="utf-8")

NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?")
# What the reader knows by heart: the letters, the sizes of the model, the steps, log 27, e.
CONSTANTS = {"26", "27", "16", "64", "4064", "500", "3.30", "3.3", "3.2958", "2.718"}
SMALL = 12  # counting words in digits: "8 names", "2 in 3"


def numbers(text: str) -> list[str]:
    """The numbers in a text, without the commas in them."""
    return [found.replace(",", "") for found in NUMBER.findall(text)]


def prose(source: str) -> str:
    """Markdown without code, comments, addresses, the numbers of lessons and of list items."""
    text = re.sub(r"```.*?```|`[^`]*`|<!--.*?-->|\]\([^)]*\)", " ", source, flags=re.DOTALL)
    text = re.sub(r"[Ll]essons?\s+\[?\d\d\]?(,? (and|to|or|,)? ?\[?\d\d\]?)*", " ", text)
    text = re.sub(r"\*Reading and exercises: .*", " ", text)  # tests/test_timing.py has these
    return re.sub(
        r"^#+ \d\d · |\[\d\d[^\]]*\]|^\s*\d+\. |^#+ \d+\. ", " ", text, flags=re.MULTILINE
    )


def shown(cell) -> str:
    """What a cell shows: its source and its outputs, the alt texts of pictures among them."""
    texts = [CHECK.sub("", cell.source)]
    for output in cell.get("outputs", []):
        texts.append(output.get("text", ""))
        for kind, data in output.get("data", {}).items():
            alts = re.findall(r'alt="([^"]*)"', data) if kind == "text/html" else []
            texts += [*alts, html.unescape(re.sub(r"<[^>]*>", " ", data))]
    return "\n".join(texts)


def stands_in(number: str, known: set[str]) -> bool:
    """Whether a number is known, perhaps with more digits: 2.3 for 2.2986, 35 for 34.7."""
    digits = len(number.partition(".")[2])
    return any(
        other == number or ("." in other and f"{float(other):.{digits}f}" == number)
        for other in known
    )


def unfounded(notebook, lesson: str) -> list[str]:
    """The numbers in the prose of a lesson that nothing holds, each with its cell."""
    sourced = {
        number for row in SOURCES.splitlines() if f"| {lesson} " in row for number in numbers(row)
    }
    found, section = [], []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            if re.match(r"##? ", cell.source):
                section = []
            # Settings may be announced: they stand in the code that follows.
            coming = [c.source for c in notebook.cells[index + 1 : index + 4]]
            known = {*CONSTANTS, *sourced}
            for text in (*section, *number_checks(cell), *coming):
                known |= {*numbers(text.replace("_", ""))}
            for number in numbers(prose(cell.source)):
                small = number.isdigit() and int(number) <= SMALL
                if not small and not stands_in(number, known):
                    found.append(f"cell {index}: {number}")
        section.append(shown(cell))
    return found


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_number_in_prose_is_held(path):
    assert unfounded(nbformat.read(path, 4), path.stem[:2]) == []


def lesson(text: str, *before):
    return new_notebook(cells=[*before, new_markdown_cell(text)])


@pytest.mark.parametrize("text", ["A loss of 2.31.", "In 417 of 1,000 cases.", "$x = 0.3125$"])
def test_a_number_from_nowhere_is_found(text):
    assert unfounded(lesson(text), "99")


def test_a_number_is_held_by_an_output_a_check_or_what_comes():
    output = new_code_cell("x", outputs=[new_output("stream", text="loss 2.3086, 1_000")])
    assert unfounded(lesson("A loss of 2.31.", output), "99") == []
    assert unfounded(lesson("## Next\n\nA loss of 2.31.", output), "99") == ["cell 1: 2.31"]
    assert unfounded(lesson("Of 417. <!-- check: n == 417 -->"), "99") == []
    assert unfounded(lesson("Code `417`, lessons 13 and 14."), "99") == []
    after = new_notebook(cells=[new_markdown_cell("In 300 steps."), new_code_cell("train(300)")])
    assert unfounded(after, "99") == []
