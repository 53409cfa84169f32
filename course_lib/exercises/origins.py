"""Where the names come from that a student's function uses but does not define itself.

Only the text of a function is kept, and `mean(x)` in it may be anything. While the function is
alive its names can be looked up; lesson 13 reads from that what has to come along with it.
"""

import builtins
import functools
import importlib
import inspect
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType

# From these, what a notebook has imported is imported in the program of lesson 13, too.
LIBRARIES = (
    *("math", "itertools", "functools", "collections", "random"),
    *("bisect", "operator", "statistics"),
)

YOURS = ""  # defined in the notebook
MADE = "made"  # a variable of another function around it


def origins(answer: object) -> dict[str, str]:
    """Of each such name: "math" for a module, "math:sqrt" for something from one, YOURS or MADE.

    Under the name "" stands where the function itself was defined: "__main__" in a notebook.
    """
    function = inspect.unwrap(answer) if callable(answer) else answer
    if not isinstance(function, FunctionType):
        return {}
    code, namespace = function.__code__, function.__globals__
    found = {name: MADE for name in code.co_freevars if name != "__class__"}
    for name in sorted(set(_names(code)) & namespace.keys() - {function.__name__}):
        if not hasattr(builtins, name) or namespace[name] is not getattr(builtins, name):
            found[name] = _origin(namespace[name])
    return found | {"": str(function.__module__)}


def _names(code: CodeType) -> Iterator[str]:
    """The names that code may look up outside of itself, attributes among them."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _origin(thing: object) -> str:
    if isinstance(thing, ModuleType):
        return thing.__name__
    if known := _library_names().get(id(thing)):
        return known
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
    if isinstance(module, str) and name and module != "__main__" and module in sys.modules:
        return f"{module.partition('._')[0]}:{name}"  # pathlib._local, from Python 3.13 on
    return YOURS


@functools.cache
def _library_names() -> dict[int, str]:
    """What can be imported from the usual libraries, by identity: functions, classes and π."""
    found = {}
    for library in LIBRARIES:
        module = importlib.import_module(library)
        for name in getattr(module, "__all__", vars(module)):
            thing = getattr(module, name)
            if not name.startswith("_") and (
                callable(thing) or (isinstance(thing, float) and library == "math")
            ):
                found.setdefault(id(thing), f"{library}:{name}")
    return found
