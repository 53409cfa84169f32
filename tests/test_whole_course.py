"""A student who has passed everything: the last lesson takes their program, and it works there.

That each solution passes in its lesson, and changes nothing there, the gate of the lessons tests.
"""

import ast
import os

from course_lib import exercises
from course_lib.authoring.notebooks import NOTEBOOKS, execute, read, unmeasured
from course_lib.exercises.assembly import course_pieces
from course_lib.teach.progress import record_attempt

THEIRS = {"program", "path", "short"}  # so lesson 13 calls their program, its file and its run


def is_run(cell):
    """Whether a cell has to do with the program, or does nothing but define: the others do the
    same whatever was passed, and the gate has them."""
    if cell.cell_type != "code":
        return False
    tree = ast.parse(cell.source)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    definitions = ast.Import, ast.ImportFrom, ast.FunctionDef
    return bool(names & THEIRS) or all(isinstance(node, definitions) for node in tree.body)


def test_the_last_lesson_of_a_student_who_has_passed_everything(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    for exercise in exercises.all():
        record_attempt(exercise.id, "passed", exercise.solution_code())
    path = NOTEBOOKS / "13_your_gpt.ipynb"
    lesson = read(path)
    lesson.cells = [cell for cell in lesson.cells if is_run(cell)]
    # The gate has made this process's environment one for kernels.
    lesson = execute(lesson, path.name, path.parent, dict(os.environ))
    shown = "\n".join(unmeasured(cell.outputs) for cell in lesson.cells)
    count = len(course_pieces())
    assert f"Yours: {count} of {count} pieces" in shown
    assert "all 40 within a millionth, and the same names" in shown
