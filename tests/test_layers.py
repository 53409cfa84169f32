"""The parts that networks are made of: random matrices, linear, softmax, RMSNorm."""

import math
from random import Random

import oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import check_gradients, few, numbers, says

from course_lib.layers import add, linear, random_matrix, rmsnorm, softmax
from course_lib.value import Value

vectors = st.lists(numbers, min_size=1, max_size=6)


def values(xs):
    return [Value(x) for x in xs]


def data(vector):
    return [v.data for v in vector]


def weighted(vector):
    """One number in which every element counts differently, to be derived."""
    return Value.dot(vector, values(1.0 + 0.7 * i for i in range(len(vector))))


def test_random_matrix_is_drawn_row_by_row():
    rng = Random(3)
    expected = [[rng.gauss(0, 0.02) for _ in range(3)] for _ in range(5)]
    assert random_matrix(5, 3, 0.02, Random(3)) == expected


def test_random_matrix_with_std_0_takes_its_draws():
    zeros, numbers_ = Random(3), Random(3)
    assert random_matrix(3, 5, 0.0, zeros) == [[0.0] * 5] * 3
    random_matrix(3, 5, 0.02, numbers_)
    assert zeros.gauss(0, 1) == numbers_.gauss(0, 1)


def test_random_matrix_rows_are_not_the_same_list():
    matrix = random_matrix(3, 2, 0.0, Random(0))
    matrix[0][0] = 7.0
    assert matrix == [[7.0, 0.0], [0.0, 0.0], [0.0, 0.0]]


def test_random_matrix_spread():
    xs = [x for row in random_matrix(100, 100, 0.02, Random(1)) for x in row]
    assert sum(xs) / len(xs) == pytest.approx(0, abs=1e-3)
    assert math.sqrt(sum(x * x for x in xs) / len(xs)) == pytest.approx(0.02, rel=0.03)


def test_add():
    assert data(add(values([1.0, 2.0]), values([10.0, 20.0]))) == [11.0, 22.0]


def test_linear():
    x, weight = values([1.0, 2.0]), [values([3.0, 4.0]), values([5.0, 6.0]), values([0.0, -1.0])]
    assert data(linear(x, weight)) == [11.0, 17.0, -2.0]
    check_gradients(lambda: weighted(linear(x, weight)), [*x, *weight[0], *weight[1], *weight[2]])


def test_linear_of_the_wrong_size():
    with says("one length", "3 and 2"):
        linear(values([1.0, 2.0]), [values([1.0, 2.0, 3.0])])


@few
@given(vectors)
def test_softmax(xs):
    probs = data(softmax(values(xs)))
    assert sum(probs) == pytest.approx(1.0)
    assert probs == pytest.approx(oracle.softmax(xs), rel=1e-12)
    logits = values(xs)
    check_gradients(lambda: weighted(softmax(logits)), logits)


@few
@given(vectors, st.floats(-50, 50))
def test_softmax_does_not_see_a_shift(xs, shift):
    assert data(softmax(values(x + shift for x in xs))) == pytest.approx(data(softmax(values(xs))))


def test_softmax_of_large_logits():
    assert data(softmax(values([1000.0, 0.0]))) == [1.0, 0.0]
    assert data(softmax(values([-5000.0, -5000.0]))) == [0.5, 0.5]


@few
@given(vectors)
def test_rmsnorm(xs):
    x = values(xs)
    assert data(rmsnorm(x)) == pytest.approx(oracle.rmsnorm(xs), rel=1e-12)
    check_gradients(lambda: weighted(rmsnorm(x)), x)


def test_rmsnorm_makes_the_root_mean_square_1():
    normed = data(rmsnorm(values([300.0, -400.0, 0.0])))
    assert sum(x * x for x in normed) / 3 == pytest.approx(1.0)
    assert normed[0] / normed[1] == pytest.approx(-0.75)


def test_rmsnorm_of_zeros():
    x = values([0.0, 0.0])
    assert data(rmsnorm(x)) == [0.0, 0.0]
    rmsnorm(x)[0].backward()
    assert x[0].grad == pytest.approx(1e-5**-0.5)
