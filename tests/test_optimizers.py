"""The comparison of optimizers: its stored figures are those of its code, and complete."""

import json
import math

import pytest

from benchmarks import optimizers
from benchmarks.optimizers import STARTS, WAYS, Start


@pytest.fixture(scope="module")
def start():
    return Start(STARTS[0])


@pytest.mark.parametrize(
    ("way", "rate"),
    [
        ("gradient descent", 2),
        ("gradient descent", 2.8),
        ("momentum", 2.8),
        ("Adam", 0.03),
        ("Adam without m", 0.01),
        ("Adam, β₂ = 0.999, not corrected", 0.005),
        ("Adam, falling on a line", 0.02),
        ("Adam, one rate throughout", 0.01),
        ("Adam, 200 steps", 0.02),
    ],
)
def test_a_run_gives_the_stored_losses(start, way, rate):
    stored = optimizers.stored()["starts"][0]["losses"][way][str(rate)]
    losses = start.learn(way, rate)
    assert losses == (None if stored is None else pytest.approx(stored, abs=1e-3))


def test_step_lengths_are_the_stored_ones(start):
    lengths = optimizers.stored()["starts"][0]["step_lengths"]
    assert start.step_lengths()[:50] == pytest.approx(lengths[:50], abs=1e-3)


def test_every_start_way_and_rate_is_stored():
    starts = optimizers.stored()["starts"]
    assert [start["seed"] for start in starts] == list(STARTS)
    for start in starts:
        assert list(start["losses"]) == list(WAYS)
        for way, (_, rates, _, _) in WAYS.items():
            assert list(start["losses"][way]) == list(map(str, rates))


def test_one_half_chooses_and_the_other_judges(monkeypatch):
    losses = {"0.1": [2.0, 9.0], "1": [3.0, 1.0], "2": None}
    monkeypatch.setattr(optimizers, "stored", lambda: {"starts": [{"losses": {"a": losses}}]})
    assert optimizers.best("a") == [(0.1, 9.0)]
    assert optimizers.at_rate("a", 1) == [1.0]
    assert optimizers.at_rate("a", 2) == [math.inf]


def test_the_rows_of_rates_are_wide_enough():
    for way, (_, rates, _, _) in WAYS.items():
        at_an_end = [rate for rate, _ in optimizers.best(way) if rate in (rates[0], rates[-1])]
        assert len(at_an_end) <= 1, way


def test_the_command_writes_what_it_measured(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(optimizers, "STARTS", (1,))
    monkeypatch.setattr(optimizers, "NUM_STEPS", 2)
    monkeypatch.setattr(
        optimizers,
        "WAYS",
        {"Adam": (optimizers.adam(), (0.01,), optimizers.cosine_decay, 2)},
    )
    assert optimizers.main(["--json", str(tmp_path / "figures.json")]) == 0
    (start,) = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["starts"]
    assert start["seed"] == 1
    assert len(start["losses"]["Adam"]["0.01"]) == len(start["step_lengths"]) == 2
    assert "start 1" in capsys.readouterr().err
