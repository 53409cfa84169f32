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


def probability_table(counts: Sequence[Sequence[int]], smoothing: float = 1.0) -> list[list[float]]:
    """Each row of counts as probabilities; `smoothing` is added to every count first.

    Raises CourseError for a row without any count and without smoothing.
    """
    table = []
    for row in counts:
        total = sum(row) + smoothing * len(row)
        if total == 0:
            raise CourseError(
                "a token that was never seen has no next-token probabilities: "
                "use a smoothing above 0."
            )
        table.append([(count + smoothing) / total for count in row])
    return table


def mean_loss(table: Sequence[Sequence[float]], sequences: Iterable[Sequence[int]]) -> float:
    """The mean of −log p(next token) over all pairs; infinite where a pair has probability 0."""
    pairs = [pair for tokens in sequences for pair in pairwise(tokens)]
    if not pairs:
        raise CourseError("there is nothing to score: the list of documents is empty.")
    probabilities = [table[token][following] for token, following in pairs]
    if min(probabilities) == 0:
        return math.inf
    return -math.fsum(math.log(p) for p in probabilities) / len(pairs)


def sample(table: Sequence[Sequence[float]], bos: int, rng: Random) -> list[int]:
    """The tokens of a new document, drawn one by one until BOS comes up."""
    tokens, token = [], bos
    while (token := rng.choices(range(len(table)), table[token])[0]) != bos:
        tokens.append(token)
    return tokens


def logits_loss(logits: Sequence[Sequence[Value]], counts: Sequence[Sequence[int]]) -> Value:
    """The mean cross-entropy of a table of logits over all counted pairs, as a Value to learn from.

    logits and counts: (vocab_size, vocab_size).
    """
    losses = [
        -p.log() * count
        for logits_row, counts_row in zip(logits, counts, strict=True)
        for p, count in zip(softmax(logits_row), counts_row, strict=True)
        if count
    ]
    return Value.sum(losses) / sum(map(sum, counts))
