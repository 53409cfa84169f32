"""What one person has passed and answered: a file for each id, in their home folder."""

import contextlib
import html
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.home import home, write_atomically
from course_lib.teach.notice import rich

VERSION = 1
PATIENCE = 2.0  # seconds to wait for another notebook that is saving the same id

Record = dict[str, object]


def record_attempt(
    id: str, status: str, source: str | None = None, names: dict[str, str] | None = None
) -> str:
    """Keep one attempt at an exercise; return a remark if that did not go well, else "".

    What was passed stays passed, with the source code that passed last, and with where the names
    in it come from.
    """

    def change(old: Record) -> Record:
        passed = "passed" in (status, old.get("status"))
        new = status == "passed" and bool(source)
        known = names if new else old.get("names")
        return {
            "status": "passed" if passed else status,
            "attempts": old.get("attempts", 0) + 1,
            "source": source if new else old.get("source"),
        } | ({"names": known} if known else {})

    return _update(id, change)


def record_answer(id: str, answer: object, right: bool) -> str:
    """Keep an answer to a question; the first one stays. Return a remark, or ""."""

    def change(old: Record) -> Record:
        first = {"status": "right" if right else "wrong", "first_answer": answer}
        return first | old | {"attempts": old.get("attempts", 0) + 1}

    return _update(id, change)


def load(id: str) -> Record:
    """What is known about an exercise or a question; {} if nothing is."""
    with contextlib.suppress(OSError):
        return _read(_path(id))[0]
    return {}


def reset_progress(which: str) -> str:
    """Begin again with "value.mul", with all of "value", or with "everything".

    Nothing is deleted: the files move to a new numbered folder, and the answer says where.
    """
    folder = home() / "progress"
    wanted = [
        path
        for path in sorted(folder.glob("*.json"))
        if which in ("everything", path.stem, path.stem.split(".")[0])
    ]
    if not wanted:
        return f'Nothing is recorded for "{which}": there was nothing to reset.'
    number = 1
    while (backup := folder / f"before-reset-{number}").exists():
        number += 1
    try:
        backup.mkdir()
        for path in wanted:
            path.rename(backup / path.name)
    except OSError as error:
        raise CourseError(f"{_failure(error)} Nothing was deleted.") from None
    return f"Reset. The {len(wanted)} records now lie in {backup}: move them back to undo it."


@dataclass(frozen=True)
class Lesson:
    """How far one lesson is."""

    name: str
    exercises: int
    to_do: tuple[str, ...]
    questions: int
    answered: int

    @property
    def bar(self) -> str:
        passed = self.exercises - len(self.to_do)
        return "■" * passed + "□" * len(self.to_do)

    @property
    def counts(self) -> tuple[str, str, str]:
        return (
            f"{self.exercises - len(self.to_do)} of {self.exercises} exercises",
            f"{self.answered} of {self.questions} questions",
            f"to do: {', '.join(self.to_do)}" if self.to_do else "all passed",
        )


@dataclass(frozen=True)
class Overview:
    """The progress in all lessons, lesson by lesson, and what went wrong in reading it."""

    lessons: tuple[Lesson, ...]
    remarks: tuple[str, ...] = ()

    @property
    def total(self) -> str:
        exercises = sum(lesson.exercises for lesson in self.lessons)
        passed = exercises - sum(len(lesson.to_do) for lesson in self.lessons)
        return f"Your progress: {passed} of {exercises} exercises passed"

    def __repr__(self) -> str:
        rows = [(lesson.name, lesson.bar, *lesson.counts) for lesson in self.lessons]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([self.total, *lines, *self.remarks])

    def _repr_html_(self) -> str:
        cell = '<td style="text-align: left">'
        rows = "".join(
            f'<tr><th scope="row" style="text-align: left">{html.escape(lesson.name)}</th>'
            f'{cell}<span aria-hidden="true">{lesson.bar}</span></td>'
            + "".join(f"{cell}{html.escape(count)}</td>" for count in lesson.counts)
            + "</tr>"
            for lesson in self.lessons
        )
        remarks = "".join(f"<p>{rich(remark)}</p>" for remark in self.remarks)
        return f"<p><strong>{self.total}</strong></p><table>{rows}</table>{remarks}"


def progress() -> Overview:
    """What is passed and answered, lesson by lesson, and what remains."""
    from course_lib import exercises  # whose lessons record their progress here

    remarks = []

    def status(id: str) -> object:
        try:
            record, remark = _read(_path(id))
        except OSError as error:
            record, remark = {}, _failure(error)
        if remark and remark not in remarks:
            remarks.append(remark)
        return record.get("status")

    lessons = []
    for name in exercises.lessons():
        topic = name.partition(" ")[2]
        mine = [x.id for x in exercises.all() if x.id.split(".")[0] == topic]
        asked = [q.id for q in exercises.questions() if q.id.split(".")[0] == topic]
        lessons.append(
            Lesson(
                name=name,
                exercises=len(mine),
                to_do=tuple(id.split(".")[1] for id in mine if status(id) != "passed"),
                questions=len(asked),
                answered=sum(status(id) is not None for id in asked),
            )
        )
    return Overview(tuple(lessons), tuple(remarks))


def _path(id: str) -> Path:
    return home() / "progress" / f"{id}.json"


def _failure(error: OSError) -> str:
    return (
        f"Your progress could not be kept in {home()} ({error.strerror}): "
        "make that folder writable, or set COURSE_HOME to another one."
    )


def _update(id: str, change: Callable[[Record], Record]) -> str:
    path = _path(id)
    try:
        with _alone(path):
            old, remark = _read(path)
            if old.get("version", VERSION) == VERSION:
                new = {"version": VERSION, "id": id, **change(old)}
                write_atomically(path, json.dumps(new, indent=1))
    except OSError as error:
        return _failure(error)
    return remark


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock file beside `path`: two notebooks that save one id at once take turns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_suffix(".lock")
    end = time.monotonic() + PATIENCE
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            if time.monotonic() > end:  # its owner died: saving takes milliseconds
                break
        except PermissionError:  # on Windows also while the lock is being removed
            if os.name != "nt" or time.monotonic() > end:
                raise
        time.sleep(0.005)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink()


def _read(path: Path) -> tuple[Record, str]:
    """The record in `path` and a remark about it; a damaged file is set aside."""
    try:
        record = json.loads(path.read_bytes())
        if not (
            isinstance(record["version"], int)
            and record["version"] >= 1
            and isinstance(record["status"], str)
            and isinstance(record["attempts"], int)
            and isinstance(record.get("source"), (str, type(None)))
            and isinstance(record.get("names"), (dict, type(None)))
        ):
            raise ValueError
    except FileNotFoundError:
        return {}, ""
    except (ValueError, KeyError, TypeError, RecursionError):
        aside, number = path.with_suffix(".damaged"), 1
        while aside.exists():
            number += 1
            aside = path.with_suffix(f".{number}.damaged")
        path.replace(aside)
        return (
            {},
            f"The progress file of {path.stem} was damaged: it was set aside as {aside.name}.",
        )
    if record["version"] > VERSION:
        return record, (
            f"The progress of {path.stem} was kept by a newer version of the course: "
            "it stays as it is. Update the course to add to it."
        )
    return record, ""
