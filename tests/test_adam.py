"""Adam: by hand, and against the sums that its moving averages stand for."""

import math
from itertools import pairwise
from random import Random

import pytest

from course_lib.adam import Adam, cosine_decay
from course_lib.value import Value


def parameters(*numbers):
    return [Value(x) for x in numbers]


def give(ps, *grads):
    for p, grad in zip(ps, grads, strict=True):
        p.grad = grad


def data(ps):
    return [p.data for p in ps]


def test_defaults():
    adam = Adam(parameters(1.0))
    assert (adam.beta1, adam.beta2, adam.epsilon) == (0.9, 0.95, 1e-8)


@pytest.mark.parametrize("grad", [3.0, -0.001, 250.0])
def test_the_first_step_is_the_learning_rate_whatever_the_gradient(grad):
    ps = parameters(1.0)
    give(ps, grad)
    Adam(ps).step(0.1)
    assert ps[0].data == pytest.approx(1.0 - math.copysign(0.1, grad), rel=1e-5)


def test_two_steps_by_hand():
    ps = parameters(5.0)
    adam = Adam(ps)
    give(ps, 2.0)
    adam.step(0.1)
    # mean 0.1·2 = 0.2, /0.1 = 2; square 0.05·4 = 0.2, /0.05 = 4; step 0.1·2/2
    assert ps[0].data == pytest.approx(4.9)
    give(ps, -1.0)
    adam.step(0.2)
    # mean 0.9·0.2 - 0.1 = 0.08, /0.19; square 0.95·0.2 + 0.05 = 0.24, /0.0975
    assert ps[0].data == pytest.approx(4.9 - 0.2 * (0.08 / 0.19) / math.sqrt(0.24 / 0.0975))


@pytest.mark.parametrize(
    ("beta1", "beta2", "epsilon"), [(0.9, 0.95, 1e-8), (0.5, 0.999, 0.1), (0.0, 0.0, 1e-3)]
)
def test_against_weighted_sums(beta1, beta2, epsilon):
    """After n steps a moving average is the sum of (1 - β)·β^age·gradient, here taken anew."""
    rng = Random(1)
    ps = parameters(*(rng.gauss(0, 1) for _ in range(4)))
    expected = data(ps)
    adam = Adam(ps, beta1, beta2, epsilon)
    history = []
    for n in range(1, 21):
        history.append([rng.gauss(0, 1) for _ in ps])
        give(ps, *history[-1])
        rate = 0.1 / n
        adam.step(rate)
        for i in range(len(ps)):
            ages = [(n - 1 - t, history[t][i]) for t in range(n)]
            mean = sum((1 - beta1) * beta1**age * g for age, g in ages) / (1 - beta1**n)
            square = sum((1 - beta2) * beta2**age * g * g for age, g in ages) / (1 - beta2**n)
            expected[i] -= rate * mean / (square**0.5 + epsilon)
        assert data(ps) == pytest.approx(expected, rel=1e-9)


def test_no_gradient_no_move():
    ps = parameters(1.0, 2.0)
    give(ps, 0.0, 1.0)
    Adam(ps).step(0.1)
    assert ps[0].data == 1.0
    assert ps[1].data == pytest.approx(1.9)


def test_momentum_moves_on_after_the_gradient_is_gone():
    ps = parameters(1.0)
    adam = Adam(ps)
    give(ps, 1.0)
    adam.step(0.1)
    give(ps, 0.0)
    adam.step(0.1)
    assert ps[0].data < 0.9


def test_step_keeps_gradients_and_zero_grad_clears_them():
    ps = parameters(1.0, 2.0)
    give(ps, 3.0, -4.0)
    adam = Adam(ps)
    adam.step(0.1)
    assert [p.grad for p in ps] == [3.0, -4.0]
    before = data(ps)
    adam.zero_grad()
    assert [p.grad for p in ps] == [0.0, 0.0]
    assert data(ps) == before


def test_learning_rate_0_changes_no_parameter():
    ps = parameters(1.0)
    give(ps, 3.0)
    Adam(ps).step(0.0)
    assert ps[0].data == 1.0


def test_it_reaches_the_bottom_of_a_ravine():
    ps = x, y = parameters(2.0, 2.0)
    adam = Adam(ps)
    for step in range(300):
        (x * x * 50 + (y - 1) ** 2 * 0.5).backward()
        adam.step(cosine_decay(step, 300, 0.1))
        adam.zero_grad()
    assert data(ps) == pytest.approx([0.0, 1.0], abs=1e-2)


def test_cosine_decay():
    assert cosine_decay(0, 500, 0.01) == 0.01
    assert cosine_decay(250, 500, 0.01) == pytest.approx(0.005)
    assert cosine_decay(125, 500, 0.01) == pytest.approx(0.01 * (0.5 + math.sqrt(2) / 4))
    assert cosine_decay(500, 500, 0.01) == pytest.approx(0.0)
    rates = [cosine_decay(step, 500, 0.01) for step in range(501)]
    assert all(a > b for a, b in pairwise(rates))
