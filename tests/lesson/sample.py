"""A lesson for the tests of the kit: exercises and questions of every kind."""

import math

from course_lib.exercises.exercise import Exercise, exercise
from course_lib.exercises.expect import Wrong, call, cases, expect, show
from course_lib.teach.questions import (
    Choice,
    Choices,
    FaultyLine,
    Number,
    Order,
    Quiz,
    right,
    wrong,
)


def check_mean(mean):
    def numbers(rng):
        return [round(rng.uniform(-9, 9), 2) for _ in range(rng.randint(3, 6))]

    for xs in cases(numbers):
        total = math.fsum(xs)
        expect(
            call(mean, xs),
            total / len(xs),
            when=f"mean({show(xs)})",
            mistakes={
                "that is the sum; divide it by how many numbers there are.": total,
                "you divided by one number too few.": total / (len(xs) - 1),
                "that is the number in the middle, the median.": sorted(xs)[len(xs) // 2],
            },
        )
    return "right on 20 lists."


@exercise(
    "sample.mean",
    check=check_mean,
    hints=(
        "What does each number contribute?",
        "Add them up with `sum(xs)`, then divide.",
        """
        Nearly there:

        ```python
        def mean(xs):
            return sum(xs) / ...
        ```
        """,
    ),
)
def mean(xs):
    """The mean of a list of numbers."""
    return sum(xs) / len(xs)


def check_slope(slope):
    for a in cases(lambda rng: rng.uniform(1, 5)):
        got = call(slope, lambda x, a=a: a * x, 2.0, 0.5)
        expect(
            got,
            a,
            when="slope(f, 2, 0.5)",
            mistakes={
                "that is the rise; a slope is rise over run.": a * 0.5,
                "your slope goes downhill: which end comes first?": -a,
                "that is the run over the rise; turn it over.": 1 / a,
            },
        )


@exercise("sample.slope", check=check_slope, hints=("Rise over run.",))
def slope(f, x, h):
    """The slope of f between x and x + h."""
    rise = f(x + h) - f(x)
    return rise / h


def check_squares(squares):
    expect(
        squares,
        [1, 4, 9, 16],
        mistakes={
            "those are the doubles.": [2, 4, 6, 8],
            "start with 1 times 1.": [0, 1, 4, 9],
            "those are the cubes.": [1, 8, 27, 64],
        },
    )


squares = Exercise(
    "sample.squares", check=check_squares, hints=("1 times 1 is 1.",), solution=[1, 4, 9, 16]
)


def check_counter(Counter):
    counter = Counter()
    expect(counter.count, 0, when="Counter().count")
    counter.add()
    counter.add()
    if counter.count == 1:
        raise Wrong("after two calls of `add` the count is 1: add to it, do not set it.")
    expect(counter.count, 2, when="after two calls of add, counter.count")
    expect(Counter().count, 0, when="a second Counter().count")


@exercise("sample.Counter", check=check_counter, hints=("It starts at 0.",))
class Counter:
    """A number that grows by one."""

    def __init__(self):
        self.count = 0

    def add(self):
        self.count += 1


nudge = Choice(
    "sample.nudge",
    "You nudge `x` from 3 to 3.001. By about how much does `x**2` grow?",
    {
        "0.006": right("The slope of `x**2` at 3 is 6, and 6 times 0.001 is 0.006."),
        "0.001": wrong("That is the nudge of `x` itself; its square grows faster."),
        "9.006": wrong("That is the new square; the question is how much it grew."),
    },
)

lossy = Choices(
    "sample.lossy",
    "Which of these can be negative?",
    {
        "a slope": right("It is, wherever a function falls."),
        "a logit": right("Logits are any numbers."),
        "a probability": wrong("Probabilities lie between 0 and 1."),
        "`x * x`": wrong("Squares of real numbers never fall below 0."),
    },
)

uniform = Number(
    "sample.uniform",
    "What is the loss of a model that gives each of 27 tokens the same probability?",
    math.log(27),
    tolerance=0.02,
    because="Each token has probability 1/27, and −log(1/27) is 3.30.",
    mistakes={1 / 27: "That is the probability; the loss is minus its logarithm."},
    otherwise="The loss is −log p. What is p, when 27 tokens share 1 equally?",
)

step = Order(
    "sample.step",
    "Put one training step in order.",
    """
    for p in parameters:
        p.grad = 0
    loss = forward(document)
    loss.backward()
    update(parameters)
    """,
    rules={
        (1, 2): "The loop line opens the block that zeroes the gradients.",
        (2, 4): "`backward` adds to the gradients, so they are zeroed before it.",
        (3, 4): "There is no graph to go back through before the forward pass.",
        (4, 5): "The update needs the gradients that `backward` computes.",
    },
    because="Zero, forward, backward, update.",
)

uphill = FaultyLine(
    "sample.uphill",
    "This should walk downhill. Which line is wrong?",
    """
    x = 3.0
    for step in range(100):
        slope = derivative(f, x)
        x = x + 0.1 * slope
    """,
    fault="x = x + 0.1 * slope",
    because="Downhill is against the slope: `x - 0.1 * slope`.",
    innocent={
        "x = 3.0": "Any start is fine.",
        "for step in range(100):": "A hundred steps are enough here.",
        "slope = derivative(f, x)": "The slope at `x` is what is needed.",
    },
)

warm_up = Quiz(
    "sample.warm_up",
    Choice(
        "sample.warm_slope",
        "What is the slope of `5*x`?",
        {
            "5": right("It grows by 5 for each 1."),
            "`x`": wrong("The slope is the same everywhere."),
        },
    ),
    Number(
        "sample.warm_third",
        "What is 1 divided by 4?",
        0.25,
        tolerance=0.001,
        because="A quarter.",
        mistakes={4: "That is 4 divided by 1."},
        otherwise="Cut 1 into four equal parts.",
    ),
)
