"""The glossary at hand: `term("softmax")` in a notebook shows its entry."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from course_lib.errors import CourseError

GLOSSARY = Path(__file__).parents[2] / "glossary.md"


@dataclass(frozen=True)
class Term:
    """One entry: its name, and its text in Markdown with links as seen from the root."""

    name: str
    text: str

    def __repr__(self) -> str:
        return f"{self.name}: {self.text.splitlines()[0]}"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        # A notebook lies one folder below the root.
        text = self.text.replace("](#", "](../glossary.md#").replace(
            "](course_lib/", "](../course_lib/"
        )
        text = text.replace("](notebooks/", "](")
        # Without line numbers: a stored lesson does not change where a line of code moves.
        text = re.sub(r"(\.py)(?::\d+)?(\]\([^)]*?\.py)#L\d+\)", r"\1\2)", text)
        return {"text/markdown": f"**{self.name}.** {text}", "text/plain": repr(self)}


def terms(markdown: str) -> list[Term]:
    """The entries of a glossary, in the order of the file."""
    parts = re.split(r"^## (.+)\n", markdown, flags=re.MULTILINE)[1:]
    return [
        Term(name.strip(), text.strip()) for name, text in zip(parts[::2], parts[1::2], strict=True)
    ]


def term(name: str) -> Term:
    """The glossary entry of this name, in any case, long or short ("BOS").

    Raises CourseError with the nearest names where there is none.
    """
    found: dict[str, Term] = {}
    for entry in terms(GLOSSARY.read_text(encoding="utf-8")):
        # "Key (K)" is found by "key (k)", "key" and "k".
        for alias in [entry.name, *re.findall(r"[^()]+", entry.name)]:
            found.setdefault(alias.strip().lower(), entry)
    wanted = str(name).strip().lower()
    for alias in (wanted, wanted.removesuffix("s"), wanted + "s"):
        if alias in found:
            return found[alias]
    near = dict.fromkeys(found[alias].name for alias in get_close_matches(wanted, found, 3, 0.5))
    raise CourseError(
        f"the glossary has no term {name!r}. "
        + (f"Did you mean {' or '.join(near)}?" if near else "All terms are in glossary.md.")
    )
