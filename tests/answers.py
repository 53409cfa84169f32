"""The bank's answers, typed into the exercise cells of a lesson as a student would."""

import ast
import copy
import functools
import importlib
import inspect
import re
from pathlib import Path
from random import Random

import bank
import nbformat

from course_lib.authoring.solutions import exercise_cells
from course_lib.exercises.exercise import source_of


def answered(path: Path, rng: Random, share_right: float) -> tuple[nbformat.NotebookNode, dict]:
    """A lesson with its exercises answered, and for each such cell its index: (id, entry).

    An exercise to which the bank has no answer of the kind that is drawn keeps its stub.
    """
    lesson = nbformat.read(path, 4)
    entries = {}
    for index, cell, match in exercise_cells(lesson):
        id = f"{path.stem[3:]}.{match[1]}"
        candidates = answers(id, right=rng.random() < share_right)
        if candidates:
            entry = rng.choice(candidates)
            cell.source = f"{typed(entry.answer)}\n\n\n{match[0]}"
            entries[index] = (id, entry)
    return lesson, entries


def answers(id: str, right: bool) -> list[bank.Entry]:
    """The bank's answers of one kind that stand alone when they are typed into a cell."""
    topic, name = id.split(".")
    importlib.import_module(f"bank.{topic}")
    return [
        entry
        for entry in bank.ENTRIES
        if entry.id == id
        and (entry.says is None) == right
        and inspect.isfunction(entry.answer)
        and entry.answer.__name__ == name
        and not _borrowed(entry.answer)
    ]


def typed(answer) -> str:
    """The imports of the bank's module that it uses, then the function without its decorator."""
    source, used = source_of(answer), _used(answer)
    imports = []
    for node in _parsed(inspect.getsourcefile(answer)).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            # Others could replace a name of the notebook's.
            kept = copy.copy(node)
            kept.names = [name for name in node.names if (name.asname or name.name) in used]
            imports += [ast.unparse(kept)] if kept.names else []
    return "\n".join([*imports, "", "", source[source.index("def ") :]])


def expected(entry: bank.Entry) -> str:
    """What the notebook shows for an answer: code without its backticks."""
    return "Passed" if entry.says is None else re.sub(r"[`*]", "", entry.says)


def _borrowed(answer) -> set[str]:
    """The names in an answer that its bank module defines for several answers."""
    return _used(answer) & _defined(inspect.getsourcefile(answer)) - {answer.__name__, None}


@functools.cache
def _defined(file: str) -> set[str | None]:
    """The names that the bank's module in this file defines."""
    return {
        name
        for node in _parsed(file).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Assign))
        for name in [getattr(node, "name", None), *map(_name, getattr(node, "targets", []))]
    }


def _used(answer) -> set[str | None]:
    """The names that an answer finds outside of itself."""
    source = source_of(answer)  # without the decorator, whose names are the bank's
    names = {_name(node) for node in ast.walk(ast.parse(source[source.index("def ") :]))}
    return names - {*answer.__code__.co_varnames}


def _name(node: ast.AST) -> str | None:
    return node.id if isinstance(node, ast.Name) else None


@functools.cache
def _parsed(file: str) -> ast.Module:
    return ast.parse(Path(file).read_text(encoding="utf-8"))
