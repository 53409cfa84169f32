"""Lesson 10: the training step and its loop, noise, held-out names, a gradient proved wrong."""
# ruff: noqa: B905 (solutions use `zip` in its plainest form)

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from course_lib import checkpoint, training
from course_lib.adam import Adam, cosine_decay
from course_lib.attention import KVCache
from course_lib.errors import CourseError
from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import Wrong, call, cases, difference, expect, show
from course_lib.exercises.gpt import judge as numeric_gradient
from course_lib.gpt import GPT, GPTConfig
from course_lib.layers import softmax
from course_lib.teach.questions import Choice, FaultyLine, Number, Quiz, right, wrong
from course_lib.tokenizer import Tokenizer, training_pairs
from course_lib.value import Value

warm_up = Quiz(
    "training.warm_up",
    Number(
        "training.warm_up_nothing",
        "A model knows nothing and gives each of the 27 tokens the same probability. What is its "
        "loss, to two decimals?",
        3.30,
        tolerance=0.006,
        because="−log(1/27) = log 27 = 3.2958. Whoever has a larger loss than that would have done "
        "better by shrugging.",
        mistakes={
            27: "27 tokens are equally likely: p = 1/27. The loss is −log p.",
            0.04: "That is p = 1/27. The loss is −log p.",
            4.75: "That is the logarithm with base 2. We use the natural one, `math.log`.",
        },
        otherwise="Each token has p = 1/27, and the loss is −log p.",
    ),
    Choice(
        "training.warm_up_check",
        "A gradient check compares what `backward` says with a central difference. On an untrained "
        "GPT it proves little. Why?",
        {
            "`attn_wo` and `mlp_fc2` are all 0, so gradients through them are 0, right or wrong": (
                right(
                    "Four matrices have gradient 0 there whatever `backward` does. Train a few "
                    "steps first."
                )
            ),
            "the loss is too large to be compared": wrong(
                "A loss of 3.3 is an ordinary number, and its slopes can be measured."
            ),
            "the central difference is exact only at a minimum": wrong(
                "It measures the slope anywhere, with an error of the order of h²."
            ),
            "random weights have random gradients": wrong(
                "The weights are random, the slope of the loss towards each of them is not."
            ),
        },
    ),
    Number(
        "training.warm_up_cosine",
        "The learning rate falls along a cosine, from 0.01 to 0 in 500 steps. What is it at step "
        "250?",
        0.005,
        tolerance=1e-5,
        because="½(1 + cos(π/2)) = ½: half-way, and falling fastest there.",
        mistakes={
            0.01: "That is where it starts. At step 250 the cosine stands at cos(π/2) = 0.",
            0: "That is where it ends, at step 500.",
            0.0075: "½(1 + cos(π/3)) would be that. Half of 500 steps is π/2.",
        },
        otherwise="0.01 times ½(1 + cos(π · 250/500)).",
    ),
)

how_often_up = Choice(
    "training.how_often_up",
    "The model learns well in these 500 steps. After how many of them is the loss of the next step "
    "higher than the one before?",
    {
        "none: learning means that the loss falls": wrong(
            "The loss of the same name would fall. But each step meets another name."
        ),
        "a few, in the beginning": wrong(
            "In the beginning the names still look alike to the model. Later they differ more."
        ),
        "about a tenth": wrong(
            "That would be so if the names differed little. They differ far more than the model "
            "learns from one step to the next."
        ),
        "about half": right(
            "From one step to the next the model hardly changes, but the name does. Up or down is "
            "the toss of a coin."
        ),
    },
)

steps_for_an_epoch = Number(
    "training.steps_for_an_epoch",
    "4,647 names to train on, and a batch of 16 in each step. How many steps are one epoch?",
    291,
    tolerance=1,
    because="4,647 / 16 = 290.4: after 291 steps every name has been seen, the first few twice.",
    mistakes={
        4647: "So many it would be with one name in each step.",
        74352: "4,647 times 16? A step takes 16 names off the list, so fewer steps are needed.",
        500: "So many steps the first run had. An epoch depends on the data.",
    },
    otherwise="How many batches of 16 are there in 4,647 names?",
)

by_heart = Choice(
    "training.by_heart",
    "A fresh model trains for 100 epochs on the same 100 names. On those its loss falls to 0.87. "
    "What is its loss on names held out?",
    {
        "about 0.87, too: it has learned what names are like": wrong(
            "It has learned what these very names are like. That is not the same thing."
        ),
        "about 2.2, as if trained on all names": wrong(
            "A hundred names do not hold what 4,647 hold. And there is something worse."
        ),
        "about 3.30: to it, new names are noise": wrong(
            'Then it would say "I do not know". But it is sure, and being surely wrong costs more.'
        ),
        "far above 3.30": right(
            "It gives nearly all probability to continuations that it knows by heart. Where a "
            "new name goes on otherwise, it is certain of something wrong."
        ),
    },
)

without_averages = Choice(
    "training.without_averages",
    "Half-way, a run is saved. Only the weights are loaded again; Adam starts anew, with its "
    "averages at 0 and its steps at 0. What do the losses do, next to a run that was never "
    "interrupted?",
    {
        "they are the same: all that was learned is in the weights": wrong(
            "What was learned is. But where the next step goes also depends on Adam's averages."
        ),
        "the first is the same, the later ones differ": right(
            "The first loss is measured before any move, on the same weights. The first move is "
            "already another one."
        ),
        "they start again at 3.30": wrong("That is the loss of fresh weights; these are trained."),
        "they differ from the first one on": wrong(
            "The first loss is computed from the weights and the name alone, before Adam acts."
        ),
    },
)

still_falls = Choice(
    "training.still_falls",
    "The loss is right as a number, but some of its gradients are wrong. What will training for 60 "
    "steps show?",
    {
        "the loss rises": wrong(
            "It would if the gradients pointed uphill. These are wrong, not opposite."
        ),
        "the loss stays at 3.30": wrong(
            "Most gradients are right, and those parameters learn as they should."
        ),
        "the loss falls, but clearly less": wrong(
            "That is what one hopes for, because one would notice. In 60 steps nothing shows."
        ),
        "the loss falls, about as with right gradients": right(
            "Any step that goes roughly downhill helps. In 60 steps nothing shows; what it costs "
            "later, you would have nothing to compare with."
        ),
    },
)

loss_line = FaultyLine(
    "training.loss_line",
    "Which line cuts the way back?",
    """
    def classmates_loss(model, tokens):
        cache = model.new_cache()
        losses = []
        for token, target in training_pairs(tokens, model.config.block_size):
            logits = model.forward(token, cache)
            losses.append(-softmax(logits)[target].log())
            cache = [numbers_only(layer) for layer in cache]
        return Value.sum(losses) / len(losses)
    """,
    fault="cache = [numbers_only(layer) for layer in cache]",
    because="The numbers of the past are kept, but not how they came about. Later positions still "
    "read the keys and values; no slope goes back through them.",
    innocent={
        "def classmates_loss(model, tokens):": "The model and one name: all that is needed.",
        "cache = model.new_cache()": "Each name starts with an empty cache.",
        "losses = []": "One loss for each position will go in here.",
        "for token, target in training_pairs(tokens, model.config.block_size):": "The pairs of "
        "lesson 03: a token, and the one that came next.",
        "logits = model.forward(token, cache)": "The forward pass, which adds to the cache.",
        "losses.append(-softmax(logits)[target].log())": "−log p of what came, as Values.",
        "return Value.sum(losses) / len(losses)": "The mean over the positions, as a Value.",
    },
)


# --- What the checks share: a GPT small enough to be trained in an instant ---

SMALL = GPTConfig(vocab_size=4, n_embd=2, n_head=1, n_layer=1, block_size=3)


def small_weights(rng: Random) -> dict[str, list[list[float]]]:
    """Weights of which none is 0, so that every gradient counts."""
    return {
        name: [[rng.gauss(0, 0.5) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in SMALL.shapes().items()
    }


def small_sequences(rng: Random, count: int) -> list[list[int]]:
    """Documents of the letters 0, 1, 2, each between two BOS (3)."""
    return [[3, *(rng.randrange(3) for _ in range(rng.randint(1, 3))), 3] for _ in range(count)]


def numbers_in(model: GPT) -> list[float]:
    return [p.data for p in model.parameters()]


def fresh(weights) -> tuple[GPT, Adam]:
    model = GPT(SMALL, weights)
    return model, Adam(model.parameters())


# --- training_step ---


def no_zero(model, optimizer, batch, rate):
    loss = model.batch_loss(batch)
    loss.backward()
    optimizer.step(rate)
    return loss.data


def zero_too_soon(model, optimizer, batch, rate):
    loss = model.batch_loss(batch)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step(rate)
    return loss.data


def no_update(model, optimizer, batch, rate):
    return model.batch_loss(batch).data


def loss_behind(model, optimizer, batch, rate):
    training.training_step(model, optimizer, batch, rate)
    return model.batch_loss(batch).data


def first_only(model, optimizer, batch, rate):
    return training.training_step(model, optimizer, batch[:1], rate)


def usual_rate(model, optimizer, batch, rate):
    return training.training_step(model, optimizer, batch, 0.01)


def update_first(model, optimizer, batch, rate):
    loss = model.batch_loss(batch)
    optimizer.step(rate)
    optimizer.zero_grad()
    loss.backward()
    return loss.data


def sum_of_losses(model, optimizer, batch, rate):
    loss = Value.sum([model.loss(tokens) for tokens in batch])
    loss.backward()
    optimizer.step(rate)
    optimizer.zero_grad()
    return loss.data


def own_update(model, optimizer, batch, rate):
    loss = model.batch_loss(batch)
    loss.backward()
    for p in model.parameters():
        p.data -= rate * p.grad
        p.grad = 0.0
    return loss.data


MISTAKEN_STEPS: dict[str, Callable] = {
    "the gradients were never cleared, so the second step got those of the first as well.": (
        no_zero
    ),
    "`step` had nothing to go by: `backward` belongs before it, and `zero_grad` after it.": (
        zero_too_soon
    ),
    "`step` comes before `backward`, so it used the gradients of the round before.": (update_first),
    "no parameter has moved: `backward` finds the gradients, `optimizer.step` uses them.": (
        no_update
    ),
    "that is the loss after the parameters moved; a step gives the one that it learned from.": (
        loss_behind
    ),
    "only the first document was learned from; the batch may hold several.": first_only,
    "the learning rate that was handed in has not been used.": usual_rate,
    "that learns from the sum over the batch; the loss of a batch is the mean.": sum_of_losses,
    "the parameters were moved by hand, without Adam; `optimizer.step` moves them.": own_update,
}


def check_training_step(training_step):
    def draw(rng):
        return small_weights(rng), [small_sequences(rng, n) for n in (1, 3, 2)]

    for weights, batches in cases(draw, n=3):

        def three_steps(step, weights=weights, batches=batches):
            model, optimizer = fresh(weights)
            losses = [step(model, optimizer, batch, 0.05) for batch in batches]
            return losses, numbers_in(model), optimizer.steps

        model, optimizer = fresh(weights)
        try:
            losses = [call(training_step, model, optimizer, b, 0.05) for b in batches]
        except CourseError as error:
            raise Wrong(
                f"{error} `model.loss` takes one document, `model.batch_loss` the whole batch."
            ) from None
        for loss in losses:
            if hasattr(loss, "backward"):
                raise Wrong(
                    "your step gives back a Value, which keeps its whole graph alive: give back "
                    "its number, `.data`."
                )
        if optimizer.steps == sum(map(len, batches)):
            raise Wrong(
                "you made a step for each document. A batch is one loss, the mean of theirs, and "
                "one step: `model.batch_loss(batch)` takes them all at once."
            )
        got, want = (
            (losses, numbers_in(model), optimizer.steps),
            three_steps(training.training_step),
        )
        if difference(got, want):
            for text, step in MISTAKEN_STEPS.items():
                if not difference(got, three_steps(step)):
                    raise Wrong(f"after three steps: {text}")
        expect(losses, want[0], when="the losses of three steps")
        expect(
            optimizer.steps, want[2], when="how often `optimizer.step` was called in three steps"
        )
        expect(numbers_in(model), want[1], when="the parameters after three steps")


@exercise(
    "training.training_step",
    check=check_training_step,
    hints=(
        "Four moves, in the order of the cell above: forward, backward, step, clear.",
        "`model.batch_loss(batch)` is the forward pass: one Value for the whole batch. Its number "
        "is in `.data`.",
        """
        One gap left:

        ```python
        loss = model.batch_loss(batch)
        loss.backward()
        ...
        optimizer.zero_grad()
        return loss.data
        ```
        """,
    ),
)
def training_step(model, optimizer, batch, learning_rate):
    """Learn from a batch of documents; gives back the loss (a number) that it learned from."""
    loss = model.batch_loss(batch)
    loss.backward()
    optimizer.step(learning_rate)
    optimizer.zero_grad()
    return loss.data


# --- train ---


def check_train(train):
    def draw(rng):
        return small_weights(rng), small_sequences(rng, 3)

    def losses_of(weights, documents, num_steps, document_of, rate_of):
        model, optimizer = fresh(weights)
        return [
            training.training_step(
                model, optimizer, [documents[document_of(i) % 3]], rate_of(i, num_steps, 0.1)
            )
            for i in range(num_steps)
        ]

    def in_order(i):
        return i

    for weights, documents in cases(draw, n=3):
        model, optimizer = fresh(weights)
        try:
            got = call(train, model, optimizer, documents, 7, 0.1)
        except IndexError:
            raise Wrong(
                "the step ran past the end of the list: after the last document comes the first "
                "again. `step % n` does that, if `n` is the number of documents, not of steps."
            ) from None

        def would_be(document_of, rate_of=cosine_decay, count=7, w=weights, d=documents):
            return losses_of(w, d, count, document_of, rate_of)

        want = would_be(in_order)
        expect(
            got,
            want,
            when="train(model, optimizer, three_sequences, 7, 0.1)",
            mistakes=lambda would_be=would_be, want=want: {
                "the learning rate has not fallen: `cosine_decay(step, …)` gives that of a step.": (
                    would_be(in_order, lambda i, n, rate: rate)
                ),
                "every step took the first document; each step takes the next one.": would_be(
                    lambda i: 0
                ),
                "the documents came from the end of the list; take them in order.": would_be(
                    lambda i: -1 - i
                ),
                "the first document was left out: step 0 takes `sequences[0]`.": would_be(
                    lambda i: i + 1
                ),
                "the last document is never reached: divide by the length itself.": would_be(
                    lambda i: i % 2
                ),
                "each document came several times in a row: `//` says how often it fits, `%` what "
                "is left over.": would_be(lambda i: i // 3),
                "the schedule is one step ahead: the steps count from 0.": would_be(
                    in_order, lambda i, n, rate: cosine_decay(i + 1, n, rate)
                ),
                "the schedule reaches 0 one step too soon: it is told `num_steps`.": would_be(
                    in_order, lambda i, n, rate: cosine_decay(i, n - 1, rate)
                ),
                "the schedule started again with the list; it runs over all steps.": would_be(
                    in_order, lambda i, n, rate: cosine_decay(i % 3, 3, rate)
                ),
                "the schedule runs over the steps, not over the documents: it is told "
                "`num_steps`.": would_be(in_order, lambda i, n, rate: cosine_decay(i, 3, rate)),
                "after the last document training stopped; begin again with the first one.": want[
                    :3
                ],
                "`num_steps` counts steps, and you went through the whole list so many times.": (
                    would_be(in_order, count=21)
                ),
                "that is the last loss only; keep the loss of every step.": want[-1],
            },
        )


@exercise(
    "training.train",
    check=check_train,
    hints=(
        "With 3 documents, steps 0, 1, 2, 3, 4 take the documents 0, 1, 2, 0, 1. What is left over "
        "when 3 is taken out of the step?",
        "The learning rate of a step comes from lesson 09: `cosine_decay(step, num_steps, "
        "learning_rate)`.",
        """
        One gap left:

        ```python
        losses = []
        for step in range(num_steps):
            tokens = sequences[...]
            rate = cosine_decay(step, num_steps, learning_rate)
            losses.append(training_step(model, optimizer, [tokens], rate))
        return losses
        ```
        """,
    ),
)
def train(model, optimizer, sequences, num_steps, learning_rate):
    """The losses of so many steps, one document a step: in order, and again from the start."""
    losses = []
    for step in range(num_steps):
        tokens = sequences[step % len(sequences)]
        rate = cosine_decay(step, num_steps, learning_rate)
        losses.append(training.training_step(model, optimizer, [tokens], rate))
    return losses


# --- smooth ---


def windows(losses, window, first_of):
    """Means of losses[first : i + 1], with the first index from `first_of(i)`."""
    parts = [losses[max(0, first_of(i)) : i + 1] for i in range(len(losses))]
    return [math.fsum(part) / len(part) if part else 0.0 for part in parts]


def check_smooth(smooth):
    def draw(rng):
        n = rng.randint(6, 9)
        return [round(rng.uniform(1, 4), 2) for _ in range(n)], rng.randint(2, 4)

    few = [([3.0, 1.0, 2.0, 6.0, 4.0], 3), ([2.0, 4.0], 5), ([3.0, 1.0], 1)]
    for losses, window in [*few, *cases(draw)]:
        want = windows(losses, window, lambda i, w=window: i - w + 1)
        full = want[window - 1 :]
        fading = {}
        for start in (0.0, losses[0]):
            fading[start], average = [], start
            for loss in losses:
                average += (loss - average) / window
                fading[start].append(average)
        got = call(smooth, losses, window)
        if isinstance(got, (list, tuple)) and len(got) > len(losses):
            raise Wrong(
                f"`smooth({show(losses)}, {window})` gives {len(got)} means for {len(losses)} "
                "losses: the list may be shorter than the window."
            )
        without_present = windows([losses[0], *losses[:-1]], window, lambda i, w=window: i - w + 1)
        without_present[1:] = windows(losses, window, lambda i, w=window: i - w + 1)[:-1]
        half = window // 2
        expect(
            got,
            want,
            when=f"smooth({show(losses)}, {window})",
            mistakes={
                "those are the losses as they came.": losses,
                "that is the mean of all losses so far, however old; take the last `window`.": (
                    windows(losses, window, lambda i: 0)
                ),
                "one loss too many is in each mean: a window of 3 holds three.": windows(
                    losses, window, lambda i, w=window: i - w
                ),
                "one loss too few is in each mean: that of the step itself belongs to it.": windows(
                    losses, window, lambda i, w=window: i - w + 2
                ),
                "the first steps are missing: where there are fewer losses, average those.": full,
                "the first means are too small: they were divided by `window`, but hold fewer.": [
                    math.fsum(losses[max(0, i - window + 1) : i + 1]) / window
                    for i in range(len(losses))
                ],
                "those are sums; a mean is divided by how many there are.": [
                    math.fsum(losses[max(0, i - window + 1) : i + 1]) for i in range(len(losses))
                ],
                "the window looks ahead: at a step, only losses up to it are known.": [
                    math.fsum(losses[i : i + window]) / len(losses[i : i + window])
                    for i in range(len(losses))
                ],
                "that is a mean for every block; one is asked for at every step.": [
                    math.fsum(losses[i : i + window]) / len(losses[i : i + window])
                    for i in range(0, len(losses), window)
                ],
                "that is an exponential moving average; here each loss in the window counts "
                "the same.": fading[losses[0]],
                "that is an exponential moving average, started at 0; here each loss in the "
                "window counts the same.": fading[0.0],
                "the loss of the step itself is missing from its mean.": without_present,
                "at the first steps your slice begins below 0, and Python counts that from the "
                "end: `max(0, …)`.": [
                    math.fsum(losses[i - window + 1 : i + 1]) / window for i in range(len(losses))
                ],
                "each mean ends one loss too early: that of the step itself belongs to it.": [
                    math.fsum(losses[max(0, i - window) : i]) / window for i in range(len(losses))
                ],
                "each mean ends one loss too early: the loss of the step belongs to it.": [
                    math.fsum(losses[max(0, i - window) : i]) / max(min(i, window), 1)
                    for i in range(len(losses))
                ],
                "the first losses are as they came; average those that there are.": [
                    *losses[: window - 1],
                    *full,
                ],
                "half of the window lies ahead; at a step, only losses up to it are known.": [
                    math.fsum(part) / len(part)
                    for part in (
                        losses[max(0, i - half) : i + half + 1] for i in range(len(losses))
                    )
                ],
            },
        )


@exercise(
    "training.smooth",
    check=check_smooth,
    hints=(
        "At step i, which losses are in the window? The one of step i is the last of them.",
        "`losses[i - window + 1 : i + 1]` has `window` losses. For small i its start is below 0, "
        "which a slice would count from the end: `max(0, …)` helps.",
        """
        One gap left:

        ```python
        smoothed = []
        for i in range(len(losses)):
            recent = losses[... : i + 1]
            smoothed.append(sum(recent) / len(recent))
        return smoothed
        ```
        """,
    ),
)
def smooth(losses, window):
    """At every step the mean of the last `window` losses, or of all so far if fewer."""
    smoothed = []
    for i in range(len(losses)):
        recent = losses[max(0, i - window + 1) : i + 1]
        smoothed.append(math.fsum(recent) / len(recent))
    return smoothed


# --- evaluate ---


def check_evaluate(evaluate):
    def draw(rng):
        return small_weights(rng), small_sequences(rng, 4)

    for weights, documents in cases(draw, n=4):
        model = GPT(SMALL, weights)
        before = numbers_in(model)
        losses = [model.loss(tokens).data for tokens in documents]
        pairs = [len(training_pairs(tokens, SMALL.block_size)) for tokens in documents]

        def weighted(by, losses=losses):
            return math.fsum(loss * n for loss, n in zip(losses, by)) / sum(by)

        got = call(evaluate, model, documents)
        if numbers_in(model) != before:
            raise Wrong(
                "your function has moved the model's parameters. Who is judged by names must not "
                "learn from them: no `training_step`, no `optimizer.step`."
            )
        if any(p.grad for p in model.parameters()):
            raise Wrong(
                "your function has left gradients behind, and the next training step would add "
                "its own to them. To judge, the forward pass is enough: no `backward`."
            )
        if hasattr(got, "backward"):
            raise Wrong(
                "your function gives back a Value, with the graph of every document behind it: "
                "take the number, `.data`, of each loss."
            )
        expect(
            got,
            math.fsum(losses) / len(losses),
            when="evaluate(model, four_sequences)",
            mistakes={
                "that is the loss of the first document; the mean of all is asked for.": losses[0],
                "that is the loss of the last document; the mean of all is asked for.": losses[-1],
                "that is the sum; divide by the number of documents.": math.fsum(losses),
                "those are the losses of all documents; give their mean.": losses,
                "long documents counted for more; every document counts once.": weighted(pairs),
                "long documents counted for more; every document counts once, however long.": (
                    weighted([len(tokens) for tokens in documents])
                ),
                "the long documents counted for more; every document counts once.": weighted(
                    [len(tokens) - 1 for tokens in documents]
                ),
                "that is the perplexity, the exponential of the loss; the loss is asked for.": (
                    math.exp(math.fsum(losses) / len(losses))
                ),
                "that was divided by the number of tokens; divide by that of documents.": math.fsum(
                    losses
                )
                / sum(map(len, documents)),
            },
        )


@exercise(
    "training.evaluate",
    check=check_evaluate,
    hints=(
        "Like a training step with three of its four moves left out.",
        "`model.loss(tokens)` is the loss of one document, a Value; its number is in `.data`.",
        """
        One gap left:

        ```python
        losses = [... for tokens in sequences]
        return sum(losses) / len(losses)
        ```
        """,
    ),
)
def evaluate(model, sequences):
    """The mean loss of the documents, as a number. Nothing is learned from them."""
    losses = [model.loss(tokens).data for tokens in sequences]
    return sum(losses) / len(losses)


# --- go_on ---


def check_go_on(go_on):
    letters = Tokenizer("abc")

    def losses_of(path, first_step, num_steps, batch_size, restored=True):
        """What goes on from the file like that, with or without Adam's memory."""
        config, weights, _ = checkpoint.load_checkpoint(path)
        model = GPT(config, weights)
        optimizer = Adam(model.parameters())
        if restored:
            checkpoint.restore_optimizer(path, optimizer)
        return list(
            training.train(
                model, optimizer, sequences, num_steps, batch_size=batch_size, first_step=first_step
            )
        )

    def draw(rng):
        return small_weights(rng), small_sequences(rng, 5)

    settings = [(2, 2), (5, 2), (2, 1)]  # the steps done, and the size of a batch
    for (weights, sequences), (done, size) in zip(cases(draw, n=3), settings):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "half_way.json"
            model, optimizer = fresh(weights)
            run = training.train(model, optimizer, sequences, 7, batch_size=size)
            for _ in range(done):
                next(run)
            checkpoint.save_checkpoint(path, model, letters, optimizer)
            rest = list(run)
            got = call(go_on, path, sequences, 7, size)

            def would_be(first_step, num_steps=7, batch_size=size, restored=True, path=path):
                return losses_of(path, first_step, num_steps, batch_size, restored)

            expect(
                got,
                rest,
                when=f"go_on(path, sequences, 7, {size})",
                mistakes=lambda would_be=would_be, rest=rest, done=done, size=size: {
                    "the first loss is right, the later ones are not: what did Adam remember?": (
                        would_be(done, restored=False)
                    ),
                    "names and learning rate began again from the start: `first_step` says how "
                    "many steps are done.": would_be(0),
                    "everything but the weights began again: Adam's memory is in the file, too.": (
                        would_be(0, restored=False)
                    ),
                    "the schedule was shortened: `num_steps` is that of the whole run.": would_be(
                        done, 7 - done
                    ),
                    "the run was made longer: `num_steps` is that of the whole run.": would_be(
                        done, 7 + done
                    ),
                    "one step was done twice: the steps count from 0.": would_be(done - 1),
                    "one step was left out: the steps count from 0.": would_be(done + 1),
                    "the batches have another size than before.": would_be(
                        done, batch_size=3 - size
                    ),
                    "`first_step` counts steps, not names.": would_be(done * size),
                    "`first_step` says how many steps are done, not how many are left.": would_be(
                        7 - done
                    ),
                    "names and learning rate began again, on a shorter schedule: `num_steps` is "
                    "that of the whole run, and `first_step` says how many are done.": would_be(
                        0, 7 - done
                    ),
                    "no step was made: how many steps are done stands in `optimizer.steps`, and "
                    "`num_steps` is that of the whole run.": [],
                },
            )


@exercise(
    "training.go_on",
    check=check_go_on,
    hints=(
        "Three things must go on: Adam's memory, the learning rate's way down, and the place in "
        "the list of names.",
        "`checkpoint.restore_optimizer(path, optimizer)` gives Adam its memory and its count back, "
        "`optimizer.steps`. `num_steps` is that of the whole run.",
        """
        One gap left:

        ```python
        config, weights, _ = checkpoint.load_checkpoint(path)
        model = arrays.GPT(config, weights)
        optimizer = arrays.Adam(model.parameters())
        checkpoint.restore_optimizer(path, optimizer)
        rest = train(model, optimizer, sequences, num_steps, batch_size=batch_size, first_step=...)
        return list(rest)
        ```
        """,
    ),
)
def go_on(path, sequences, num_steps, batch_size):
    """The losses of the rest of a run that was saved at `path`."""
    from course_lib import arrays

    config, weights, _ = checkpoint.load_checkpoint(path)
    model = arrays.GPT(config, weights)
    optimizer = arrays.Adam(model.parameters())
    checkpoint.restore_optimizer(path, optimizer)
    done = optimizer.steps
    rest = training.train(
        model, optimizer, sequences, num_steps, batch_size=batch_size, first_step=done
    )
    return list(rest)


# --- gradient_error ---


NOTICED = 1e-5  # an error from which on a gradient counts as wrong


def check_gradient_error(gradient_error):
    def draw(rng):
        return rng.uniform(0.5, 2), rng.choice([-1, 1]) * rng.uniform(0.5, 2), rng.uniform(5, 9)

    for start, factor, old in cases(draw, n=6):
        for cut in (True, False):
            parameter = Value(start)

            def loss(parameter=parameter, factor=factor, cut=cut):
                # factor · w³; where it is cut, `backward` sees only one of the three w.
                square = Value(parameter.data**2) if cut else parameter**2
                return parameter * square * factor

            measured = 3 * factor * start**2
            said = measured / 3 if cut else measured
            parameter.grad = old  # left over from an earlier step
            got = call(gradient_error, loss, parameter)
            if abs(parameter.data - start) > 1e-12:
                raise Wrong(
                    "your function has moved the parameter: put `parameter.data` back as it was "
                    "after nudging it."
                )
            if not cut and isinstance(got, float) and NOTICED < abs(got) < 1e-3:
                raise Wrong(
                    f"this gradient is right, and your function finds an error of {got:.2g}: a "
                    "difference to one side only, or too large a step? Nudge both ways, by little."
                )
            expect(
                got,
                abs(said - measured),
                when="gradient_error(loss, parameter)",
                rel=1e-3,
                abs=NOTICED,
                mistakes={
                    "an old gradient was still there, and `backward` adds to it: set "
                    "`parameter.grad` to 0 first.": abs(said + old - measured),
                    "that is off by the old gradient: `loss().backward()` finds the present "
                    "one.": abs(old - measured),
                    "that is what `backward` says; subtract the central difference.": said,
                    "that is the central difference; compare it with what `backward` says.": (
                        measured
                    ),
                    "an error has no direction: give its size, with `abs`.": -abs(said - measured),
                    "the sign is the other way round, and an error has none: give its size, with "
                    "`abs`.": said - measured,
                    "the two were added; an error is their difference.": abs(said + measured),
                    "the difference of the losses is divided by the whole way, 2h.": abs(
                        said - 2 * measured
                    ),
                    "the two points were w + h and w; one more step down is missing.": abs(
                        said - measured / 2
                    ),
                    "that is the measured slope alone, as `parameter.grad` was 0. Call `backward`, "
                    "and clear nothing between it and the comparison.": abs(measured),
                    "the loss did not move: call `loss()` again after each nudge.": abs(said),
                    "that is relative to the gradient; give the difference itself.": abs(
                        said - measured
                    )
                    / abs(measured),
                    "that is relative to what `backward` says; give the difference itself.": abs(
                        said - measured
                    )
                    / abs(said),
                },
            )


@exercise(
    "training.gradient_error",
    check=check_gradient_error,
    hints=(
        "Two numbers for the same slope, and the size of their difference. One is what `backward` "
        "leaves in `parameter.grad`, the other what `numeric_gradient` measures.",
        "`backward` adds to what is there: set `parameter.grad = 0.0` first. Then "
        "`loss().backward()`.",
        """
        One gap left:

        ```python
        parameter.grad = 0.0
        loss().backward()
        return abs(parameter.grad - ...)
        ```
        """,
    ),
)
def gradient_error(loss, parameter):
    """How far the gradient that backward gives a parameter is from the measured one."""
    parameter.grad = 0.0
    loss().backward()
    return abs(parameter.grad - numeric_gradient(loss, parameter))


# --- mended_loss ---


def cut(vectors):
    """Keys or values as fresh Values: the numbers, without how they came about."""
    return [[Value(x.data) for x in vector] for vector in vectors]


def cut_loss(model, tokens, keys=cut, values=cut):
    """The classmate's loss: right as a number, with wrong gradients."""
    cache = model.new_cache()
    losses = []
    for token, target in training_pairs(tokens, model.config.block_size):
        logits = model.forward(token, cache)
        losses.append(-softmax(logits)[target].log())
        cache = [KVCache(keys(layer.keys), values(layer.values)) for layer in cache]
    return Value.sum(losses) / len(losses)


def check_mended_loss(mended_loss):
    def draw(rng):
        return small_weights(rng), rng.choice([[3, 0, 1, 3], [3, 2, 1, 0, 3]])

    def no_past(model, tokens):
        losses = [
            -softmax(model.forward(token, model.new_cache()))[target].log()
            for token, target in training_pairs(tokens, model.config.block_size)
        ]
        return Value.sum(losses) / len(losses)

    def gradients(loss, weights, tokens):
        model = GPT(SMALL, weights)
        call(loss, model, tokens).backward()
        return [p.grad for p in model.parameters()]

    for weights, tokens in cases(draw, n=4):
        model = GPT(SMALL, weights)
        want = model.loss(tokens)
        got = call(mended_loss, model, tokens)
        when = f"mended_loss(model, {show(tokens)})"
        pairs = training_pairs(tokens, SMALL.block_size)
        expect(
            got,
            want.data,
            when=when,
            mistakes={
                "now every position starts with an empty cache and sees no past at all.": no_past(
                    model, tokens
                ).data,
                "that is the sum over the positions; the mean is asked for.": want.data
                * len(pairs),
            },
        )
        if not hasattr(got, "backward"):
            raise Wrong(
                "your loss is a plain number, so nothing can learn from it: calculate with the "
                "Values, not with their `.data`."
            )
        expect(
            gradients(mended_loss, weights, tokens),
            gradients(GPT.loss, weights, tokens),
            when=f"the gradient through {when}",
            mistakes={
                "the numbers are right, but the past is still cut off from the way back: leave "
                "the cache as `forward` fills it.": gradients(cut_loss, weights, tokens),
                "the values are whole again, but the keys are still cut off.": gradients(
                    partial(cut_loss, values=list), weights, tokens
                ),
                "the keys are whole again, but the values are still cut off.": gradients(
                    partial(cut_loss, keys=list), weights, tokens
                ),
                "no gradient comes back at all: were the losses wrapped in a new `Value(...)`?": [
                    0.0 for _ in model.parameters()
                ],
            },
        )


@exercise(
    "training.mended_loss",
    check=check_mended_loss,
    hints=(
        "The gradient check says which matrices are wrong: those through which the past speaks to "
        "later positions. What does `numbers_only` do to the past?",
        "A Value made from `x.data` knows the number, not its children. The cache that `forward` "
        "fills holds the right Values already.",
        """
        One gap left:

        ```python
        cache = model.new_cache()
        losses = []
        for token, target in training_pairs(tokens, model.config.block_size):
            logits = model.forward(token, ...)
            losses.append(-softmax(logits)[target].log())
        return Value.sum(losses) / len(losses)
        ```
        """,
    ),
)
def mended_loss(model, tokens):
    """A classmate's loss of one document, mended."""
    cache = model.new_cache()
    losses = []
    for token, target in training_pairs(tokens, model.config.block_size):
        logits = model.forward(token, cache)
        losses.append(-softmax(logits)[target].log())
    return Value.sum(losses) / len(losses)
