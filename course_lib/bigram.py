"""The bigram model: the next token is guessed from the present one alone."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from random import Random

from course_lib.errors import CourseError
from course_lib.layers import softmax
from course_lib.value import Value


def count_pairs(sequences: Iterable[Sequence[int]], vocab_size: int) -> list[list[int]]:
    """How often each token follows each other one: row the first, column the next.

    Result: (vocab_size, vocab_size).
    """
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    for tokens in sequences:
        for token, following in pairwise(tokens):
            counts[token][following] += 1
    return counts


def to_probabilities(counts: Sequence[int], smoothing: float = 0.0) -> list[float]:
    """Each count as a share of them all; `smoothing` is added to every count first.

    Raises CourseError where nothing was counted and nothing is added.
    """
    total = math.fsum(counts) + smoothing * len(counts)
    if total <= 0:
        raise CourseError(
            "a token that nothing ever follows has no next-token probabilities: "
            "use a smoothing above 0."
        )
    return [(count + smoothing) / total for count in counts]


def probability_table(counts: Sequence[Sequence[int]], smoothing: float = 0.0) -> list[list[float]]:
    """Each row of counts as probabilities."""
    return [to_probabilities(row, smoothing) for row in counts]


def mean_loss(table: Sequence[Sequence[float]], sequences: Iterable[Sequence[int]]) -> float:
    """The mean of −log p(next token) over all pairs; infinite where one has probability 0.

    Raises CourseError where there is no pair.
    """
    probabilities = [
        table[token][after] for tokens in sequences for token, after in pairwise(tokens)
    ]
    if not probabilities:
        raise CourseError("there is no pair of tokens to score: give at least one document.")
    if min(probabilities) == 0:
        return math.inf
    return -math.fsum(map(math.log, probabilities)) / len(probabilities)


def sample(table: Sequence[Sequence[float]], bos: int, rng: Random) -> list[int]:
    """The tokens of a new document, drawn one by one until BOS comes up."""
    tokens, token = [], bos
    while (token := rng.choices(range(len(table)), table[token])[0]) != bos:
        tokens.append(token)
    return tokens


def logits_loss(logits: Sequence[Sequence[Value]], counts: Sequence[Sequence[int]]) -> Value:
    """The mean cross-entropy of a table of logits over all counted pairs.

    logits and counts: (vocab_size, vocab_size). Equal pairs are scored once, with their share of
    all pairs as weight. Raises CourseError where nothing was counted.
    """
    total = sum(map(sum, counts))
    if not total:
        raise CourseError("there is no pair to learn from: these counts are all 0.")
    return Value.sum(
        p.log() * (-count / total)
        for logits_row, counts_row in zip(logits, counts, strict=True)
        for p, count in zip(softmax(logits_row), counts_row, strict=True)
        if count
    )


def train_epoch(
    logits: Sequence[Sequence[Value]], counts: Sequence[Sequence[int]], learning_rate: float
) -> float:
    """One step of gradient descent on all counted pairs at once; returns the loss before it."""
    loss = logits_loss(logits, counts)
    loss.backward()
    for row in logits:
        for logit in row:
            logit.data -= learning_rate * logit.grad
            logit.grad = 0.0
    return loss.data
