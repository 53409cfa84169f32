"""An exercise: its check, its hints, its solution, and the result of checking an answer."""

import ast
import dis
import inspect
import linecache
import sysconfig
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

from course_lib.exercises import guard
from course_lib.exercises.expect import Wrong, function_name
from course_lib.exercises.origins import origins
from course_lib.teach.notice import notice, notice_text
from course_lib.teach.progress import load, record_attempt

ADVICE = {
    RecursionError: "your function calls itself without end: does every call come nearer to a case "
    "that needs no further call?",
    MemoryError: "your code ran out of memory: does something grow without end?",
    SystemExit: "your code asked Python to exit: an answer is handed back with `return`.",
    KeyboardInterrupt: "your code raised KeyboardInterrupt, as if someone had pressed stop.",
}


@dataclass(frozen=True)
class Result:
    """What came of checking an answer.

    `status` is "not attempted", "wrong", "error" or "passed"; `printed` is the beginning of what
    the student's code printed, `remark` what went wrong in keeping the progress.
    """

    status: str
    message: str
    printed: str = ""
    remark: str = ""

    @property
    def _more(self) -> list[str]:
        printed = f"Your code printed: {self.printed}" if self.printed else ""
        return [line for line in (printed, self.remark) if line]

    def __repr__(self) -> str:
        return "\n".join([notice_text(self.status, self.message), *self._more])

    def _repr_html_(self) -> str:
        return notice(self.status, "\n".join([self.message, *self._more]))


NOT_ATTEMPTED = Result(
    "not attempted", "write your code where the `...` is, run that cell, then check again."
)

UNFINISHED = "there is a `...` left: fill it too, run that cell, then check again."

UNTRIED = Result("error", "the check could not try this: is it of the kind that is asked for?")


class Note:
    """A hint or a solution, written in Markdown."""

    def __init__(self, markdown: str):
        self.markdown = markdown

    def __repr__(self) -> str:
        return self.markdown

    def _repr_markdown_(self) -> str:
        return self.markdown


class Exercise:
    """A task with an id "<topic>.<name>", a check, hints from gentle to telling, and a solution.

    `check(answer)` is a plain function that raises `Wrong` where the answer is not right; what it
    returns, if anything, is the message for passing. Hints are Markdown. The solution is a function
    or a class (its source is shown) or the value that is asked for.
    """

    def __init__(
        self, id: str, check: Callable[[Any], str | None], hints: Iterable[str], solution: Any
    ):
        self.id = id
        self.answer = solution
        self._check = check
        self._hints = [inspect.cleandoc(hint) for hint in hints]
        self._hints_shown = 0
        self._gaps = 0  # as many as an answer had so far
        self._attempted = False

    def __repr__(self) -> str:
        return f"Exercise {self.id}: use .check(…), .hint() or .solution()"

    def __call__(self, *arguments: Any) -> Any:
        """What the solution gives: so, a later solution builds on it under its own name."""
        return self.answer(*arguments)

    def check(self, answer: Any = None) -> Result:
        """Judge an answer, within two seconds and whatever it does, and keep the attempt."""
        outcome = guard.run(lambda: self._judge(answer))
        if outcome.stopped_at is None:
            result = outcome.result or UNTRIED
        else:
            result = Result("error", self._endless(outcome.stopped_at))
        if result.status == "not attempted":
            return result
        self._attempted = True
        source = source_of(answer) if result.status == "passed" else None
        remark = record_attempt(self.id, result.status, source, source and origins(answer))
        if result.status == "passed" and callable(answer) and source is None:
            remark = remark or "Its source code could not be found, so only the result is kept."
        printed = "" if result.status == "passed" else outcome.printed
        return replace(result, printed=printed, remark=remark)

    def hint(self) -> Note:
        """The hints so far, and one more."""
        self._hints_shown = min(self._hints_shown + 1, len(self._hints))
        shown = [
            f"**Hint {number} of {len(self._hints)}.** {hint}"
            for number, hint in enumerate(self._hints[: self._hints_shown], 1)
        ]
        return Note("\n\n".join(shown))

    def solution(self) -> Note:
        """The solution, once an attempt has been checked."""
        if not (self._attempted or load(self.id)):
            return Note(
                "The solution shows after your first attempt. Write down what you have, even if it "
                "is not right yet, and check it; `.hint()` helps you to begin."
            )
        code = self.solution_code()
        return Note(f"**One solution** (yours may look different):\n\n```python\n{code}\n```")

    def solution_code(self) -> str:
        """The solution as a cell of its lesson holds it."""
        return _without_decorators(source_of(self.answer)) or repr(self.answer)

    def _judge(self, answer: Any) -> Result:
        """The result of the check, whatever the student's code raises. Runs under guard."""
        placeholder = False
        try:
            if answer is None or _does_nothing(answer):
                return NOT_ATTEMPTED
            gaps = _gaps(answer)
            self._gaps = max(self._gaps, gaps)
            placeholder = _has_placeholder(answer)
            result = self._run_check(answer)
        except BaseException as error:  # sys.exit() and KeyboardInterrupt, too
            result = Result("error", self._explain(error, answer))
        # A filled-in answer may use `...` for something else, so only a failing one is unfinished.
        if not placeholder or result.status == "passed":
            return result
        return (
            replace(NOT_ATTEMPTED, message=UNFINISHED) if 0 < gaps < self._gaps else NOT_ATTEMPTED
        )

    def _run_check(self, answer: Any) -> Result:
        if callable(self.answer) and not callable(answer):
            name = function_name(self.answer)
            return Result(
                "wrong",
                f"the check needs `{name}` itself, not what a call of it gives: "
                f"write `.check({name})`, without brackets after the name.",
            )
        try:
            message = self._check(answer)
        except Wrong as wrong:
            return Result("wrong", str(wrong))
        except NotImplementedError:
            return NOT_ATTEMPTED
        return Result("passed", message or "it does the right thing on everything we tried.")

    def _explain(self, error: BaseException, answer: Any) -> str:
        """An exception as a sentence: what happened, and in which line of the student's code."""
        line = self._line(_traceback_places(error.__traceback__))
        asked = isinstance(error, TypeError) and not line and callable(self.answer)
        if asked and (mismatch := self._mismatch(answer)):
            return mismatch
        try:
            text = str(error)[:300]
        except Exception:  # the student's own exception, whose __str__ fails in turn
            text = ""
        said = f"{type(error).__name__}: {text}" if text else type(error).__name__
        where = [line or "while your answer was tried", *getattr(error, "__notes__", ())]
        return f"{ADVICE.get(type(error), said)} ({', '.join(where)})"

    def _endless(self, places: list[tuple[str, int]]) -> str:
        line = self._line(places) or "in a library that it calls"
        return (
            f"your code was still running after {guard.TIME_LIMIT:g} seconds ({line}): "
            "does every loop in it come to an end?"
        )

    def _mismatch(self, answer: Any) -> str:
        """How the parameters differ from those that the check gives, or ""."""
        try:
            wanted, given = inspect.signature(self.answer), inspect.signature(answer)
            needed = [p.name for p in wanted.parameters.values() if p.default is p.empty]
            given.bind(*needed)
        except ValueError:  # a built-in without a signature
            return ""
        except TypeError:
            name = function_name(self.answer)
            return (
                f"your function takes `{name}{given}`, but it is called as "
                f"`{name}({', '.join(needed)})`: give it these arguments, in this order."
            )
        return ""

    def _line(self, places: Iterable[tuple[str, int]]) -> str:
        """Where in the student's own code: the last place outside the course and the libraries."""
        checks = (_OUR_FILES, *_LIBRARIES, self._check.__code__.co_filename, "<frozen")
        for file, number in reversed(list(places)):
            if not file.startswith(checks):
                line = linecache.getline(file, number).strip()
                return f"line {number} of your code" + (f": `{line}`" if line else "")
        return ""


def exercise(id: str, check: Callable[[Any], str | None], hints: Iterable[str]) -> Callable:
    """Make an Exercise of the function or class below, which is its solution."""
    return lambda solution: Exercise(id, check, hints, solution)


_OUR_FILES = str(Path(__file__).resolve().parent.parent)
_LIBRARIES = tuple(sysconfig.get_paths()[key] for key in ("stdlib", "purelib", "platlib"))


def _traceback_places(trace: TracebackType | None) -> list[tuple[str, int]]:
    places = []
    while trace:
        places.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    return places


def _codes(answer: Any) -> list[CodeType]:
    """The code of a function, or of every method of a class."""
    functions = vars(answer).values() if isinstance(answer, type) else [answer]
    codes = [getattr(inspect.unwrap(function), "__code__", None) for function in functions]
    return [code for code in codes if isinstance(code, CodeType)]


def _does_nothing(function: Any) -> bool:
    """Whether a function's body is only a docstring, `pass` or `...`: it does nothing but end."""
    codes = [] if isinstance(function, type) else _codes(function)
    idle = {"RESUME", "NOP", "COPY_FREE_VARS", "RETURN_VALUE"}
    return bool(codes) and all(
        step.opname in idle
        or (step.opname in ("LOAD_CONST", "RETURN_CONST") and step.argval is None)
        for step in dis.get_instructions(codes[0])
    )


def _has_placeholder(answer: Any) -> bool:
    """Whether a `...` is left anywhere in the answer: in a list, in a function, in a method."""
    if answer is ...:
        return True
    if isinstance(answer, CodeType):
        return any(map(_has_placeholder, answer.co_consts))
    if isinstance(answer, Mapping):
        return any(map(_has_placeholder, answer.values()))
    if isinstance(answer, (list, tuple, set, frozenset)):
        return any(map(_has_placeholder, answer))
    if isinstance(answer, type) and any(map(_does_nothing, vars(answer).values())):
        return True
    return any(map(_has_placeholder, _codes(answer))) or _asks_nothing(answer)


def _asks_nothing(answer: Any) -> bool:
    """Whether there is an `if ...:` or a `while ...:` in a function, which Python compiles away."""
    tested = [node.test for node in _nodes(answer) if isinstance(node, _TESTS)]
    return any(map(_is_gap, tested))


_TESTS = ast.If | ast.While | ast.IfExp


def _gaps(answer: Any) -> int:
    """How many `...` there are in the source code of a function."""
    return sum(map(_is_gap, _nodes(answer)))


def _is_gap(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _nodes(answer: Any) -> list[ast.AST]:
    """The source code of a function as a syntax tree, laid out; [] where there is none."""
    source = source_of(answer) if callable(answer) else None
    try:
        return [*ast.walk(ast.parse(source or ""))]
    except SyntaxError:  # a piece of a longer line
        return []


def source_of(answer: Any) -> str | None:
    """The source code of a function or a class, dedented; None where it cannot be found."""
    try:
        return textwrap.dedent(inspect.getsource(answer)).rstrip()
    except (OSError, TypeError):
        return _class_source(answer) if isinstance(answer, type) else None


def _class_source(answer: type) -> str | None:
    """The source of a class in a notebook: before 3.13, Python knows that of its methods only."""
    for code in _codes(answer):
        text = "".join(linecache.getlines(code.co_filename))
        with_name = [
            node
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ClassDef) and node.name == answer.__name__
        ]
        if with_name:
            return ast.get_source_segment(text, with_name[-1])
    return None


def _without_decorators(source: str | None) -> str | None:
    """The source of a solution from its `def` or `class` on."""
    if source is None:
        return None
    first = ast.parse(source).body[0]
    return "\n".join(source.splitlines()[first.lineno - 1 :])
