"""The GPT: its facts, its logits and loss against plain floats, its gradients by nudging."""

import gc
import math
from random import Random

import oracle
import pytest
from oracle import check_gradients, lively_model, lively_weights, says

from course_lib.gpt import GPT, GPTConfig, initial_weights
from course_lib.value import Value

SMALL = GPTConfig(vocab_size=5, n_embd=4, n_head=2, n_layer=2, block_size=4)
CONFIGS = [
    GPTConfig(),
    SMALL,
    GPTConfig(vocab_size=6, n_embd=6, n_head=1, n_layer=1, block_size=3),
    GPTConfig(vocab_size=4, n_embd=8, n_head=8, n_layer=3, block_size=7),
    GPTConfig(vocab_size=2, n_embd=1, n_head=1, n_layer=1, block_size=1),
]


def data(vector):
    return [v.data for v in vector]


def random_tokens(config, length, seed=0):
    return Random(seed).choices(range(config.vocab_size), k=length)


def all_logits(model, tokens):
    cache = model.new_cache()
    return [data(model.forward(token, cache)) for token in tokens]


def test_the_facts_of_the_model():
    config = GPTConfig()
    assert config == GPTConfig(vocab_size=27, n_embd=16, n_head=4, n_layer=1, block_size=8)
    assert config.head_dim == 4
    assert list(config.shapes().items()) == [
        ("wte", (27, 16)),
        ("wpe", (8, 16)),
        ("lm_head", (27, 16)),
        ("layer0.attn_wq", (16, 16)),
        ("layer0.attn_wk", (16, 16)),
        ("layer0.attn_wv", (16, 16)),
        ("layer0.attn_wo", (16, 16)),
        ("layer0.mlp_fc1", (64, 16)),
        ("layer0.mlp_fc2", (16, 64)),
    ]
    assert len(GPT(config, initial_weights(config, Random(42))).parameters()) == 4064


def test_layers_follow_each_other():
    names = list(GPTConfig(n_layer=3).shapes())
    parts = ("attn_wq", "attn_wk", "attn_wv", "attn_wo", "mlp_fc1", "mlp_fc2")
    assert names[3:] == [f"layer{i}.{part}" for i in range(3) for part in parts]


def test_initial_weights_are_drawn_in_order():
    config = GPTConfig(n_layer=2)
    rng, drawn = Random(42), Random(42)
    weights = initial_weights(config, rng)
    for name, (rows, columns) in config.shapes().items():
        zero = name.endswith(("wo", "fc2"))
        for row in range(rows):
            numbers = [drawn.gauss(0, 0.02) for _ in range(columns)]
            assert weights[name][row] == ([0.0] * columns if zero else numbers)
    assert rng.getstate() == drawn.getstate(), "the draws of the zeros are taken as well"


def test_state_dict():
    weights = lively_weights(SMALL)
    model = GPT(SMALL, weights)
    assert list(model.state_dict) == list(SMALL.shapes())
    assert model.weights() == weights
    everything = [p for matrix in model.state_dict.values() for row in matrix for p in row]
    assert all(a is b for a, b in zip(model.parameters(), everything, strict=True))
    assert len(set(everything)) == sum(rows * columns for rows, columns in SMALL.shapes().values())
    assert list(model.layer_weights(1)) == [
        "attn_wq",
        "attn_wk",
        "attn_wv",
        "attn_wo",
        "mlp_fc1",
        "mlp_fc2",
    ]
    assert model.layer_weights(1)["attn_wq"] is model.state_dict["layer1.attn_wq"]


def test_eleven_layers_keep_their_own_weights():
    """`layer1` is not the beginning of `layer10`."""
    model = lively_model(GPTConfig(vocab_size=3, n_embd=1, n_head=1, n_layer=11, block_size=1))
    assert model.layer_weights(1)["mlp_fc1"] is model.state_dict["layer1.mlp_fc1"]
    assert len(model.layer_weights(1)) == 6


def test_the_model_does_not_share_its_weights_with_others():
    weights = lively_weights(SMALL)
    one, other = GPT(SMALL, weights), GPT(SMALL, weights)
    one.parameters()[0].data = 7.0
    one.weights()["wte"][0][0] = 8.0
    assert one.parameters()[0].data == 7.0
    assert other.parameters()[0].data == weights["wte"][0][0] != 7.0


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_logits_against_the_oracle(config):
    weights, tokens = lively_weights(config), random_tokens(config, config.block_size)
    expected = oracle.logits(config, weights, tokens)
    for row, expected_row in zip(all_logits(GPT(config, weights), tokens), expected, strict=True):
        assert row == pytest.approx(expected_row, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_loss_against_the_oracle(config):
    weights = lively_weights(config)
    model = GPT(config, weights)
    for length in range(2, config.block_size + 4):  # below, at and above the block size
        tokens = random_tokens(config, length, seed=length)
        assert model.loss(tokens).data == pytest.approx(oracle.loss(config, weights, tokens))


def test_a_later_token_does_not_change_earlier_logits():
    model, tokens = lively_model(SMALL), [4, 0, 1, 2]
    before = all_logits(model, tokens)
    for t in range(1, 4):
        changed = [*tokens]
        changed[t] = 3
        after = all_logits(model, changed)
        assert after[:t] == before[:t]
        assert all(a != b for a, b in zip(after[t:], before[t:], strict=True))


def test_continuing_from_a_cache_is_like_starting_over():
    model = lively_model(SMALL)
    cache = model.new_cache()
    for t, token in enumerate([4, 0, 1, 2]):
        grown = data(model.forward(token, cache))
        assert grown == all_logits(model, [4, 0, 1, 2][: t + 1])[-1]


def test_two_documents_at_once_do_not_meet():
    model = lively_model(SMALL)
    one, other = model.new_cache(), model.new_cache()
    for a, b, expected in zip([4, 0, 1], [4, 2, 3], all_logits(model, [4, 0, 1]), strict=True):
        assert data(model.forward(a, one)) == expected
        model.forward(b, other)


def test_loss_before_training_is_near_that_of_guessing():
    config = GPTConfig()
    losses = [
        GPT(config, initial_weights(config, Random(seed))).loss([26, 4, 12, 12, 0, 26]).data
        for seed in range(5)
    ]
    assert losses == pytest.approx([math.log(27)] * 5, abs=0.15)


@pytest.mark.parametrize("seed", range(3))
def test_gradients_of_a_sample_of_every_matrix(seed):
    model = lively_model(SMALL, seed)
    rng = Random(seed)
    sample = [
        rng.choice(rng.choice(matrix)) for matrix in model.state_dict.values() for _ in range(4)
    ]
    check_gradients(lambda: model.loss([4, 0, 1, 3, 4]), list(dict.fromkeys(sample)))


def test_gradients_that_must_be_zero():
    """Tokens that are not in the document, positions that it does not reach, and what lies
    behind a matrix of zeros."""
    config = GPTConfig()
    model = GPT(config, initial_weights(config, Random(42)))
    model.loss([26, 4, 12, 12, 0, 26]).backward()
    moved = {
        name: [any(p.grad for p in row) for row in matrix]
        for name, matrix in model.state_dict.items()
    }
    assert [i for i, row in enumerate(moved["wte"]) if row] == [0, 4, 12, 26]
    assert moved["wpe"] == [True] * 5 + [False] * 3
    assert all(moved["lm_head"])
    for name in ("attn_wq", "attn_wk", "attn_wv", "mlp_fc1"):
        assert not any(moved[f"layer0.{name}"])
    for name in ("attn_wo", "mlp_fc2"):
        assert all(moved[f"layer0.{name}"])


def test_batch_loss_is_the_mean():
    model = lively_model(SMALL)
    batch = [[4, 0, 4], [4, 1, 2, 3, 4], [4, 4]]
    losses = [model.loss(tokens) for tokens in batch]
    for loss in losses:
        loss.backward()
    expected = [p.grad / 3 for p in model.parameters()]
    for p in model.parameters():
        p.grad = 0.0
    mean = model.batch_loss(batch)
    mean.backward()
    assert mean.data == pytest.approx(sum(data(losses)) / 3)
    assert [p.grad for p in model.parameters()] == pytest.approx(expected)
    assert model.batch_loss(batch[:1]).data == losses[0].data


def test_twelve_layers():
    model = lively_model(GPTConfig(vocab_size=5, n_embd=4, n_head=2, n_layer=12, block_size=8))
    loss = model.loss([4, 0, 1, 2, 3, 2, 1, 0, 4])
    loss.backward()
    for matrix in model.state_dict.values():  # the gradient reaches every one
        grads = [p.grad for row in matrix for p in row]
        assert all(map(math.isfinite, grads))
        assert any(grads)


def test_a_loss_leaves_nothing_behind():
    model = lively_model(SMALL)
    gc.collect()
    gc.disable()
    try:
        model.loss([4, 0, 1, 4]).backward()
        assert gc.collect() == 0
        assert all(p.children == () for p in model.parameters())
    finally:
        gc.enable()


@pytest.mark.parametrize("name", ["vocab_size", "n_embd", "n_head", "n_layer", "block_size"])
@pytest.mark.parametrize("size", [0, -1, 2.5, 4.0, "4", None, True])
def test_a_size_that_is_no_size(name, size):
    with says(name, "whole number of at least 1", f"not {size!r}"):
        GPTConfig(**{name: size})


def test_heads_that_do_not_divide():
    with says("n_embd=16", "n_head=3", "choose an n_embd that n_head divides"):
        GPTConfig(n_head=3)
    assert GPTConfig(n_head=16).head_dim == 1


def test_sizes_cannot_be_changed_behind_the_back_of_a_model():
    with pytest.raises(AttributeError):
        GPTConfig().n_embd = 8


def test_no_room_for_one_more_token():
    model = lively_model(SMALL)
    cache = model.new_cache()
    for token in [4, 0, 1, 2]:
        model.forward(token, cache)
    with says("no room", "block_size=4", "shorten the text", "larger block_size"):
        model.forward(3, cache)
    assert [len(layer.keys) for layer in cache] == [4, 4], "the cache is as it was"


@pytest.mark.parametrize("token", [-1, 5])
def test_a_token_that_is_none(token):
    model = lively_model(SMALL)
    with says(f"no token {token}", "from 0 to 4"):
        model.forward(token, model.new_cache())


@pytest.mark.parametrize(
    "config",
    [
        GPTConfig(vocab_size=5, n_embd=4, n_head=2, n_layer=3, block_size=4),
        GPTConfig(vocab_size=5, n_embd=2, n_head=2, n_layer=2, block_size=4),
        GPTConfig(vocab_size=5, n_embd=4, n_head=2, n_layer=2, block_size=9),
    ],
    ids=str,
)
def test_weights_of_another_model(config):
    with says("weights"):
        GPT(config, lively_weights(SMALL))


def test_nothing_to_predict():
    with says("1 token", "at least two"):
        lively_model(SMALL).loss([4])


def test_parameters_are_leaves_with_numbers():
    assert all(
        type(p) is Value and type(p.data) is float and p.grad == 0.0
        for p in lively_model(SMALL).parameters()
    )
