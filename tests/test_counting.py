"""The counted tables that lessons 04 and 10 speak of: distributions, and their figures."""

import functools
import math

import pytest

from benchmarks import parts
from benchmarks.counting import SEEN, Mixture, Table, loss, split
from course_lib import bigram


@pytest.fixture(scope="module")
def names():
    return split(42)


@functools.cache
def figures(seed):
    """The losses of a table of pasts of three tokens and of the mixture, which holds that table."""
    training, held_out = split(seed)
    mixture = Mixture(training, 3)
    return loss(mixture.tables[3], held_out), loss(mixture, held_out)


@pytest.mark.parametrize("kind", [Table, Mixture])
@pytest.mark.parametrize("before", [(), (26,), (26, 4, 12), (16, 16, 16)])
def test_each_past_has_a_probability_distribution(kind, before, names):
    model = kind(names[0][:200], 3)
    shares = [model.probability(before, token) for token in range(27)]
    assert math.isclose(math.fsum(shares), 1)
    assert min(shares) > 0


def test_one_token_back_is_the_bigram(names):
    training, held_out = names
    table = bigram.probability_table(bigram.count_pairs(training, 27), smoothing=0.1)
    by_name = [bigram.mean_loss(table, [tokens[: SEEN + 1]]) for tokens in held_out]
    assert math.isclose(loss(Table(training, 1), held_out), math.fsum(by_name) / len(by_name))


@pytest.mark.parametrize(("seed", "three", "mixed"), [(42, 2.141, 2.052), (1, 2.124, 2.038)])
def test_the_figures_of_the_lessons(seed, three, mixed):
    assert [round(figure, 3) for figure in figures(seed)] == [three, mixed]


def test_after_4000_steps_the_gpt_is_between_the_table_and_the_mixture_from_each_start():
    """Lesson 10 says so; the starts of `parts.json` draw their splits as `split` does."""
    for seed, gpt in zip(parts.STARTS, parts.losses("one layer, 4,000 steps"), strict=True):
        three, mixed = figures(seed)
        assert mixed < gpt < three
