"""Sampling: where it stops, what the temperature does, and whose dice are thrown."""

import math
import random
from collections import Counter
from itertools import pairwise

import oracle
import pytest
from oracle import lively_model, says

from course_lib.gpt import GPTConfig
from course_lib.sampling import probabilities, sample
from course_lib.tokenizer import Tokenizer
from course_lib.value import Value

TOKENIZER = Tokenizer("abcd")  # BOS is 4
CONFIG = GPTConfig(vocab_size=5, n_embd=4, n_head=2, n_layer=1, block_size=6)


class Scripted:
    """A model that is certain what comes after each text, and writes down what it is given."""

    def __init__(self, next_tokens, block_size=6):
        self.next_tokens = next_tokens
        self.config = GPTConfig(vocab_size=5, n_embd=4, block_size=block_size)

    def new_cache(self):
        self.cache = []
        return self.cache

    def forward(self, token, cache):
        self.config.check_input(token, len(cache))
        cache.append(token)
        target = self.next_tokens[len(cache) - 1]
        return [1000.0 if i == target else 0.0 for i in range(5)]


def test_it_stops_at_bos():
    model = Scripted([0, 1, 4, 2, 2, 2])
    assert sample(model, TOKENIZER, random.Random(1)) == "ab"
    assert model.cache == [4, 0, 1]  # it began with BOS and asked for nothing after the end


def test_an_empty_text_is_possible():
    assert sample(Scripted([4]), TOKENIZER, random.Random(1)) == ""


def test_it_stops_after_block_size_tokens():
    model = Scripted([0, 1, 2, 3, 2, 1])
    assert sample(model, TOKENIZER, random.Random(1)) == "abcdcb"
    assert model.cache == [4, 0, 1, 2, 3, 2]
    assert sample(Scripted([3], block_size=1), TOKENIZER, random.Random(1)) == "d"


def test_prefix():
    model = Scripted([3, 3, 0, 1, 4, 2])
    assert sample(model, TOKENIZER, random.Random(1), prefix="cb") == "cbab"
    assert model.cache == [4, 2, 1, 0, 1]
    assert sample(Scripted([0] * 6), TOKENIZER, random.Random(1), prefix="ccccc") == "ccccca"
    assert sample(Scripted([0] * 5 + [4]), TOKENIZER, random.Random(1), prefix="ccccc") == "ccccc"


@pytest.mark.parametrize("prefix", ["cccccc", "ccccccccc"])
def test_a_prefix_that_leaves_no_room(prefix):
    with says("no room", "block_size=6", "shorten the text"):
        sample(Scripted([0] * 9), TOKENIZER, random.Random(1), prefix=prefix)


def test_a_prefix_of_unknown_characters():
    with says("'z'", "position 1", "vocabulary 'abcd'"):
        sample(Scripted([0] * 6), TOKENIZER, random.Random(1), prefix="az")


@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0, 3.0])
def test_probabilities(temperature):
    logits = [1.0, -2.0, 0.5, 0.0]
    expected = oracle.softmax([logit / temperature for logit in logits])
    assert probabilities(logits, temperature) == pytest.approx(expected)
    assert probabilities([Value(x) for x in logits], temperature) == pytest.approx(expected)
    assert all(type(p) is float for p in probabilities(logits))


def test_extreme_temperatures():
    assert probabilities([1.0, 3.0, 2.0], 1e-3) == [0.0, 1.0, 0.0]
    assert probabilities([1.0, 3.0, 2.0], 1e9) == pytest.approx([1 / 3] * 3)
    assert probabilities([1000.0, 0.0]) == [1.0, 0.0]


@pytest.mark.parametrize("temperature", [1e-160, 1e-320])
def test_a_temperature_just_above_0(temperature):
    assert probabilities([1.0, 3.0, 2.0], temperature) == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("temperature", [0, 0.0, -0.5, math.nan, math.inf, -math.inf])
def test_a_temperature_that_is_none(temperature):
    with says("temperature must be a number above 0", f"not {temperature}", "0.01"):
        probabilities([1.0, 2.0], temperature)
    rng = random.Random(1)
    with says("temperature must be a number above 0"):
        sample(lively_model(CONFIG), TOKENIZER, rng, temperature)
    assert rng.random() == random.Random(1).random(), "nothing was drawn"


def test_a_low_temperature_takes_the_likeliest():
    model = lively_model(CONFIG)
    texts = {sample(model, TOKENIZER, random.Random(seed), 1e-6) for seed in range(20)}
    assert len(texts) == 1
    tokens = TOKENIZER.sequence(texts.pop())
    cache = model.new_cache()
    for token, following in pairwise(tokens[: CONFIG.block_size + 1]):
        logits = [logit.data for logit in model.forward(token, cache)]
        assert following == logits.index(max(logits))


def test_how_often_each_token_comes():
    class Fixed(Scripted):
        def forward(self, token, cache):
            return [0.5, -1.0, 0.0, 1.0, 0.2]

    model, rng = Fixed([], block_size=1), random.Random(5)
    texts = Counter(sample(model, TOKENIZER, rng, 0.7) for _ in range(5000))
    expected = oracle.softmax([x / 0.7 for x in (0.5, -1.0, 0.0, 1.0, 0.2)])
    for share, text in zip(expected, ["a", "b", "c", "d", ""], strict=True):
        assert texts[text] / 5000 == pytest.approx(share, abs=0.03)


def test_the_same_generator_gives_the_same_samples():
    model = lively_model(CONFIG)
    one, other = random.Random(9), random.Random(9)
    texts = [sample(model, TOKENIZER, one) for _ in range(20)]
    assert texts == [sample(model, TOKENIZER, other) for _ in range(20)]
    assert len(set(texts)) > 5


def test_the_usual_temperature():
    model = lively_model(CONFIG)
    one, other = random.Random(9), random.Random(9)
    texts = [sample(model, TOKENIZER, one) for _ in range(20)]
    assert texts == [sample(model, TOKENIZER, other, temperature=0.5) for _ in range(20)]


def test_one_draw_for_each_token():
    """So that any program which draws like this one, such as the original, writes the same."""
    model, rng, draws = lively_model(CONFIG), random.Random(9), random.Random(9)
    for _ in range(20):
        text = sample(model, TOKENIZER, rng, 1.0)
        for _ in range(min(len(text) + 1, CONFIG.block_size)):
            draws.random()
    assert rng.getstate() == draws.getstate()


def test_the_global_generator_is_not_touched():
    before = random.getstate()
    sample(lively_model(CONFIG), TOKENIZER, random.Random(1))
    assert random.getstate() == before


def test_sampling_changes_no_weight():
    model = lively_model(CONFIG)
    before = model.weights()
    sample(model, TOKENIZER, random.Random(1))
    assert model.weights() == before
