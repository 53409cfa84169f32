"""Training: which documents, at which learning rate, and what it learns and refuses."""

import gc
import json
import math
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from oracle import lively_model, says

from benchmarks import heads
from course_lib import names
from course_lib.adam import Adam, cosine_decay
from course_lib.exercises import training as lesson
from course_lib.gpt import GPT, GPTConfig, initial_weights
from course_lib.tokenizer import Tokenizer
from course_lib.training import evaluate, train, training_step

SMALL = GPTConfig(vocab_size=4, n_embd=4, n_head=2, n_layer=1, block_size=4)
SEQUENCES = [[3, 0, 1, 3], [3, 1, 1, 3], [3, 2, 0, 3]]


@dataclass
class Notes:
    """A model, a loss and an optimizer in one, which only notes down how it is used."""

    data: float = 1.0

    def __post_init__(self):
        self.batches, self.rates, self.calls = [], [], []

    def batch_loss(self, batch):
        self.batches.append(batch)
        self.calls.append("forward")
        return self

    def backward(self):
        self.calls.append("backward")

    def step(self, learning_rate):
        self.rates.append(learning_rate)
        self.calls.append("step")

    def zero_grad(self):
        self.calls.append("zero_grad")


def fresh(seed=1):
    model = GPT(SMALL, initial_weights(SMALL, Random(seed)))
    return model, Adam(model.parameters())


def test_one_step():
    notes = Notes(data=2.5)
    assert training_step(notes, notes, ["a", "b"], 0.1) == 2.5
    assert notes.calls == ["forward", "backward", "step", "zero_grad"]
    assert (notes.batches, notes.rates) == ([["a", "b"]], [0.1])


def test_documents_come_in_order_and_again():
    notes = Notes()
    assert list(train(notes, notes, ["a", "b", "c"], num_steps=5)) == [1.0] * 5
    assert notes.batches == [["a"], ["b"], ["c"], ["a"], ["b"]]


def test_batches_go_on_where_the_last_one_ended():
    notes = Notes()
    list(train(notes, notes, ["a", "b", "c"], num_steps=4, batch_size=2))
    assert notes.batches == [["a", "b"], ["c", "a"], ["b", "c"], ["a", "b"]]


def test_the_learning_rate_falls_along_a_cosine():
    notes = Notes()
    list(train(notes, notes, ["a"], num_steps=4, learning_rate=0.2))
    assert notes.rates == [cosine_decay(step, 4, 0.2) for step in range(4)]
    assert notes.rates == pytest.approx(
        [0.2 * 0.5 * (1 + math.cos(math.pi * step / 4)) for step in range(4)]
    )


def test_defaults():
    notes = Notes()
    assert len(list(train(notes, notes, ["a"]))) == 500
    assert notes.rates[0] == 0.01
    assert notes.rates[250] == pytest.approx(0.005)


def test_a_later_first_step():
    whole, rest = Notes(), Notes()
    list(train(whole, whole, ["a", "b", "c"], num_steps=7, batch_size=2))
    list(train(rest, rest, ["a", "b", "c"], num_steps=7, batch_size=2, first_step=3))
    assert rest.batches == whole.batches[3:]
    assert rest.rates == whole.rates[3:]
    assert list(train(rest, rest, ["a"], num_steps=7, first_step=7)) == []


def test_a_step_is_taken_when_its_loss_is_asked_for():
    notes = Notes()
    losses = train(notes, notes, ["a"], num_steps=100)
    assert notes.batches == []
    next(losses)
    assert len(notes.batches) == 1


def test_pausing_and_resuming_is_like_going_through():
    whole, optimizer = fresh()
    expected = list(train(whole, optimizer, SEQUENCES, num_steps=8))
    model, optimizer = fresh()
    losses = list(islice(train(model, optimizer, SEQUENCES, num_steps=8), 3))
    losses += train(model, optimizer, SEQUENCES, num_steps=8, first_step=3)
    assert losses == expected
    assert model.weights() == whole.weights()


def test_the_loss_is_that_from_before_the_update():
    model, optimizer = fresh()
    before = model.loss(SEQUENCES[0]).data
    assert next(train(model, optimizer, SEQUENCES)) == before
    assert model.loss(SEQUENCES[0]).data < before


def test_it_learns():
    model, optimizer = fresh()
    losses = list(train(model, optimizer, SEQUENCES, num_steps=60, learning_rate=0.03))
    assert losses[0] == pytest.approx(math.log(4), abs=0.1)
    # Three documents differ at their first letter alone: ln 3 in 4 positions is the least,
    # and where only the first letter tells the second, a little more.
    assert evaluate(model, SEQUENCES) < 0.6


def test_gradients_are_cleared_after_each_step():
    model, optimizer = fresh()
    list(train(model, optimizer, SEQUENCES, num_steps=2))
    assert all(p.grad == 0.0 for p in model.parameters())


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(enabled):
    class Failing(Notes):
        def backward(self):
            assert not gc.isenabled()
            raise KeyboardInterrupt

    notes, failing = Notes(), Failing()
    try:
        (gc.enable if enabled else gc.disable)()
        training_step(notes, notes, ["a"], 0.1)
        assert gc.isenabled() == enabled
        with pytest.raises(KeyboardInterrupt):
            training_step(failing, failing, ["a"], 0.1)
        assert gc.isenabled() == enabled
    finally:
        gc.enable()


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number(loss):
    notes = Notes(data=loss)
    with says(f"the loss became {loss}", "smaller learning rate"):
        training_step(notes, notes, ["a"], 0.1)


def test_a_loss_that_is_no_number_spoils_no_weight():
    notes = Notes(data=math.nan)
    with says("the loss became nan"):
        training_step(notes, notes, ["a"], 0.1)
    assert notes.calls == ["forward"]


@pytest.mark.parametrize("batch_size", [0, -1])
def test_a_batch_of_nothing(batch_size):
    with says("batch_size"):
        list(train(*fresh(), SEQUENCES, num_steps=1, batch_size=batch_size))


def test_nothing_to_train_on():
    with says("nothing to train on", "list of documents is empty"):
        next(train(Notes(), Notes(), []))


def test_evaluate():
    model = lively_model(SMALL)
    before = model.weights()
    sequences = [*SEQUENCES, *SEQUENCES[:2]]  # more than one batch, and the last not full
    losses = [model.loss(tokens).data for tokens in sequences]
    assert evaluate(model, sequences) == pytest.approx(sum(losses) / 5)
    assert model.weights() == before
    assert all(p.grad == 0.0 for p in model.parameters())


def test_nothing_to_evaluate():
    with says("nothing to evaluate", "list of documents is empty"):
        evaluate(lively_model(SMALL), [])


def test_what_the_wrong_gradients_of_lesson_10_cost():
    """The classmate's cut, made on arrays: of earlier keys and values only the numbers are used."""
    arrays = pytest.importorskip("course_lib.arrays")
    source = Path(arrays.__file__).read_text(encoding="utf-8")
    for whole, cut in {
        "np.matmul(by_head(dscores), q,": "np.matmul(by_head(dscores) * np.eye(T), q,",
        "np.matmul(by_head(attn), dheads,": "np.matmul(by_head(attn) * np.eye(T), dheads,",
    }.items():
        assert source.count(whole) == 1
        source = source.replace(whole, cut)
    wrong = ModuleType("wrong")
    exec(compile(source, "wrong", "exec"), wrong.__dict__)

    documents, config = names.load(), GPTConfig()
    tokenizer = Tokenizer(documents)
    recorded = json.loads((names.DATA / "classmates_run.json").read_text(encoding="utf-8"))
    # The right model of the first two splits is that of lesson 06: test_heads.py trains it.
    trained = dict(zip(heads.STARTS[:2], heads.losses("attention")[:2], strict=True))
    for i, seed in enumerate(recorded["splits"]):
        parts = names.train_validation_split(documents, Random(seed))
        train_set, held_out = ([tokenizer.sequence(name) for name in part] for part in parts)
        weights = initial_weights(config, Random(seed))
        engines = {"classmate": wrong}
        if seed in trained:
            assert trained[seed] == pytest.approx(recorded["right"][i], abs=0.001)
        else:
            engines["right"] = arrays
        for name, engine in engines.items():
            model = engine.GPT(config, weights)
            list(train(model, engine.Adam(model.parameters()), train_set, 1000, batch_size=16))
            assert model.batch_loss(held_out).data == pytest.approx(recorded[name][i], abs=0.002)

    # The same cut on Values, for one name: the gradients agree, and so the cut is the classmate's.
    weights = lively_model(config).weights()
    scalar, fast = GPT(config, weights), wrong.GPT(config, weights)
    lesson.cut_loss(scalar, train_set[0]).backward()
    fast.loss(train_set[0]).backward()
    assert [p.grad for p in scalar.parameters()] == pytest.approx(fast.parameters().grad, abs=1e-9)
