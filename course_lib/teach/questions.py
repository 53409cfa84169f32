"""Predictions and quizzes: questions whose answer is kept before it is revealed.

Every question is made with an id "<topic>.<name>" and a text (`code` in backticks). `.ask()` shows
it, `.answer(x)` keeps an answer and returns `Feedback`, `.judge(x)` only returns it.
"""

import html
import inspect
import math
import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from course_lib.errors import CourseError
from course_lib.teach.notice import notice, notice_text, rich
from course_lib.teach.progress import record_answer


@dataclass(frozen=True)
class Feedback:
    """What an answer is told: whether it is correct, and why or why not."""

    correct: bool
    message: str
    remark: str = ""

    @property
    def _kind(self) -> str:
        return "right" if self.correct else "wrong"

    @property
    def _text(self) -> str:
        return f"{self.message}\n{self.remark}".strip()

    def __repr__(self) -> str:
        return notice_text(self._kind, self._text)

    def _repr_html_(self) -> str:
        return notice(self._kind, self._text)


@dataclass(frozen=True)
class Option:
    """Whether an option is right, and the explanation that its choice is answered with."""

    correct: bool
    because: str


def right(because: str) -> Option:
    """A right option, and why it is right."""
    return Option(True, because)


def wrong(because: str) -> Option:
    """A wrong option, and the misconception behind it explained."""
    return Option(False, because)


class Question:
    """What all kinds of question share: to be asked, answered, kept."""

    how = ""  # how to answer, where the controls alone do not say it

    def __init__(self, id: str, text: str):
        self.id = id
        self.text = inspect.cleandoc(text)

    def ask(self) -> "Asked":
        """The question, to be shown as the last expression of a cell."""
        return Asked([self])

    def answer(self, given: Any) -> Feedback:
        """Keep the answer, then tell what is to be said to it. CourseError if it cannot be one."""
        feedback = self.judge(given)
        remark = record_answer(self.id, self._keepable(given), feedback.correct)
        return Feedback(feedback.correct, feedback.message, remark)

    def judge(self, given: Any) -> Feedback:
        """What this answer is told, without keeping it."""
        raise NotImplementedError

    @property
    def _asked(self) -> str:
        return f"{self.text}\n{self.how}".strip()

    def _keepable(self, given: Any) -> Any:
        """The answer as JSON can hold it."""
        return given

    def _options_html(self) -> str:
        """What there is to choose from, as it shows without a kernel; no trace of the answer."""
        return ""

    def _control(self) -> tuple[Any, Callable[[], Any]]:
        """A widget to answer with, and a function that reads the answer from it."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return notice_text("question", self.text)


class Choice(Question):
    """Choose one: exactly one of the options is right, and each says why or why not."""

    def __init__(self, id: str, text: str, options: Mapping[str, Option]):
        super().__init__(id, text)
        if sum(option.correct for option in options.values()) != 1:
            raise CourseError(f"{id}: a Choice needs exactly one right option.")
        self.options = _shuffled(id, options)

    def judge(self, given: str) -> Feedback:
        option = self.options[_known(given, self.options)]
        return Feedback(option.correct, option.because)

    def _options_html(self) -> str:
        return _bullets(self.options)

    def _control(self) -> tuple[Any, Callable[[], Any]]:
        from ipywidgets import RadioButtons

        labels = [(_label(text), text) for text in self.options]
        radio = RadioButtons(options=labels, value=None)
        return radio, lambda: radio.value


class Choices(Question):
    """Choose several: every option says why it belongs to the answer, or why it does not."""

    how = "Choose all that apply."

    def __init__(self, id: str, text: str, options: Mapping[str, Option]):
        super().__init__(id, text)
        if not any(option.correct for option in options.values()):
            raise CourseError(f"{id}: Choices need at least one right option.")
        self.options = _shuffled(id, options)

    def judge(self, given: Iterable[str]) -> Feedback:
        if isinstance(given, str):
            raise CourseError("Several answers are possible here: give them as a list.")
        chosen = {_known(text, self.options) for text in given}
        astray = [
            f"“{text}” {'does not belong here' if text in chosen else 'belongs here, too'}: "
            f"{option.because}"
            for text, option in self.options.items()
            if option.correct != (text in chosen)
        ]
        because = [
            option.because if text in option.because else f"“{text}”: {option.because}"
            for text, option in self.options.items()
            if option.correct
        ]
        return Feedback(not astray, "\n".join(astray or because))

    def _keepable(self, given: Iterable[str]) -> list[str]:
        return sorted(given)

    def _options_html(self) -> str:
        return _bullets(self.options)

    def _control(self) -> tuple[Any, Callable[[], Any]]:
        from ipywidgets import Checkbox, Layout, VBox

        boxes = {
            text: Checkbox(description=_label(text), indent=False, layout=Layout(width="auto"))
            for text in self.options
        }
        return VBox(list(boxes.values())), lambda: [t for t, b in boxes.items() if b.value] or None


class Number(Question):
    """A number with a tolerance. `mistakes` explains the numbers that misconceptions lead to."""

    def __init__(
        self,
        id: str,
        text: str,
        answer: float,
        *,
        tolerance: float,
        because: str,
        mistakes: Mapping[float, str],
        otherwise: str,
    ):
        super().__init__(id, text)
        self.number = answer
        self.tolerance = tolerance
        self.because = because
        self.mistakes = mistakes
        self.otherwise = otherwise

    def judge(self, given: float | str) -> Feedback:
        number = self._meant(given)
        if abs(number - self.number) <= self.tolerance:
            return Feedback(True, self.because)
        for mistaken, message in self.mistakes.items():
            if abs(number - mistaken) <= self.tolerance:
                return Feedback(False, message)
        return Feedback(False, self.otherwise)

    def _meant(self, given: float | str) -> float:
        """The number given; of two ways to read it, one that is the answer or a known mistake."""
        readings = _readings(given)
        for known in (self.number, *self.mistakes):
            for reading in readings:
                if abs(reading - known) <= self.tolerance:
                    return reading
        return readings[0]

    def _keepable(self, given: float | str) -> float:
        return self._meant(given)

    def _control(self) -> tuple[Any, Callable[[], Any]]:
        from ipywidgets import Text

        field = Text(description="A number:", style={"description_width": "initial"})
        return field, lambda: field.value.strip() or None


class Order(Question):
    """A Parsons problem: put lines in order.

    `lines` is the code in a right order. `rules` says what must come before what, and why:
    {(1, 3): "line 3 needs what line 1 makes"}, counted from 1 in `lines`. Every order that keeps
    all rules is right; another is told the reason of the first rule that it breaks.
    """

    how = "Press the lines in the right order; press one again to take it out."

    def __init__(
        self, id: str, text: str, lines: str, *, rules: Mapping[tuple[int, int], str], because: str
    ):
        super().__init__(id, text)
        self.solved = inspect.cleandoc(lines).splitlines()
        self.rules = rules
        self.because = because
        count = len(self.solved)
        if len({line.strip() for line in self.solved}) < count:
            raise CourseError(f"{id}: two lines are the same.")
        if not rules or not all(1 <= first < later <= count for first, later in rules):
            raise CourseError(f"{id}: each rule names two lines, the earlier one first.")
        rng = random.Random(id)
        self.lines = self.solved[:]
        while self.judge(self.lines).correct:
            rng.shuffle(self.lines)

    def judge(self, given: Iterable[str]) -> Feedback:
        known = {line.strip(): number for number, line in enumerate(self.solved, 1)}
        order = [known.get(str(line).strip()) for line in given]
        if None in order or sorted(order) != list(known.values()):
            raise CourseError("The answer needs every line, once.")
        for (first, later), why in self.rules.items():
            if order.index(first) > order.index(later):
                return Feedback(False, why)
        return Feedback(True, self.because)

    def _keepable(self, given: Iterable[str]) -> list[str]:
        return list(given)

    def _options_html(self) -> str:
        return f"<pre>{html.escape(chr(10).join(self.lines))}</pre>"

    def _control(self) -> tuple[Any, Callable[[], Any]]:
        from ipywidgets import HTML, Button, Layout, VBox

        so_far = HTML()
        chosen: list[str] = []
        buttons = {line: Button(layout=Layout(width="auto")) for line in self.lines}

        def choose(line: str) -> None:
            chosen.remove(line) if line in chosen else chosen.append(line)
            label()

        def label() -> None:
            for line, button in buttons.items():
                place = str(chosen.index(line) + 1) if line in chosen else "·"
                button.description = f"{place}  {line}".replace(" ", "\N{NO-BREAK SPACE}")
            so_far.value = f"Your order so far:<pre>{html.escape(chr(10).join(chosen))}</pre>"

        for line, button in buttons.items():
            button.on_click(lambda _, line=line: choose(line))
            button.add_class("course-code")
        label()
        return VBox([*buttons.values(), so_far]), lambda: chosen[:] or None


class FaultyLine(Question):
    """Find the line of `code` that is wrong; the answer is its number, counted from 1.

    `fault` is that line, and `innocent` says of each other line why it is right; empty lines aside.
    """

    def __init__(
        self,
        id: str,
        text: str,
        code: str,
        *,
        fault: str,
        because: str,
        innocent: Mapping[str, str],
    ):
        super().__init__(id, text)
        self.code = inspect.cleandoc(code).splitlines()
        self.because = because
        stripped = [line.strip() for line in self.code]
        if sorted([fault, *innocent]) != sorted(filter(None, stripped)):
            raise CourseError(f"{id}: `fault` and `innocent` together must name each line, once.")
        self.faulty = stripped.index(fault) + 1
        self.innocent = {stripped.index(line) + 1: why for line, why in innocent.items()}

    def judge(self, given: int) -> Feedback:
        if given == self.faulty:
            return Feedback(True, self.because)
        if given not in self.innocent:
            raise CourseError(f"Give the number of a line, from 1 to {len(self.code)}.")
        return Feedback(False, self.innocent[given])

    def _numbered(self) -> list[tuple[str, int]]:
        return [(f"{n:2}  {line}", n) for n, line in enumerate(self.code, 1)]

    def _options_html(self) -> str:
        lines = "\n".join(line for line, _ in self._numbered())
        return f"<pre>{html.escape(lines)}</pre>"

    def _control(self) -> tuple[Any, Callable[[], Any]]:
        from ipywidgets import RadioButtons

        lines = [
            (line.replace(" ", "\N{NO-BREAK SPACE}"), n)
            for line, n in self._numbered()
            if n in {self.faulty, *self.innocent}
        ]
        radio = RadioButtons(options=lines, value=None)
        radio.add_class("course-code")
        return radio, lambda: radio.value


class Quiz:
    """A few questions together, such as the warm-up of a lesson."""

    def __init__(self, id: str, *questions: Question):
        self.id = id
        self.questions = questions

    def ask(self) -> "Asked":
        """The questions, to be shown as the last expression of a cell."""
        return Asked(self.questions)


class Asked:
    """Questions as they are shown: widgets where a kernel is there to listen, else static text."""

    def __init__(self, questions: Iterable[Question]):
        self.questions = list(questions)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        static = {
            "text/plain": "\n".join(map(repr, self.questions)),
            "text/html": "".join(
                notice("question", question._asked, question._options_html())
                for question in self.questions
            ),
        }
        return (_widget_view(self.questions) if _kernel_listens() else {}) | static


def _kernel_listens() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return hasattr(get_ipython(), "kernel")


STYLE = """<style>
.course-question .widget-radio, .course-question .widget-radio-box { width: auto; height: auto }
.course-question .widget-html-content { line-height: 1.5 }
.course-question .widget-radio-box label, .course-question .widget-checkbox label {
  width: auto; height: auto; line-height: 1.6; white-space: normal; overflow: visible }
.course-code label, .course-code.jupyter-button {
  font-family: var(--jp-code-font-family, monospace) !important }
.course-code.jupyter-button { text-align: left }
.course-question :focus-visible { outline: 2px solid #0072B2; outline-offset: 1px }
</style>"""


def _widget_view(questions: Iterable[Question]) -> dict[str, Any]:
    from ipywidgets import HTML, VBox

    whole = VBox([HTML(STYLE), *map(_widget, questions)])
    return whole._repr_mimebundle_() or {}


def _widget(question: Question) -> Any:
    """The question, a control to answer with, a button, and room for the feedback."""
    from ipywidgets import HTML, Button, VBox

    control, read = question._control()
    submit = Button(description="Answer", tooltip=f"Answer: {question.text}")
    feedback = HTML()

    def reply(_: Any) -> None:
        given = read()
        try:
            if given is None:
                raise CourseError("Choose an answer first.")
            told = question.answer(given)._repr_html_()
        except CourseError as problem:
            told = f"<p>{rich(str(problem))}</p>"
        feedback.value = f'<div role="alert">{told}</div>'

    submit.on_click(reply)
    box = VBox([HTML(notice("question", question._asked)), control, submit, feedback])
    box.add_class("course-question")
    return box


def _shuffled(id: str, options: Mapping[str, Option]) -> dict[str, Option]:
    """The options in an order that depends on the id alone; each must have its own explanation."""
    reasons = [option.because.strip() for option in options.values()]
    if not all(reasons) or len(set(reasons)) < len(reasons):
        raise CourseError(f"{id}: every option needs an explanation of its own.")
    return dict(random.Random(id).sample(list(options.items()), len(options)))


def _known(given: Any, options: Mapping[str, Option]) -> str:
    if given not in list(options):
        raise CourseError(f"{given!r} is not among the options: {'; '.join(options)}.")
    return given


def _label(text: str) -> str:
    return text.replace("`", "")


def _bullets(options: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{rich(option)}</li>" for option in options) + "</ul>"


def _readings(given: Any) -> list[float]:
    """What is meant by "0.5", "0,5", "1/2", "4,064" or 0.5: two numbers where it is ambiguous.

    A comma in front of three digits separates thousands, as in the lessons, or is a decimal one:
    "2,135" is both. "34 %" is 34 or 0.34, whichever the question is about.
    """
    if not isinstance(given, str):
        return [_number(given, given)]
    text = re.sub(r"(?<=\d)\s(?=\d{3}\b)", ",", given.strip()).replace("−", "-")
    written = text.removesuffix("%").rstrip()
    readings = []
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", written):
        readings.append(_number(written.replace(",", ""), given))
    if not readings or (re.fullmatch(r"[^,.]*,[^,.]*", written) and "," in given):
        readings.append(_number(written.replace(",", "."), given))
    return readings if written == text else [*readings, *(number / 100 for number in readings)]


def _number(written: Any, given: Any) -> float:
    """The number that is written so; CourseError if it is none."""
    try:
        number = float(Fraction(written) if isinstance(written, str) else written)
        if math.isnan(number):
            raise ValueError
        return number
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        raise CourseError(f"{given!r} is not a number: write one such as 0.5 or 1/2.") from None
