"""The bank: right answers and plausible wrong ones to every exercise, a module for each lesson.

@right("value.mul")
def mul(a, b): ...

@wrong("value.mul", says="the other factor")
def mul(a, b): ...

wrong("tokenizer.ids", says="start at 0")([1, 2, 3])
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One answer to one exercise; `says` is part of the message, None for a right answer."""

    id: str
    answer: Any
    says: str | None


ENTRIES: list[Entry] = []


def right(id: str) -> Callable[[Any], Any]:
    """Enter the function below, or a value, as a right answer."""
    return _enter(id, None)


def wrong(id: str, says: str) -> Callable[[Any], Any]:
    """Enter the function below, or a value, as a wrong answer that is told `says`."""
    return _enter(id, says)


def _enter(id: str, says: str | None) -> Callable[[Any], Any]:
    def enter(answer: Any) -> Any:
        ENTRIES.append(Entry(id, answer, says))
        return answer

    return enter
