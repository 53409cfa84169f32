"""Slopes by nudging: the oracle of the course, against slopes known from calculus."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.derivatives import derivative, gradient, gradient_descent

numbers = st.floats(-3, 3)
reproducible = settings(derandomize=True, deadline=None)


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: 5.0, lambda x: 0.0),
        (lambda x: 3 * x - 1, lambda x: 3.0),
        (lambda x: x**3, lambda x: 3 * x**2),
        (math.exp, math.exp),
        (math.sin, math.cos),
        (lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2),
    ],
)
@reproducible
@given(x=numbers)
def test_derivative(f, slope, x):
    assert derivative(f, x) == pytest.approx(slope(x), rel=1e-6, abs=1e-8)


def test_a_central_difference_is_exact_for_a_parabola():
    assert derivative(lambda x: x * x, 3.0, h=0.5) == 6.0


@reproducible
@given(a=numbers, b=numbers, x=numbers, y=numbers, z=numbers)
def test_gradient(a, b, x, y, z):
    slopes = gradient(lambda p: a * p[0] ** 2 + b * p[0] * p[1] + p[2], [x, y, z])
    assert slopes == pytest.approx([2 * a * x + b * y, b * x, 1.0], rel=1e-6, abs=1e-6)


def test_gradient_leaves_the_point_alone():
    point = [1.0, 2.0]
    gradient(lambda p: p[0] * p[1], point)
    assert point == [1.0, 2.0]


def test_a_walk_follows_the_formula():
    """On x², a step of rate r leads from x to x·(1 - 2r)."""
    path = gradient_descent(lambda p: p[0] ** 2, [2.5], 0.1, 4)
    assert [p[0] for p in path] == pytest.approx([2.5 * 0.8**step for step in range(5)])


def test_no_steps_is_the_start():
    assert gradient_descent(lambda p: p[0], [2.5, 1], 0.1, 0) == [[2.5, 1]]


def test_every_variable_walks():
    (*_, end) = gradient_descent(lambda p: (p[0] - 1) ** 2 + 4 * (p[1] + 2) ** 2, [5, 5], 0.1, 200)
    assert end == pytest.approx([1, -2], abs=1e-6)
