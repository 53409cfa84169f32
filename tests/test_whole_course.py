"""A student who has passed everything: the last lesson runs, and the program is their own.

That each solution passes in its lesson, and changes nothing there, the gate of the lessons tests.
"""

from course_lib import exercises
from course_lib.authoring.notebooks import NOTEBOOKS, environment, execute, read, unmeasured
from course_lib.exercises.assembly import course_pieces
from course_lib.teach.progress import record_attempt


def test_the_last_lesson_of_a_student_who_has_passed_everything(tmp_path, monkeypatch):
    variables = environment(tmp_path)
    monkeypatch.setenv("COURSE_HOME", variables["COURSE_HOME"])
    for exercise in exercises.all():
        record_attempt(exercise.id, "passed", exercise.solution_code())
    path = NOTEBOOKS / "13_your_gpt.ipynb"
    lesson = execute(read(path), path.name, path.parent, variables)
    shown = "\n".join(unmeasured(cell.outputs) for cell in lesson.cells if "outputs" in cell)
    count = len(course_pieces())
    assert f"Yours: {count} of {count} pieces" in shown
