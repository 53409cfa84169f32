"""The bigram model: counts, probabilities, losses, and the table that is learned."""

import math
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import few, says

from course_lib import bigram, names
from course_lib.layers import softmax
from course_lib.tokenizer import Tokenizer
from course_lib.value import Value

SIZE = 4
BOS = SIZE - 1
sequences = st.lists(
    st.lists(st.integers(0, BOS - 1), max_size=6).map(lambda tokens: [BOS, *tokens, BOS]),
    min_size=1,
    max_size=8,
)


def log_table(table, unseen=-60.0):
    """Logits whose softmax is the table."""
    return [[Value(math.log(p) if p else unseen) for p in row] for row in table]


def test_counts_of_one_name():
    counts = bigram.count_pairs([[2, 0, 0, 1, 2]], 3)
    assert counts == [[1, 1, 0], [0, 0, 1], [1, 0, 0]]


def test_sequences_are_not_joined():
    assert bigram.count_pairs([[2, 0, 2], [2, 1, 2]], 3)[2] == [1, 1, 0]
    assert bigram.count_pairs([], 2) == [[0, 0], [0, 0]]


@few
@given(sequences, st.floats(0.01, 10))
def test_rows_are_probability_distributions(sequences, smoothing):
    table = bigram.probability_table(bigram.count_pairs(sequences, SIZE), smoothing)
    for row in table:
        assert min(row) > 0
        assert math.fsum(row) == pytest.approx(1)


def test_smoothing_by_hand():
    assert bigram.to_probabilities([3, 1, 0]) == [0.75, 0.25, 0]
    assert bigram.to_probabilities([3, 1, 0], 2) == [0.5, 0.3, 0.2]
    assert bigram.to_probabilities([0, 0], 1) == [0.5, 0.5]


def test_a_row_without_counts():
    with says("nothing ever follows", "smoothing above 0"):
        bigram.to_probabilities([0, 0, 0])


@few
@given(sequences)
def test_mean_loss_is_the_mean_over_all_pairs(sequences):
    table = bigram.probability_table(bigram.count_pairs(sequences, SIZE), 0.5)
    surprises = [-math.log(table[a][b]) for tokens in sequences for a, b in pairwise(tokens)]
    assert bigram.mean_loss(table, sequences) == pytest.approx(sum(surprises) / len(surprises))


def test_knowing_nothing_costs_log_of_the_vocabulary_size():
    table = [[1 / 27] * 27] * 27
    assert bigram.mean_loss(table, [[26, 3, 5, 26]]) == pytest.approx(math.log(27))


def test_an_impossible_pair_is_infinitely_surprising():
    assert bigram.mean_loss([[0.0, 1.0], [1.0, 0.0]], [[1, 0, 1], [1, 1]]) == math.inf


def test_nothing_to_score():
    with says("no pair", "at least one document"):
        bigram.mean_loss([[1.0]], [])


def test_sample_follows_the_table():
    rng = Random(42)
    table = bigram.probability_table([[1, 2, 3, 4], [4, 1, 1, 2], [0, 5, 0, 5], [6, 2, 2, 1]])
    drawn = [[BOS, *bigram.sample(table, BOS, rng), BOS] for _ in range(5000)]
    again = bigram.probability_table(bigram.count_pairs(drawn, SIZE))
    for row, want in zip(again, table, strict=True):
        assert row == pytest.approx(want, abs=0.03)
    step = [[0, 1, 0, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 1, 0]]
    assert bigram.sample(step, BOS, rng) == [2, 0, 1]


@few
@given(sequences, st.lists(st.floats(-3, 3), min_size=SIZE**2, max_size=SIZE**2))
def test_logits_loss_is_the_mean_loss_of_its_softmax(sequences, flat):
    logits = [[Value(x) for x in flat[i : i + SIZE]] for i in range(0, SIZE**2, SIZE)]
    table = [[p.data for p in softmax(row)] for row in logits]
    loss = bigram.logits_loss(logits, bigram.count_pairs(sequences, SIZE))
    assert loss.data == pytest.approx(bigram.mean_loss(table, sequences))


@few
@given(sequences, st.lists(st.floats(-3, 3), min_size=SIZE**2, max_size=SIZE**2))
def test_the_gradient_is_p_minus_y(sequences, flat):
    logits = [[Value(x) for x in flat[i : i + SIZE]] for i in range(0, SIZE**2, SIZE)]
    counts = bigram.count_pairs(sequences, SIZE)
    bigram.logits_loss(logits, counts).backward()
    total = sum(map(sum, counts))
    for row, counted in zip(logits, counts, strict=True):
        for logit, p, count in zip(row, softmax(row), counted, strict=True):
            want = (sum(counted) * p.data - count) / total
            assert logit.grad == pytest.approx(want, abs=1e-12)


def test_nothing_to_learn_from():
    with says("no pair to learn from"):
        bigram.logits_loss([[Value(0.0)]], [[0]])


def test_an_epoch_is_one_step_downhill():
    counts = [[0, 3], [1, 0]]
    logits = [[Value(0.0), Value(0.0)] for _ in range(2)]
    losses = [bigram.train_epoch(logits, counts, 1.0)]
    assert losses[0] == pytest.approx(math.log(2))
    # p − y, with three quarters of all pairs in the first row
    assert [x.data for x in logits[0]] == pytest.approx([-0.375, 0.375])
    assert {x.grad for row in logits for x in row} == {0.0}
    losses += [bigram.train_epoch(logits, counts, 1.0) for _ in range(20)]
    assert losses == sorted(losses, reverse=True)


@pytest.fixture(scope="module")
def data():
    """The sequences to train on, those held out, and the counts of the former."""
    documents = names.load()
    tokenizer = Tokenizer(documents)
    parts = names.train_validation_split(documents, Random(42))
    train, validation = ([tokenizer.sequence(name) for name in part] for part in parts)
    return train, validation, bigram.count_pairs(train, tokenizer.vocab_size)


def test_the_counted_losses_that_lesson_04_states(data):
    train, validation, counts = data
    assert (len(train), len(validation), sum(map(sum, counts))) == (4647, 516, 32537)
    table = bigram.probability_table(counts)
    assert bigram.mean_loss(table, train) == pytest.approx(2.3338, abs=5e-5)
    assert bigram.mean_loss(table, validation) == math.inf
    smooth = bigram.probability_table(counts, 0.1)
    assert bigram.mean_loss(smooth, train) == pytest.approx(2.3347, abs=5e-5)
    assert bigram.mean_loss(smooth, validation) == pytest.approx(2.3495, abs=5e-5)


def test_the_counts_that_its_questions_state(data):
    counts = data[2]
    a, m, n, q, u, bos = 0, 12, 13, 16, 20, 26
    assert max(map(max, counts)) == counts[a][bos] == 1585
    assert (counts[bos][a], max(counts[bos])) == (356, counts[bos][m])
    assert max(max(row[:bos]) for row in counts[:bos]) == counts[a][n] == 696
    assert (sum(counts[q]), counts[q][u]) == (50, 49)
    assert [counts[token].index(max(counts[token])) for token in (bos, m, a)] == [m, a, bos]


def test_the_counted_table_is_where_learning_ends(data):
    train, _, counts = data
    table = bigram.probability_table(counts)
    logits = log_table(table)
    loss = bigram.logits_loss(logits, counts)
    assert loss.data == pytest.approx(bigram.mean_loss(table, train))
    loss.backward()
    assert max(abs(x.grad) for row in logits for x in row) < 1e-12


def test_learning_comes_nearer_to_it(data):
    counts = data[2]
    logits = [[Value(0.0) for _ in range(27)] for _ in range(27)]
    losses = [bigram.train_epoch(logits, counts, 50) for _ in range(21)]
    assert losses[0] == pytest.approx(math.log(27))
    assert losses == sorted(losses, reverse=True)
    assert losses[20] == pytest.approx(2.434, abs=5e-4)
