"""Lesson 08: the whole forward pass, a document's loss, the gradient check."""

import math
from collections import UserDict
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from numbers import Real
from random import Random

from course_lib.attention import KVCache
from course_lib.errors import CourseError
from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import Wrong, call, cases, difference, expect, show
from course_lib.exercises.layers import numbers, slopes
from course_lib.exercises.mlp import data, matrix
from course_lib.gpt import GPT, GPTConfig
from course_lib.layers import Matrix, add, linear, random_matrix, rmsnorm, softmax
from course_lib.mlp import transformer_layer
from course_lib.teach.questions import (
    Choice,
    Choices,
    FaultyLine,
    Number,
    Order,
    Quiz,
    right,
    wrong,
)
from course_lib.tokenizer import training_pairs
from course_lib.value import Value

warm_up = Quiz(
    "gpt.warm_up",
    Number(
        "gpt.warm_up_nudge",
        "At x + 0.1 a function gives 2.5, at x - 0.1 it gives 2.1. What does the central "
        "difference say of its slope at x?",
        2,
        tolerance=0.01,
        because="It rises by 0.4 over a stretch of 0.2.",
        mistakes={
            4: "The two points lie 0.2 apart: 2h, not h.",
            0.4: "That is the rise. By what is it divided?",
            -2: "It grows from left to right, so its slope is positive.",
        },
        otherwise="The slope is the rise divided by the distance between the two points.",
    ),
    Number(
        "gpt.warm_up_certain",
        "Softmax gives the token that came next the probability 1/2. How large is the loss there? "
        "(Two digits after the point.)",
        math.log(2),
        tolerance=0.01,
        because="The loss is -log p, and -log(1/2) = log 2 = 0.69.",
        mistakes={
            0.5: "That is the probability. The loss is minus its logarithm.",
            -0.69: "The logarithm of 1/2 is negative, but the loss is minus that.",
            1: "That is the logarithm with base 2. Ours is the natural one.",
            0.3: "That is the logarithm with base 10. Ours is the natural one.",
        },
        otherwise="At one position the loss is minus the natural logarithm of the probability.",
    ),
    Choice(
        "gpt.warm_up_layer",
        "In a layer, `attn_wo` and `mlp_fc2` hold nothing but zeros. What does the layer do to the "
        "stream?",
        {
            "nothing: it leaves as it came": right(
                "Both parts write zeros, and zeros are added to the stream."
            ),
            "it becomes all zeros": wrong(
                "The parts give zeros, but they do not replace the stream: they are added to it."
            ),
            "it is normalized, and nothing else": wrong(
                "In a layer, only the copies that the parts read are normalized."
            ),
            "it becomes random": wrong("Whatever `attn_wq` and the others hold, zeros come out."),
        },
    ),
)

longest = Choice(
    "gpt.longest",
    "Four tokens have been read, and we follow the last one through the model. Where on its way "
    "does its vector hold the most numbers?",
    {
        "among the hidden units of an MLP: 64 numbers": right(
            "`mlp_fc1` expands 16 to 64, and `mlp_fc2` compresses them again."
        ),
        "at the exit: 27 logits": wrong(
            "The exit makes one number for each token, 27. Somewhere before there are more."
        ),
        "in attention: 4 tokens with 16 numbers each": wrong(
            "Attention takes an average over the tokens, which is as long as one of them. What "
            "grows with each token is the cache."
        ),
        "nowhere: it has 16 numbers all the way": wrong(
            "The stream has, at every stop. But look into the parts, and at the exit."
        ),
    },
)

forward_order = Order(
    "gpt.forward_order",
    "Put the forward pass in order, for one token.",
    """
    the position: how many keys are in a cache
    look up token and position, add, normalize: that is x
    for each layer, one after the other:
        fetch the six matrices of this layer
        send x through it: what leaves is the new x
    lm_head makes logits of x
    """,
    rules={
        (1, 2): "The position must be known before its embedding can be looked up.",
        (2, 3): "The first layer needs something to work on: x, from the embeddings.",
        (3, 4): "Which matrices they are depends on the layer, so they belong inside the loop.",
        (4, 5): "A layer works with its matrices: fetch them first.",
        (5, 6): "Logits are made at the exit, of what has left the last layer.",
    },
    because="Look up, through the layers one by one, and out through `lm_head`.",
)

start_loss = Number(
    "gpt.start_loss",
    "GPT-2 chooses among 50,257 tokens. Before training, its weights are small random numbers. "
    "About how large is its loss? (One digit after the point.)",
    math.log(50257),
    tolerance=0.06,
    because="Knowing nothing, it gives each token about 1/50,257, and -log of that is "
    "log 50,257 = 10.8.",
    mistakes={
        3.3: "That is log 27, for our own model. GPT-2 has more to choose from.",
        0: "A loss of 0 would be perfect knowledge: probability 1 for every right token.",
        1: "1 is the sum of all the probabilities. What is minus the logarithm of one of them?",
        50257: "So many tokens to choose from. The loss is minus the logarithm of a probability.",
        15.6: "That is the logarithm with base 2. Ours is the natural one.",
        4.7: "That is the logarithm with base 10. Ours is the natural one.",
        -10.8: "The logarithm of 1/50,257 is negative, but the loss is minus that.",
    },
    otherwise="What probability does each of 50,257 tokens get from one who knows nothing? And "
    "what is minus the natural logarithm of that? (`math.log(50257)`)",
)

stop_here = Choice(
    "gpt.stop_here",
    "We read a guess off the stream before the first layer: `lm_head` right after the "
    "embeddings. What can this guess depend on?",
    {
        "on nothing: it is pure chance": wrong(
            "The embedding says which token stands here, and which often follow it."
        ),
        "on the present token and its position": right(
            "Nothing else is in the stream yet: other positions come in through attention."
        ),
        "on all tokens so far": wrong("Those are brought by attention, and it has not run yet."),
        "on the present token only": wrong("`wpe` was added, too, so the position has its say."),
    },
)

layers_worth = Choice(
    "gpt.layers_worth",
    "Read after no layer, our model has the loss 2.46; a model trained with no layer has 2.275; "
    "with two layers it is 2.162. What do these numbers support?",
    {
        "two layers are worth about 0.11 here": right(
            "Both models were trained for the place where they are read: 2.275 against 2.162."
        ),
        "two layers are worth about 0.30": wrong(
            "That compares with a stop at which `lm_head` was never trained to read. More than "
            "half of the difference is the reader's."
        ),
        "before the layers, the stream holds next to nothing": wrong(
            "A loss of 2.275 against log 27 = 3.30 says: the embeddings alone tell much."
        ),
        "the first layer thinks of a letter, the second corrects it": wrong(
            "The numbers are mean losses. They say nothing of how a single guess comes about."
        ),
    },
)

zero_gradients = Choices(
    "gpt.zero_gradients",
    "Before the first step of training, `attn_wo` and `mlp_fc2` are all zeros. The loss of a name "
    "is computed, and `backward` called. Which matrices have a gradient of exactly 0 everywhere?",
    {
        "attn_wq": right(
            "All that the queries decide goes through `attn_wo`, and is multiplied by 0 there."
        ),
        "attn_wk": right("The keys act on the loss through `attn_wo` only, which multiplies by 0."),
        "attn_wv": right("What is gathered of the values is multiplied by `attn_wo`, hence by 0."),
        "mlp_fc1": right("The hidden numbers reach the stream through `mlp_fc2` only: all 0."),
        "attn_wo": wrong("Its slope is what it multiplies: the gathered values, which are not 0."),
        "mlp_fc2": wrong("Its slope is what it multiplies: the hidden numbers, which are not 0."),
        "lm_head": wrong("It comes after the layers, and its slope is x."),
    },
)

blind_line = FaultyLine(
    "gpt.blind_line",
    "Which line makes the check blind?",
    """
    def classmates_check(build, config, tokens, rng):
        model = build(config, initial_weights(config, rng))
        model.loss(tokens).backward()
        worst = 0.0
        for matrix in model.state_dict.values():
            for p in rng.sample([p for row in matrix for p in row], 3):
                slope = judge(lambda: model.loss(tokens), p)
                worst = max(worst, abs(slope - p.grad))
        return worst
    """,
    fault="model = build(config, initial_weights(config, rng))",
    because="The initial weights hold two matrices of zeros in each layer. All that acts on the "
    "loss through them has the gradient 0, by the judge and by `backward`, however wrong that is.",
    innocent={
        "def classmates_check(build, config, tokens, rng):": "All four are needed.",
        "model.loss(tokens).backward()": "Forward and backward, once: that is what is tested.",
        "worst = 0.0": "The search for the largest begins with the smallest there can be.",
        "for matrix in model.state_dict.values():": "Every matrix gets its turn.",
        "for p in rng.sample([p for row in matrix for p in row], 3):": (
            "Three parameters of each matrix, at random. More would take longer and see no more: "
            "in four matrices all are 0, whichever three you draw."
        ),
        "slope = judge(lambda: model.loss(tokens), p)": (
            "The judge nudges this parameter and computes the whole loss anew, as it should."
        ),
        "worst = max(worst, abs(slope - p.grad))": "The largest difference is kept, either sign.",
        "return worst": "It comes back after all matrices were looked at.",
    },
)


same_shapes = Choice(
    "gpt.same_shapes",
    "Build our model with GPT-2's sizes: its vocabulary, width, layers and positions, and with "
    "`wte` used again as `lm_head`, as GPT-2 does. How many of GPT-2's 124 million parameters does "
    "it have?",
    {
        "more than 99 %": right("What it lacks, biases and gains, is less than 0.1 % of them."),
        "about a half": wrong(
            "Then GPT-2 would have other large matrices. It has these: embeddings, attention, MLP."
        ),
        "about a tenth": wrong(
            "GPT-2 has no large part that ours lacks; its matrices have the same shapes."
        ),
        "4,064, as now": wrong("The number of parameters follows from the sizes, which grow."),
    },
)


lacks = Choices(
    "gpt.lacks",
    "Which of these does GPT-2 have, and ours not? The count tells most of it: 25 norms in 12 "
    "layers.",
    {
        "biases in its linear layers": right(
            "Biases are cheap, and help little: most of today's models do without."
        ),
        "a norm before the exit": right(
            "Two in each layer make 24. The 25th brings the stream, which has grown, back to size."
        ),
        "a gain for each number that a norm gives": right(
            "A gain is a learned factor after a norm. The next matrix could learn it, too."
        ),
        "causal masking": wrong("Ours has it by construction: the cache holds only the past."),
        "residual connections": wrong("Two in each layer, in both."),
        "a table of positions": wrong(
            "Both add a row of `wpe`. It is the newer models that don't."
        ),
        "a norm before each part": wrong("Both normalize the copies that the parts read."),
    },
)


# --- What the checks share ---


class Caches(tuple):
    """The caches of all layers; who takes them for a single one is told."""

    @property
    def keys(self):
        raise Wrong("`cache` holds a KVCache for each layer: `cache[0]`, `cache[1]`, `cache[i]`.")

    values = keys

    def __repr__(self) -> str:
        return "cache"


class StateDict(UserDict):
    """Matrices by name; messages show it as its name, not as hundreds of numbers."""

    def __repr__(self) -> str:
        return "state_dict"


def state_dict_of(rng: Random, n_layer: int = 2, rows: int = 6, n: int = 4) -> StateDict:
    """Random matrices under the model's names, with as many tokens as positions."""
    shapes = dict.fromkeys(("wte", "wpe", "lm_head"), (rows, n))
    for i in range(n_layer):
        shapes |= {f"layer{i}.attn_{name}": (n, n) for name in ("wq", "wk", "wv", "wo")}
        shapes |= {f"layer{i}.mlp_fc1": (2 * n, n), f"layer{i}.mlp_fc2": (n, 2 * n)}
    # Small numbers, so that no softmax saturates.
    return StateDict(
        {
            name: [[Value(0.6 * number) for number in row] for row in matrix(rng, *shape)]
            for name, shape in shapes.items()
        }
    )


def matrices_of_layer(state_dict: Mapping[str, Matrix], i: int) -> dict[str, Matrix]:
    prefix = f"layer{i}."
    return {
        name.removeprefix(prefix): rows
        for name, rows in state_dict.items()
        if name.startswith(prefix)
    }


def new_cache(n_layer: int) -> list[KVCache]:
    return [KVCache() for _ in range(n_layer)]


def call_with(state_dict: StateDict, function: Callable, *args):
    """`call`, and Wrong if a number in the state dict is another one afterwards."""
    before = [v.data for v in all_of(state_dict)]
    got = call(function, *args)
    if [v.data for v in all_of(state_dict)] != before:
        raise Wrong(
            "your function changed numbers in `state_dict`: those are the model. Build new lists, "
            "as `add` does."
        )
    return got


def all_of(state_dict: StateDict) -> list[Value]:
    return [v for rows in state_dict.values() for row in rows for v in row]


def sample_of(state_dict: StateDict) -> list[Value]:
    """The first number of every row of every matrix."""
    return [row[0] for rows in state_dict.values() for row in rows]


def expect_slopes(got: list, want: list, state_dict: StateDict, when: str) -> None:
    """Wrong unless the gradients of `got` are those of `want`."""
    leaves = sample_of(state_dict)
    grads = []
    for outputs in (got, want):
        for leaf in leaves:
            leaf.grad = 0.0
        grads.append(slopes(outputs, leaves, when))
    expect(*grads, when=f"the gradient through {when}")


# --- embed_position ---


def check_embed_position(embed_position):
    def draw(rng):
        token, position = rng.sample(range(5), 2)
        return token, position, state_dict_of(rng, n_layer=0)

    for token, position, w in cases(draw, n=8):
        part, place = w["wte"][token], w["wpe"][position]
        want = rmsnorm(add(part, place))
        when = f"embed_position({token}, {position}, state_dict)"
        got = call_with(w, embed_position, token, position, w)
        expect(
            got,
            data(want),
            when=when,
            mistakes={
                "the two are added, and the RMSNorm is missing.": data(add(part, place)),
                "the position is missing.": data(rmsnorm(part)),
                "the token is missing.": data(rmsnorm(place)),
                "token and position are swapped: `wte` is asked with a token.": data(
                    rmsnorm(add(w["wte"][position], w["wpe"][token]))
                ),
                "both rows were looked up with the token; `wpe` is asked with a position.": data(
                    rmsnorm(add(part, w["wpe"][token]))
                ),
                "each part was normalized for itself. Add first, then normalize the sum.": data(
                    add(rmsnorm(part), rmsnorm(place))
                ),
                "between lists, `+` joins one to the end of the other. Use `add`.": data(
                    rmsnorm(part + place)
                ),
                "that is a row of `lm_head`, which comes last. Tokens are looked up in `wte`.": (
                    data(rmsnorm(add(w["lm_head"][token], place)))
                ),
                "both rows come from `wte`; positions have a table of their own, `wpe`.": data(
                    rmsnorm(add(part, w["wte"][position]))
                ),
            },
        )
        expect_slopes(got, want, w, when)


@exercise(
    "gpt.embed_position",
    check=check_embed_position,
    hints=(
        "Positions are looked up as tokens are, in a table of their own.",
        "The sum of both goes through `rmsnorm`, and that is what comes back.",
        """
        One gap left:

        ```python
        token_part = state_dict["wte"][token]
        position_part = state_dict["wpe"][position]
        x = add(token_part, position_part)
        return ...
        ```
        """,
    ),
)
def embed_position(token, position, state_dict):
    """What enters the first layer: token and position added, then normalized."""
    token_part = state_dict["wte"][token]
    position_part = state_dict["wpe"][position]
    x = add(token_part, position_part)
    return rmsnorm(x)


# --- forward ---


def logits_at_the_end(tokens, w, n_layer, n_head, slip=""):
    """The logits at the last of these tokens, as plain numbers, with one slip on the way."""
    cache = new_cache(n_layer)
    for position, token in enumerate(tokens):
        if slip == "first cache":
            cache, position = cache[:1] * n_layer, len(cache[0].keys)
        place = {"first": 0, "layers": n_layer, "late": position + 1, "token": token}
        x = add(w["wte"][token], w["wpe"][place.get(slip, position)])
        if slip == "no position":
            x = w["wte"][token]
        if slip != "no norm":
            x = rmsnorm(x)
        layers = {
            "one layer": [0],
            "last layer": [n_layer - 1],
            "backwards": range(n_layer)[::-1],
            "no layer": [],
        }.get(slip, range(n_layer))
        for i in layers:
            weights = matrices_of_layer(w, 0 if slip == "same weights" else i)
            y = rmsnorm(x) if slip == "norm outside" else x
            heads = len(x) if slip == "heads" else n_head
            y = transformer_layer(y, weights, heads, cache[i])
            x = add(x, y) if slip == "added" else y
        if slip == "last norm":
            x = rmsnorm(x)
    if slip == "no head":
        return data(x)
    logits = linear(x, w["wte" if slip == "tied" else "lm_head"])
    return data(softmax(logits) if slip == "softmax" else logits)


FORWARD_SLIPS = {
    "those are probabilities. `forward` stops at the logits; softmax belongs to the loss.": (
        "softmax"
    ),
    "that is the stream after the last layer; `lm_head` has to make logits of it.": "no head",
    "every token was taken for the first: its position is how many came before it.": "first",
    "`len(cache)` counts the layers. The positions so far are the keys in one of its caches.": (
        "layers"
    ),
    "the position is one too far: nothing is in the cache yet when the first token comes.": "late",
    "the token was taken for its own position.": "token",
    "the position embedding is missing.": "no position",
    "the embeddings went into the first layer without RMSNorm.": "no norm",
    "only the first layer was used; the stream goes through all of them.": "one layer",
    "each layer began with the embeddings; it must go on with what the last one gave.": (
        "last layer"
    ),
    "the layers are in reverse order.": "backwards",
    "no layer was used.": "no layer",
    "every layer worked with the matrices of layer 0.": "same weights",
    "that is what 4 heads give; the number of heads is `n_head`.": "heads",
    "what a layer gives was added to x once more; it holds x already.": "added",
    "x was normalized before a layer, which does that itself, on copies.": "norm outside",
    "all layers wrote to the cache of layer 0; layer i has `cache[i]`.": "first cache",
    "a norm stands before `lm_head`. Larger models have one; ours does not.": "last norm",
    "the logits come from `wte`. GPT-2 does so; ours has an `lm_head` of its own.": "tied",
}


def check_forward(answer):
    def draw(rng):
        # No token is its own position, nor the last row of a table, which is that of -1.
        return rng.sample([3, 4, 5], 3), state_dict_of(rng, rows=7)

    for tokens, w in cases(draw, n=3):
        cache, reference = new_cache(2), new_cache(2)
        for count, token in enumerate(tokens, 1):
            when = f"forward({token}, state_dict, cache, 2), token {count} of {show(tokens)}"
            # The caches are to change, which `call` forbids to lists.
            got = call_with(w, answer, token, w, Caches(cache), 2)
            want = forward(token, w, reference, 2)
            if difference(got, data(want)):
                mistakes = {
                    said: logits_at_the_end(tokens[:count], w, 2, 2, slip)
                    for said, slip in FORWARD_SLIPS.items()
                }
                expect(got, data(want), when=when, mistakes=mistakes)
            kept = [len(layer.keys) for layer in cache]
            if kept != [count, count]:
                raise Wrong(
                    f"after token {count} the caches of the two layers hold {kept} keys. Use those "
                    "that are handed in: each token joins each of them once."
                )
    expect_slopes(got, want, w, when)
    return "from a token to its logits, through every layer: that is the whole model."


@exercise(
    "gpt.forward",
    check=check_forward,
    hints=(
        "Three parts: what enters, a loop over the layers, and the logits. The puzzle has them in "
        "order, in words.",
        "The position is the number of keys that layer 0 has kept so far. Layer i works with its "
        "six matrices and with `cache[i]`; what it gives is the x of the next one.",
        """
        One gap left:

        ```python
        x = embed_position(token, len(cache[0].keys), state_dict)
        for i in range(len(cache)):
            prefix = f"layer{i}."
            weights = {
                name.removeprefix(prefix): matrix
                for name, matrix in state_dict.items()
                if name.startswith(prefix)
            }
            x = ...
        return linear(x, state_dict["lm_head"])
        ```
        """,
    ),
)
def forward(token, state_dict, cache, n_head):
    """The logits of the next token, after this one at the next free position."""
    position = len(cache[0].keys)
    x = rmsnorm(add(state_dict["wte"][token], state_dict["wpe"][position]))
    for i in range(len(cache)):
        prefix = f"layer{i}."
        weights = {
            name.removeprefix(prefix): matrix
            for name, matrix in state_dict.items()
            if name.startswith(prefix)
        }
        x = transformer_layer(x, weights, n_head, cache[i])
    return linear(x, state_dict["lm_head"])


# --- document_loss ---


def surprises(tokens, w, n_layer, n_head, slip=""):
    """-log p of every next token of a document, with one slip on the way."""
    cache, found = new_cache(n_layer), []
    for token, target in pairwise(tokens):
        if slip == "own cache":
            cache = new_cache(n_layer)
        if slip == "shared":
            cache = cache[:1] * n_layer
        if slip == "turned":
            token, target = target, token
        logits = forward(token, w, cache, n_head)
        if slip == "no softmax":
            found.append(-logits[target].data)
        else:
            p = softmax(logits)[token if slip == "itself" else target]
            found.append(-math.log(p.data))
    return found


def mean(xs: Sequence[float]) -> float:
    return math.fsum(xs) / len(xs)


def mistaken_losses(tokens, w, block_size):
    """What each misconception would have given: {message: loss}."""
    n = min(block_size, len(tokens) - 1)
    surprise = surprises(tokens, w, 2, 2)
    seen, chances = surprise[:n], [math.exp(-s) for s in surprise[:n]]
    fresh, shared, itself, turned, raw = (
        surprises(tokens, w, 2, 2, slip)[:n]
        for slip in ("own cache", "shared", "itself", "turned", "no softmax")
    )
    return {
        "that is the sum; the loss is the mean, so that long names count no more.": (
            math.fsum(seen)
        ),
        "the minus is missing: a surprise is -log p, and never negative.": -mean(seen),
        f"that is the mean of all {len(tokens) - 1} predictions; with a block size of "
        f"{block_size}, only the first {block_size} count.": mean(surprise),
        "one prediction too few: as many as block_size count, if there are so many.": (
            mean(surprise[: block_size - 1])
        ),
        "the last token is to be predicted, too: it says that the name is over.": mean(
            surprise[: min(block_size, len(tokens) - 2)]
        ),
        "divided by block_size; but this document has fewer predictions.": (
            math.fsum(seen) / block_size
        ),
        "divided by the number of tokens; there are fewer predictions than that.": (
            math.fsum(seen) / len(tokens)
        ),
        "no position saw the ones before: one cache serves the whole document.": mean(fresh),
        "two layers share one cache: `[KVCache()] * n_layer` is one cache, named often.": (
            mean(shared)
        ),
        "each token was asked for itself; the target is the one that follows.": mean(itself),
        "the logarithm came after the mean; it is the mean of -log p.": -math.log(mean(chances)),
        "that is the mean probability; the surprise at each is -log p.": mean(chances),
        "that is the surprise at the last position alone.": seen[-1],
        "that is the surprise at the first position alone: does `return` stand in the loop?": (
            seen[0]
        ),
        "each target was asked for the token before it; a pair is (token, target).": mean(turned),
        "those are logits; softmax makes probabilities of them, then comes the logarithm.": (
            mean(raw)
        ),
        "that is the perplexity; the loss is its logarithm.": math.exp(mean(seen)),
    }


def check_document_loss(answer):
    def draw(rng):
        return [rng.randrange(9) for _ in range(rng.randint(4, 6))], 3

    for tokens, block_size in [([5, 2, 8, 5], 8), *cases(draw, n=4)]:
        # More positions than the block size, so that one who reads on gets a number, and is told.
        w = state_dict_of(Random(str(tokens)), rows=10)
        when = f"document_loss({show(tokens)}, state_dict, 2, 2, {block_size})"
        try:
            got = call_with(w, answer, tokens, w, 2, 2, block_size)
        except CourseError as error:
            if str(error).startswith("log(-"):
                raise Wrong(
                    "a logarithm of a number below 0 was asked for, and a probability is never "
                    "that: was it a logit? `softmax` makes probabilities of all of them."
                ) from None
            raise
        want = document_loss(tokens, w, 2, 2, block_size)
        if difference(got, want.data):
            mistakes = mistaken_losses(tokens, w, block_size)
            expect(got, want.data, when=when, mistakes=mistakes)
        expect_slopes([got], [want], w, when)
    return "a document in, one number out, and every slope flows back."


@exercise(
    "gpt.document_loss",
    check=check_document_loss,
    hints=(
        "An empty cache for each layer at the beginning. Then, for each pair of a token and the "
        "one that follows: logits, softmax, the probability of the target, minus its logarithm.",
        "`training_pairs(tokens, block_size)` gives the pairs. Each layer needs a cache of its "
        "own: `[KVCache() for _ in range(n_layer)]`. `.log()` is the logarithm of a Value.",
        """
        One gap left:

        ```python
        cache = [KVCache() for _ in range(n_layer)]
        losses = []
        for token, target in training_pairs(tokens, block_size):
            probabilities = softmax(forward(token, state_dict, cache, n_head))
            losses.append(...)
        return Value.sum(losses) / len(losses)
        ```
        """,
    ),
)
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    """The mean of -log p(next token) over the first block_size positions, as a Value."""
    cache = [KVCache() for _ in range(n_layer)]
    losses = []
    for token, target in training_pairs(tokens, block_size):
        probabilities = softmax(forward(token, state_dict, cache, n_head))
        losses.append(-probabilities[target].log())
    return Value.sum(losses) / len(losses)


# --- numeric_gradient ---


def loss_of(parameter: Value, other: Value, a: float, b: float) -> Callable[[], Value]:
    """A loss as a function without arguments."""

    def loss():
        return parameter**3 * a + parameter * other * b

    return loss


def check_numeric_gradient(numeric_gradient):
    def draw(rng):
        return numbers(rng, 4), rng.choice([0.1, 0.2])

    plain = ([1.5, 2.0, 0.5, -1.0], None)  # with the h that is the default
    for (x, a, b, c), h in [plain, *cases(draw, n=8)]:
        parameter, other = Value(x), Value(c)

        loss = loss_of(parameter, other, a, b)

        def f(x, a=a, b=b, c=c):
            return a * x**3 + b * c * x

        step = h or 1e-5
        when = f"numeric_gradient(loss, parameter{f', h={h}' if h else ''})"
        got = call(numeric_gradient, loss, parameter, *([h] if h else []))
        if parameter.grad:
            raise Wrong(
                "your function called `backward`. The judge has to find the slope without it: "
                "only then can the two be compared."
            )
        up, here, down = f(x + step), f(x), f(x - step)
        want = (up - down) / (2 * step)
        expect(
            got,
            want,
            when=when,
            rel=1e-5,
            mistakes={
                "divided by h; but the two points lie 2h apart.": (up - down) / step,
                "that is the difference of the two losses; divide it by 2h.": up - down,
                "`/ 2 * h` divides by 2 and multiplies by h: put brackets around `2 * h`.": (
                    (up - down) / 2 * step
                ),
                "it has the wrong sign: the loss above minus the loss below.": -want,
                "the two points are x + h and x: one more step down is missing.": (
                    (up - here) / (2 * step)
                ),
                "the two losses are the same: change `parameter.data`, and call `loss()` anew "
                "after each change.": 0.0,
                "that is the one-sided difference; nudge to both sides.": (up - here) / step,
                "that is the one-sided difference, from below; nudge to both sides.": (
                    (here - down) / step
                ),
                "that is the loss itself.": here,
                f"h is {step:g} here, and another one was used.": 3 * a * x * x + b * c,
            },
        )
        if abs(parameter.data - x) > 1e-9:
            raise Wrong(
                f"`parameter.data` was {x:g} before, and is {parameter.data:g} now. Put the old "
                "number back, or the model is another one afterwards."
            )
    return "the central difference of lesson 01, for any parameter of any model."


@exercise(
    "gpt.numeric_gradient",
    check=check_numeric_gradient,
    hints=(
        "Keep the number that is in `parameter.data`; you will need it three times.",
        "Set `parameter.data` a little higher, compute `loss().data`; a little lower, compute it "
        "again; put the old number back.",
        """
        One gap left:

        ```python
        before = parameter.data
        parameter.data = before + h
        above = loss().data
        parameter.data = before - h
        below = loss().data
        parameter.data = before
        return ...
        ```
        """,
    ),
)
def numeric_gradient(loss, parameter, h=1e-5):
    """The slope of loss() towards a parameter, by nudging it both ways."""
    before = parameter.data
    parameter.data = before + h
    above = loss().data
    parameter.data = before - h
    below = loss().data
    parameter.data = before
    return (above - below) / (2 * h)


judge = numeric_gradient.answer


# --- mended_check ---

SMALL = GPTConfig(vocab_size=3, n_embd=4, n_head=2, block_size=4)
NOTICED = 1e-5  # a difference from which on a check has noticed something


def slipped(name: str, factor: float = 2.0) -> Callable:
    """A GPT with a wrong backward pass: the gradients of this matrix come out so much larger."""

    class Slipped(GPT):
        def layer_weights(self, i):
            weights = super().layer_weights(i)
            wrong = [[Value(p.data, (p,), (factor,)) for p in row] for row in weights[name]]
            return {**weights, name: wrong}

    return Slipped


def check_mended_check(mended_check):
    def largest(build, seed=1):
        found = call(mended_check, build, SMALL, [2, 0, 2], Random(seed))
        if isinstance(found, bool) or not isinstance(found, Real):
            raise Wrong(
                f"your check gives {show(found)}: hand back the largest difference, a number."
            )
        return abs(found)

    sound = largest(GPT)
    if not sound < NOTICED:
        raise Wrong(
            f"for a model whose backward pass is right, your check gives {sound:.2g}. The slope by "
            "the judge and `p.grad` should differ by next to nothing: was `backward` called, "
            "once, and are the two subtracted?"
        )
    gates = {"attn_wq": "attn_wo", "mlp_fc1": "mlp_fc2"}
    found = {name: largest(slipped(name)) for name in gates}
    # By chance, a sample may hold nothing but weights of silent units: then draw once more.
    unnoticed = [
        name
        for name, size in found.items()
        if size < NOTICED and largest(slipped(name), seed=2) < NOTICED
    ]
    if unnoticed and largest(slipped("mlp_fc2", factor=1e12)) < NOTICED:
        raise Wrong(
            "your check lets every mistake pass: is it the largest difference "
            "it returns, and are the weights random?"
        )
    # With zeros in the way, not even an enormous slip changes anything.
    zeros = [n for n in unnoticed if largest(slipped(n, factor=1e12)) < NOTICED]
    if zeros:
        raise Wrong(
            f"a doubled gradient in {zeros[0]} still goes unnoticed: "
            f"{' and '.join(gates[name] for name in zeros)} must not be all zeros: nothing "
            "flows back through zeros."
        )
    if unnoticed:
        name = unnoticed[0]
        raise Wrong(
            f"a doubled gradient in {name} makes a difference of {found[name]:.0e} only, which a "
            "tolerance of 1e-5 lets pass: draw larger weights, in every matrix, and look at all."
        )
    return "now a slip in what acts through `attn_wo` and `mlp_fc2` is noticed, too."


@exercise(
    "gpt.mended_check",
    check=check_mended_check,
    hints=(
        "Which two matrices must not be zeros? `random_matrix(rows, columns, std, rng)` draws one.",
        "Draw every matrix anew. `config.shapes()` gives each name with its (rows, columns). A std "
        "of 0.02 leaves gradients too small to compare; 0.2 does well.",
        """
        One gap left, before the lines that stay as they are:

        ```python
        weights = {
            name: random_matrix(rows, columns, ..., rng)
            for name, (rows, columns) in config.shapes().items()
        }
        model = build(config, weights)
        ```
        """,
    ),
)
def mended_check(build, config, tokens, rng):
    """The largest difference between backward and the judge, at weights that let it show."""
    weights = {
        name: random_matrix(rows, columns, 0.2, rng)
        for name, (rows, columns) in config.shapes().items()
    }
    model = build(config, weights)
    model.loss(tokens).backward()
    worst = 0.0
    for rows in model.state_dict.values():
        for p in rng.sample([p for row in rows for p in row], 3):
            slope = judge(lambda: model.loss(tokens), p)
            worst = max(worst, abs(slope - p.grad))
    return worst
