"""The arrays against the scalar engine: the same losses, gradients, logits and samples."""

import json
import os
from pathlib import Path
from random import Random

import numpy as np
import pytest
from oracle import lively_weights, says

from course_lib import arrays, gpt, layers, names
from course_lib.adam import Adam
from course_lib.authoring.notebooks import NOTEBOOKS, read
from course_lib.gpt import GPTConfig, initial_weights
from course_lib.sampling import sample
from course_lib.tokenizer import Tokenizer
from course_lib.training import train
from course_lib.value import Value

CONFIGS = [
    GPTConfig(vocab_size=6, n_embd=n_embd, n_head=n_head, n_layer=n_layer, block_size=block_size)
    for n_embd, n_head, n_layer, block_size in [
        (8, 1, 1, 3),
        (8, 2, 2, 5),
        (8, 4, 3, 4),
        (8, 8, 1, 9),
        (16, 1, 3, 6),
        (16, 2, 1, 8),
        (16, 4, 2, 9),
    ]
]
configs = pytest.mark.parametrize("config", CONFIGS, ids=str)
BOS = 5


def document(length, seed=0):
    """A sequence of so many random tokens between two BOS."""
    rng = Random(seed)
    return [BOS, *(rng.randrange(BOS) for _ in range(length)), BOS]


def both(config, seed=0):
    """The two engines with the same weights, none of them zero."""
    weights = lively_weights(config, seed)
    return gpt.GPT(config, weights), arrays.GPT(config, weights)


def assert_close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def check_equal(scalar, fast, batch):
    """The loss and every gradient are equal, and no matrix goes without a gradient."""
    expected, found = scalar.batch_loss(batch), fast.batch_loss(batch)
    assert found.data == pytest.approx(expected.data, rel=0, abs=1e-9)
    expected.backward()
    found.backward()
    for name, matrix in scalar.state_dict.items():
        grads = np.array([[p.grad for p in row] for row in matrix])
        assert np.abs(grads).max() > 1e-6, f"{name} has no gradient: equality would prove nothing"
        np.testing.assert_allclose(fast.grads[name], grads, rtol=0, atol=1e-9, err_msg=name)


@configs
@pytest.mark.parametrize("length", [2, 4, 12])
def test_one_document(config, length):
    check_equal(*both(config), [document(length)])


@configs
def test_a_batch_of_different_lengths(config):
    check_equal(*both(config), [document(length, seed=length) for length in (4, 0, 2, 12, 1)])


def test_a_document_of_bos_alone():
    config = CONFIGS[1]
    scalar, fast = both(config)
    assert fast.loss([BOS, BOS]).data == pytest.approx(scalar.loss([BOS, BOS]).data, abs=1e-12)


@configs
def test_padding_adds_nothing(config):
    """A batch is the mean of its documents, whatever stands beside them."""
    _, fast = both(config)
    batch = [document(length, seed=length) for length in (1, 3, 9)]
    losses, grads = [], []
    for tokens in batch:
        loss = fast.loss(tokens)
        loss.backward()
        losses.append(loss.data)
        grads.append(fast.parameters().grad.copy())
        fast.parameters().grad[:] = 0
    together = fast.batch_loss(batch)
    together.backward()
    assert together.data == pytest.approx(np.mean(losses), abs=1e-12)
    assert_close(fast.parameters().grad, np.mean(grads, axis=0))


def test_gradients_add_up_until_they_are_zeroed():
    _, fast = both(CONFIGS[2])
    fast.loss(document(3)).backward()
    once = fast.parameters().grad.copy()
    fast.loss(document(3)).backward()
    assert_close(fast.parameters().grad, 2 * once)
    arrays.Adam(fast.parameters()).zero_grad()
    assert not fast.parameters().grad.any()


@configs
def test_gradient_against_nudging(config):
    """Along random directions through all the weights at once."""
    _, fast = both(config)
    batch = [document(3, seed=1), document(7, seed=2)]
    fast.batch_loss(batch).backward()
    data, h = fast.parameters().data, 1e-5
    start = data.copy()
    rng = Random(0)
    for _ in range(5):
        direction = np.array([rng.gauss(0, 1) for _ in range(data.size)])
        data[:] = start + h * direction
        above = fast.batch_loss(batch).data
        data[:] = start - h * direction
        below = fast.batch_loss(batch).data
        data[:] = start
        expected = (above - below) / (2 * h)
        assert fast.parameters().grad @ direction == pytest.approx(expected, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_softmax_down_the_first_axis(seed):
    columns = np.array(
        [[Random(seed + 10 * i + j).gauss(0, 3) for j in range(4)] for i in range(7)]
    )
    expected = [layers.softmax([Value(float(x)) for x in column]) for column in columns.T]
    assert_close(arrays.softmax(columns).T, [[p.data for p in probs] for probs in expected])
    huge = arrays.softmax(columns * 1e6)
    assert_close(huge.sum(axis=0), np.ones(4))


def test_rmsnorm_of_each_row():
    rows = np.array([[3.0, -4.0], [0.1, 0.2], [0.0, 0.0]])
    expected = [layers.rmsnorm([Value(float(x)) for x in row]) for row in rows]
    assert_close(arrays.rmsnorm(rows)[0], [[y.data for y in row] for row in expected])


@configs
def test_token_by_token(config):
    """With the KV cache, the logits of the scalar engine, and of the whole sequence at once."""
    scalar, fast = both(config)
    tokens = document(config.block_size - 1)[: config.block_size]
    scalar_cache, cache = scalar.new_cache(), fast.new_cache()
    whole, _ = fast._forward(np.array([tokens]))  # (vocab_size, N)
    for position, token in enumerate(tokens):
        logits = fast.forward(token, cache)
        expected = [x.data for x in scalar.forward(token, scalar_cache)]
        assert_close(logits, expected)
        assert_close(logits, whole[:, position])


def test_no_look_at_the_future():
    _, fast = both(CONFIGS[6])
    one, _ = fast._forward(np.array([[5, 1, 2, 3]]))
    other, _ = fast._forward(np.array([[5, 1, 0, 4]]))
    assert_close(one[:, :2], other[:, :2])
    assert not np.allclose(one[:, 2:], other[:, 2:])


@configs
def test_samples(config):
    scalar, fast = both(config)
    tokenizer = Tokenizer(["abcde"])
    drawn = [
        [sample(model, tokenizer, rng, 0.8) for _ in range(10)]
        for model, rng in ((scalar, Random(3)), (fast, Random(3)))
    ]
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) > 1


@pytest.mark.parametrize("batch_size", [1, 3])
def test_training(batch_size):
    config = CONFIGS[1]
    scalar, fast = both(config)
    sequences = [document(length, seed=length) for length in (3, 1, 5, 2)]
    runs = [
        list(train(model, optimizer, sequences, 12, 0.02, batch_size))
        for model, optimizer in (
            (scalar, Adam(scalar.parameters())),
            (fast, arrays.Adam(fast.parameters())),
        )
    ]
    assert runs[1] == pytest.approx(runs[0], rel=0, abs=1e-9)
    for name, rows in scalar.weights().items():
        assert_close(np.array(fast.weights()[name]), rows)


def test_weights_come_back_as_they_were_given():
    weights = lively_weights(CONFIGS[2])
    assert arrays.GPT(CONFIGS[2], weights).weights() == weights


def test_no_room_for_one_more_token():
    _, fast = both(CONFIGS[0])
    cache = fast.new_cache()
    for token in [5, 0, 1]:
        fast.forward(token, cache)
    with says("no room", "block_size=3", "shorten the text", "larger block_size"):
        fast.forward(2, cache)
    assert cache[0].length == 3, "the cache is as it was"


@pytest.mark.parametrize("token", [-1, 6])
def test_a_token_that_is_none(token):
    _, fast = both(CONFIGS[0])
    with says(f"no token {token}", "from 0 to 5"):
        fast.forward(token, fast.new_cache())
    with says(f"no token {token}", "from 0 to 5"):
        fast.batch_loss([[5, 0, 5], [5, token, 5]])


def test_weights_of_another_model():
    with says("weights are of another model", "wpe", "5 × 8"):
        arrays.GPT(CONFIGS[1], lively_weights(CONFIGS[0]))


def test_nothing_to_predict():
    _, fast = both(CONFIGS[0])
    with says("1 token", "at least two"):
        fast.batch_loss([[5, 0, 5], [5]])


def test_the_reference_run():
    """500 steps and 20 samples, on the list of the original program."""
    if not os.environ.get("COURSE_ORIGINAL_NAMES"):
        pytest.skip("COURSE_ORIGINAL_NAMES does not name the original list")
    golden = Path(__file__).parent / "golden" / "trace.json"
    expected = json.loads(golden.read_text(encoding="utf-8"))
    documents, rng = names.original(download=False), Random(42)
    rng.shuffle(documents)
    tokenizer, config = Tokenizer(documents), GPTConfig()
    model = arrays.GPT(config, initial_weights(config, rng))
    sequences = [tokenizer.sequence(name) for name in documents]
    losses = list(train(model, arrays.Adam(model.parameters()), sequences))
    assert losses == pytest.approx(expected["losses"], rel=0, abs=1e-9)
    assert [sample(model, tokenizer, rng) for _ in range(20)] == expected["samples"]


def test_lessons_let_the_course_choose_the_number_of_threads():
    """It does so before numpy is loaded: later, two threads take twice as long for our matrices."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        first = next(cell for cell in read(path).cells if cell.cell_type == "code")
        assert not ("import numpy" in first.source and "from benchmarks" in first.source), path
