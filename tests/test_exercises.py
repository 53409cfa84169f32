"""Every exercise of every lesson: stub, solution, and the bank of right and wrong answers."""

import __future__

import ast
import functools
import importlib
import inspect
import json
import linecache
import os
import pkgutil
import subprocess
import sys
import time
from pathlib import Path

import bank
import pytest

from course_lib import exercises
from course_lib.authoring.instructors import GUIDE, made_anew
from course_lib.errors import CourseError
from course_lib.exercises.exercise import Exercise, exercise, source_of
from course_lib.exercises.expect import call, difference, show
from course_lib.teach.progress import load

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parent / "notebooks"

# The sample lesson stands in for lessons in the tests of the kit itself.
exercises.__path__.append(str(HERE / "lesson"))
sample = importlib.import_module("course_lib.exercises.sample")

EXERCISES = [*exercises.all(), sample.mean, sample.slope, sample.squares, sample.Counter]
for module in pkgutil.iter_modules(bank.__path__):
    importlib.import_module(f"bank.{module.name}")


def by_id(id):
    return next(e for e in EXERCISES if e.id == id)


def name_of(exercise):
    return exercise.id.split(".")[1]


def notebook_of(exercise):
    return next(NOTEBOOKS.glob(f"??_{exercise.id.split('.')[0]}.ipynb"), None)


@functools.cache
def nodes_of(path):
    """All the code of a notebook as nodes of syntax trees."""
    nodes = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            lines = "".join(cell["source"]).splitlines()
            code = "\n".join("" if line.startswith(("%", "!")) else line for line in lines)
            nodes += ast.walk(ast.parse(code))
    return nodes


def stub_from(path, exercise):
    """What the notebook defines for `exercise` in front of its check; KeyError if nothing."""
    definitions = {}
    for node in nodes_of(path):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                node.decorator_list = []
                definitions[name] = node
            case ast.Assign(targets=[ast.Name(id=name)]):
                definitions[name] = node
            case ast.Call(
                func=ast.Attribute(attr="check", value=ast.Attribute(attr=attr)),
                args=[ast.Name(id=name)],
            ) if attr == name_of(exercise):
                source = ast.unparse(definitions[name])
                file = f"<stub of {exercise.id}>"  # found again by this, as in a notebook
                linecache.cache[file] = (len(source), None, source.splitlines(True), file)
                namespace = {}
                flags = __future__.annotations.compiler_flag
                exec(compile(source, file, "exec", flags=flags), namespace)
                return namespace[name]
    raise KeyError(exercise.id)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One folder for all tests: with one for each, and records that outlive a power failure, the
    progress would take longer than most checks do."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_HOME", str(folder))
        patch.setattr(os, "fsync", lambda file: None)
        yield folder


@pytest.fixture(autouse=True)
def no_progress(home):
    for record in (home / "progress").glob("*"):
        record.unlink()


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
class TestEveryExercise:
    def test_stub_is_not_attempted(self, exercise):
        notebook = notebook_of(exercise)
        if notebook:
            stub = stub_from(notebook, exercise)
        elif callable(exercise.answer):

            def stub(*args, **options):
                """To be written."""
        else:
            stub = ...
        assert exercise.check(stub).status == "not attempted"
        assert load(exercise.id) == {}

    def test_solution_passes_and_shows(self, exercise):
        start = time.perf_counter()
        result = exercise.check(exercise.answer)
        assert (result.status, result.remark) == ("passed", "")
        assert time.perf_counter() - start < 0.8, "too slow for a slow machine"
        shown = exercise.solution().markdown
        code = shown.split("```python\n")[1].removesuffix("\n```")
        ast.parse(code)
        assert not code.startswith("@")

    def test_hints_go_from_first_to_last(self, exercise):
        texts = [exercise.hint().markdown for _ in range(len(exercise._hints) + 1)]
        assert exercise._hints and all(exercise._hints)
        assert texts[-1] == texts[-2]
        assert texts[0] in texts[-1]
        exercise._hints_shown = 0

    def test_bank_is_large_enough(self, exercise):
        entries = [entry for entry in bank.ENTRIES if entry.id == exercise.id]
        says = [entry.says for entry in entries if entry.says is not None]
        assert len(says) >= 5, "at least five plausible wrong answers"
        assert len(set(says)) >= 3, "different mistakes are told different things"
        assert len(entries) - len(says) >= 2, "at least two different right answers"


def test_the_bank_knows_its_exercises():
    assert {entry.id for entry in bank.ENTRIES} <= {exercise.id for exercise in EXERCISES}


JUDGED = {}  # by the identity of an entry


def judged(entry):
    """The result of checking an answer of the bank, and the seconds that it took."""
    if id(entry) not in JUDGED:
        start = time.perf_counter()
        result = by_id(entry.id).check(entry.answer)
        JUDGED[id(entry)] = result, time.perf_counter() - start
    return JUDGED[id(entry)]


@pytest.mark.parametrize("entry", bank.ENTRIES, ids=lambda e: f"{e.id}-{e.says or 'right'}")
def test_bank(entry):
    result, seconds = judged(entry)
    assert seconds < 2
    if entry.says is None:
        assert (result.status, result.remark) == ("passed", "")
    else:
        assert result.status == "wrong"
        assert entry.says in result.message


def test_the_made_parts_of_the_guide_are_up_to_date():
    """Here, beside the bank: its wrong answers are checked once for both."""
    text = GUIDE.read_text(encoding="utf-8")
    anew = made_anew(text, check=lambda entry: judged(entry)[0])
    assert anew == text, "run `python -m course_lib.authoring.instructors`"


# --- the kit itself, on the sample lesson ---


@pytest.fixture
def with_sample(monkeypatch):
    monkeypatch.setattr(exercises, "LESSONS", ("sample",))


def test_get_and_all(with_sample):
    assert exercises.get("sample.mean") is sample.mean
    assert [e.id for e in exercises.all()] == [
        "sample.mean",
        "sample.slope",
        "sample.squares",
        "sample.Counter",
    ]
    assert [q.id for q in exercises.questions()][-2:] == ["sample.warm_slope", "sample.warm_third"]


def test_unknown_id_names_the_nearest(with_sample):
    with pytest.raises(CourseError, match=r'no exercise "sample.meen": did you mean "sample.mean"'):
        exercises.get("sample.meen")
    with pytest.raises(CourseError, match="lists them"):
        exercises.get("zzz")


def test_ids_belong_to_their_lesson():
    ids = [e.id for e in exercises.all()] + [q.id for q in exercises.questions()]
    assert len({id.lower() for id in ids}) == len(ids)
    for id in ids:
        topic, name = id.split(".")
        assert topic in exercises.LESSONS and name.isidentifier()


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_an_exercise_is_found_under_its_name(exercise):
    topic, name = exercise.id.split(".")
    module = importlib.import_module(f"course_lib.exercises.{topic}")
    assert getattr(module, name) is exercise
    if callable(exercise.answer):
        assert exercise.answer.__name__ == name


def test_importing_the_exercises_is_cheap():
    code = (
        "import sys; import course_lib.exercises as e; e.all(); "
        "print([m for m in ('matplotlib', 'ipywidgets', 'IPython') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=HERE.parent
    )
    assert done.stdout.strip() == "[]", done.stderr


def unfinished_docstring(xs):
    """Only this."""


def unfinished_pass(xs):
    pass


def unfinished_todo(xs):
    raise NotImplementedError("later")


def unfinished_faded(xs):
    total = sum(xs)
    return total / ...


def unfinished_inside(xs):
    return [... for x in xs]


class UnfinishedMethod:
    def __init__(self):
        self.count = 0

    def add(self): ...


@pytest.mark.parametrize(
    "exercise, answer",
    [
        (sample.mean, unfinished_docstring),
        (sample.mean, unfinished_pass),
        (sample.mean, unfinished_todo),
        (sample.mean, unfinished_faded),
        (sample.mean, unfinished_inside),
        (sample.mean, lambda xs: ...),
        (sample.mean, None),
        (sample.mean, ...),
        (sample.Counter, UnfinishedMethod),
        (sample.squares, [1, ..., 9, 16]),
        (sample.squares, None),
        (sample.squares, {1: (1, [...])}),
    ],
)
def test_not_attempted(exercise, answer):
    result = exercise.check(answer)
    assert result.status == "not attempted"
    assert "Not attempted" in repr(result) and "○" in repr(result)
    assert load(exercise.id) == {}


@pytest.mark.parametrize(
    "exercise, answer",
    [
        (by_id("start_here.count_ending"), lambda documents, ending: documents.append("")),
        (by_id("tokenizer.round_trip"), lambda encode, decode, texts: texts.clear()),
    ],
    ids=["count_ending", "round_trip"],
)
def test_an_answer_that_changes_its_input_spoils_no_later_check(exercise, answer):
    assert "changed its input" in exercise.check(answer).message
    assert exercise.check(exercise.answer).status == "passed"


def test_plain_data_is_handed_over_as_a_copy_and_all_else_as_itself():
    from course_lib.value import Value

    plain, value = {"a": [1, (2.0, None)], "b": {"c"}}, Value(1.0)
    given = call(lambda *args: args, plain, [value])
    assert given[0] == plain and given[0]["a"] is not plain["a"]
    assert given[1][0] is value
    assert call(lambda xs=None: xs, xs=plain["a"]) is not plain["a"]


def test_attempts_that_only_look_unfinished():
    def mean_with_ellipsis(xs, mark=...):
        if mark is not ...:
            return mark
        return sum(xs) / len(xs)

    assert sample.mean.check(mean_with_ellipsis).status == "passed"
    assert sample.mean.check(lambda xs: 0).status == "wrong"
    assert sample.mean.check(lambda xs: None).status == "not attempted"


def test_a_gap_that_is_left_beside_a_filled_one_is_said():
    def untouched(xs):
        total = ...
        return total / ...

    def half(xs):
        total = sum(xs)
        return total / ...

    fresh = Exercise("sample.fresh", sample.check_mean, ["…"], sample.mean.answer)
    assert fresh.check(half).message == fresh.check(untouched).message
    result = fresh.check(half)
    assert result.status == "not attempted" and "there is a `...` left" in result.message
    assert "write your code where the" in fresh.check(untouched).message
    assert fresh.check(sample.mean.answer).status == "passed"


def test_long_values_do_not_bury_a_message():
    matrix = [[n / 7 for n in range(16)] for _ in range(16)]
    told = sample.mean.check(lambda xs: {"wq": matrix, "wk": matrix}).message
    assert "where a number is expected" in told
    for value in (matrix, {"wq": matrix}, [matrix] * 4, [["x" * 99] * 9] * 9, "x" * 999):
        assert len(show(value)) <= 240
    with pytest.raises(KeyError) as raised:
        call(lambda x, weights: weights["w"], [0.5] * 16, {"wq": matrix})
    assert len(raised.value.__notes__[0]) < 300 and "{'wq': [[0, " in raised.value.__notes__[0]


@pytest.mark.parametrize(
    "got, want, said",
    [
        ([[1, 2], [3, 4.5]], [[1, 2], [3, 4]], "at position 1, 1 is `4.5`"),
        ([1], [1, 2], "has 1 item, where 2 are expected"),
        ([1, 2], [1], "has 2 items, where 1 is expected"),
        (6.8, 6.75, "Was it rounded?"),
        (0.677, 0.6767123, "Was it rounded?"),
    ],
)
def test_how_a_difference_is_said(got, want, said):
    assert said in difference(got, want)


@pytest.mark.parametrize("got, want", [(0.5, 0.5423), (3, 3.04), (3.0, 3.04), (6.7, 6.75)])
def test_a_number_that_may_be_something_else_is_not_called_rounded(got, want):
    assert "rounded" not in difference(got, want)


def test_any_number_and_any_sequence_pass():
    np = pytest.importorskip("numpy")
    assert sample.mean.check(np.mean).status == "passed"
    assert sample.mean.check(lambda xs: np.array(sum(xs) / len(xs))).status == "passed"
    assert sample.squares.check(np.arange(1, 5) ** 2).status == "passed"
    assert sample.squares.check(n * n for n in range(1, 5)).status == "wrong"


def test_a_list_that_holds_itself():
    circle = [1, 4, 9]
    circle.append(circle)
    assert "RecursionError" not in sample.squares.check([1, 4, 9, circle]).message
    assert sample.squares.check(circle).status in ("wrong", "error")


def test_value_like_passes():
    from course_lib.value import Value

    assert sample.mean.check(lambda xs: Value(sum(xs) / len(xs))).status == "passed"


def test_a_call_in_place_of_the_function():
    result = sample.mean.check(3.0)
    assert result.status == "wrong"
    assert "`.check(mean)`, without brackets" in result.message


def test_solution_needs_an_attempt_in_this_session_or_before():
    fresh = Exercise("sample.fresh", sample.check_mean, ["…"], sample.mean.answer)
    assert "after your first attempt" in fresh.solution().markdown
    assert fresh.check(sum).status == "wrong"
    assert "return sum(xs) / len(xs)" in fresh.solution().markdown
    later = Exercise("sample.fresh", sample.check_mean, ["…"], sample.mean.answer)
    assert "return sum(xs) / len(xs)" in later.solution().markdown


def test_passing_keeps_the_source():
    def mean(xs):
        # my own way
        return sum(xs) / len(xs)

    sample.mean.check(mean)
    assert load("sample.mean")["source"] == inspect.cleandoc(
        """
        def mean(xs):
            # my own way
            return sum(xs) / len(xs)
        """
    )


def test_source_that_cannot_be_found_is_remarked():
    namespace = {}
    exec(compile("def mean(xs): return sum(xs) / len(xs)", "<nowhere>", "exec"), namespace)
    result = sample.mean.check(namespace["mean"])
    assert result.status == "passed"
    assert "source code could not be found" in repr(result)
    assert load("sample.mean")["source"] is None


def test_source_of_a_class_in_a_notebook():
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    try:
        source = "class Twice:\n    def add(self, x):\n        return x + x"
        shell.run_cell(f"a = 1\n{source}\nb = 2")
        assert source_of(shell.user_ns["Twice"]) == source
    finally:
        InteractiveShell.clear_instance()


def test_result_reads_without_colour_and_escapes():
    result = sample.squares.check(["<b>", 4, 9, 16])
    assert "✗ <strong>Not right yet:</strong>" in result._repr_html_()
    assert repr(result).startswith("✗ Not right yet: your answer at position 0 is a string")
    assert "<b>" not in sample.squares.check([1, 4, 9, "<b>"])._repr_html_()


def test_home_that_cannot_be_written_does_not_matter(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "file"))
    result = sample.mean.check(sample.mean.answer)
    assert result.status == "passed"
    assert "could not be kept" in result.remark and "COURSE_HOME" in repr(result)


def test_stub_is_found_in_a_notebook(tmp_path):
    cells = [
        "from course_lib.exercises import sample as ex",
        "def mean(xs: Unknown):\n    '''Mean.'''\n    ...",
        "ex.mean.check(mean)",
        "my_squares = [1, ...]\nex.squares.check(my_squares)",
    ]
    notebook = tmp_path / "00_sample.ipynb"
    cells = [{"cell_type": "code", "source": [cell]} for cell in cells]
    notebook.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert sample.mean.check(stub_from(notebook, sample.mean)).status == "not attempted"
    assert stub_from(notebook, sample.squares) == [1, ...]
    with pytest.raises(KeyError):
        stub_from(notebook, sample.slope)


def test_a_check_may_be_named_as_it_likes():
    @exercise("sample.nothing", check=lambda answer: None, hints=["…"])
    def nothing(x):
        return x

    assert nothing.check(lambda x: x).message == "it does the right thing on everything we tried."


def test_a_value_that_the_check_cannot_try_gets_a_sentence():
    """Not the signature of the answer: it is no function."""
    total = Exercise("sample.total", lambda answer: sum(answer) or None, ("Add.",), [1, 2])
    for answer in (3, [1, None], ([1], ["a"])):
        result = total.check(answer)
        assert result.status == "error" and "TypeError" in result.message
