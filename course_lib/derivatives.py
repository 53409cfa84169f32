"""Slopes by nudging, and the walk downhill. Slow and simple: the judge of the rest."""

from collections.abc import Callable, Sequence


def derivative(f: Callable[[float], float], x: float, h: float = 1e-5) -> float:
    """How fast `f` grows at `x`: the central difference (f(x + h) - f(x - h)) / 2h."""
    return (f(x + h) - f(x - h)) / (2 * h)


def gradient(
    f: Callable[[Sequence[float]], float], point: Sequence[float], h: float = 1e-5
) -> list[float]:
    """The derivative of `f` in each of its variables, while the others are held still.

    f: takes a point (n,) and returns a number; result: (n,).
    """

    def along(i: int) -> Callable[[float], float]:
        return lambda value: f([*point[:i], value, *point[i + 1 :]])

    return [derivative(along(i), point[i], h) for i in range(len(point))]


def gradient_descent(
    f: Callable[[Sequence[float]], float],
    start: Sequence[float],
    learning_rate: float,
    num_steps: int,
) -> list[list[float]]:
    """The points of a walk downhill from `start`: (num_steps + 1, n).

    Each step moves every variable against its derivative.
    """
    path = [list(start)]
    for _ in range(num_steps):
        slopes = gradient(f, path[-1])
        path.append([x - learning_rate * dx for x, dx in zip(path[-1], slopes, strict=True)])
    return path
