"""Lesson 13: the student's own program, proven against the original, and changed."""

import functools
import json
import math
from pathlib import Path
from random import Random

from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import Wrong, call, cases, expect, show
from course_lib.teach.questions import Choice, FaultyLine, Number, Order, Quiz, right, wrong

TRACE = Path(__file__).resolve().parents[2] / "tests" / "golden" / "trace.json"

warm_up = Quiz(
    "your_gpt.warm_up",
    Choice(
        "your_gpt.warm_up_correction",
        "Why does Adam divide its moving averages by 1 − β to the power of the number of steps?",
        {
            "they began at 0, and are too small at first": right(
                "After one step with β = 0.9, the average holds a tenth of the gradient. The "
                "division makes up for that, and fades away by itself."
            ),
            "to let the learning rate fall towards the end": wrong(
                "That is the work of the cosine decay, which is multiplied in separately."
            ),
            "to keep the square root away from 0": wrong("That is what ε is there for."),
            "to average over the documents of a batch": wrong(
                "The loss has done that already. This is about steps, not about documents."
            ),
        },
    ),
    Choice(
        "your_gpt.warm_up_held_out",
        "Why do we look at names that were held out, when the training loss is there anyway?",
        {
            "a model that has learned its documents by heart shows it only there": right(
                "On the documents it trains on, memory and understanding look alike."
            ),
            "the training loss is noisier": wrong(
                "It is, with one document a step. But even a smooth one would not tell memory from "
                "understanding."
            ),
            "the model learns from them as well": wrong(
                "It never does: evaluating changes no weight. That is the point of holding out."
            ),
        },
    ),
    Choice(
        "your_gpt.warm_up_temperature",
        "Sampling divides the logits by a temperature of 0.5. What does that do?",
        {
            "it makes likely letters likelier still": right(
                "Halving the temperature doubles every difference between logits, before softmax."
            ),
            "it halves every probability": wrong(
                "Then their sum would be a half. Softmax makes it 1 whatever goes in."
            ),
            "it makes all letters more alike": wrong("A temperature above 1 does that."),
            "it makes names shorter": wrong(
                "No rule says so. It favours whatever is likeliest, the end of a name included."
            ),
        },
    ),
)

how_close = Choice(
    "your_gpt.how_close",
    "The course's library trains the same model on numpy arrays: other code, written another way. "
    "Same names, same seed. How far apart will the two be in their losses, at most?",
    {
        "less than a millionth": right(
            "The same calculation, in another order: only the last digits of each number are "
            "rounded differently."
        ),
        "about 0.01": wrong(
            "That would mean that they calculate something different. Neither approximates "
            "anything; only rounding sets them apart, in about the 16th digit."
        ),
        "about 0.5, as with any two trainings": wrong(
            "Two trainings with two seeds, yes. Here the order of the names and the first weights "
            "come from the same generator."
        ),
        "nothing at all: not a digit": wrong(
            "Nearly. But numpy adds in another order, and floats are rounded at each addition."
        ),
    },
)

first_step_apart = Number(
    "your_gpt.first_step_apart",
    "Somebody takes the bias correction out of Adam. Steps count from 0, and the loss of a step is "
    "measured before its update. At which step does the loss part from the reference?",
    1,
    tolerance=0.1,
    because="The loss of step 0 comes from the first weights, which nothing has moved yet. The "
    "first update is already another one, and step 1 shows it.",
    mistakes={
        0: "The loss of step 0 is measured before any update: Adam cannot have touched it.",
        2: "The very first update is a different one already. Which loss sees it first?",
        499: "It does not wait until the end: every update is a different one.",
    },
    otherwise="When is a loss measured, for the first time, on weights that Adam has moved?",
)

program_order = Order(
    "your_gpt.program_order",
    "One generator serves a whole run. Put the program in order: so that the losses and the names "
    "are those of the reference.",
    """
    rng = Random(42)
    rng.shuffle(documents)
    tokenizer = Tokenizer(documents)
    model = GPT(config, initial_weights(config, rng))
    losses = train(model, optimizer, sequences, 500, 0.01)
    print(sample(model, tokenizer, rng, 0.5))
    """,
    rules={
        (1, 2): "The generator must be there before it can shuffle.",
        (1, 4): "The weights are drawn from the generator: it must be there.",
        (2, 4): "The original shuffles before it draws the weights. The other way round, both come "
        "out different, though every line is right.",
        (4, 5): "There is nothing to train before the weights are drawn.",
        (3, 5): "`sequences` are made by the tokenizer, so it must come before training.",
        (5, 6): "Before training, all it can write is noise.",
        (2, 5): "Training takes the documents in their shuffled order.",
        (3, 6): "The names are decoded by the tokenizer.",
    },
    because="Shuffle, weights, samples: in this order the three draw from one generator. The "
    "tokenizer draws nothing, so its place is free.",
)

start_line = FaultyLine(
    "your_gpt.start_line",
    "Which line makes everything after it different from the reference?",
    """
    def classmates_start(documents, draw_weights, rng):
        documents = list(documents)
        weights = draw_weights(rng)
        rng.shuffle(documents)
        return documents, weights
    """,
    fault="weights = draw_weights(rng)",
    because="It stands too early. It takes its numbers from the generator before the shuffle can: "
    "other weights, and another order of the names.",
    innocent={
        "def classmates_start(documents, draw_weights, rng):": "All three are needed.",
        "documents = list(documents)": "A copy, so that the caller's list stays as it is. It draws "
        "nothing.",
        "rng.shuffle(documents)": "It shuffles as the original does. But what has been taken from "
        "the generator before?",
        "return documents, weights": "That is what was asked for.",
    },
)

not_inside = Choice(
    "your_gpt.not_inside",
    "What makes a chat assistant answer a question, where your program would only go on writing?",
    {
        "further training, on conversations and on what people preferred": right(
            "The network only ever continues a text. Training on conversations makes an answer the "
            "likeliest continuation of a question."
        ),
        "another kind of network, made for questions": wrong(
            "It is a transformer that predicts the next token, as yours is."
        ),
        "a data base in which the answers are looked up": wrong(
            "Some assistants can search, as a tool. Without it they answer all the same, from "
            "their weights."
        ),
        "its size alone": wrong(
            "A large model that has only read texts continues a question, perhaps with five more "
            "questions. Size makes answers better, once there are answers."
        ),
    },
)


@functools.cache
def reference() -> dict:
    """The run of the original program: its settings, losses and samples."""
    return json.loads(TRACE.read_text(encoding="utf-8"))


# --- first_apart ---


def check_first_apart(first_apart):
    def draw(rng):
        """Ten losses, and others: apart from `step` to 8, most at 7, once with the other sign."""
        losses = [rng.uniform(2, 3) for _ in range(10)]
        step, sign = rng.choice((0, 1, 2, 3, None)), rng.choice((-1, 1))
        gaps = [rng.choice((-1, 1)) * rng.uniform(0.1e-6, 0.9e-6) for _ in losses]
        if step is not None:
            gaps[step:9] = [sign * rng.uniform(0.01, 0.05) for _ in range(step, 9)]
            gaps[step + 2] *= -1
            gaps[7] = sign * 0.1
        return losses, [loss + gap for loss, gap in zip(losses, gaps, strict=True)], step

    for losses, other, step in cases(draw):
        got = call(first_apart, losses, other, 1e-6)
        when = f"first_apart({show(losses)}, {show(other)}, 1e-06)"
        if isinstance(got, bool):
            raise Wrong(f"`{when}` is {got}: the number of the step is asked for.")
        if step is None:
            if got is not None:
                raise Wrong(
                    f"`{when}` is {show(got)}: these lists stay within the tolerance throughout; "
                    "such differences are only rounding. There is no such step: give None."
                )
            continue
        if got is None:
            raise Wrong(f"`{when}` gives None, but at step {step} they differ by more than 1e-06.")
        missed = "higher" if other[step] > losses[step] else "lower"
        mistakes = {
            f"where the second list is {missed}, they differ as well: take `abs` of the "
            "difference.": step + 2,
            "that counts from 1; steps count from 0.": step + 1,
            "that is the last step at which they differ; the first one is asked for.": 8,
            "that is the step where they are furthest apart; the first one is asked for.": 7,
            "that is how far they are apart; at which step is asked for.": abs(
                losses[step] - other[step]
            ),
        }
        if step:
            mistakes["differences below the tolerance are only rounding: they do not count."] = 0
        expect(got, step, when=when, mistakes=mistakes)
    if call(first_apart, [2.5, 2.0], [2.5], 1e-6) is not None:
        raise Wrong(
            "where one list is shorter, compare as far as both go: a run of 20 steps can be held "
            "against the first 20 of 500."
        )


@exercise(
    "your_gpt.first_apart",
    check=check_first_apart,
    hints=(
        "Walk through both lists together, with the number of the step: `enumerate(zip(…))`.",
        "They are apart where `abs(loss - expected) > tolerance`. Return that step at once; the "
        "`return None` belongs behind the loop.",
        """
        One gap left:

        ```python
        for step, (loss, expected) in enumerate(zip(losses, reference)):
            if ... > tolerance:
                return step
        return None
        ```
        """,
    ),
)
def first_apart(losses, reference, tolerance):
    """The first step (from 0) at which the two differ by more than the tolerance, or None."""
    for step, (loss, expected) in enumerate(zip(losses, reference, strict=False)):
        if abs(loss - expected) > tolerance:
            return step
    return None


# --- reference_run ---


class _Recorded(list):
    """The recorded losses, which show as the code that gives them."""

    def __repr__(self) -> str:
        return "run(path, names.original()).losses"


def check_reference_run(losses):
    losses = getattr(losses, "losses", losses)
    want = reference()["losses"]
    if hasattr(losses, "tolist"):
        losses = losses.tolist()
    if not isinstance(losses, (list, tuple)):
        raise Wrong(
            "hand in the list of all losses: `run(…)` gives a result, and its losses are "
            "`result.losses`."
        )
    if any(isinstance(x, str) for x in losses):
        raise Wrong("those are the names that it wrote: the losses are in `result.losses`.")
    expect(list(losses), [float(x) for x in losses])
    pairs = enumerate(zip(losses, want, strict=False))
    apart = next((i for i, (a, b) in pairs if not abs(a - b) <= 1e-6), None)
    if apart is not None and all(math.isclose(a, b, abs_tol=6e-3) for a, b in zip(losses, want)):  # noqa: B905
        raise Wrong(
            "these are the right losses, rounded: hand them in as they come, in `result.losses`."
        )
    if apart == 0:
        raise Wrong(
            f"already the loss of step 0 is {show(losses[0])}, in place of {show(want[0])}: was it "
            "the original list, `names.original()`, with the settings as they stand (seed 42)? A "
            "difference so early lies before any training."
        )
    if apart is not None:
        raise Wrong(
            f"up to step {apart - 1} these are the losses of the original; at step {apart} it is "
            f"{show(losses[apart])}, in place of {show(want[apart])}: "
            + (
                "so soon, look at the backward pass and at Adam."
                if apart == 1
                else "look at what changes from step to step: the learning rate and the names. "
                "(The cosine decay wants all 500 steps: `num_steps` must not be changed.)"
            )
        )
    if len(losses) != len(want):
        raise Wrong(
            f"these are {len(losses)} losses, all of them right; the original has {len(want)}: "
            "hand in the whole run."
        )
    return "all 500 losses are those of the original program, within a millionth."


reference_run = exercise(
    "your_gpt.reference_run",
    check=check_reference_run,
    hints=(
        "`names.original()` is the list of the original program: it is downloaded once, then kept.",
        "`run(path, documents)` runs the program in the file `path`; the losses of what comes back "
        "are in its `.losses`. It takes a quarter of a minute, or a minute with slower pieces.",
        "`original_losses = run(path, names.original()).losses`",
    ),
)(_Recorded(reference()["losses"]))


# --- top_k ---


def check_top_k(top_k):
    def draw(rng):
        weights = sorted(rng.uniform(0.05, 1) for _ in range(rng.randint(6, 8)))
        weights = weights[2:] + weights[:2]  # neither by size nor the largest first
        total = math.fsum(weights)
        return [w / total for w in weights], rng.randint(2, 4)

    for probabilities, k in cases(draw):
        by_size = sorted(probabilities, reverse=True)
        kept = [p if p >= by_size[k - 1] else 0.0 for p in probabilities]
        total = math.fsum(kept)
        least = [p if p <= by_size[-k] else 0.0 for p in probabilities]
        first = [p if i < k else 0.0 for i, p in enumerate(probabilities)]
        expect(
            call(top_k, probabilities, k),
            [p / total for p in kept],
            when=f"top_k({show(probabilities)}, {k})",
            mistakes={
                "the right ones are kept, but their sum is not 1 any more: divide by it.": kept,
                "those are the k largest in order of size, and nobody can tell any more which "
                "token is which: leave each at its place, and put 0 for the others.": [
                    p / total for p in by_size[:k]
                ],
                "those are the k largest alone: leave each at its place, and put 0 for the others, "
                "or the ids of the tokens shift.": [p for p in kept if p],
                "the others are gone, and the places have shifted: put 0 where they were.": [
                    p / total for p in kept if p
                ],
                "the least likely ones were kept.": [p / math.fsum(least) for p in least],
                "the first k were kept; the likeliest k are asked for.": [
                    p / math.fsum(first) for p in first
                ],
                "all of them share alike; the kept ones keep their proportions.": [
                    (1 / k if p else 0.0) for p in kept
                ],
                "that is one too many: the k-th largest is the last that stays.": _kept(
                    probabilities, k + 1
                ),
                "that is one too few: the k-th largest stays.": _kept(probabilities, k - 1),
                "nothing was taken away.": probabilities,
            },
        )
    expect(call(top_k, [0.2, 0.5, 0.3], 1), [0, 1, 0], when="top_k([0.2, 0.5, 0.3], 1)")
    expect(
        call(top_k, [0.5, 0.25, 0.25], 5),
        [0.5, 0.25, 0.25],
        when="top_k([0.5, 0.25, 0.25], 5), where k is more than there are,",
    )


def _kept(probabilities, k):
    """The k largest at their places, with sum 1; of none, zeros."""
    bound = sorted(probabilities, reverse=True)[:k][-1:] or [2.0]
    kept = [p if p >= bound[0] else 0.0 for p in probabilities]
    return [p / (math.fsum(kept) or 1.0) for p in kept]


@exercise(
    "your_gpt.top_k",
    check=check_top_k,
    hints=(
        "Which is the smallest probability that may stay? `sorted(probabilities, reverse=True)` "
        "has it at place k − 1.",
        "What is below that bound becomes 0, and stays at its place. Then the rest must sum to 1 "
        "again.",
        """
        One gap left:

        ```python
        bound = sorted(probabilities, reverse=True)[:k][-1]
        kept = [p if p >= bound else 0.0 for p in probabilities]
        return ...
        ```
        """,
    ),
)
def top_k(probabilities, k):
    """The k largest probabilities, each at its place and 0 elsewhere, with sum 1 again."""
    bound = sorted(probabilities, reverse=True)[:k][-1]
    kept = [p if p >= bound else 0.0 for p in probabilities]
    total = math.fsum(kept)
    return [p / total for p in kept]


# --- mended_start ---


def check_mended_start(mended_start):
    def draw_weights(rng):
        return [rng.gauss(0, 0.02) for _ in range(3)]

    def run(start, documents, seed):
        documents, weights = start(list(documents), draw_weights, Random(seed))
        return [list(documents), list(weights)]

    for documents, seed in cases(
        lambda rng: (
            rng.sample(("ada", "bo", "cleo", "dan", "eve", "finn", "gil"), 6),
            seed_of(rng),
        )
    ):
        rng = Random(seed)
        got = call(mended_start, documents, draw_weights, rng)
        if got is None:
            raise Wrong("it gives nothing back (None): is there a `return`?")
        if not isinstance(got, (list, tuple)) or len(got) != 2:
            raise Wrong("two things are to come back: the shuffled documents, and the weights.")
        expect(
            [list(got[0]), list(got[1])],
            run(shuffle_first, documents, seed),
            when="what your function returns",
            mistakes={
                "the weights are still drawn before the shuffle.": run(
                    weights_first, documents, seed
                ),
                "the documents are in the order in which they came.": run(
                    no_shuffle, documents, seed
                ),
                "the documents are sorted, not shuffled.": run(sort, documents, seed),
                "they are shuffled twice, and the second shuffle takes further numbers.": run(
                    shuffle_twice, documents, seed
                ),
                "that is another generator: draw everything from the `rng` that is handed in.": run(
                    own_generator, documents, seed
                ),
                "the order is right, but the weights come from another generator than `rng`.": [
                    run(shuffle_first, documents, seed)[0],
                    draw_weights(Random(42)),
                ],
            },
        )


def seed_of(rng: Random) -> int:
    return rng.randint(1, 40)


def shuffle_first(documents, draw_weights, rng):
    rng.shuffle(documents)
    return documents, draw_weights(rng)


def weights_first(documents, draw_weights, rng):
    weights = draw_weights(rng)
    rng.shuffle(documents)
    return documents, weights


def no_shuffle(documents, draw_weights, rng):
    return documents, draw_weights(rng)


def sort(documents, draw_weights, rng):
    return sorted(documents), draw_weights(rng)


def shuffle_twice(documents, draw_weights, rng):
    rng.shuffle(documents)
    return shuffle_first(documents, draw_weights, rng)


def own_generator(documents, draw_weights, rng):
    return shuffle_first(documents, draw_weights, Random(42))


@exercise(
    "your_gpt.mended_start",
    check=check_mended_start,
    hints=(
        "The generator gives one number after the other. Who asks first, gets the first ones.",
        "The original shuffles first, then draws the weights. Keep the copy in front of it.",
        """
        One gap left:

        ```python
        documents = list(documents)
        ...
        weights = draw_weights(rng)
        return documents, weights
        ```
        """,
    ),
)
def mended_start(documents, draw_weights, rng):
    """A classmate's beginning of a run, mended: the shuffled documents, and the weights."""
    documents = list(documents)
    rng.shuffle(documents)
    weights = draw_weights(rng)
    return documents, weights
