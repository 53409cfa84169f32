"""Where the exercises of a lesson stand, and their cells with the solutions typed in."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from course_lib import exercises

CHECK = re.compile(r"^ex\.(\w+)\.check\((\w+)\)\Z", re.M)


def exercise_cells(lesson: NotebookNode) -> Iterator[tuple[int, NotebookNode, re.Match]]:
    """Each cell that ends with a check: its index, the cell, and the match of the check."""
    for index, cell in enumerate(lesson.cells):
        match = CHECK.search(cell.source.rstrip()) if cell.cell_type == "code" else None
        if match:
            yield index, cell, match


def solved(lesson: NotebookNode, path: Path) -> dict[int, str]:
    """For the index of each exercise cell, its source with the solution in place of the stub.

    Without those whose answer is a number or a list, which the student's own program makes.
    """
    return {
        index: _solved_cell(cell.source, exercise.solution_code(), match[2])
        for index, cell, match in exercise_cells(lesson)
        for exercise in [exercises.get(f"{path.stem[3:]}.{match[1]}")]
        if inspect.isroutine(exercise.answer) or inspect.isclass(exercise.answer)
    }


def _solved_cell(source: str, solution: str, name: str) -> str:
    stub = next(
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
    )
    lines = source.splitlines()
    lines[stub.lineno - 1 : stub.end_lineno] = [solution]
    return "\n".join(lines)
