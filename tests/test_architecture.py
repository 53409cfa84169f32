"""The shape of the code: what may import what, how large a module may be, how fast it starts."""

import ast
import functools
import io
import json
import os
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "course_lib"
MODEL = sorted(path for path in LIBRARY.glob("*.py") if path.name != "arrays.py")
# The chain from a number to a text; the rest is what surrounds it: data, files, command line.
READ_IN_ONE_SITTING = (
    *("value", "tokenizer", "layers", "attention", "mlp"),
    *("gpt", "adam", "training", "sampling"),
)


@functools.cache
def nodes(path):
    """All nodes of a file's syntax tree."""
    return [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]


@functools.cache
def imports(path):
    """The full names of all modules that a file imports, also inside functions."""
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: write the whole name in an import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def code_lines(path):
    """How many lines hold code: no blank ones, no comments, no docstrings."""
    source = path.read_text(encoding="utf-8")
    docstrings = set()
    for node in nodes(path):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(
            node
        ):
            docstrings |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    blank = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    lines = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in blank
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(lines - docstrings)


@pytest.mark.parametrize("path", MODEL, ids=lambda path: path.stem)
def test_model_code_imports_the_standard_library_and_its_siblings(path):
    siblings = {path.stem for path in MODEL}
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "course_lib":
            sibling = rest.partition(".")[0]
            # The command line alone chooses between the two engines.
            allowed = siblings | {"arrays"} if path.stem == "__main__" else siblings
            assert sibling in allowed, f"{path.name} imports {name}"
        else:
            assert top in sys.stdlib_module_names, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.py")), ids=lambda path: path.stem)
def test_arrows_point_one_way(path):
    """Model code ← teach and exercises ← authoring."""
    above = {"teach": ("authoring",), "exercises": ("authoring",), "authoring": ()}
    part = path.relative_to(LIBRARY).parts[0]
    for name in imports(path):
        for forbidden in above.get(part, ("teach", "exercises", "authoring")):
            assert not f"{name}.".startswith(f"course_lib.{forbidden}."), f"{path} imports {name}"


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.py")), ids=lambda path: path.stem)
def test_nothing_draws_from_the_global_generator(path):
    for name in imports(path):
        assert name in ("random", "random.Random") or not name.startswith("random"), name
    for node in nodes(path):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module, attribute = node.value.id, node.attr
            assert module != "random" or attribute == "Random", f"random.{attribute}"
            assert (module, attribute) not in {("np", "random"), ("numpy", "random")}


@pytest.mark.parametrize("path", MODEL, ids=lambda path: path.stem)
def test_a_model_module_is_short(path):
    assert code_lines(path) <= (165 if path.stem == "__main__" else 140)


def test_the_model_is_read_in_one_sitting():
    assert sum(code_lines(LIBRARY / f"{name}.py") for name in READ_IN_ONE_SITTING) <= 450


def test_no_drawer_for_odds_and_ends():
    stems = {path.stem for path in LIBRARY.rglob("*.py")}
    assert not stems & {"utils", "util", "helpers", "helper", "common", "misc"}
    assert not [stem for stem in stems if stem[:2].isdigit()]


def modules_after(statement):
    """The modules that are loaded after a statement in a fresh Python."""
    code = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(run.stdout))


def test_importing_the_library_loads_nothing_else():
    added = modules_after("import course_lib") - modules_after("pass")
    assert added == {"course_lib"}


def test_importing_the_model_loads_nothing_heavy():
    modules = [f"course_lib.{path.stem}" for path in MODEL if path.stem != "__init__"]
    loaded = modules_after("import " + ", ".join(modules))
    heavy = {"numpy", "matplotlib", "ipywidgets", "IPython", "graphviz", "pygraphviz", "torch"}
    slow = {"asyncio", "http.client", "urllib.request", "ssl", "multiprocessing", "unittest"}
    assert not loaded & (heavy | slow)
    assert not [m for m in loaded if m.startswith(("course_lib.teach", "course_lib.exercises"))]
