"""What the check of an exercise is written with: cases, calls and expectations."""

import copy
import math
import random
import reprlib
from collections.abc import Callable, Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal
from numbers import Real
from typing import Any, TypeVar

Case = TypeVar("Case")

ROOM = 240  # characters for a value in a message: a matrix in full would bury the sentence

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60


class Wrong(Exception):
    """An answer is wrong; the message names the misconception behind it."""


def cases(draw: Callable[[random.Random], Case], n: int = 20, seed: int = 42) -> Iterator[Case]:
    """`n` inputs, each made by `draw(rng)`: the same ones on every run."""
    rng = random.Random(seed)
    for _ in range(n):
        yield draw(rng)


def call(function: Callable, *args: Any, **options: Any) -> Any:
    """`function(*args, **options)`; Wrong if it changes one of its arguments on the way.

    Containers of plain data are handed over as copies, so that a function that changes them spoils
    no later check. Everything else, such as a Value, is handed over itself: its identity counts.
    """
    before = copy.deepcopy(args)
    args = tuple(copy.deepcopy(arg) if _is_plain(arg) else arg for arg in args)
    options = {k: copy.deepcopy(arg) if _is_plain(arg) else arg for k, arg in options.items()}
    room = ROOM if len(args) == 1 else ROOM // 2
    parts = [show(arg, room) for arg in args]
    parts += [f"{key}={show(arg, room)}" for key, arg in options.items()]
    shown = f"{function_name(function)}({', '.join(parts)})"
    try:
        got = function(*args, **options)
    except Exception as error:
        error.add_note(f"in `{shown}`")
        raise
    for old, new in zip(before, args, strict=True):
        if isinstance(old, (list, dict, set)) and difference(new, old, 0, 0):
            raise Wrong(
                f"your function changed its input: after `{shown}` the argument is "
                f"`{show(new)}`. Build a new {type(old).__name__} instead."
            )
    return got


def expect(
    got: Any,
    want: Any,
    when: str = "",
    *,
    rel: float = 1e-6,
    abs: float = 1e-9,
    mistakes: Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = None,
) -> None:
    """Wrong unless `got` is as good as `want`: any kind of number, any kind of sequence.

    `when` is the call that gave it, as code: "softmax([1, 2])". `mistakes` maps messages, each
    naming a misconception, to what that misconception would have given here; where that takes long
    to compute, it may be a function, which a right answer never calls.
    """
    problem = difference(got, want, rel, abs)
    if not problem:
        return
    subject = f"`{when}`" if when else "your answer"
    known = mistakes() if callable(mistakes) else mistakes or {}
    for message, mistaken in known.items():
        if not difference(got, mistaken, rel, abs):
            raise Wrong(f"{subject} is {_code(got)}: {message}")
    raise Wrong(f"{subject} {problem}")


def difference(got: Any, want: Any, rel: float = 1e-6, abs: float = 1e-9) -> str:
    """How `got` differs from `want`, as the end of a sentence; "" if it does not."""
    got, want = _plain(got), _plain(want)
    if got is None and want is not None:
        return "gives nothing back (None): is there a `return`?"
    if hasattr(got, "__next__"):
        return "gives a generator, which holds no values yet: put `list(...)` around it."
    if callable(got) and not callable(want):
        return (
            f"gives {_kind(got)}, where {_kind(want)} is expected: is it missing its brackets `()`?"
        )
    if isinstance(want, Real):
        return _number_difference(got, want, rel, abs)
    if isinstance(want, (str, bytes)):
        return _unequal(got, want)
    if isinstance(want, Mapping) and isinstance(got, Mapping):
        if set(got) != set(want):
            return f"has the keys {_code(list(got))}, where {_code(list(want))} are expected."
        pairs = [(f"at key {_code(key)}", got[key], want[key]) for key in want]
    elif isinstance(want, AbstractSet) and isinstance(got, AbstractSet):
        return _unequal(got, want)
    elif _is_sequence(want) and _is_sequence(got):
        if len(got) != len(want):
            items, are = "items"[: 4 + (len(got) != 1)], "is" if len(want) == 1 else "are"
            return f"has {len(got)} {items}, where {len(want)} {are} expected: {_code(got)}."
        pairs = [(f"at position {i}", g, w) for i, (g, w) in enumerate(zip(got, want, strict=True))]
    elif isinstance(want, (Mapping, AbstractSet)) or _is_sequence(want):
        return f"is {_kind(got)}, where {_kind(want)} is expected."
    else:
        return _unequal(got, want)
    for place, g, w in pairs:
        if problem := difference(g, w, rel, abs):
            inner = problem.removeprefix("at position ")
            nested = inner != problem and place.startswith("at position ")
            return f"{place}, {inner}" if nested else f"{place} {problem}"
    return ""


def _number_difference(got: Any, want: Real, rel: float, abs: float) -> str:
    if not isinstance(got, (Real, Decimal)):
        return f"is {_kind(got)}, where {_kind(want)} is expected."
    if math.isnan(got) and not math.isnan(want):
        return "is nan, which is not a number: was 0 divided by 0, or infinity taken from infinity?"
    try:
        close = got == want or math.isclose(got, want, rel_tol=rel, abs_tol=abs)
    except OverflowError:  # an int beyond every float
        close = False
    if close:
        return ""
    return _unequal(got, want) + " Was it rounded? Hand it back as it is." * _rounded(got, want)


def _rounded(got: Any, want: Real) -> bool:
    """Whether a number of two digits or more is what is wanted, rounded."""
    digits = f"{float(got):.10g}".replace(".", "").lstrip("-0")
    return (
        "." in f"{float(got):.10g}"
        and len(digits) > 1
        and any(got == round(float(want), places) for places in range(1, 6))
    )


def _unequal(got: Any, want: Any) -> str:
    if got == want:
        return ""
    if show(got) == show(want):  # too close to tell apart when shortened
        return f"is `{got!r}`, where `{want!r}` is expected."
    return f"is {_code(got)}, where {_code(want)} is expected."


def _plain(value: Any) -> Any:
    """The number in a Value, the lists in an array: what is compared."""
    if hasattr(value, "tolist") and not isinstance(value, type):
        return value.tolist()
    data = getattr(value, "data", None)
    return data if isinstance(data, Real) and not isinstance(value, Real) else value


def _is_plain(value: Any) -> bool:
    """Whether a value is data through and through, such that a copy is as good as itself."""
    if type(value) is dict:
        return all(map(_is_plain, value)) and all(map(_is_plain, value.values()))
    if type(value) in (list, tuple, set):
        return all(map(_is_plain, value))
    return value is None or type(value) in (bool, int, float, str)


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Collection) and not isinstance(
        value, (str, bytes, Mapping, AbstractSet)
    )


def _kind(value: Any) -> str:
    """What sort of thing a value is, in a student's words."""
    if isinstance(value, bool):
        return "True or False"
    if isinstance(value, (Real, Decimal)):
        return "a number"
    if isinstance(value, type):
        return "a class"
    if isinstance(value, str):
        return "a string"
    if callable(value):
        return "a function"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def function_name(function: Any) -> str:
    """The name to show for a student's function."""
    name = getattr(function, "__name__", "<lambda>")
    return "your_function" if name == "<lambda>" else name


def show(value: Any, room: int = ROOM) -> str:
    """A value as short code: six digits of a float, as many items of a list as there is room for.

    What has no room even so is cut.
    """
    for most in (8, 4, 2, 1):
        shown = _shown(value, most)
        if len(shown) <= room:
            return shown
    return f"{shown[: room - 1]}…"


def _shown(value: Any, most: int) -> str:
    """A value as code, with so many items of each list in it at most."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return f"{value:.6g}"
    if _plain(value) is not value:  # a Value, without its gradient: the number is the point
        return f"{type(value).__name__}({_shown(_plain(value), most)})"
    if type(value) in (list, tuple):
        items = [_shown(item, most) for item in value[:most]] + ["…"] * (len(value) > most)
        inside = ", ".join(items) + "," * (type(value) is tuple and len(value) == 1)
        return f"[{inside}]" if type(value) is list else f"({inside})"
    if type(value) is dict:
        items = [f"{_shown(key, most)}: {_shown(value[key], most)}" for key in [*value][:most]]
        return f"{{{', '.join(items + ['…'] * (len(value) > most))}}}"
    if callable(value) and hasattr(value, "__name__"):
        return function_name(value)
    if type(value).__repr__ is object.__repr__:  # which shows an address
        return f"a {type(value).__name__}"
    return _short.repr(value)


def _code(value: Any) -> str:
    return f"`{show(value)}`"
