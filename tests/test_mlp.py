"""The MLP and the whole layer: by hand, by the oracle, and their gradients."""

from random import Random

import oracle
import pytest
from oracle import check_gradients

from course_lib.attention import KVCache
from course_lib.exercises import mlp as exercises
from course_lib.layers import random_matrix
from course_lib.mlp import mlp, transformer_layer
from course_lib.value import Value

SHAPES = dict.fromkeys(("attn_wq", "attn_wk", "attn_wv", "attn_wo"), (4, 4))
SHAPES |= {"mlp_fc1": (16, 4), "mlp_fc2": (4, 16)}


def values(matrix):
    return [[Value(x) for x in row] for row in matrix]


def data(vector):
    return [v.data for v in vector]


@pytest.fixture
def weights():
    rng = Random(5)
    return {name: values(random_matrix(*shape, 0.5, rng)) for name, shape in SHAPES.items()}


def test_mlp_by_hand():
    x = [Value(1.0), Value(-2.0)]
    fc1 = values([[3.0, 0.0], [0.0, 3.0], [1.0, 1.0], [0.0, -1.0]])  # hidden 3, -6, -1, 2
    fc2 = values([[1.0, 10.0, 10.0, 0.0], [1.0, 10.0, 10.0, 0.5]])
    assert data(mlp(x, fc1, fc2)) == [9.0, 11.0]


def test_mlp_gradients(weights):
    x = [Value(v) for v in (0.3, -1.2, 0.8, 2.0)]
    fc1, fc2 = weights["mlp_fc1"], weights["mlp_fc2"]
    everything = [*x, *(v for matrix in (fc1, fc2) for row in matrix for v in row)]
    check_gradients(lambda: Value.sum(mlp(x, fc1, fc2)), everything)


def test_layer_that_writes_nothing_changes_nothing(weights):
    weights["attn_wo"] = values([[0.0] * 4] * 4)
    weights["mlp_fc2"] = values([[0.0] * 16] * 4)
    x = [Value(v) for v in (0.3, -1.2, 0.8, 20.0)]
    assert data(transformer_layer(x, weights, 2, KVCache())) == [0.3, -1.2, 0.8, 20.0]


def test_residual_around_attention(weights):
    weights["mlp_fc2"] = values([[0.0] * 16] * 4)
    rows = [[0.3, -1.2, 0.8, 20.0], [1.0, 2.0, -3.0, 0.5]]
    cache = KVCache()
    results = [data(transformer_layer(x, weights, 2, cache)) for x in values(rows)]
    plain = {name[5:]: [data(row) for row in weights[name]] for name in SHAPES if "attn" in name}
    attended = oracle.attend([oracle.rmsnorm(x) for x in rows], plain, 2)
    for result, x, added in zip(results, rows, attended, strict=True):
        assert result == pytest.approx([a + b for a, b in zip(x, added, strict=True)])


def test_residual_around_the_mlp(weights):
    weights["attn_wo"] = values([[0.0] * 4] * 4)
    x = [0.3, -1.2, 0.8, 20.0]
    added = mlp(values([oracle.rmsnorm(x)])[0], weights["mlp_fc1"], weights["mlp_fc2"])
    result = transformer_layer(values([x])[0], weights, 2, KVCache())
    assert data(result) == pytest.approx([a + b.data for a, b in zip(x, added, strict=True)])


def test_layer_gradients(weights):
    x = [Value(v) for v in (0.3, -1.2, 0.8, 2.0)]
    everything = [*x, *(v for matrix in weights.values() for row in matrix for v in row[:2])]
    check_gradients(lambda: Value.sum(transformer_layer(x, weights, 2, KVCache())), everything)


def test_an_error_in_a_layer_is_told_without_its_matrices():
    def transformer_layer(x, weights, n_head, cache):
        return weights["wq"]

    result = exercises.transformer_layer.check(transformer_layer)
    assert result.status == "error"
    assert "KeyError: 'wq'" in result.message
    assert "weights, 2, " in result.message
    assert len(result.message) < 300
