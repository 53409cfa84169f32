"""Answers to lesson 13."""
# ruff: noqa: B905 (they are written as students write)

import math
import random
from random import Random

from bank import right, wrong
from course_lib.exercises.assembly import Run
from course_lib.exercises.your_gpt import reference

# --- first_apart ---


@right("your_gpt.first_apart")
def first_apart(losses, reference, tolerance):
    for step in range(min(len(losses), len(reference))):
        if not math.isclose(losses[step], reference[step], rel_tol=0, abs_tol=tolerance):
            return step


@right("your_gpt.first_apart")
def first_apart(a, b, limit):
    apart = [i for i, (x, y) in enumerate(zip(a, b)) if abs(y - x) > limit]
    return apart[0] if apart else None


@right("your_gpt.first_apart")
def first_apart(losses, reference, tolerance):
    gaps = (abs(a - b) for a, b in zip(losses, reference))
    return next((step for step, gap in enumerate(gaps) if gap > tolerance), None)


@wrong("your_gpt.first_apart", says="only rounding")
def first_apart(losses, reference, tolerance):
    for step, (loss, expected) in enumerate(zip(losses, reference)):
        if loss != expected:
            return step
    return None


@wrong("your_gpt.first_apart", says="is lower, they differ as well: take `abs`")
def first_apart(losses, reference, tolerance):
    for step, (loss, expected) in enumerate(zip(losses, reference)):
        if expected - loss > tolerance:
            return step
    return None


@wrong("your_gpt.first_apart", says="is higher, they differ as well: take `abs`")
def first_apart(losses, reference, tolerance):
    for step, (loss, expected) in enumerate(zip(losses, reference)):
        if loss - expected > tolerance:
            return step
    return None


@wrong("your_gpt.first_apart", says="the last step at which they differ")
def first_apart(losses, reference, tolerance):
    found = None
    for step, (loss, expected) in enumerate(zip(losses, reference)):
        if abs(loss - expected) > tolerance:
            found = step
    return found


@wrong("your_gpt.first_apart", says="counts from 1")
def first_apart(losses, reference, tolerance):
    for step, (loss, expected) in enumerate(zip(losses, reference), 1):
        if abs(loss - expected) > tolerance:
            return step
    return None


@wrong("your_gpt.first_apart", says="look at every step")
def first_apart(losses, reference, tolerance):
    for step, (loss, expected) in enumerate(zip(losses, reference)):
        if abs(loss - expected) > tolerance:
            return step
        return None


@wrong("your_gpt.first_apart", says="the number of the step is asked for")
def first_apart(losses, reference, tolerance):
    return any(abs(a - b) > tolerance for a, b in zip(losses, reference)) or None


@wrong("your_gpt.first_apart", says="how far they are apart")
def first_apart(losses, reference, tolerance):
    for loss, expected in zip(losses, reference):
        if abs(loss - expected) > tolerance:
            return abs(loss - expected)
    return None


@wrong("your_gpt.first_apart", says="compare as far as both go")
def first_apart(losses, reference, tolerance):
    for step, (loss, expected) in enumerate(zip(losses, reference)):
        if abs(loss - expected) > tolerance:
            return step
    return None if len(losses) == len(reference) else min(len(losses), len(reference))


@wrong("your_gpt.first_apart", says="below the tolerance that is handed in")
def first_apart(losses, reference, tolerance):
    """The tolerance is written in."""
    for step, (loss, expected) in enumerate(zip(losses, reference)):
        if abs(loss - expected) > 1e-6:
            return step
    return None


@wrong("your_gpt.first_apart", says="below the tolerance that is handed in are only rounding")
def first_apart(losses, reference, tolerance):
    """Another one is written in."""
    for step, (loss, expected) in enumerate(zip(losses, reference)):
        if abs(loss - expected) > 1e-3:
            return step
    return None


@wrong("your_gpt.first_apart", says="nor divided")
def first_apart(losses, reference, tolerance):
    for step, (loss, expected) in enumerate(zip(losses, reference)):
        if abs(loss - expected) > tolerance * expected:
            return step
    return None


@wrong("your_gpt.first_apart", says="neither squared")
def first_apart(losses, reference, tolerance):
    for step, (loss, expected) in enumerate(zip(losses, reference)):
        if (loss - expected) ** 2 > tolerance:
            return step
    return None


@wrong("your_gpt.first_apart", says="or their number")
def first_apart(losses, reference, tolerance):
    return sum(abs(a - b) > tolerance for a, b in zip(losses, reference)) or None


# --- reference_run ---

LOSSES, NAMES = reference()["losses"], reference()["samples"]

right("your_gpt.reference_run")(Run(list(LOSSES), list(NAMES)))
right("your_gpt.reference_run")(Run([x + 2e-7 for x in LOSSES], NAMES, "500 steps"))
right("your_gpt.reference_run")((LOSSES, NAMES))  # as `main` gives them
wrong("your_gpt.reference_run", says="hand in the whole run, as `run(…)`")(LOSSES)
wrong("your_gpt.reference_run", says="hand in the whole run, as `run(…)`")(LOSSES[-1])
wrong("your_gpt.reference_run", says="hand in the whole run, as `run(…)`")(NAMES)
wrong("your_gpt.reference_run", says="all of them right; the original has 500")(
    Run(LOSSES[:60], NAMES)
)
wrong("your_gpt.reference_run", says="rounded")(Run([round(x, 3) for x in LOSSES], NAMES))
wrong("your_gpt.reference_run", says="lies before any training")(
    Run([x + 0.1 for x in LOSSES], NAMES)
)
wrong("your_gpt.reference_run", says="what attention and the MLP hand on")(
    Run([LOSSES[0], *(x + 0.05 for x in LOSSES[1:])], NAMES)
)
wrong("your_gpt.reference_run", says="look at the moving averages of Adam")(
    Run([*LOSSES[:2], *(x + 0.05 for x in LOSSES[2:])], NAMES)
)
wrong("your_gpt.reference_run", says="the loss of step 3 is nan")(
    Run([*LOSSES[:3], *[math.nan] * 497], NAMES)
)
wrong("your_gpt.reference_run", says="the list of losses is empty")(Run([], []))
wrong("your_gpt.reference_run", says="plain numbers, but None")(Run([LOSSES[0], None], NAMES))
wrong("your_gpt.reference_run", says="but the names are not: 'mia' in place of")(
    Run(LOSSES, ["mia", *NAMES[1:]])
)
wrong("your_gpt.reference_run", says="'nothing' in place of")(Run(LOSSES, NAMES[:5]))


# --- top_k ---


@right("your_gpt.top_k")
def top_k(probabilities, k):
    order = sorted(range(len(probabilities)), key=lambda i: probabilities[i], reverse=True)
    chosen = set(order[:k])
    total = sum(probabilities[i] for i in chosen)
    return [p / total if i in chosen else 0 for i, p in enumerate(probabilities)]


@right("your_gpt.top_k")
def top_k(probabilities, k):
    result = list(probabilities)
    for _ in range(len(result) - k):
        least = min((p for p in result if p > 0), default=0)
        result[result.index(least)] = 0.0
    return tuple(p / sum(result) for p in result)


@wrong("your_gpt.top_k", says="their sum is not 1 any more")
def top_k(probabilities, k):
    bound = sorted(probabilities, reverse=True)[:k][-1]
    return [p if p >= bound else 0.0 for p in probabilities]


@wrong("your_gpt.top_k", says="in order of size")
def top_k(probabilities, k):
    largest = sorted(probabilities, reverse=True)[:k]
    return [p / sum(largest) for p in largest]


@wrong("your_gpt.top_k", says="the places have shifted")
def top_k(probabilities, k):
    bound = sorted(probabilities, reverse=True)[:k][-1]
    kept = [p for p in probabilities if p >= bound]
    return [p / sum(kept) for p in kept]


@wrong("your_gpt.top_k", says="the least likely ones")
def top_k(probabilities, k):
    bound = sorted(probabilities)[:k][-1]
    kept = [p if p <= bound else 0.0 for p in probabilities]
    return [p / sum(kept) for p in kept]


@wrong("your_gpt.top_k", says="the first k were kept")
def top_k(probabilities, k):
    kept = [p if i < k else 0.0 for i, p in enumerate(probabilities)]
    return [p / sum(kept) for p in kept]


@wrong("your_gpt.top_k", says="keep their proportions")
def top_k(probabilities, k):
    bound = sorted(probabilities, reverse=True)[:k][-1]
    return [1 / k if p >= bound else 0.0 for p in probabilities]


@wrong("your_gpt.top_k", says="one too many")
def top_k(probabilities, k):
    bound = sorted(probabilities, reverse=True)[: k + 1][-1]
    kept = [p if p >= bound else 0.0 for p in probabilities]
    return [p / sum(kept) for p in kept]


@wrong("your_gpt.top_k", says="one too few")
def top_k(probabilities, k):
    bound = sorted(probabilities, reverse=True)[:k][-1]
    kept = [p if p > bound else 0.0 for p in probabilities]
    return [p / (sum(kept) or 1) for p in kept]


@wrong("your_gpt.top_k", says="k may be larger than the number of probabilities")
def top_k(probabilities, k):
    bound = sorted(probabilities, reverse=True)[k - 1]
    kept = [p if p >= bound else 0.0 for p in probabilities]
    return [p / sum(kept) for p in kept]


@wrong("your_gpt.top_k", says="then the zeros")
def top_k(probabilities, k):
    ordered = sorted(probabilities, reverse=True)
    return [p / sum(ordered[:k]) for p in ordered[:k]] + [0.0] * len(ordered[k:])


@wrong("your_gpt.top_k", says="that is one too few: the k-th")
def top_k(probabilities, k):
    return [1.0 if p == max(probabilities) else 0.0 for p in probabilities]


@wrong("your_gpt.top_k", says="softmax was taken once more")
def top_k(probabilities, k):
    bound = sorted(probabilities, reverse=True)[:k][-1]
    exps = [math.exp(p) if p >= bound else 0.0 for p in probabilities]
    return [e / sum(exps) for e in exps]


@wrong("your_gpt.top_k", says="shared out evenly")
def top_k(probabilities, k):
    bound = sorted(probabilities, reverse=True)[:k][-1]
    rest = sum(p for p in probabilities if p < bound)
    return [p + rest / k if p >= bound else 0.0 for p in probabilities]


# --- mended_start ---


@right("your_gpt.mended_start")
def mended_start(documents, draw_weights, rng):
    shuffled = documents[:]
    rng.shuffle(shuffled)
    return shuffled, draw_weights(rng)


@right("your_gpt.mended_start")
def mended_start(names, weights_from, generator):
    """In place, in a copy made by hand."""
    names = [name for name in names]  # noqa: C416
    generator.shuffle(names)
    return [names, weights_from(generator)]


@wrong("your_gpt.mended_start", says="the weights are drawn before the shuffle")
def mended_start(documents, draw_weights, rng):
    documents = list(documents)
    weights = draw_weights(rng)
    rng.shuffle(documents)
    return documents, weights


@wrong("your_gpt.mended_start", says="nothing was shuffled")
def mended_start(documents, draw_weights, rng):
    return list(documents), draw_weights(rng)


@wrong("your_gpt.mended_start", says="sorted, not shuffled")
def mended_start(documents, draw_weights, rng):
    return sorted(documents), draw_weights(rng)


@wrong("your_gpt.mended_start", says="shuffled twice")
def mended_start(documents, draw_weights, rng):
    documents = list(documents)
    rng.shuffle(documents)
    rng.shuffle(documents)
    return documents, draw_weights(rng)


@wrong("your_gpt.mended_start", says="another generator: draw everything")
def mended_start(documents, draw_weights, rng):
    rng = Random(42)
    documents = list(documents)
    rng.shuffle(documents)
    return documents, draw_weights(rng)


@wrong("your_gpt.mended_start", says="the order is right, but the weights are")
def mended_start(documents, draw_weights, rng):
    documents = list(documents)
    rng.shuffle(documents)
    return documents, draw_weights(Random(42))


@wrong("your_gpt.mended_start", says="changed its input")
def mended_start(documents, draw_weights, rng):
    rng.shuffle(documents)
    return documents, draw_weights(rng)


@wrong("your_gpt.mended_start", says="two things are to come back")
def mended_start(documents, draw_weights, rng):
    documents = list(documents)
    rng.shuffle(documents)
    return documents


@wrong("your_gpt.mended_start", says="still sorted before they are shuffled")
def mended_start(documents, draw_weights, rng):
    documents = sorted(documents)
    rng.shuffle(documents)
    weights = draw_weights(rng)
    return documents, weights


@wrong("your_gpt.mended_start", says="`rng.shuffle` gives nothing back")
def mended_start(documents, draw_weights, rng):
    documents = rng.shuffle(list(documents))
    return documents, draw_weights(rng)


@wrong("your_gpt.mended_start", says="shuffles the list in place and gives back None")
def mended_start(documents, draw_weights, rng):
    documents = rng.shuffle(list(documents))
    return list(documents), draw_weights(rng)


@wrong("your_gpt.mended_start", says="`rng.sample` draws in another way")
def mended_start(documents, draw_weights, rng):
    return rng.sample(documents, len(documents)), draw_weights(rng)


@wrong("your_gpt.mended_start", says="the documents come first, then the weights")
def mended_start(documents, draw_weights, rng):
    documents = list(documents)
    rng.shuffle(documents)
    return draw_weights(rng), documents


@wrong("your_gpt.mended_start", says="the weights are drawn twice")
def mended_start(documents, draw_weights, rng):
    documents = list(documents)
    rng.shuffle(documents)
    draw_weights(rng)
    return documents, draw_weights(rng)


@wrong("your_gpt.mended_start", says="call it, with the generator in brackets")
def mended_start(documents, draw_weights, rng):
    documents = list(documents)
    rng.shuffle(documents)
    return documents, draw_weights


@wrong("your_gpt.mended_start", says="were not shuffled by `rng`")
def mended_start(documents, draw_weights, rng):
    documents = list(documents)
    random.shuffle(documents)
    return documents, draw_weights(rng)


@wrong("your_gpt.mended_start", says="the generator was set back")
def mended_start(documents, draw_weights, rng):
    documents = list(documents)
    state = rng.getstate()
    rng.shuffle(documents)
    rng.setstate(state)
    return documents, draw_weights(rng)
