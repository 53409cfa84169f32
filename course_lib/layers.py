"""The parts that every network here is made of."""

from random import Random

from course_lib.value import Value

Vector = list[Value]
Matrix = list[list[Value]]  # one row for each output

EPSILON = 1e-5  # keeps RMSNorm from dividing by zero


def random_matrix(rows: int, columns: int, std: float, rng: Random) -> list[list[float]]:
    """Gaussian numbers around 0, drawn row by row.

    A std of 0 gives zeros, and takes its draws all the same.
    """
    return [[rng.gauss(0, std) for _ in range(columns)] for _ in range(rows)]


def add(a: Vector, b: Vector) -> Vector:
    """Two vectors added element by element."""
    return [x + y for x, y in zip(a, b, strict=True)]


def linear(x: Vector, weight: Matrix) -> Vector:
    """The dot product of `x` with each row of `weight`.

    x: (n_in,); weight: (n_out, n_in); result: (n_out,).
    """
    return [Value.dot(row, x) for row in weight]


def softmax(logits: Vector) -> Vector:
    """Any numbers made into probabilities: none negative, with sum 1, in the same order."""
    largest = max(logit.data for logit in logits)  # shifts them all, changes no probability
    exps = [(logit - largest).exp() for logit in logits]
    scale = Value.sum(exps) ** -1.0
    return [e * scale for e in exps]


def rmsnorm(x: Vector) -> Vector:
    """`x` scaled to a root mean square of 1 (Zhang and Sennrich 2019, without the gain)."""
    mean_square = Value.dot(x, x) / len(x)
    scale = (mean_square + EPSILON) ** -0.5
    return [xi * scale for xi in x]
