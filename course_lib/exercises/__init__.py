"""The exercises and questions of the course: one module for each lesson, in lesson order."""

import difflib
import importlib
import pkgutil
from types import ModuleType

from course_lib.errors import CourseError
from course_lib.exercises.exercise import Exercise
from course_lib.teach.questions import Question, Quiz

LESSONS = (
    "start_here",
    "derivatives",
    "value",
    "tokenizer",
    "bigram",
    "layers",
    "attention",
    "mlp",
    "gpt",
    "adam",
    "training",
    "sampling",
    "efficiency",
    "your_gpt",
)


def get(id: str) -> Exercise:
    """The exercise with this id, such as "value.mul"; CourseError if there is none."""
    known = {exercise.id: exercise for exercise in all()}
    if id in known:
        return known[id]
    near = difflib.get_close_matches(str(id), known, n=1, cutoff=0.4)
    advice = f'did you mean "{near[0]}"?' if near else "course_lib.exercises.all() lists them."
    raise CourseError(f'There is no exercise "{id}": {advice}')


def all() -> list[Exercise]:
    """Every exercise, in lesson order."""
    return [thing for module in _modules() for thing in _parts(module, Exercise)]


def questions() -> list[Question]:
    """Every question, those in quizzes included, in lesson order."""
    found = []
    for module in _modules():
        for thing in _parts(module, (Question, Quiz)):
            found += thing.questions if isinstance(thing, Quiz) else [thing]
    return found


def lessons() -> list[str]:
    """The lessons that have exercises or questions: ["01 derivatives", …]."""
    here = {module.name for module in pkgutil.iter_modules(__path__)}
    return [f"{number:02} {name}" for number, name in enumerate(LESSONS) if name in here]


def _modules() -> list[ModuleType]:
    return [importlib.import_module(f"{__name__}.{lesson[3:]}") for lesson in lessons()]


def _parts(module: ModuleType, kinds: type | tuple[type, ...]) -> list:
    return [thing for thing in vars(module).values() if isinstance(thing, kinds)]
