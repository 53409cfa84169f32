"""Handing in: one person's progress as a table that anybody can read, and a class's tables as one.

Nothing is sent anywhere: a student writes a file, looks at it, and hands it in by hand.
"""

import csv
import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from course_lib.errors import CourseError
from course_lib.home import write_atomically
from course_lib.teach.progress import load

COLUMNS = ["student", "id", "kind", "status", "attempts"]
MAX_BYTES = 1_000_000

Row = dict[str, str]


def export_progress(student: str, folder: str | Path = ".") -> str:
    """Write what is passed and answered to `progress-<student>.csv`, and say where it is.

    A row for each exercise ("passed", "wrong", "error" or "not attempted", and how many attempts)
    and each question ("right" or "wrong" at the first answer, or "not answered"); no code and no
    times. Raises CourseError for a name that cannot be part of a file's name, or where the folder
    cannot be written to.
    """
    from course_lib import exercises

    if not re.fullmatch(r"[\w][\w .-]*", student):
        raise CourseError(
            f"{student!r} cannot be part of a file's name: use letters, digits, spaces, - and _."
        )
    asked = [("exercise", x.id, "not attempted") for x in exercises.all()]
    asked += [("question", x.id, "not answered") for x in exercises.questions()]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for kind, id, nothing in asked:
        record = load(id)
        writer.writerow(
            [student, id, kind, record.get("status", nothing), record.get("attempts", 0)]
        )
    path = Path(folder) / f"progress-{student}.csv"
    try:
        write_atomically(path, table.getvalue())
    except OSError as error:
        raise CourseError(
            f"the file could not be written to {path} ({error.strerror}): choose another folder."
        ) from None
    return f"Your progress is in {path}: look at it, then hand it in."


@dataclass(frozen=True)
class ClassOverview:
    """What a class handed in: a row for each exercise and question that anybody tried."""

    students: tuple[str, ...]
    exercises: tuple[tuple[str, ...], ...]
    questions: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...]

    EXERCISE_COLUMNS = ("exercise", "passed", "attempts (median)", "tried, not passed")
    QUESTION_COLUMNS = ("question", "right at first", "answered")

    @property
    def title(self) -> str:
        return f"{len(self.students)} students: {', '.join(self.students)}"

    @property
    def tables(self) -> Iterator[list[tuple[str, ...]]]:
        yield [self.EXERCISE_COLUMNS, *self.exercises]
        yield [self.QUESTION_COLUMNS, *self.questions]

    def __repr__(self) -> str:
        lines = [self.title]
        for table in self.tables:
            widths = [max(map(len, column)) for column in zip(*table, strict=True)]
            lines += [""] + [
                "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
                for row in table
            ]
        return "\n".join([*lines, *self.remarks])

    def _repr_html_(self) -> str:
        text = f"<p><strong>{html.escape(self.title)}</strong></p>"
        for header, *rows in self.tables:
            head = "".join(f'<th scope="col">{name}</th>' for name in header)
            body = "".join(
                "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
                for row in rows
            )
            text += f"<table><tr>{head}</tr>{body}</table>"
        return text + "".join(f"<p>{html.escape(remark)}</p>" for remark in self.remarks)


def class_progress(folder: str | Path) -> ClassOverview:
    """Where a class stands, from the files of `export_progress` in a folder.

    A file that is something else is named and left out. Raises CourseError where there is none.
    """
    students, remarks = {}, []
    for path in sorted(Path(folder).glob("*.csv")):
        try:
            rows = _read(path)
        except (OSError, ValueError) as error:
            remarks.append(f"{path.name} was left out: {error}.")
            continue
        student = rows[0]["student"]
        if student in students:
            remarks.append(f"{path.name} was left out: {student} has handed in another file.")
        else:
            students[student] = {row["id"]: row for row in rows}
    if not students:
        raise CourseError(
            f"there is no progress to read in {folder}: collect the files that "
            f"`export_progress` writes there. {' '.join(remarks)}".rstrip()
        )
    known = list(dict.fromkeys(id for rows in students.values() for id in rows))
    return ClassOverview(
        tuple(students),
        tuple(_rows("exercise", known, students)),
        tuple(_rows("question", known, students)),
        tuple(remarks),
    )


def _rows(kind: str, ids: list[str], students: dict[str, dict[str, Row]]) -> Iterator[tuple]:
    for id in ids:
        tried = {
            student: rows[id]
            for student, rows in students.items()
            if id in rows and rows[id]["kind"] == kind and int(rows[id]["attempts"])
        }
        if not tried:
            continue
        good = [s for s, row in tried.items() if row["status"] in ("passed", "right")]
        share = f"{len(good)} of {len(students)}"
        if kind == "question":
            yield id, share, str(len(tried))
        else:
            attempts = median(int(row["attempts"]) for row in tried.values())
            yield id, share, f"{attempts:g}", ", ".join(s for s in tried if s not in good)


def _read(path: Path) -> list[Row]:
    """The rows of one student. Raises ValueError, with the reason, for a file of another kind."""
    if path.stat().st_size > MAX_BYTES:
        raise ValueError("it is too large")
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error):
        raise ValueError("it is no table") from None
    if not rows or any(list(row) != COLUMNS or None in row.values() for row in rows):
        raise ValueError(f"its columns are not {', '.join(COLUMNS)}")
    if not all(row["attempts"].isdecimal() for row in rows):
        raise ValueError("its attempts are not all numbers")
    if len({row["student"] for row in rows}) > 1:
        raise ValueError("it holds more than one student")
    return rows
