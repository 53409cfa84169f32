"""Attention: against the same thing in plain floats with an explicit mask, and its gradients."""

import math
from random import Random

import oracle
import pytest
from oracle import check_gradients

from course_lib.attention import KVCache, attention, attention_head, attention_weights
from course_lib.layers import random_matrix
from course_lib.value import Value

NAMES = ("wq", "wk", "wv", "wo")


def values(matrix):
    return [[Value(x) for x in row] for row in matrix]


def data(vector):
    return [v.data for v in vector]


def random_case(n_embd, length, seed=1):
    """Rows of input and the four weight matrices, as plain numbers."""
    rng = Random(seed)
    rows = random_matrix(length, n_embd, 1.0, rng)
    return rows, {name: random_matrix(n_embd, n_embd, 0.5, rng) for name in NAMES}


def run(rows, w, n_head):
    cache = KVCache()
    return [attention(x, *(w[name] for name in NAMES), n_head, cache) for x in rows]


def test_attention_weights():
    query, *keys = values([[1.0, 2.0, 0.0, -1.0], [1.0, 0.0, 0.5, 0.0], [0.0, 3.0, 0.0, 0.0]])
    weights = data(attention_weights(query, keys))
    assert weights == pytest.approx(oracle.softmax([1.0 / 2, 6.0 / 2]))  # √head_dim is 2
    assert sum(weights) == pytest.approx(1.0)


def test_equal_keys_share_equally():
    query, key = values([[1.0, 2.0], [3.0, -4.0]])
    assert data(attention_weights(query, [key, key, key, key])) == [0.25] * 4


def test_one_key_gets_everything():
    query, key, value = values([[1.0, 2.0], [3.0, -4.0], [5.0, 6.0]])
    assert data(attention_weights(query, [key])) == [1.0]
    assert data(attention_head(query, [key], [value])) == [5.0, 6.0]


def test_attention_head_averages_the_values():
    query, *keys = values([[math.sqrt(2) * math.log(3), 0.0], [1.0, 0.0], [0.0, 1.0]])
    # The scores are ln 3 and 0, so the weights are 3/4 and 1/4.
    assert data(attention_head(query, keys, values([[8.0, 0.0], [0.0, 4.0]]))) == pytest.approx(
        [6.0, 1.0]
    )


@pytest.mark.parametrize("n_head", [1, 2, 4, 8])
def test_against_the_oracle(n_head):
    rows, w = random_case(n_embd=8, length=5)
    results = run(values(rows), {name: values(m) for name, m in w.items()}, n_head)
    for result, expected in zip(results, oracle.attend(rows, w, n_head), strict=True):
        assert data(result) == pytest.approx(expected, rel=1e-9)


def test_the_cache_grows_by_one_position_a_call():
    rows, w = random_case(n_embd=4, length=3)
    w = {name: values(m) for name, m in w.items()}
    cache = KVCache()
    for t, x in enumerate(values(rows), start=1):
        attention(x, *w.values(), 2, cache)
        assert len(cache.keys) == len(cache.values) == t
    assert data(cache.keys[0]) == pytest.approx([oracle.dot(data(r), rows[0]) for r in w["wk"]])
    assert data(cache.values[2]) == pytest.approx([oracle.dot(data(r), rows[2]) for r in w["wv"]])
    assert KVCache().keys == []  # caches do not share their lists


def test_heads_do_not_mix():
    """With an output projection that changes nothing, a head's share depends on its own keys."""
    rows, w = random_case(n_embd=4, length=3)
    w["wo"] = [[float(i == j) for j in range(4)] for i in range(4)]
    before = run(values(rows), {name: values(m) for name, m in w.items()}, 2)[-1]
    w["wq"][2:] = w["wk"][2:] = w["wv"][2:] = [[9.0, -9.0, 3.0, 1.0]] * 2  # the second head's rows
    after = run(values(rows), {name: values(m) for name, m in w.items()}, 2)[-1]
    assert data(after[:2]) == data(before[:2])
    assert data(after[2:]) != pytest.approx(data(before[2:]))


def test_gradients():
    rows, w = random_case(n_embd=4, length=3)
    rows, w = values(rows), {name: values(m) for name, m in w.items()}
    everything = [v for matrix in (rows, *w.values()) for row in matrix for v in row]

    def compute():
        last = run(rows, w, 2)[-1]  # reaches the earlier positions through the cache alone
        return Value.dot(last, [Value(1.0 + 0.7 * i) for i in range(4)])

    check_gradients(compute, everything)
