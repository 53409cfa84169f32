"""What the parts are worth: the stored figures are those of the code, and complete."""

import json

import pytest

from benchmarks import parts
from course_lib.training import evaluate


@pytest.fixture(scope="module")
def start():
    return parts.Start(parts.STARTS[1])


def test_every_start_has_every_model():
    assert [figures["seed"] for figures in parts.stored()] == list(parts.STARTS)
    assert all(list(figures["losses"]) == list(parts.MODELS) for figures in parts.stored())


@pytest.mark.parametrize("kind", ["embeddings alone", "no norm at the entrance"])
def test_stored_figures_are_those_of_the_code(start, kind):
    loss = evaluate(start.trained(kind), start.held_out)
    assert loss == pytest.approx(parts.stored()[1]["losses"][kind], abs=0.002)


def test_without_its_norm_the_model_is_another_one_with_right_gradients(start):
    """One backward pass, against the slope between two losses a nudge apart."""
    model = start.trained("no norm at the entrance", num_steps=3)
    tokens, p = start.train_set[0], model.parameters()
    model.loss(tokens).backward()
    for i in (5, 27 * 16 + 3, 2000):
        before, slopes = p.data[i], p.grad[i]
        losses = []
        for p.data[i] in (before - 1e-5, before + 1e-5):
            losses.append(model.loss(tokens).data)
        p.data[i] = before
        assert (losses[1] - losses[0]) / 2e-5 == pytest.approx(slopes, abs=1e-7)


def test_firing_counts_each_unit_at_each_token(start):
    model = start.trained("one layer", num_steps=1)
    units = start.firing(model, num_names=2)
    positions = sum(min(len(tokens) - 1, 8) for tokens in start.held_out[:2])
    assert len(units) == 64
    assert 0 < sum(sum(unit.values()) for unit in units) < 64 * positions


def test_the_program_writes_its_figures(tmp_path, monkeypatch):
    few_names = [name for name in parts.names.load() if "q" in name]  # of q the figures tell
    monkeypatch.setattr(parts.names, "load", lambda: few_names)
    monkeypatch.setattr(parts, "STARTS", (1,))
    few = {kind: (*model[:-1], 2) for kind, model in parts.MODELS.items() if kind == "one layer"}
    monkeypatch.setattr(parts, "MODELS", few)
    assert parts.main(["--json", str(tmp_path / "parts.json")]) == 0
    stored = json.loads((tmp_path / "parts.json").read_text(encoding="utf-8"))
    assert list(stored["starts"][0]["losses"]) == ["one layer"]
