"""What the tests of the model hold it against: the slopes of nudging, and a GPT in plain floats."""

import math
from contextlib import contextmanager
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from course_lib.derivatives import derivative
from course_lib.errors import CourseError
from course_lib.gpt import GPT, initial_weights

# A few dozen examples, the same ones in each run, and no data base of earlier failures.
few = settings(derandomize=True, max_examples=40, deadline=None, database=None)
numbers = st.floats(-3, 3).map(lambda x: round(x, 3))


def slope(compute, leaf):
    """The derivative of `compute().data` with respect to one leaf, by nudging the leaf."""
    before = leaf.data

    def at(x):
        leaf.data = x
        return compute().data

    try:
        return derivative(at, before)
    finally:
        leaf.data = before


def check_gradients(compute, leaves):
    """Compare `backward` of what `compute` returns with the slope for each leaf."""
    for leaf in leaves:
        leaf.grad = 0.0
    compute().backward()
    assert [leaf.grad for leaf in leaves] == pytest.approx(
        [slope(compute, leaf) for leaf in leaves], rel=1e-5, abs=1e-7
    )


@contextmanager
def says(*parts, kind=CourseError):
    """Expect an error of exactly this kind whose one sentence holds all the parts."""
    with pytest.raises(CourseError) as caught:
        yield
    error = caught.value
    assert type(error) is kind
    sentence = str(error)
    for part in parts:
        assert part in sentence
    assert "\n" not in sentence
    assert len(sentence) < 400
    assert error.__context__ is None or error.__suppress_context__, "the error below it shows too"


def lively_weights(config, seed=0, std=0.3):
    """Weights without zeros, large enough for every part of the model to matter."""
    rng = Random(seed)
    return {
        name: [[rng.gauss(0, std) for _ in row] for row in matrix]
        for name, matrix in initial_weights(config, Random(0)).items()
    }


def lively_model(config, seed=0):
    return GPT(config, lively_weights(config, seed))


# The same model once more, on floats: the whole sequence at a time, with an explicit causal mask
# in place of a cache.


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def softmax(logits):
    exps = [math.exp(logit) for logit in logits]
    return [e / sum(exps) for e in exps]


def rmsnorm(x):
    return [xi / math.sqrt(dot(x, x) / len(x) + 1e-5) for xi in x]


def attend(rows, w, n_head):
    """Multi-head attention over all rows (T, n_embd) at once."""
    d = len(rows[0]) // n_head
    q, k, v = ([[dot(r, x) for r in w[name]] for x in rows] for name in ("wq", "wk", "wv"))
    results = []
    for t in range(len(rows)):
        joined = []
        for h in range(n_head):
            at = range(h * d, h * d + d)
            scores = [sum(q[t][i] * k[s][i] for i in at) / math.sqrt(d) for s in range(len(rows))]
            masked = [score if s <= t else -math.inf for s, score in enumerate(scores)]
            weights = softmax(masked)
            joined += [dot(weights, [v[s][i] for s in range(len(rows))]) for i in at]
        results.append([dot(r, joined) for r in w["wo"]])
    return results


def logits(config, weights, tokens):
    """The logits at every position: (T, vocab_size)."""
    pairs = zip(tokens, weights["wpe"], strict=False)
    rows = [rmsnorm([a + b for a, b in zip(weights["wte"][t], p, strict=True)]) for t, p in pairs]
    for i in range(config.n_layer):
        w = {name: weights[f"layer{i}.attn_{name}"] for name in ("wq", "wk", "wv", "wo")}
        attended = attend([rmsnorm(x) for x in rows], w, config.n_head)
        rows = [
            [a + b for a, b in zip(x, y, strict=True)] for x, y in zip(rows, attended, strict=True)
        ]
        for t, x in enumerate(rows):
            normed = rmsnorm(x)
            hidden = [max(0.0, dot(r, normed)) ** 2 for r in weights[f"layer{i}.mlp_fc1"]]
            added = [dot(r, hidden) for r in weights[f"layer{i}.mlp_fc2"]]
            rows[t] = [a + b for a, b in zip(x, added, strict=True)]
    return [[dot(r, x) for r in weights["lm_head"]] for x in rows]


def loss(config, weights, tokens):
    """The mean of -log p(next token) over the first `block_size` positions."""
    n = min(config.block_size, len(tokens) - 1)
    rows = logits(config, weights, tokens[:n])
    return sum(-math.log(softmax(rows[t])[tokens[t + 1]]) for t in range(n)) / n
