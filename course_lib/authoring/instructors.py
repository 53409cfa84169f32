"""The parts of INSTRUCTORS.md that are made from the course itself.

`python -m course_lib.authoring.instructors` writes them anew, between the comments
`<!-- made: NAME -->` and `<!-- end: NAME -->`; everything else in the file is written by hand.
"""

import importlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from course_lib import exercises
from course_lib.authoring.notebooks import read
from course_lib.authoring.timing import timing
from course_lib.exercises.exercise import Result
from course_lib.home import write_atomically

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = ROOT / "INSTRUCTORS.md"
LONGEST_ANSWER = 48

Check = Callable[[Any], Result]  # gives what an entry of the bank meets


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["COURSE_HOME"] = home  # no trace in the progress of this machine
        anew = made_anew(GUIDE.read_text(encoding="utf-8"), _checked)
    write_atomically(GUIDE, anew)


def made_anew(text: str, check: Check) -> str:
    """The guide with its made parts as the course is now. ValueError where one is missing."""
    for name, lines in {"lessons": lessons(), "answers": answers(check)}.items():
        part = re.compile(rf"(<!-- made: {name} -->\n).*(<!-- end: {name} -->)", re.DOTALL)
        if not part.search(text):
            raise ValueError(f"INSTRUCTORS.md has no part `<!-- made: {name} -->`")
        made = "\n".join(lines)
        text = part.sub(lambda match, made=made: f"{match[1]}{made}\n{match[2]}", text)
    return text


def lessons() -> Iterator[str]:
    """A table: each lesson with its minutes in class and at home, and what it asks of students."""
    yield "| lesson | in class (min) | at home (min) | exercises | questions |"
    yield "|---|---|---|---|---|"
    for path in sorted(ROOT.glob("notebooks/*.ipynb")):
        notebook = read(path)
        title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
        planned = timing(notebook)
        counts = [
            sum(thing.id.startswith(f"{path.stem[3:]}.") for thing in things)
            for things in (exercises.all(), exercises.questions())
        ]
        hours = " + ".join(str(minutes) for minutes in planned.hours)
        link = f"[{title}](notebooks/{path.name})"
        yield f"| {link} | {hours} | {planned.home or '–'} | {counts[0]} | {counts[1]} |"


def answers(check: Check) -> Iterator[str]:
    """Each exercise with the wrong answers of the bank: what they give, and what that reveals."""
    sys.path.insert(0, str(ROOT / "tests"))
    bank = importlib.import_module("bank")
    for name in exercises.lessons():
        importlib.import_module(f"bank.{name[3:]}")
    for name in exercises.lessons():
        title = f"{name[:2]} · {name[3:].replace('_', ' ')}"
        yield f"<details><summary>{title}</summary>"
        for exercise in exercises.all():
            if exercise.id.startswith(f"{name[3:]}."):
                yield f"\n**`{exercise.id}`**\n"
                wrong = [e for e in bank.ENTRIES if e.id == exercise.id and e.says]
                results = [check(entry) for entry in wrong]
                messages = [result.message for result in results if result.status == "wrong"]
                yield from (f"- {_revealed(message)}" for message in dict.fromkeys(messages))
        yield "\n</details>\n"


def _checked(entry: Any) -> Result:
    return exercises.get(entry.id).check(entry.answer)


def _revealed(message: str) -> str:
    """ "`f(2)` is `5`: it was added." as "It was added. (They get `5`.)", on one line."""
    message = " ".join(message.split())
    given = re.match(r"`[^`]*` is `([^`]*)`: (.+)", message)
    answer, meaning = given.groups() if given else ("", message)
    meaning = meaning[0].upper() + meaning[1:]
    return f"{meaning} (They get `{answer}`.)" if 0 < len(answer) <= LONGEST_ANSWER else meaning


if __name__ == "__main__":
    main()
