"""Lesson 13: the student's own program, proven against the original, and changed."""

import functools
import json
import math
from dataclasses import dataclass
from pathlib import Path
from random import Random

from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import Wrong, call, cases, difference, expect, show
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

TRACE = Path(__file__).resolve().parents[2] / "tests" / "golden" / "trace.json"

warm_up = Quiz(
    "your_gpt.warm_up",
    Choice(
        "your_gpt.warm_up_correction",
        "Why does Adam divide its moving averages by `1 - beta**steps`?",
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
    "Somebody leaves out the cosine decay: the learning rate stays at 0.01. Steps count from 0, "
    "and the loss of a step is measured before its update. Which step is the first whose loss is "
    "another one than that of the reference?",
    2,
    tolerance=0.1,
    because="At step 0 the cosine is 1, and the rate 0.01 either way: the first update is the "
    "same, and with it the loss of step 1. The second update is the first to differ, and the loss "
    "of step 2 sees it.",
    mistakes={
        0: "The loss of step 0 is measured before any update: no learning rate has touched it.",
        1: "That would be so if the first update differed. How large is the rate of step 0, with "
        "the decay and without?",
        499: "The rates differ most at the end. But which update is the first to differ at all?",
        250: "The rates differ long before the middle. Which update is the first to differ?",
    },
    otherwise="Which update is the first to have another rate, and which loss is measured next?",
)

program_order = Order(
    "your_gpt.program_order",
    "One generator serves a whole run. Put the program in order, so that the losses and the names "
    "are those of the reference. (`config` takes its vocabulary size from the tokenizer.)",
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
        (3, 4): "`config` takes its vocabulary size from the tokenizer: it must be there first.",
        (4, 5): "There is nothing to train before the weights are drawn.",
        (5, 6): "Before training, all it can write is noise.",
    },
    because="Shuffle, weights, samples: in this order the three draw from one generator. The "
    "tokenizer draws nothing: it may stand before the shuffle, too, as long as the model can ask "
    "it for the size of the vocabulary.",
)

start_line = FaultyLine(
    "your_gpt.start_line",
    "The weights are the same, the order is not. Which line makes the difference?",
    """
    def classmates_start(documents, draw_weights, rng):
        documents = sorted(documents)
        rng.shuffle(documents)
        weights = draw_weights(rng)
        return documents, weights
    """,
    fault="documents = sorted(documents)",
    because="The shuffle makes the same moves whatever lies before it: from another order it comes "
    "to another order. The original's list begins with the most frequent names of girls; the "
    "course's is sorted already, so there nobody noticed.",
    innocent={
        "def classmates_start(documents, draw_weights, rng):": "All three are needed.",
        "rng.shuffle(documents)": "It makes the same moves as the original's. But from where?",
        "weights = draw_weights(rng)": "They are drawn behind the shuffle, as in the original, and "
        "they come out the same.",
        "return documents, weights": "That is what was asked for.",
    },
)

parameters_of_list = Number(
    "your_gpt.parameters_of_list",
    "First names are written in 26 different characters, and the program has 4,064 parameters. How "
    "many has it for a file with 40 different characters, and all settings as they stand?",
    4512,
    tolerance=0.5,
    because="14 characters more are 14 rows of 16 numbers more, in two tables: one for tokens at "
    "the input (`wte`), one for logits at the output (`lm_head`). 4,064 + 2 · 14 · 16 = 4,512.",
    mistakes={
        4064: "Each character has a row of its own in a table. In how many tables?",
        4288: "That is one table. The output has a row for each character, too.",
        4480: "BOS was there before, and stays: with 40 characters the vocabulary size is 41.",
        4078: "A character is not one number more, but a row of 16; and in which tables?",
        4092: "A character is not one number more in each table, but a row of 16.",
        6252: "Only two tables grow with the vocabulary; the layer does not know how large it is.",
    },
    otherwise="How many characters more are there, in which tables does each have a row, and how "
    "long is a row?",
)

different_names = Number(
    "your_gpt.different_names",
    "A thousand names are drawn with k = 1. How many different ones are among them?",
    1,
    tolerance=0.1,
    because="With one token left there is no chance left: from BOS it always goes the same way.",
    mistakes={
        1000: "Only the likeliest token stays in the draw. What is left to chance?",
        27: "The first letter is not free either: after BOS, too, only one token stays.",
    },
    otherwise="After BOS one token stays in the draw. After that one, again one. And so on?",
)


def _experiment(name: str, text: str, options: dict) -> Choice:
    return Choice(f"your_gpt.experiment_{name}", text, options)


# What is said here of results, tests/test_assembly.py measures. A run must not magnify rounding, or
# a student's words end elsewhere than the course's: at a rate of 0.1 they do.
experiment_rate = _experiment(
    "rate",
    "Five times the learning rate: what becomes of the loss?",
    {
        "it is higher at first, and nearly recovers": right(
            "In eight starts the first 25 losses have a mean of 3.2 to 3.7, about the 3.30 of "
            "guessing, where 2.9 to 3.1 is usual. Then the cosine lowers the rate, and the last "
            "100 end only 0.01 to 0.07 above the usual. (At ten times the rate, rounding alone "
            "decides where a run ends, and some break off. Lesson 09 could take 0.03: there each "
            "step had eight names, here it has one.)"
        ),
        "it falls faster, and ends lower": wrong(
            "At 0.05 the first steps overshoot: the mean of the first 25 losses is 3.2 to 3.7, "
            "where 2.9 to 3.1 is usual."
        ),
        "it never recovers": wrong(
            "So it might, if that rate stayed. But the rate falls: at the end it is near 0 in "
            "every run."
        ),
    },
)
experiment_layers = _experiment(
    "layers",
    "A second layer: 7,136 parameters in place of 4,064. What has it bought after 500 steps?",
    {
        "next to nothing": right(
            "In eight starts the means of the last 100 losses differ by less than 0.01, now up, "
            "now down. After ten times the steps the means of the last 1,000 still differ by less "
            "than 0.02, now up, now down: names of eight letters hardly need it."
        ),
        "a clearly lower loss": wrong(
            "The means of the last 100 losses differ by less than 0.01. A tool pays where there "
            "is work for it."
        ),
        "a higher loss: it has learned the names by heart": wrong(
            "In 500 steps it has seen 500 of 5,163 names, each once: nothing to know by heart."
        ),
    },
)
experiment_width = _experiment(
    "width",
    "A quarter of the width: how many parameters has the program now?",
    {
        "440": right(
            "4 · (27 + 27 + 8) + 12 · 4² = 440, a ninth. And the last 100 losses are only 0.04 to "
            "0.17 higher than the usual: a ninth of the parameters goes most of the way."
        ),
        "1,016": wrong("A quarter of 4,064. But the layer's matrices shrink in both directions."),
        "254": wrong("That is a sixteenth. The tables shrink in one direction only."),
    },
)
experiment_memory = _experiment(
    "memory",
    "A block size of 3: what becomes of the names?",
    {
        "none is longer than three letters": right(
            "It stops after 3 tokens, as it stopped after 8 before. Its loss, 2.5 to 2.65, does "
            "not say that the model is worse: it is the mean over the first three letters only, "
            "where names are harder to guess than at their ends."
        ),
        "they are as long as before, but sound worse": wrong(
            "There is no position for a fourth token: the table has three rows."
        ),
        "there are fewer different ones, of any length": wrong(
            "Of no length above 3: there is no position for a fourth token."
        ),
    },
)
experiment_time = _experiment(
    "time",
    "5,000 steps: it has seen nearly each of the 5,163 names, once. How many of a thousand that it "
    "writes stand in the list?",
    {
        "some more than after 500 steps": right(
            "Ten starts wrote 210 to 300 of them, after 500 steps 110 to 230, and each more than "
            "before; the loss falls to about 2.2. It knows better what names sound like, and meets "
            "more of them. (Of 20 names that would be about 5 and 3: too few to tell.)"
        ),
        "all: it has learned them by heart": wrong(
            "It has seen each name at most once, and 4,064 numbers are few for 5,163 names."
        ),
        "none: it invents": wrong(
            "It writes what is probable, and many probable names are real ones."
        ),
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


around = Choices(
    "your_gpt.around",
    "Which of these differences lie around the network, and not in it?",
    {
        "trillions of tokens of training data": right("The same network, shown more."),
        "further training on conversations": right("It changes weights, as all training does."),
        "instructions in front of your text": right("Tokens, read like any others."),
        "rotations in place of a table of positions": wrong(
            "They change what queries and keys are: a part of the network."
        ),
        "many MLPs, of which a token uses a few": wrong("They stand in the MLP's place, inside."),
    },
)


@functools.cache
def reference() -> dict:
    """The run of the original program: its settings, losses and samples."""
    return json.loads(TRACE.read_text(encoding="utf-8"))


# --- first_apart ---


def check_first_apart(first_apart):
    def draw(rng):
        """Losses, and others: apart from `step` on but for the last, most at the last but one."""
        tolerance = rng.choice((1e-6, 1e-4, 0.02))
        losses = [rng.uniform(2, 3) for _ in range(rng.randint(9, 12))]
        step, sign = rng.choice((0, 1, 2, 3, None)), rng.choice((-1, 1))
        gaps = [rng.choice((-1, 1)) * tolerance * rng.uniform(0.1, 0.9) for _ in losses]
        if step is not None:
            gaps[step:-1] = [sign * tolerance * rng.uniform(1.2, 1.5) for _ in gaps[step:-1]]
            gaps[step + 2] *= -1
            gaps[-3] = sign * 1.7 * tolerance  # of losses from 2 on: in no part more than 1
        return losses, [loss + gap for loss, gap in zip(losses, gaps, strict=True)], step, tolerance

    for losses, other, step, tolerance in cases(draw, n=30):
        got = call(first_apart, losses, other, tolerance)
        when = f"first_apart({show(losses)}, {show(other)}, {tolerance:g})"
        if isinstance(got, bool):
            raise Wrong(f"`{when}` is {got}: the number of the step is asked for.")
        if step is None:
            if got is not None:
                raise Wrong(
                    f"`{when}` is {show(got)}: these lists stay within the tolerance that is "
                    "handed in; such differences are only rounding. There is no such step: give "
                    "None."
                )
            continue
        if got is None:
            raise Wrong(
                f"`{when}` gives None, but at step {step} they differ by more than {tolerance:g}: "
                "look at every step, and compare the bare difference, neither squared nor divided, "
                "with the `tolerance` that is handed in."
            )
        missed = "higher" if other[step] > losses[step] else "lower"
        mistakes = {
            f"where the second list is {missed}, they differ as well: take `abs` of the "
            "difference.": step + 2,
            "that counts from 1; steps count from 0.": step + 1,
            f"that is the last step at which they differ{', or their number' * (step == 1)}; the "
            "first one is asked for.": (len(losses) - 2),
            "that is the step where they are furthest apart; the first one is asked for.": (
                len(losses) - 3
            ),
            "that is at how many steps they differ; the first of these steps is asked for.": (
                len(losses) - 1 - step
            ),
            "that is how far they are apart; at which step is asked for.": abs(
                losses[step] - other[step]
            ),
        }
        if step:
            mistakes[
                "differences below the tolerance that is handed in are only rounding: they do not "
                "count."
            ] = 0
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
        "Walk through both lists together, with the number of the step: `enumerate(zip(…))`. It "
        "ends with the shorter list.",
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
    """The first step (from 0) at which the two differ by more than the tolerance, or None.

    Where one list is shorter, it counts as far as both go.
    """
    for step, (loss, expected) in enumerate(zip(losses, reference, strict=False)):
        if not abs(loss - expected) <= tolerance:  # so that nan, too, is apart
            return step
    return None


# --- reference_run ---


@dataclass
class _Recorded:
    """The recorded run, which shows as the code that gives it."""

    losses: list[float]
    samples: list[str]

    def __repr__(self) -> str:
        return "run(path, names.original())"


def check_reference_run(original_run):
    want = reference()
    if isinstance(original_run, tuple) and len(original_run) == 2:  # what `main` returns
        losses, samples = original_run
    else:
        losses = getattr(original_run, "losses", None)
        samples = getattr(original_run, "samples", None)
    if losses is None or samples is None:
        raise Wrong(
            "hand in the whole run, as `run(…)` gives it back: its losses are compared, and the "
            "names that it wrote, too."
        )
    losses = losses.tolist() if hasattr(losses, "tolist") else list(losses)
    odd = [x for x in losses if isinstance(x, bool) or not isinstance(x, (int, float))]
    if odd:
        raise Wrong(f"the losses are to be plain numbers, but {show(odd[0])} is among them.")
    if not losses:
        raise Wrong("the list of losses is empty: has the run been stopped?")
    step = first_apart.answer(losses, want["losses"], 1e-6)
    if step is not None:
        raise Wrong(_said_of_losses(losses, want["losses"], step))
    if len(losses) != len(want["losses"]):
        raise Wrong(
            f"these are {len(losses)} losses, all of them right; the original has "
            f"{len(want['losses'])}: hand in the whole run."
        )
    if list(samples) != want["samples"]:
        pairs = zip([*samples, "nothing"], want["samples"], strict=False)
        got, name = next((pair for pair in pairs if pair[0] != pair[1]), ("more names", "no more"))
        raise Wrong(
            f"all 500 losses are right, but the names are not: {show(got)} in place of {show(name)}"
            ". Where losses agree and names do not, look at sampling; or at the temperature and "
            "the number of samples."
        )
    return (
        "all 500 losses are those of the original program, within a millionth, and all 20 names to "
        f"the letter: {', '.join(want['samples'][:5])}, …"
    )


def _said_of_losses(losses, want, step) -> str:
    """What to do about losses that are another one at this step."""
    if math.isnan(losses[step]):
        return (
            f"the loss of step {step} is nan, no number any more: the weights have grown beyond "
            "all bounds. Is the learning rate 0.01?"
        )
    if all(math.isclose(a, b, abs_tol=6e-3) for a, b in zip(losses, want, strict=False)):
        return "these are the right losses, rounded: hand in the run as it comes."
    said = f"{show(losses[step])}, in place of {show(want[step])}"
    if step == 0:
        return (
            f"already the loss of step 0 is {said}: was it the original list, `names.original()`, "
            "with the settings as they stand (seed 42)? A difference so early lies before any "
            "training."
        )
    where = (
        "so soon, look at the backward pass, at Adam and the first learning rate, and at what "
        "attention and the MLP hand on: at step 0 they add nothing."
        if step == 1
        else "look at the moving averages of Adam, at gradients that are not set back to 0, at "
        "queries and keys, and at the learning rate. (The cosine decay wants all 500 steps: "
        "`num_steps` must not be changed.)"
    )
    return (
        f"up to step {step - 1} these are the losses of the original; at step {step} it is {said}: "
        f"{where}"
    )


reference_run = exercise(
    "your_gpt.reference_run",
    check=check_reference_run,
    hints=(
        "`names.original()` is the list of the original program: it is downloaded once, then kept.",
        "`run(path, documents)` runs the program in the file `path`, and gives back its losses and "
        "its names. It takes a quarter of a minute, or a few minutes with slower pieces.",
        "`reference_run = run(path, names.original())`",
    ),
)(_Recorded(reference()["losses"], reference()["samples"]))


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
                "the k largest come first, in order of size, then the zeros: nobody can tell any "
                "more which token is which. Leave each at its place.": [
                    *(p / total for p in by_size[:k]),
                    *(0.0 for _ in by_size[k:]),
                ],
                "softmax was taken once more: these are probabilities already, which only have to "
                "sum to 1 again: divide by their sum.": [
                    math.exp(p) / math.fsum(math.exp(q) for q in kept if q) if p else 0.0
                    for p in kept
                ],
                "what was cut off is shared out evenly: divide by the sum instead, so that the "
                "kept ones keep their proportions.": [
                    p + (1 - total) / k if p else 0.0 for p in kept
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
    try:
        all_of_three = call(top_k, [0.5, 0.25, 0.25], 5)
    except IndexError:
        raise Wrong(
            "k may be larger than the number of probabilities: then all stay. `[:k]` takes as many "
            "as there are, where `[k - 1]` stops with an error."
        ) from None
    expect(
        all_of_three,
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
    """The k largest probabilities, each at its place and 0 elsewhere, with sum 1 again.

    Where k is larger than their number, all stay.
    """
    bound = sorted(probabilities, reverse=True)[:k][-1]
    kept = [p if p >= bound else 0.0 for p in probabilities]
    total = math.fsum(kept)
    return [p / total for p in kept]


# --- mended_start ---


def check_mended_start(mended_start):
    def draw_weights(rng):
        return [rng.gauss(0, 0.02) for _ in range(3)]

    def draw(rng):
        documents = rng.sample(("ada", "bo", "cleo", "dan", "eve", "finn", "gil"), 6)
        return documents, rng.randint(1, 40)

    for documents, seed in cases(draw):
        when = f"mended_start({show(documents)}, draw_weights, Random({seed}))"
        try:
            got = call(mended_start, documents, draw_weights, Random(seed))
        except TypeError as error:
            if "NoneType" in str(error):
                raise Wrong(
                    "`rng.shuffle` shuffles the list in place and gives back None: call it on a "
                    "line of its own, and go on with the list."
                ) from None
            raise
        if got is None:
            raise Wrong("it gives nothing back (None): is there a `return`?")
        if not isinstance(got, (list, tuple)) or len(got) != 2:
            raise Wrong("two things are to come back: the shuffled documents, and the weights.")
        order, weights = got
        if callable(weights):
            raise Wrong("`draw_weights` is a function: call it, with the generator in brackets.")
        if order is None:
            raise Wrong(
                "the documents are None: `rng.shuffle` gives nothing back, it works in place."
            )
        starts = {
            said: start(list(documents), draw_weights, Random(seed))
            for said, start in STARTS.items()
        }
        right_order, right_weights = starts.pop("")
        if not difference(order, right_weights):
            raise Wrong("the documents come first, then the weights: here they are the other way.")
        for said, start in starts.items():
            if not difference([order, weights], list(start)):
                raise Wrong(f"`{when}`: {said}")
        if difference(order, right_order) and not difference(weights, draw_weights(Random(seed))):
            raise Wrong(
                "the documents were not shuffled by `rng`, which had drawn nothing before the "
                "weights: `random.shuffle` asks another generator. Draw everything from `rng`."
            )
        if difference(order, right_order):
            raise Wrong(
                f"`{when}` gives the documents as {show(order)}, where {show(right_order)} is "
                "expected: the order of `rng.shuffle` from the documents as they came, with "
                "nothing drawn before."
            )
        if difference(weights, right_weights):
            raise Wrong(
                f"`{when}`: the order is right, but the weights are {show(weights)}, where "
                f"{show(right_weights)} is expected: `draw_weights(rng)`, once, behind the shuffle "
                "and from the same generator."
            )


def shuffle_first(documents, draw_weights, rng):
    rng.shuffle(documents)
    return documents, draw_weights(rng)


def weights_first(documents, draw_weights, rng):
    weights = draw_weights(rng)
    rng.shuffle(documents)
    return documents, weights


def shuffle_twice(documents, draw_weights, rng):
    rng.shuffle(documents)
    return shuffle_first(documents, draw_weights, rng)


def weights_twice(documents, draw_weights, rng):
    rng.shuffle(documents)
    draw_weights(rng)
    return documents, draw_weights(rng)


# Beginnings of a run, the right one first, and what is the matter with the others.
STARTS = {
    "": shuffle_first,
    "the documents are still sorted before they are shuffled: the shuffle must start from the "
    "order in which they came.": lambda d, w, rng: shuffle_first(sorted(d), w, rng),
    "the weights are drawn before the shuffle: who asks the generator first gets its first "
    "numbers.": weights_first,
    "the documents are in the order in which they came: nothing was shuffled.": lambda d, w, rng: (
        d,
        w(rng),
    ),
    "the documents are sorted, not shuffled.": lambda d, w, rng: (sorted(d), w(rng)),
    "they are shuffled twice, and the second shuffle takes further numbers.": shuffle_twice,
    "the weights are drawn twice: the second draw takes further numbers.": weights_twice,
    "`rng.sample` draws in another way than `rng.shuffle`: other order, other weights.": (
        lambda d, w, rng: (rng.sample(d, len(d)), w(rng))
    ),
    "that is another generator: draw everything from the `rng` that is handed in.": (
        lambda d, w, rng: shuffle_first(d, w, Random(42))
    ),
    "the generator was set back after the shuffle: the weights get numbers that the shuffle has "
    "used already.": lambda d, w, rng: (shuffled_by(d, rng.getstate()), w(rng)),
}


def shuffled_by(documents, state):
    """The documents, shuffled by a generator in that state."""
    other = Random()
    other.setstate(state)
    other.shuffle(documents)
    return documents


@exercise(
    "your_gpt.mended_start",
    check=check_mended_start,
    hints=(
        "The shuffle must start from the order in which the documents came. So which step is one "
        "too many?",
        "`sorted` did one useful thing as well: it made a new list, so that the caller's stayed as "
        "it was. `list(documents)` does that, and nothing else.",
        """
        One gap left:

        ```python
        documents = ...
        rng.shuffle(documents)
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
