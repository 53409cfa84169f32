"""Lesson 02: a number that remembers, the graph that it makes, and the walk back through it."""
# ruff: noqa: B905 (solutions use `zip` in its plainest form)

import inspect
import math
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from numbers import Real
from random import Random

from course_lib import derivatives
from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import (
    Wrong,
    call,
    cases,
    difference,
    expect,
    function_name,
    show,
)
from course_lib.teach.graphs import topological_order as nodes_below
from course_lib.teach.questions import Choice, FaultyLine, Number, Order, Quiz, right, wrong
from course_lib.value import Value

warm_up = Quiz(
    "value.warm_up",
    Number(
        "value.warm_up_chain",
        "`g(x) = 3*x + 1` feeds `f(u) = u**2`. What is the slope of f(g(x)) at `x = 1`?",
        24,
        tolerance=0.5,
        because="g turns 3 times as fast as x and hands over 4, where the slope of f is 2·4 = 8. "
        "Gears multiply: 3 · 8 = 24.",
        mistakes={
            6: "You took the slope of f at 1. f works on what g hands over, which is 4.",
            8: "That is the slope of f at 4. Its knob is turned by g, 3 times as fast as x.",
            11: "Gears multiply; you added the two slopes.",
            3: "That is the slope of g alone; f comes after it.",
            16: "That is the value of f(g(1)), not its slope.",
        },
        otherwise="Multiply the slope of g at 1 by the slope of f where f works, at g(1).",
    ),
    Choice(
        "value.warm_up_gradient",
        "The gradient of a loss says that knob `w` has the slope -4. To lower the loss, `w` must",
        {
            "grow": right(
                "A negative slope: more w, less loss. Gradient descent subtracts, and minus a "
                "minus is a plus."
            ),
            "shrink": wrong("With a slope of -4, less w means more loss: that way leads uphill."),
            "stay where it is": wrong("It may rest only where the slope is 0."),
        },
    ),
    Number(
        "value.warm_up_runs",
        "How often must a model with 4,064 parameters run to measure its whole gradient with "
        "`derivative` from lesson 01?",
        8128,
        tolerance=0.5,
        because="Two runs for each parameter, one on either side: 2 · 4,064 = 8,128.",
        mistakes={
            4064: "The central difference nudges each parameter both ways: two runs each.",
            4065: "That would do for one-sided nudges. The central difference goes both ways.",
            2: "Two runs measure one parameter, while all the others are held still.",
            1: "One run gives the loss at one place, and no slope at all.",
        },
        otherwise="`derivative` calls the function twice, and each parameter is nudged alone.",
    ),
)

slope_of_sum = Choice(
    "value.slope_of_sum",
    "`a + b` with `a = 2` and `b = 3`. You nudge `a` by 0.01 and leave `b` alone. "
    "How far does the sum move?",
    {
        "by 0.01": right(
            "From 5 to 5.01: just as far as `a` moved. The slope of a sum towards each part is 1."
        ),
        "by 0.03": wrong(
            "That would be the product: there, the other number multiplies the nudge. In a sum it "
            "stands still."
        ),
        "by 0.05": wrong("The nudge is not multiplied by the sum; it is added to it once."),
        "by 0.02": wrong("Only one of the two was nudged. `b` stays where it is."),
    },
)

backward_product = Number(
    "value.backward_product",
    "`result = product + a`, and the gradient of `result` is 1. What is the gradient of `product`?",
    1,
    tolerance=0.01,
    because="The slope of a sum towards each part is 1, and 1 · 1 = 1.",
    mistakes={
        -6: "That is the value of `product`. The gradient is the slope of the result towards it.",
        2: "That is the value of `a`. In a sum, the other number has no say in the slope.",
        0: "If `product` moves, the result moves with it, so the slope is not 0.",
        -4: "That is the value of `result`. How far does it move when `product` moves by 1?",
    },
    otherwise="Multiply the local gradient of the sum by the gradient of `result`.",
)

backward_b = Number(
    "value.backward_b",
    "`product = a * b` with `a = 2` and `b = -3`, and the gradient of `product` is 1. "
    "What is the gradient of `b`?",
    2,
    tolerance=0.01,
    because="The local gradient of a product towards one factor is the other factor, here 2, and "
    "2 · 1 = 2.",
    mistakes={
        -3: "That is `b` itself. When `b` is nudged, the product moves `a` times as far.",
        -6: "That is the value of `product`, not a slope.",
        1: "That is the gradient of `product`. Multiply it by the local gradient.",
    },
    otherwise="Multiply the local gradient towards `b` by the gradient of `product`.",
)

backward_a = Number(
    "value.backward_a",
    "`a` is used twice: in `product = a * b` and in `result = product + a`. "
    "What is the gradient of `a`, all in all?",
    -2,
    tolerance=0.01,
    because="Through the product -3, directly 1; a nudge of `a` goes both ways at once, so the two "
    "add up to -2.",
    mistakes={
        -3: "That is its part through the product. `a` is also added directly.",
        1: "That is its direct part. `a` also works through the product.",
        4: "The direct part is 1 and the part through the product is -3: mind its sign.",
        2: "That is the value of `a`.",
    },
    otherwise="Two ways lead from `a` to the result. Find the slope along each, then add.",
)

why_wrong = Choice(
    "value.why_wrong",
    "Look at what `c` and `d` handed on, and when. Why does the impatient walk give too much?",
    {
        "what `c` and `d` handed on too early is contained in what they hand on later": right(
            "`c` hands on 1, then 7, and that 1 is part of the 7: 8 in all, where 7 are due."
        ),
        "gradients must replace each other, and it adds them": wrong(
            "`c` really has two parents, 1 and 6 come from them, and 1 + 6 = 7 is right. The "
            "adding is not the fault."
        ),
        "it uses the wrong local gradients for `c * d`": wrong(
            "They come from the graph itself: 6 towards `c` and 5 towards `d`, as they should."
        ),
        "it visits `a` before `b`": wrong(
            "Both are leaves and hand on nothing, so it does not matter which of them comes first."
        ),
    },
)

order_lines = Order(
    "value.order_lines",
    "A list of all nodes, each after its children: put the steps in order.",
    """
    begin with an empty list
    to visit a node, unless it is in the list already:
        visit each of its children
        append the node to the list
    visit the root
    give the list back
    """,
    rules={
        (1, 2): "Made inside of a visit, the list would be a new one each time: make it first.",
        (2, 3): "Ask first whether the node is in the list already, and only then go down.",
        (3, 4): "A node is appended after its children, so visit all of them first.",
        (4, 5): "Say first what a visit is, all of it; then the walk can start, at the root.",
        (5, 6): "The list is given back when the walk is over.",
    },
    because="Children first, then the node itself, and each node only once: that is all.",
)

overwrite_line = FaultyLine(
    "value.overwrite_line",
    "On `a * b + a` this gives `a` the gradient -3, where -2 is right. Which line is wrong?",
    """
    def backward(root):
        root.grad = 1.0
        for node in reversed(root.topological_order()):
            for child, local_grad in zip(node.children, node.local_grads):
                child.grad = local_grad * node.grad
    """,
    fault="child.grad = local_grad * node.grad",
    because="`=` throws away what came along another arrow before, and does no harm where each "
    "node is used once. A gradient is gathered along all the arrows: `+=`.",
    innocent={
        "def backward(root):": "It needs the root, and nothing else.",
        "root.grad = 1.0": "The result follows itself one to one: its gradient is 1.",
        "for node in reversed(root.topological_order()):": "From the root down, each node after "
        "all its parents: that is right.",
        "for child, local_grad in zip(node.children, node.local_grads):": "It goes through the "
        "children, each with the slope towards it.",
    },
)

twice = Choice(
    "value.twice",
    "`x = Value(3.0)` and `y = x * x`. After `y.backward()`, `x.grad` is 6. "
    "What is it after a second `y.backward()`?",
    {
        "6": wrong(
            "That would be so if `backward` cleared the gradients first. It does not: it adds."
        ),
        "12": right("The second call adds another 6 to the 6 that are still there."),
        "36": wrong("Gradients are added, not multiplied: 6 + 6."),
        "2": wrong(
            "That is the slope of the slope. A second walk goes over the same graph and adds."
        ),
    },
)

dot_nodes = Number(
    "value.dot_nodes",
    "Written with `*` and `+`, how many new nodes do two rows of 16 numbers need?",
    31,
    tolerance=0.5,
    because="16 products, and 15 additions to join them.",
    mistakes={
        16: "Those are the products. They still have to be added up.",
        32: "Nearly: 16 products need only 15 additions, as the first one joins two of them.",
        15: "Those are the additions. What they add are 16 products, each a node.",
        63: "You counted the 32 numbers themselves, too. The question is how many nodes are new.",
        1: "That is what we will get to. Written with `*` and `+`, each operation is a node.",
    },
    otherwise="Each product is a node, and each addition of two things is a node.",
)

bias_sign = Choice(
    "value.bias_sign",
    "Three of the four answers should be 1. After training, the bias will be",
    {
        "negative": right(
            "For the inputs (0, 0) the bias is all there is, and the answer must be near 0. So "
            "the bias pulls down, and each weight is large enough to pull up against it."
        ),
        "positive, as most answers are 1": wrong(
            "Then (0, 0) would be answered with more than one half. The weights can lift the other "
            "three cases; nothing but the bias can lower this one."
        ),
        "0, as no input is multiplied with it": wrong(
            "It adds to the sum in every case, so nudging it changes the loss: it has a gradient, "
            "and it moves."
        ),
    },
)

four_moves = Order(
    "value.four_moves",
    "Put the lines of training in order: four moves, beginning with the forward pass, and two "
    "loops.",
    """
    for _ in range(200):
        current = loss()
        current.backward()
        for parameter in [*weights, bias]:
            parameter.data -= 2.0 * parameter.grad
            parameter.grad = 0.0
    """,
    rules={
        (1, 2): "Everything happens again in each step, so the loop over the steps comes first.",
        (2, 3): "There is no graph to walk back through before the forward pass has made one.",
        (3, 5): "The step needs the gradients of this loss: backward comes before it.",
        (3, 4): "One walk back gives all the gradients, so it stands before the parameters' loop.",
        (4, 5): "`parameter` gets its meaning from the line `for parameter in …`.",
        (4, 6): "Whose gradient is cleared? The line `for parameter in …` says it, so it is first.",
        (
            5,
            6,
        ): "Cleared first, the gradient is 0, and a step by 0 moves nothing: step, then clear.",
    },
    because="Forward, backward, step, clear: the next walk adds to gradients of 0.",
)


# --- What the checks share ---


@contextmanager
def without_the_finished(name: str, instead: str) -> Iterator[None]:
    """Wrong where the answer leaves the work to this method of the finished Value."""
    finished, checking = vars(Value)[name], threading.current_thread()

    def refuse(*args):
        # A check that hangs must not spoil the class for the rest of the notebook.
        if threading.current_thread() is not checking:
            return finished.__get__(None, Value)(*args)
        raise Wrong(f"that uses the finished `{name}`. {instead}")

    setattr(Value, name, refuse)
    try:
        yield
    finally:
        setattr(Value, name, finished)


def values(function: Callable, numbers: Iterable[float]) -> list:
    """A value for each number: of the class `Value` that the student's function knows, if any."""
    known = getattr(inspect.unwrap(function), "__globals__", {}).get("Value")
    try:
        made = [known(number) for number in numbers]
        if all(not node.children and not node.grad and node.data in numbers for node in made):
            return made
    except Exception:  # whatever their class does, the course's will do
        pass
    return [Value(number) for number in numbers]


def must_be_value(got: object, when: str) -> None:
    """Wrong where a call gives anything but a Value."""
    if isinstance(got, Real):
        raise Wrong(
            f"`{when}` is the plain number {show(got)}, which remembers nothing, so no gradient "
            "comes back from it: return a Value that was made of the Values given."
        )
    if not hasattr(got, "data"):
        expect(got, Value(0.0), when=when)


def check_operation(
    function: Callable,
    names: tuple[str, ...],
    points: Iterable[tuple[float, ...]],
    plain: Callable[..., float],
    mistakes: Mapping[str, Callable[..., float | list[float]]],
    arrange: Callable[..., tuple] = lambda *nodes: nodes,
) -> None:
    """Wrong unless the function does on Values what `plain` does on numbers, at all the points.

    `names` are those of its parameters; `arrange` makes the arguments of one Value for each number
    of a point. A mistake gives a number that is no right `.data`, or a list of wrong slopes.
    """
    for point in points:
        arguments = list(arrange(*values(function, point)))
        inputs = {}
        for name, argument in zip(names, arguments, strict=True):
            if isinstance(argument, list):
                inputs |= {f"{name}[{i}]": node for i, node in enumerate(argument)}
            elif hasattr(argument, "children"):
                inputs[name] = argument
        k = len(inputs)
        slopes = derivatives.gradient(
            lambda numbers, point=point, k=k: plain(*numbers, *point[k:]), list(point[:k])
        )
        at_point = {message: mistaken(*point) for message, mistaken in mistakes.items()}
        check_node(function, arguments, inputs, plain(*point), slopes, at_point)


def check_node(
    function: Callable,
    arguments: list,
    inputs: Mapping[str, object],
    number: float,
    slopes: list[float],
    mistakes: Mapping[str, float | list[float]],
) -> None:
    """Wrong unless the call gives one node with this number, the inputs, and the slopes to them."""
    inside = ", ".join(written(argument) for argument in arguments)
    when = f"{function_name(function)}({inside})"
    before = [(node.data, node.grad) for node in inputs.values()]
    try:
        got = call(function, *arguments)
    except TypeError as error:
        if advice := no_such_operation(error):
            raise Wrong(f"in `{when}`: {error}. {advice}") from None
        raise
    except ZeroDivisionError:
        raise Wrong(
            f"`{when}` divides by 0. The rules for the number and for the slope need no division, "
            "so they hold at 0, too."
        ) from None
    for name, node, (data, grad) in zip(inputs, inputs.values(), before, strict=True):
        if node.data != data:
            raise Wrong(
                f"`{when}` changed the number in `{name}` from {show(data)} to {show(node.data)}. "
                "Leave the inputs as they are and make a new Value."
            )
        if node.grad != grad:
            raise Wrong(
                f"`{when}` changed the gradient of `{name}`. An operation only remembers its "
                "slopes; gradients come with the backward pass."
            )
        if got is node:
            raise Wrong(f"`{when}` gives `{name}` itself back. Make a new Value that remembers it.")
    must_be_value(got, when)
    if hasattr(got.data, "children"):
        raise Wrong(f"the number in `{when}` is itself a Value. Compute with `.data`.")
    expect(got.data, number, when=f"{when}.data", mistakes=mistakes)
    check_children(got, when, inputs)
    towards = dict.fromkeys(map(id, inputs.values()), 0.0)
    for child, slope in zip(got.children, got.local_grads, strict=True):
        towards[id(child)] += slope
    given = list(towards.values())
    expect(given, slopes, when=f"{when}.local_grads", rel=1e-5, abs=1e-6, mistakes=mistakes)


def no_such_operation(error: TypeError) -> str:
    """What to say where Values were to do what their class cannot do yet; "" for other errors."""
    if "Value" in str(error) and "not supported between" in str(error):
        return "Values have no larger and smaller; the numbers in them have: compare `.data`."
    if "Value" in str(error) and ("operand type" in str(error) or "real number" in str(error)):
        return "Compute with the plain numbers in `.data`: their operations are there already."
    return ""


def check_children(got, when: str, inputs: Mapping[str, object]) -> None:
    """Wrong unless the children of a node are the inputs, each with a plain number as slope."""
    for field, one in [("children", "self"), ("local_grads", "slope")]:
        held = getattr(got, field, None)
        if isinstance(held, AbstractSet):
            raise Wrong(
                f"the {field} of `{when}` are a set, and a set has no order, so nobody knows which "
                "slope belongs to which child: use a tuple or a list."
            )
        if hasattr(held, "__next__"):
            raise Wrong(
                f"the {field} of `{when}` are a generator, which is used up after one walk: "
                "put `tuple(...)` around it."
            )
        if not isinstance(held, Collection):
            raise Wrong(
                f"the {field} of `{when}` are no tuple or list. A tuple of one needs a comma: "
                f"`({one},)`, for `({one})` is only `{one}` in brackets."
            )
    known = {id(node): name for name, node in inputs.items()}
    for child in got.children:
        if id(child) in known:
            continue
        if isinstance(child, Real):
            raise Wrong(
                f"the children of `{when}` hold the plain number {show(child)}. Children are the "
                "Values that were given, so that gradients can reach them; a plain number is none."
            )
        if isinstance(child, Collection):
            raise Wrong(
                f"the children of `{when}` hold a {type(child).__name__}. Put all the Values side "
                "by side into one tuple: `(*a, *b)`."
            )
        if getattr(child, "children", ()):
            raise Wrong(
                f"`{when}` is made of several nodes. Compute with the numbers (`.data`) and make "
                "one single Value at the end, with all the inputs as its children."
            )
        raise Wrong(
            f"the children of `{when}` hold a new Value. They must be the inputs themselves, "
            "or no gradient will ever reach these."
        )
    missing = [name for i, name in known.items() if i not in map(id, got.children)]
    if missing:
        raise Wrong(
            f"`{when}` does not remember {' and '.join(f'`{name}`' for name in missing)}: "
            "its children are the Values that it was computed from."
        )
    if len(got.local_grads) != len(got.children):
        raise Wrong(
            f"`{when}` has children: {len(got.children)}, local gradients: {len(got.local_grads)}. "
            "Each child needs one."
        )
    for slope in got.local_grads:
        if hasattr(slope, "children"):
            raise Wrong(
                f"the local gradients of `{when}` are Values. A slope is a plain number: "
                "take the `.data` of a Value."
            )
        if not isinstance(slope, Real):
            expect(slope, 1.0, when=f"a local gradient of {when}")


def written(argument: object) -> str:
    """An argument as it would be written: Value(2), or a list of such."""
    if isinstance(argument, list):
        return f"[{', '.join(map(written, argument))}]"
    return f"Value({show(argument.data)})" if hasattr(argument, "data") else show(argument)


# --- Operations ---


def check_mul(mul):
    def factors(rng):
        a, b = rng.sample([-4.0, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.0, 5.0], 2)
        return (a, b) if abs(a) != abs(b) else (a, b + 1.25)

    mistakes = {
        "that is the sum; this is about the product.": lambda a, b: a + b,
        "they changed places. When `self` is nudged, by which number is the nudge multiplied?": (
            lambda a, b: [a, b]
        ),
        "those are the slopes of a sum. In a product, the other factor multiplies the nudge.": (
            lambda a, b: [1, 1]
        ),
        "that is the product itself. Nudge one factor: how far does the product move?": (
            lambda a, b: [a * b, a * b]
        ),
        "that is the same factor twice. The slope towards each is the other one.": (
            lambda a, b: [b, b]
        ),
    }
    with without_the_finished("__mul__", "Compute with the plain numbers in `.data`."):
        points = [(2.0, 5.0), *cases(factors), (0.0, 3.0)]
        check_operation(mul, ("self", "other"), points, lambda a, b: a * b, mistakes)
        (x,) = values(mul, [3.0])
        twice = {"`self` and `other` are the same Value here; both slopes count.": [3.0]}
        check_node(mul, [x, x], {"self": x}, 9.0, [6.0], twice)
    return "its local gradients agree with `derivative` on 20 random pairs, with 0, and on x * x."


@exercise(
    "value.mul",
    check=check_mul,
    hints=(
        "Take a = 2 and b = 5. Nudge a to 2.01: how far does the product move, and which number "
        "made it move so far?",
        "2.01 · 5 = 10.05: the product moved 5 times as far as a. So the slope towards `self` is "
        "what `other` holds.",
        """
        One gap left; mind that slopes are plain numbers, so `.data`:

        ```python
        local_grads = (other.data, ...)
        ```
        """,
    ),
)
def mul(self, other):
    """self * other, as a new Value that remembers both."""
    local_grads = (other.data, self.data)
    return Value(self.data * other.data, (self, other), local_grads, "*")


def check_power(power):
    def question(rng):
        if rng.random() < 0.7:
            return rng.choice([-3.0, -2.0, -1.5, 0.5, 1.5, 2.0, 3.0]), rng.choice([3, 2, 4, -1, -2])
        return rng.choice([0.25, 2.0, 4.0]), rng.choice([0.5, -0.5, 1.5])

    mistakes = {
        "that is a product; `**` multiplies `self` by itself.": lambda x, n: x * n,
        "self and exponent changed places.": lambda x, n: float(n) ** x if n > 0 else math.inf,
        "the exponent goes down by one: the slope of x**3 is 3·x**2.": lambda x, n: [n * x**n],
        "the factor in front is missing: the slope of x**3 is 3·x**2.": lambda x, n: [x ** (n - 1)],
        "the 2 in the second factor was x itself: look at the slopes at 3, too.": (
            lambda x, n: [n * 2.0 ** (n - 1)]
        ),
        "you wrote n·x; the power of x is n - 1.": lambda x, n: [n * x],
        "that is n·xⁿ - 1: Python takes the power first. Put the exponent in brackets.": (
            lambda x, n: [n * x**n - 1]
        ),
        "that is the power itself; its slope has the exponent in front, and an exponent that is "
        "smaller by 1.": lambda x, n: [x**n],
        "the factor in front is n, not n - 1.": lambda x, n: [(n - 1) * x ** (n - 1)],
        "that is the slope of x alone; x**n turns faster.": lambda x, n: [1],
    }
    with without_the_finished("__pow__", "Compute with the plain number in `.data`."):
        points = [(5.0, 3), *cases(question), (3.0, 1), (3.0, 0), (0.0, 2)]
        check_operation(
            power,
            ("self", "exponent"),
            points,
            lambda x, n: x**n,
            mistakes,
            arrange=lambda x, n: (x, n.data),  # the exponent is a plain number
        )
    return "its local gradient agrees with `derivative` for whole, negative and fractional powers."


@exercise(
    "value.power",
    check=check_power,
    hints=(
        "At 2 the four slopes are 1 · 1, 2 · 2, 3 · 4 and 4 · 8. The first factor is n; what is "
        "the second? It is another one at 3: 1 · 1, 2 · 3, 3 · 9 and 4 · 27.",
        "As in `mul`: a new Value from the number, the children, and the slopes. One child, one "
        "slope: `(self,)` is a tuple of one, with a comma. The second factor is a power of x.",
        """
        One gap left:

        ```python
        slope = ...
        return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")
        ```
        """,
    ),
)
def power(self, exponent):
    """self ** exponent, where the exponent is a plain number."""
    slope = exponent * self.data ** (exponent - 1)
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


def check_relu(relu):
    mistakes = {
        "that is how far it is from 0; negative numbers become 0 here.": abs,
        "you let the negative numbers through, not the positive ones.": lambda x: min(0.0, x),
        "below 0 the answer stays 0 when x is nudged, so the slope is 0.": lambda x: [1],
        "above 0 the answer follows x one to one, so the slope is 1.": lambda x: [0],
        "that is the number itself; above 0 the answer follows x one to one: slope 1.": (
            lambda x: [max(0.0, x)]
        ),
        "below 0 it does not fall, it is flat: slope 0.": lambda x: [-1],
    }
    at_zero = {
        "exactly at 0 we agreed on slope 0.": [1],
        "exactly at 0, the slope is 0 by agreement, not something between.": [0.5],
    }

    def either_side(rng):
        return (rng.choice([-1, 1]) * rng.choice([0.25, 0.5, 1.5, 2.0, 3.0, 7.0]),)

    with without_the_finished("relu", "Compute with the plain number in `.data`."):
        points = [(3.0,), (-2.0,), *cases(either_side)]
        check_operation(relu, ("self",), points, lambda x: max(0.0, x), mistakes)
        (x,) = values(relu, [0.0])
        check_node(relu, [x], {"self": x}, 0.0, [0.0], at_zero)
    return "its local gradient is right above, below and at 0."


@exercise(
    "value.relu",
    check=check_relu,
    hints=(
        "Two cases: above 0 and not. What is the number in each, and what is the slope?",
        "Above 0 it is `self.data` with slope 1; else 0 with slope 0. Both remember `self`.",
        """
        One case left:

        ```python
        if self.data > 0:
            return Value(self.data, (self,), (1.0,), "relu")
        return ...
        ```
        """,
    ),
)
def relu(self):
    """self where it is positive, else 0, as a new Value that remembers self."""
    if self.data > 0:
        return Value(self.data, (self,), (1.0,), "relu")
    return Value(0.0, (self,), (0.0,), "relu")


# --- The order and the walk back ---


class Watched(Value):
    """A Value that counts how often anyone looks at its children, or compares it with others."""

    __slots__ = ("_children", "looks")
    comparisons = 0
    __hash__ = Value.__hash__

    def __eq__(self, other):
        Watched.comparisons += 1
        return self is other

    @property
    def children(self):
        self.looks += 1
        if self.looks > 1000:
            raise Wrong(
                "your walk goes down from the same node again and again; in a large graph it "
                "would never end. Before you go down from a node, ask whether it was visited."
            )
        return self._children

    @children.setter
    def children(self, children):
        self._children, self.looks = children, 0


Watched.__name__ = "Value"  # as messages name it

# Each begins with its leaves; the last node is the root.
GRAPHS = (
    "a = 2, b = 3, y = a + b",
    "a = 2, b = -3, product = a * b, result = product + a",
    "x = 3, y = x * x",
    "a = 2, b = 3, c = a + b, d = c * a, y = c + d",
    "a = 2, b = 3, c = a + b, d = a * b, s = c + d, p = c * d, y = s + p",
)


def random_graph(rng: Random) -> str:
    """Two to four leaves and some operations, all of them below the last one, as text."""
    made = [rng.choice(["-2", "-1.5", "0.5", "1.5", "2"]) for _ in range(rng.randint(2, 4))]
    unused = list(range(len(made)))

    def join(i: int, j: int) -> None:
        unused[:] = [k for k in unused if k not in (i, j)] + [len(made)]
        made.append(f"v{i} {rng.choice('+*')} v{j}")

    for _ in range(rng.randint(1, 4)):
        join(rng.randrange(len(made)), rng.randrange(len(made)))
    while len(unused) > 1:
        join(unused[-1], unused[-2])
    return ", ".join(f"v{i} = {what}" for i, what in enumerate(made))


def build(text: str, kind: type) -> dict[str, Value]:
    """The nodes by name of a graph such as "a = 2, y = a * a", the root last."""
    nodes = {}
    for line in text.split(", "):
        match line.split():
            case [name, "=", number]:
                nodes[name] = kind(float(number))
            case [name, "=", left, "+", right]:
                a, b = nodes[left], nodes[right]
                nodes[name] = kind(a.data + b.data, (a, b), (1.0, 1.0), "+")
            case [name, "=", left, "*", right]:
                a, b = nodes[left], nodes[right]
                nodes[name] = kind(a.data * b.data, (a, b), (b.data, a.data), "*")
    return nodes


def graphs(kind: type) -> Iterator[tuple[str, dict[str, Value], Value]]:
    """(text, nodes by name, root) of graphs, from small to random ones."""
    for text in (*GRAPHS, *cases(random_graph, n=15)):
        nodes = build(text, kind)
        yield text, nodes, [*nodes.values()][-1]


def check_order(order, names: Mapping[str, Value], root: Value, when: str) -> None:
    """Wrong unless this is a topological order of the graph."""
    if isinstance(order, AbstractSet):
        raise Wrong(f"{when} gives a set, and a set has no order: collect the nodes in a list.")
    if order is None or not isinstance(order, Collection) or isinstance(order, str):
        expect(order, [1.0], when="topological_order(root)")
    name_of = {id(node): name for name, node in names.items()}
    order = list(order)
    strangers = [thing for thing in order if id(thing) not in name_of]
    if any(isinstance(thing, Value) for thing in strangers):
        raise Wrong(
            "the list still holds nodes of an earlier call. Make a new empty list inside the "
            "function, not outside of it and not as a default argument."
        )
    if strangers:
        raise Wrong(
            f"{when} gives a list that holds {show(strangers[0])}. It should hold the nodes "
            "themselves, not what is in them."
        )
    got = [name_of[id(node)] for node in order]
    shown = f"{when} gives `[{', '.join(got)}]`"
    if repeated := [name for name in names if got.count(name) > 1]:
        raise Wrong(
            f"{shown}: `{repeated[0]}` stands in it {got.count(repeated[0])} times. "
            "Skip a node that was visited before."
        )
    missing = [name for name in names if name not in got]
    if id(root) not in map(id, order):
        raise Wrong(
            f"{shown}: the root itself, `{name_of[id(root)]}`, is missing. Is `visit(root)` "
            "called, and does each visit append its own node, after the loop over the children?"
        )
    if missing and all(name in missing for name in names if not names[name].children):
        alone = (
            " Or is it that your function calls itself, and each call makes a list of its own? "
            "Make one list, outside of `visit`."
        )
        raise Wrong(
            f"{shown}: the leaves are missing. They have no children, but they belong to the graph."
            + (alone if len(got) == 1 else "")
        )
    if missing:
        raise Wrong(
            f"{shown}: `{missing[0]}` is missing. Visit the children of the children, too, "
            "all the way down."
        )
    place = {name: i for i, name in enumerate(got)}
    early = [
        (name, name_of[id(child)])
        for name in got
        for child in names[name].children
        if place[name_of[id(child)]] > place[name]
    ]
    if early and len(early) == sum(len(node.children) for node in names.values()):
        raise Wrong(
            f"{shown}: the root comes first. It is the other way round: every node after its "
            "children, so the root is last."
        )
    if early:
        node, child = early[0]
        raise Wrong(
            f"{shown}: `{node}` stands before its child `{child}`. Append a node only when all "
            "its children are in the list."
        )


def check_topological_order(order_of):
    doubled = ", ".join(["x0 = 1", *(f"x{i + 1} = x{i} + x{i}" for i in range(40))])
    names = build(doubled, Watched)
    *_, last = names.values()
    leaf = Watched(1.0)
    advice = "Write the walk yourself: a function of your own may call itself, as `visit(child)`."
    with without_the_finished("topological_order", advice):
        check_order(call(order_of, leaf), {"x": leaf}, leaf, "for a single leaf `x` your function")
        for text, nodes, root in graphs(Watched):
            check_order(call(order_of, root), nodes, root, f"for `{text}` your function")
        Watched.comparisons = 0
        check_order(call(order_of, last), names, last, "for a number doubled 40 times")
    passed = "every node after its children, and none of them twice."
    if Watched.comparisons > len(names):
        passed += (
            " One thing for large graphs: `in` searches a list from its beginning, each time; "
            "a set beside it, of the nodes seen so far, answers at once."
        )
    return passed


@exercise(
    "value.topological_order",
    check=check_topological_order,
    hints=(
        "It is the puzzle above, in Python: the list is made once, and a visit is a function "
        "inside of yours.",
        "Write a function `visit(node)` inside: it skips a node that was visited before, visits "
        "all children, then appends the node.",
        """
        One line left. The set `seen` finds a node at once, where a long list has to be searched:

        ```python
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for child in node.children:
                    visit(child)
                ...

        visit(root)
        return order
        ```
        """,
    ),
)
def topological_order(root):
    """All nodes that root was computed from, root included: each once, after its children."""
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for child in node.children:
                visit(child)
            order.append(node)

    visit(root)
    return order


def add_all(so_far: float, slope: float, given: float) -> float:
    """How a gradient grows when a parent hands on its own."""
    return so_far + slope * given


def gradients(
    root,
    hand_on: Callable[[float, float, float], float] = add_all,
    start: float = 0.0,
    at_root: float = 1.0,
) -> dict[int, float]:
    """The gradient of each node below `root` by id, without a change to any of them.

    Another `hand_on`, or other gradients to begin with, make a mistake to compare with.
    """
    nodes = nodes_below(root)
    grads = dict.fromkeys(map(id, nodes), start) | {id(root): at_root}
    for node in reversed(nodes):
        for child, slope in zip(node.children, node.local_grads, strict=True):
            grads[id(child)] = hand_on(grads[id(child)], slope, grads[id(node)])
    return grads


def impatient(root, deep: bool = True) -> dict[int, float]:
    """The gradients that come of handing them on at once, or from the root alone: mistakes."""
    grads = dict.fromkeys(map(id, nodes_below(root)), 0.0) | {id(root): 1.0}

    def hand_on(node):
        for child, slope in zip(node.children, node.local_grads, strict=True):
            grads[id(child)] += slope * grads[id(node)]
            if deep:
                hand_on(child)

    hand_on(root)
    return grads


def check_backward(backward):
    for text, names, root in graphs(Value):
        kept = [node.data for node in names.values()]
        advice = "Write the walk itself; `root.topological_order()` you may use."
        with without_the_finished("backward", advice):
            try:
                call(backward, root)
            except TypeError as error:
                if "'NoneType' object is not iterable" not in str(error):
                    raise
                raise Wrong(
                    "a loop got None in place of a list. `.reverse()` turns a list around and "
                    "gives nothing back; `reversed(…)` goes through it from its end."
                ) from None
        for (name, node), data in zip(names.items(), kept, strict=True):
            if node.data != data:
                raise Wrong(
                    f"`backward` changed the number in `{name}`. The walk back only fills in "
                    "gradients: `.grad`."
                )
            if isinstance(node.grad, Value):
                raise Wrong(
                    f"the gradient of `{name}` has become a Value. Gradients are plain "
                    "numbers: local gradient times the parent's `.grad`."
                )
        wanted = gradients(root)
        astray = [name for name, node in names.items() if not near(node.grad, wanted[id(node)])]
        if not astray:
            continue
        node, nothing = names[astray[0]], dict.fromkeys(wanted, 0.0)
        mistakes = {
            "every gradient is 0. The walk needs a beginning: the root's own gradient is 1, and "
            "nothing in the loop may clear it.": nothing,
            "every gradient below the root is still 0. In the inner loop the child receives and "
            "the node hands on: `child.grad += local_grad * node.grad`.": (
                nothing | {id(root): 1.0}
            ),
            "a part is missing where a node is used more than once: add with `+=`, do not set "
            "with `=`.": gradients(root, lambda so_far, slope, given: slope * given),
            "a node handed its gradient on before all its parents had added theirs. Go through "
            "`reversed(root.topological_order())`.": impatient(root),
            "only the root's children got one. Go on from node to node, parents first: the order "
            "has the root last, so walk it backward, with `reversed`.": impatient(root, deep=False),
            "each child got its local gradient alone. Multiply it by the gradient of the node "
            "that hands it on.": gradients(root, lambda so_far, slope, given: so_far + slope),
            "each child got the gradient of its parent as it is. Multiply it by the local "
            "gradient.": gradients(root, lambda so_far, slope, given: so_far + given),
            "the root's own gradient is 1: the result follows itself one to one.": wanted
            | {id(root): 0.0},
            "every gradient is 1, and that belongs to the root alone. Does your function call "
            "itself, and set `grad = 1.0` each time?": dict.fromkeys(wanted, 1.0),
            "every gradient began with 1. Only that of the root is 1; the others are 0 when you "
            "begin.": gradients(root, start=1.0),
            "the walk begins with 1, the slope of the root towards itself, not with the number "
            "in it.": gradients(root, at_root=root.data),
        }
        when = (
            f"for `{text}` your function gives `{astray[0]}` the gradient {show(node.grad)}, where "
            f"{show(wanted[id(node)])} is right"
        )
        for message, grads in mistakes.items():
            if all(near(node.grad, grads[id(node)]) for node in names.values()):
                raise Wrong(f"{when}: {message}")
        raise Wrong(f"{when}.")
    return "right on 20 graphs, (25, 19) for the tangle among them."


def near(a: float, b: float) -> bool:
    """Whether two gradients agree; nan agrees with nothing."""
    return abs(a - b) < 1e-9


@exercise(
    "value.backward",
    check=check_backward,
    hints=(
        "Begin with `root.grad = 1.0`. Then take the nodes from the root down: which order do "
        "you have, and how do you turn it around?",
        "`for node in reversed(root.topological_order()):`, and inside a loop over "
        "`zip(node.children, node.local_grads)`.",
        """
        One line left, the rule from above:

        ```python
        root.grad = 1.0
        for node in reversed(root.topological_order()):
            for child, local_grad in zip(node.children, node.local_grads):
                ...
        ```
        """,
    ),
)
def backward(root):
    """Set the grad of every node below root to the slope of root towards it."""
    root.grad = 1.0
    for node in reversed(root.topological_order()):
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad += local_grad * node.grad


# --- One node for many, and a neuron ---


def check_dot(dot):
    def rows(rng):
        n = rng.randint(2, 4)
        return rng.sample([-4.0, -2.5, -1.0, -0.5, 0.5, 1.5, 2.0, 3.0, 5.0], 2 * n)

    def halves(*row):
        return list(row[: len(row) // 2]), list(row[len(row) // 2 :])

    def pairs(*row):
        return [*zip(*halves(*row), strict=True)]

    def number(*row):
        return math.fsum(x * y for x, y in pairs(*row))

    mistakes = {
        "that is the first product only; go through all the pairs.": (
            lambda *row: math.prod(pairs(*row)[0])
        ),
        "that is the product of the two sums. Multiply in pairs, then add.": (
            lambda *row: math.prod(map(sum, halves(*row)))
        ),
        "they changed places: the slope towards a[0] is what b[0] holds, so those of `a` are the "
        "numbers of `b`, and the other way round.": lambda *row: list(row),
        "those are the slopes of a sum. Each factor is multiplied by its partner.": (
            lambda *row: [1] * len(row)
        ),
        "the slopes of `a` stand twice; towards `b` they are the numbers of `a`.": (
            lambda *row: halves(*row)[1] * 2
        ),
        "the slopes run in another order than the children: `(*a, *b)` needs the numbers of `b`, "
        "then those of `a`.": lambda *row: [number for x, y in pairs(*row) for number in (y, x)],
    }
    with without_the_finished("dot", "Compute with the plain numbers in `.data`."):
        points = [(1.0, 2.0, 3.0, 4.0), *cases(rows), (2.0, 5.0), (0.0, 3.0, 2.0, 0.0)]
        check_operation(dot, ("a", "b"), points, number, mistakes, arrange=halves)
    return "one node, whatever the length, and every slope agrees with `derivative`."


@exercise(
    "value.dot",
    check=check_dot,
    hints=(
        "Three parts, as for `mul`: one number, the children `(*a, *b)`, and a slope for each of "
        "them. The star lays the items of a row side by side.",
        "For the number, `zip(a, b)` gives the pairs. The slopes towards all of `a` are the "
        "numbers in `b`, and the other way round.",
        """
        One gap left:

        ```python
        number = sum(x.data * y.data for x, y in zip(a, b))
        local_grads = [y.data for y in b] + ...
        return Value(number, (*a, *b), local_grads, "dot")
        ```
        """,
    ),
)
def dot(a, b):
    """a[0]*b[0] + a[1]*b[1] + ... as a single Value: its children are all of a, then all of b."""
    number = sum(x.data * y.data for x, y in zip(a, b))
    local_grads = [y.data for y in b] + [x.data for x in a]
    return Value(number, (*a, *b), local_grads, "dot")


def check_sigmoid(sigmoid):
    for number in [2.0, *cases(lambda rng: rng.choice([-3.0, -1.5, -0.5, 0.25, 1.0, 2.5])), 0.0]:
        x = Value(number)
        up, when = math.exp(-number), f"sigmoid(Value({show(number)}))"
        want = 1 / (1 + up)
        got = call(sigmoid, x)
        if x.data != number or x.grad != 0.0:
            raise Wrong("your function changed x. Leave it as it is and build new Values from it.")
        must_be_value(got, when)
        expect(
            got,
            Value(want),
            when=when,
            mistakes={
                "the minus in the exponent is missing: e**-x, which is `(-x).exp()`.": 1
                / (1 + 1 / up),
                "that is 1 + e**-x. Divide 1 by all of it, with brackets: `1 / (1 + …)`.": 1 + up,
                "the 1 below the line is missing.": 1 / up,
                "minus and exp changed places: first `-x`, then `.exp()`.": 1 / (1 - 1 / up)
                if number
                else math.inf,
            },
        )
        if x not in nodes_below(got):
            raise Wrong(
                f"`{when}` has the right number, but no way leads from it back to x, so x will "
                "never get a gradient. Work on x itself, not on x.data."
            )
        expect(
            gradients(got)[id(x)],
            want * (1 - want),
            when=f"x.grad, after {when}.backward()",
            mistakes={
                "that is the sigmoid itself; its slope is σ(x)·(1 − σ(x)). Left to the operations, "
                "it comes out by itself.": want
            },
        )
    return "number and slope are right at 22 places."


@exercise(
    "value.sigmoid",
    check=check_sigmoid,
    hints=(
        "A Value knows `-x`, `.exp()`, `1 + …` and `1 / …`. Build it from the inside out.",
        "e**-x is `(-x).exp()`, with brackets, so that the minus comes first.",
        """
        One gap left:

        ```python
        below = 1 + (-x).exp()
        return ...
        ```
        """,
    ),
)
def sigmoid(x):
    """1 / (1 + e**-x) of a Value, as a Value."""
    return 1 / (1 + (-x).exp())


def descend(
    starts: list[float], bottom: list[float], rate: float, steps: int, clear: bool = True
) -> list[list[float]]:
    """Where gradient descent on the bowl around `bottom` is, at the start and after each step."""
    path, grads = [starts], [0.0] * len(starts)
    for _ in range(steps):
        slopes = [2 * (place - target) for place, target in zip(path[-1], bottom, strict=True)]
        grads = slopes if clear else [sum(pair) for pair in zip(grads, slopes, strict=True)]
        path.append([place - rate * grad for place, grad in zip(path[-1], grads, strict=True)])
    return path


def check_learn(learn):
    def bowl(rng):
        starts = [round(rng.uniform(-3, 3), 1) for _ in range(2)]
        bottom = [round(rng.uniform(-3, 3), 1) for _ in range(2)]
        return starts, bottom, rng.choice([0.05, 0.1, 0.2]), rng.randint(3, 8)

    passed = "every parameter found its way down, on 20 valleys."
    for starts, bottom, rate, steps in cases(bowl):
        forward_passes = check_descent(learn, starts, bottom, rate, steps)
    if forward_passes > steps + 1:
        passed += (
            f" It ran forward {forward_passes} times in {steps} steps: the `current` that you walk "
            "back from holds the loss already, in `current.data`."
        )
    return passed


class Heard(Value):
    """A Value that counts how often its backward pass is called."""

    __slots__ = ()
    calls = 0

    def backward(self):
        Heard.calls += 1
        super().backward()


def check_descent(
    learn: Callable, starts: list[float], bottom: list[float], rate: float, steps: int
) -> int:
    """How often `learn` ran forward; Wrong unless it steps down this bowl, and gives the losses."""
    parameters = [Value(number) for number in starts]
    given, forward_passes, Heard.calls = tuple(parameters), 0, 0

    def loss():
        nonlocal forward_passes
        forward_passes += 1
        if any(isinstance(parameter.data, Value) for parameter in given):
            raise Wrong(
                "the data of a parameter has become a Value. Subtract a plain number: the learning "
                "rate times `parameter.grad`."
            )
        total = Value.sum([(p - b) ** 2 for p, b in zip(given, bottom, strict=True)])
        return Heard(total.data, total.children, total.local_grads, total.op)

    losses = learn(loss, parameters, rate, steps)  # not `call`: parameters are to change
    when = f"learn(loss, parameters, {rate}, {steps})"
    if any(now is not before for now, before in zip(parameters, given, strict=True)):
        raise Wrong(
            f"`{when}` put new Values into the list of parameters, which the loss does not "
            "know. Change the number inside: `parameter.data -= …`."
        )
    got = [p.data for p in parameters]
    if got == starts and Heard.calls:
        raise Wrong(
            f"`{when}` walked back, and left the parameters where they were. Cleared first, the "
            "gradient is 0, and a step by 0 moves nothing: step, then clear. Or does your loop go "
            "over others than the `parameters` that are handed in?"
        )
    if got == starts:
        raise Wrong(
            f"`{when}` left the parameters where they were. Do you call `backward()` on the "
            "loss, and then change `parameter.data`?"
        )
    path = descend(starts, bottom, rate, steps)
    if forward_passes == 1 and difference(got, path[1]):
        raise Wrong(
            f"`{when}` computed the loss only once. Each step needs a new forward pass, as "
            "the parameters have moved: call `loss()` inside the loop."
        )
    if forward_passes == 200 and difference(got, path[-1]):
        raise Wrong(
            f"`{when}` took 200 steps, as the loop above does. Here `num_steps` says how many, and "
            "`learning_rate` how large."
        )
    if Heard.calls > forward_passes and difference(got, path[-1]):
        raise Wrong(
            f"`{when}` called `backward()` more often than `loss()`. One walk back gives all the "
            "gradients, and another adds them again: call it before the loop over the parameters."
        )
    expect(
        got,
        path[-1],
        when="[p.data for p in parameters], after learning",
        mistakes={
            "2.0 is the learning rate of the loop above; here it is `learning_rate`.": descend(
                starts, bottom, 2.0, steps
            )[-1],
            "the gradients were never cleared, so each step also takes all the earlier ones "
            "again: set each `parameter.grad` to 0 after the step.": descend(
                starts, bottom, rate, steps, clear=False
            )[-1],
            "that walks uphill: subtract.": descend(starts, bottom, -rate, steps)[-1],
            "the learning rate is missing.": descend(starts, bottom, 1, steps)[-1],
            "you took one step only. Is the `return` inside the loop?": path[1],
            "only the first parameter moved; step with every one of them.": [
                path[-1][0],
                starts[1],
            ],
        },
    )
    heights = [sum((x - b) ** 2 for x, b in zip(at, bottom, strict=True)) for at in path]
    if isinstance(losses, Collection) and any(hasattr(item, "children") for item in losses):
        raise Wrong(
            "the list holds Values: append `current.data`, the number; a Value keeps its whole "
            "graph in memory."
        )
    if difference(losses, heights[1:]):  # measured after each step: as good
        expect(
            losses,
            heights[:-1],
            when=when,
            mistakes={
                "that is the last loss alone; give back a list of the losses of all the steps.": (
                    heights[-2]
                )
            },
        )
    return forward_passes


@exercise(
    "value.learn",
    check=check_learn,
    hints=(
        "It is the loop from above, with the learning rate and the list of parameters as "
        "arguments.",
        "In each step: `current = loss()`, `current.backward()`, then for every parameter: move "
        "its `data`, clear its `grad`.",
        """
        Two lines left:

        ```python
        losses = []
        for _ in range(num_steps):
            current = loss()
            current.backward()
            for parameter in parameters:
                ...
                ...
            losses.append(current.data)
        return losses
        ```
        """,
    ),
)
def learn(loss, parameters, learning_rate, num_steps):
    """Gradient descent on loss(), a Value made of the parameters; returns the list of losses."""
    losses = []
    for _ in range(num_steps):
        current = loss()
        current.backward()
        for parameter in parameters:
            parameter.data -= learning_rate * parameter.grad
            parameter.grad = 0.0
        losses.append(current.data)
    return losses
