"""Keeps the code links of glossary.md right: `python -m course_lib.authoring.glossary --fix`.

A code link names its symbol: [course_lib/adam.py:9](course_lib/adam.py#L9) `Adam`.
"""

import ast
import re
import sys
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.home import write_atomically
from course_lib.teach.glossary import GLOSSARY

CODE_LINK = re.compile(r"\[(?P<path>[\w/]+\.py):\d+\]\([\w/]+\.py#L\d+\) `(?P<symbol>[\w.]+)`")


def line_of(path: Path, symbol: str) -> int:
    """The line where a module defines `symbol`, such as "Tokenizer.encode".

    Raises CourseError where it does not.
    """
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for name in symbol.split("."):
        for node in body:
            targets = node.targets if isinstance(node, ast.Assign) else [node]
            if name in [getattr(t, "name", getattr(t, "id", None)) for t in targets]:
                line, body = node.lineno, getattr(node, "body", [])
                break
        else:
            raise CourseError(
                f"{path.name} does not define {symbol}: mend the code link in glossary.md."
            )
    return line


def fixed(markdown: str, root: Path = GLOSSARY.parent) -> str:
    """The same text, each code link with the line where its symbol is defined now."""

    def link(match: re.Match) -> str:
        path, symbol = match["path"], match["symbol"]
        if not (root / path).is_file():
            raise CourseError(f"glossary.md links to {path}, which does not exist: mend the link.")
        line = line_of(root / path, symbol)
        return f"[{path}:{line}]({path}#L{line}) `{symbol}`"

    return CODE_LINK.sub(link, markdown)


def main(arguments: list[str]) -> int:
    before = GLOSSARY.read_text(encoding="utf-8")
    after = fixed(before)
    if before == after:
        print("glossary.md: every code link is right.")
        return 0
    if arguments != ["--fix"]:
        print("glossary.md: some code links have moved. Run this again with --fix.")
        return 1
    write_atomically(GLOSSARY, after)
    print("glossary.md: the code links are right again.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
