"""What lesson 06 says of attention from thirty starts: the stored figures are those of the code."""

import numpy as np
import pytest

from benchmarks import heads
from benchmarks.heads import STARTS, VARIANTS, Start
from course_lib.exercises import attention as questions


@pytest.fixture(scope="module")
def start():
    return Start(STARTS[0])


@pytest.fixture(scope="module")
def whole(start):
    return start.trained("attention")


def test_the_whole_model_gives_the_stored_figures(start, whole):
    stored = heads.stored()[0]
    assert start.loss(whole) == pytest.approx(stored["losses"]["attention"], abs=1e-3)
    assert start.rises(whole) == pytest.approx(stored["rises"], abs=1e-3)
    for kind, shares in start.habits(whole).items():
        assert shares == pytest.approx(stored["habits"][kind], abs=0.01)


def test_another_start_has_other_names_and_weights(start):
    other = Start(STARTS[1])
    assert set(other.held_out_names) != set(start.held_out_names)
    assert other.train_set[:10] != start.train_set[:10]
    model = other.trained("attention")
    assert other.loss(model) == pytest.approx(heads.losses("attention")[1], abs=1e-3)


@pytest.mark.parametrize("variant", ["undivided", "one head, undivided", "no look back"])
def test_a_variant_gives_the_stored_loss(start, variant):
    stored = heads.losses(variant)[0]
    assert start.loss(start.trained(variant)) == pytest.approx(stored, abs=1e-3)


def test_every_start_and_variant_is_stored():
    assert [figures["seed"] for figures in heads.stored()] == list(STARTS)
    assert all(list(figures["losses"]) == list(VARIANTS) for figures in heads.stored())


def test_undivided_scores_are_not_divided(start):
    config = VARIANTS["undivided"][0]
    assert config.head_dim == 4
    assert config.head_dim**-0.5 == 1


def test_what_is_zero_stays_zero(start):
    model = start.trained("plain average", num_steps=3)
    for name in VARIANTS["plain average"][1]:
        assert not np.any(model.state_dict[f"layer0.{name}"])


def test_what_the_questions_say_is_stored():
    habits = heads.stored()[0]["habits"]
    assert max(habits["itself"]) < 0.5
    assert f"{habits['before'][2]:.0%}" in questions.habit.text.replace(" ", "")
    assert round(100 * habits["itself"][2]) == 17
    assert min(habits["before"]) > 0.22  # what chance would give
