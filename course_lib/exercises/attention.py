"""Lesson 06: weighted averages, scores, one head, many heads, the cache, the mask."""

import math

from course_lib import attention as finished
from course_lib.errors import CourseTypeError
from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import Wrong, call, cases, expect, show
from course_lib.exercises.layers import numbers, slopes, values
from course_lib.layers import linear, softmax
from course_lib.teach.questions import Choice, FaultyLine, Number, Order, Quiz, right, wrong
from course_lib.value import Value

warm_up = Quiz(
    "attention.warm_up",
    Choice(
        "attention.warm_up_softmax",
        "Four logits are all 5. What does softmax make of them?",
        {
            "5, 5, 5, 5": wrong("Probabilities sum to 1; these sum to 20."),
            "0.25, 0.25, 0.25, 0.25": right(
                "Equal logits get equal probabilities, however large they are."
            ),
            "1, 1, 1, 1": wrong("Each would be certain at the same time. The sum must be 1."),
            "nearly 1, and three times nearly 0": wrong(
                "Softmax favours the largest, but here none is larger than the others."
            ),
        },
    ),
    Choice(
        "attention.warm_up_dot",
        "Which of these has the largest dot product with `[1, 0]`?",
        {
            "`[0, 9]`": wrong("It is long, but across: 1·0 + 0·9 = 0."),
            "`[2, 2]`": right("1·2 + 0·2 = 2: it points partly the same way."),
            "`[-5, 0]`": wrong("It points the opposite way: the product is -5, the smallest."),
            "`[1, 7]`": wrong("Only the first numbers count here: 1·1 + 0·7 = 1."),
        },
    ),
    Choice(
        "attention.warm_up_context",
        "In training, the model is asked what follows BOS `e` `m` in `emma`. What may it read?",
        {
            "BOS `e` `m`": right("The context: all that stands before the answer."),
            "`m` alone": wrong("So it is with the bigram model; the context holds more."),
            "BOS `e` `m` `m` `a`": wrong(
                "Then the answer would be in front of it, and there would be nothing to learn."
            ),
            "`m` `m` `a`": wrong("That holds the answer, and leaves out what came before."),
        },
    ),
)

anagram = Choice(
    "attention.anagram",
    "The vector of each letter plus that of its position goes into an average, and the model sees "
    "only this average. Can it tell `mar` from `arm`?",
    {
        "yes: the position vectors say which letter stands where": wrong(
            "They would, if each stayed with its letter. In the sum nobody knows which position "
            "belonged to which letter."
        ),
        "no: both averages are the same": right(
            "The same three letters and the same three positions are added up, in another order. "
            "An average does not know the order."
        ),
        "yes: `m` comes first, so it weighs more": wrong(
            "In this average all weigh the same: a third each."
        ),
        "no: `r` is the last letter of one and `m` that of the other": wrong(
            "That is a difference between them. But does it survive the averaging?"
        ),
    },
)

self_score = Choice(
    "attention.self_score",
    "All these vectors are normalized: equally long. The last `a` of `maria` scores each token by "
    "the dot product of its own vector with theirs. Which gets the highest score?",
    {
        "BOS, the start": wrong("What would make BOS similar to an `a`? Look at the numbers."),
        "the `a` at position 2, the same letter": wrong(
            "It is similar, but at another position, so its vector is a little different."
        ),
        "the last `a` itself": right(
            "Among vectors of equal length none fits a vector better than itself. So, with this "
            "score, every token would attend to itself most."
        ),
        "the `i` beside it, the nearest": wrong(
            "The dot product knows no distance, only directions."
        ),
    },
)

wide_scores = Number(
    "attention.wide_scores",
    "Vectors of random numbers with standard deviation 1. With 4 numbers in each, their dot "
    "products have a standard deviation of about 2. About how large is it with 64 numbers?",
    8,
    tolerance=1,
    because="It grows with the square root of how many numbers are added up: √4 = 2, √64 = 8. "
    "Positive and negative products partly cancel.",
    mistakes={
        32: "16 times as many numbers would give 16 times as much if they all pulled the same way. "
        "Some are positive and some negative.",
        64: "That would be so if all 64 products were 1. Some are positive, some negative.",
        2: "More products are added up, so the sum strays further from 0.",
        16: "There are 16 times as many numbers. But their sum grows more slowly, as signs cancel.",
    },
    otherwise="Each product adds a step up or down. Think of a walk of 64 random steps.",
)

position_zero = Choice(
    "attention.position_zero",
    "What does position 0, where BOS stands, attend to?",
    {
        "to nothing: there is no past": wrong(
            "Its own key is in the cache when it asks. And weights always sum to 1."
        ),
        "to itself, with weight 1": right(
            "Its own key is the only one there. Softmax of a single score is 1, whatever the score."
        ),
        "to all that follow, equally": wrong(
            "What follows is not in the cache yet: it may not even be written."
        ),
        "to itself, but how much depends on the score": wrong(
            "With one key only, the score makes no difference: e^s / e^s = 1."
        ),
    },
)

keys_made = Number(
    "attention.keys_made",
    "A sequence of 8 positions is written one by one. Without a cache, each step makes the keys of "
    "all positions up to there again. How many keys are made in all?",
    36,
    tolerance=0.4,
    because="1 + 2 + … + 8 = 36, in place of 8 with the cache.",
    mistakes={
        8: "So many with the cache. Without it, the second step makes two keys, the third three.",
        64: "Not every step makes 8: the first makes one, the second two.",
        28: "That is 1 + 2 + … + 7; the eighth step makes 8 more.",
    },
    otherwise="The first step makes 1 key, the second 2. Go on to the eighth, and add up.",
)

steps = Order(
    "attention.steps",
    "Attention at one position: put the steps in order.",
    """
    make a query, a key and a value from x
    append the key and the value to the cache
    take one head's share of the query, of the keys and of the values
    scores: the query with each key, divided by √head_dim
    weights: softmax of the scores
    the average of the values, with these weights
    put what all heads gathered side by side
    output projection
    """,
    rules={
        (1, 2): "A key can be cached once it is made.",
        (2, 3): "A position also attends to itself: its key must be cached before it asks.",
        (3, 4): "Each head scores with its own share of the numbers.",
        (4, 5): "Softmax makes weights out of scores, so there must be scores.",
        (5, 6): "The average needs its weights.",
        (6, 7): "First each head gathers, then the results are put together.",
        (7, 8): "The output projection works on what all heads found.",
    },
    because="Ask, look, gather, put together: that is the function you write next.",
)

self_most = Choice(
    "attention.self_most",
    "In our trained model, at all positions from 2 on: how often is the token itself the one to "
    "which it gives the largest weight?",
    {
        "nearly always: a token knows best about itself": wrong(
            "A plausible belief, and false here. Its own vector is not lost if it looks elsewhere: "
            "the program keeps it, as the next lesson shows. See the table below."
        ),
        "in most cases in one head, seldom in the three others": wrong(
            "One head does so far more often than the others, but even there it is under half."
        ),
        "in fewer than half of the cases, in each of the four heads": right(
            "In some heads it is the one before far more often. The table below has the numbers."
        ),
        "hardly ever: the largest weight nearly always goes to BOS": wrong(
            "Some large models show such a habit. Ours does not, as the table below tells."
        ),
    },
)

habit = Choice(
    "attention.habit",
    "Head 2 has the token before as its first choice in 59 % of cases. Which sentence do the "
    "numbers support?",
    {
        "The job of head 2 in a GPT is to find the letter before.": wrong(
            "One model was counted. Other starts of training gave the habit to other heads: 2 is "
            "only a place in the row of heads."
        ),
        "In this model, head 2 looks at the token before more often than chance would.": right(
            "59 % against 22 %, counted in this model: neither more nor less."
        ),
        "Without head 2, the model could not know the letter before.": wrong(
            "The others look there, too, above chance. How much is lost without a head is another "
            "measurement; it comes below."
        ),
        "Head 2 does not use the token itself.": wrong(
            "First choice is not the only choice: the rest of the weight goes to others, itself "
            "among them. And itself is first in 17 % of cases."
        ),
    },
)

peek_line = FaultyLine(
    "attention.peek_line",
    "Which line lets a query see the future?",
    """
    def peeking_mask(scores):
        masked = []
        for i, row in enumerate(scores):
            masked.append([])
            for j, score in enumerate(row):
                hidden = j < i
                masked[i].append(-math.inf if hidden else score)
        return masked
    """,
    fault="hidden = j < i",
    because="It hides the keys before the query, and shows those after it: it must be `j > i`. "
    "Row 0 may see only itself: its weights must be 1, 0, 0, 0.",
    innocent={
        "def peeking_mask(scores):": "A table of scores is all it needs.",
        "masked = []": "A new table, so that the scores stay as they are.",
        "for i, row in enumerate(scores):": "One row for each query, numbered from 0.",
        "masked.append([])": "A new row in the new table, made for each query.",
        "for j, score in enumerate(row):": "One score for each key, numbered from 0.",
        "masked[i].append(-math.inf if hidden else score)": "Minus infinity is right for what "
        "is hidden: softmax makes a 0 of it. But is the right part hidden?",
        "return masked": "It comes after both loops, when all rows are there.",
    },
)


# --- What the checks share: queries, keys and values with their Values ---


def lists(rng, rows, columns, size=2.0):
    return [numbers(rng, columns, size) for _ in range(rows)]


def matrix(rows):
    return [values(row) for row in rows]


def dot(a, b):
    return math.fsum(x * y for x, y in zip(a, b, strict=True))


def probabilities(scores):
    return [p.data for p in softmax(values(scores))]


def average(weights, vectors):
    return [dot(weights, column) for column in zip(*vectors, strict=True)]


def a_head(rng):
    """A query (d,), and T keys and values (T, d)."""
    d, T = rng.choice([2, 3, 5, 8]), rng.randint(2, 5)
    return numbers(rng, d), lists(rng, T, d), lists(rng, T, d)


def expect_slopes(given, exercise, *arguments):
    """Wrong unless gradients flow through `given` as through the solution of the exercise."""
    found = []
    for function in (given, exercise.answer):
        args = [matrix(a) if isinstance(a[0], list) else values(a) for a in arguments]
        leaves = [x for a in args for row in a for x in (row if isinstance(row, list) else [row])]
        got = function(*args)
        outputs = got if isinstance(got, (list, tuple)) else [got]
        found.append(slopes(outputs, leaves, exercise.answer.__name__))
    expect(found[0], found[1], when=f"the gradients through {exercise.answer.__name__}")


# --- weighted_average ---


def check_weighted_average(given):
    def draw(rng):
        T, n = rng.randint(2, 5), rng.randint(2, 5)
        return probabilities(numbers(rng, T)), lists(rng, T, n)

    for weights, vectors in [([0.25, 0.75], [[4.0, 2.0], [0.0, 8.0]]), *cases(draw)]:
        T = len(vectors)
        when = f"weighted_average({show(weights)}, {show(vectors)})"
        try:
            got = call(given, values(weights), matrix(vectors))
        except CourseTypeError:  # no number was plain, so a list must have been among them
            raise Wrong(
                f"in `{when}` a whole vector stands where one number belongs: `vectors` is a list "
                "of vectors, so take one `column` at a time."
            ) from None
        first = [dot(weights, vectors[0])] * len(vectors[0]) if len(vectors[0]) == T else []
        expect(
            got,
            average(weights, vectors),
            when=when,
            mistakes={
                "every number came from the first vector; take the `column`.": first,
                "there each vector weighs the same; use the weights.": average(
                    [1 / T] * T, vectors
                ),
                "that is the plain sum of the vectors; use the weights.": average([1] * T, vectors),
                "that was divided once more. The weights sum to 1 already.": average(
                    [w / T for w in weights], vectors
                ),
                "that is the one vector with the largest weight; all of them have a say.": vectors[
                    weights.index(max(weights))
                ],
                "each weight went to another vector: the first belongs to the first.": average(
                    weights[::-1], vectors
                ),
                "that is a single number; the average of vectors is a vector.": dot(
                    weights, [math.fsum(row) for row in vectors]
                ),
                "the weights met whole vectors; take them column by column: `zip(*vectors)`.": [
                    math.fsum(w * x for w, x in zip(weights, vector, strict=False))
                    for vector in vectors
                ],
                "that is a number for each vector; it needs one for each column.": [
                    w * math.fsum(row) for w, row in zip(weights, vectors, strict=True)
                ],
            },
        )
    expect_slopes(given, weighted_average, [0.25, 0.75], [[4.0, 1.0], [2.0, 8.0]])


@exercise(
    "attention.weighted_average",
    check=check_weighted_average,
    hints=(
        "A column holds one number of each vector. The weighted average of these numbers is the "
        "first weight times the first number, plus the second times the second, and so on.",
        "Such a sum of products has a name, lesson 05: a dot product.",
        """
        One gap left:

        ```python
        return [Value.dot(weights, ...) for column in zip(*vectors)]
        ```
        """,
    ),
)
def weighted_average(weights, vectors):
    """The average of the vectors, each with its weight; the weights sum to 1."""
    return [Value.dot(weights, column) for column in zip(*vectors, strict=True)]


# --- score ---


def check_score(given):
    def draw(rng):
        d = rng.choice([3, 5, 8, 16])
        return numbers(rng, d), numbers(rng, d)

    for query, key in [([1.0, 0.0, 2.0], [3.0, 5.0, 1.0]), *cases(draw)]:
        product, d = dot(query, key), len(query)
        expect(
            call(given, values(query), values(key)),
            product / math.sqrt(d),
            when=f"score({show(query)}, {show(key)})",
            mistakes={
                "that is the dot product; divide it by √head_dim.": product,
                "that is divided by head_dim; divide by its square root.": product / d,
                "that is multiplied by the square root; divide by it.": product * math.sqrt(d),
                "that is half the dot product, which is right for 4 numbers only: take the "
                "length of the query.": product / 2,
                "that is divided by √16; 16 is n_embd, and head_dim is the length of the query.": (
                    product / 4
                ),
                "that divides by the lengths of the arrows. Here √head_dim is the root of how many "
                "numbers a query has.": product / math.sqrt(dot(query, query) * dot(key, key)),
                "the sign changed: a good fit gets a high score.": -product / math.sqrt(d),
                "that is a product for each pair; add them up.": [
                    q * k / math.sqrt(d) for q, k in zip(query, key, strict=True)
                ],
            },
        )
    expect_slopes(given, score, [1.0, 2.0, -1.0], [0.5, 1.0, 2.0])


@exercise(
    "attention.score",
    check=check_score,
    hints=(
        "How well do two vectors fit? By their dot product: `Value.dot(query, key)`.",
        "Divide it by the square root of how many numbers the query has.",
        """
        One gap left:

        ```python
        return Value.dot(query, key) / math.sqrt(...)
        ```
        """,
    ),
)
def score(query, key):
    """How well a key fits a query: their dot product, divided by √head_dim."""
    return Value.dot(query, key) * len(query) ** -0.5


# --- attention_weights ---


def check_attention_weights(given):
    for query, keys, _ in cases(a_head):
        d, T = len(query), len(keys)
        raw = [dot(query, key) for key in keys]
        scores = [s / math.sqrt(d) for s in raw]
        exps = [math.exp(s) for s in scores]
        expect(
            call(given, values(query), matrix(keys)),
            probabilities(scores),
            when=f"attention_weights({show(query)}, {show(keys)})",
            mistakes={
                "the scaling is missing: divide each dot product by √head_dim.": probabilities(raw),
                "divided by head_dim; it is the square root that keeps the size.": probabilities(
                    [s / d for s in raw]
                ),
                "scaled by how many keys there are; √head_dim has to do with their length.": (
                    probabilities([s / math.sqrt(T) for s in raw])
                ),
                "those are the scores; softmax makes weights of them.": scores,
                "those are powers; divided by their sum they would be weights.": exps,
                "those are shares of the sum of the scores, which can be negative: take softmax.": [
                    s / (math.fsum(scores) or math.inf) for s in scores
                ],
                "all weights are the same: what has become of the scores?": [1 / T] * T,
                "each score had a softmax of its own, which gives 1: one softmax takes them all.": (
                    [1.0] * T
                ),
                "that was divided after softmax; the scores are divided before it.": [
                    p / math.sqrt(d) for p in probabilities(raw)
                ],
                "all to the best key; softmax gives every key a share.": [
                    float(s == max(scores)) for s in scores
                ],
                "the poorest fit gets the most: the sign of the scores is wrong.": probabilities(
                    [-s for s in scores]
                ),
            },
        )
    expect_slopes(given, attention_weights, [1.0, 2.0], [[0.5, 1.0], [0.3, -1.0], [2.0, 0.1]])


@exercise(
    "attention.attention_weights",
    check=check_attention_weights,
    hints=(
        "Two steps: a score for each key, then weights that are none negative and sum to 1.",
        "`softmax`, imported at the top of the lesson, makes weights of a list of scores.",
        """
        One gap left:

        ```python
        scores = [... for key in keys]
        return softmax(scores)
        ```
        """,
    ),
)
def attention_weights(query, keys):
    """How much a query attends to each key: none negative, with sum 1."""
    scale = len(query) ** -0.5
    return softmax([Value.dot(query, key) * scale for key in keys])


# --- attention_head ---


def check_attention_head(given):
    for query, keys, vals in cases(a_head):
        d, T = len(query), len(keys)
        raw = [dot(query, key) for key in keys]
        weights = probabilities([s / math.sqrt(d) for s in raw])
        expect(
            call(given, values(query), matrix(keys), matrix(vals)),
            average(weights, vals),
            when=f"attention_head({show(query)}, {show(keys)}, {show(vals)})",
            mistakes={
                "those are the weights; now average the values with them.": weights,
                "those are the keys averaged. Keys are for being found; values are handed over.": (
                    average(weights, keys)
                ),
                "each value weighs the same here: use the attention weights.": average(
                    [1 / T] * T, vals
                ),
                "the weights come from unscaled scores.": average(probabilities(raw), vals),
                "only the value with the best key came through; all have a say.": vals[
                    raw.index(max(raw))
                ],
                "the query was compared with the values; it is the keys that it meets.": average(
                    probabilities([dot(query, v) / math.sqrt(d) for v in vals]), vals
                ),
                "the values were weighted with the scores; softmax is missing.": average(
                    [s / math.sqrt(d) for s in raw], vals
                ),
                "the weights met whole values; take them column by column: `zip(*values)`.": [
                    math.fsum(w * x for w, x in zip(weights, value, strict=False)) for value in vals
                ],
                "those are the values, each times its weight; now add them up.": [
                    [w * x for x in value] for w, value in zip(weights, vals, strict=True)
                ],
                "the query was added. A head gives what it gathered, and nothing else.": [
                    q + a for q, a in zip(query, average(weights, vals), strict=True)
                ],
            },
        )
    expect_slopes(
        given, attention_head, [1.0, 2.0], [[0.5, 1.0], [0.3, -1.0]], [[2.0, 0.1], [1.0, 3.0]]
    )


@exercise(
    "attention.attention_head",
    check=check_attention_head,
    hints=(
        "You have both parts already: the weights of a query, and an average with weights.",
        "What is averaged? Not the keys, by which a token is found, but the values.",
        """
        One gap left:

        ```python
        weights = attention_weights(query, keys)
        return [Value.dot(weights, column) for column in zip(...)]
        ```
        """,
    ),
)
def attention_head(query, keys, values):
    """The values, averaged with the attention weights of the query."""
    weights = finished.attention_weights(query, keys)
    return [Value.dot(weights, column) for column in zip(*values, strict=True)]


# --- head_part ---


def check_head_part(head_part):
    def draw(rng):
        n_head, head_dim = rng.choice([(2, 3), (4, 2), (3, 4), (2, 5), (1, 4), (4, 4)])
        return numbers(rng, n_head * head_dim), rng.randrange(n_head), n_head

    first = ([float(n) for n in range(15)], 2, 5)  # in the middle, so that all mistakes differ
    for vector, head, n_head in [first, *cases(draw)]:
        d = len(vector) // n_head
        expect(
            call(head_part, vector, head, n_head),
            vector[head * d : (head + 1) * d],
            when=f"head_part({show(vector)}, {head}, {n_head})",
            mistakes={
                "a head gets n_embd / n_head numbers; yours got n_head of them.": vector[
                    head * n_head : (head + 1) * n_head
                ],
                f"a head gets n_embd / n_head numbers, here {d}; it was 4 in our model.": vector[
                    4 * head : 4 * head + 4
                ],
                "the heads before it have head_dim numbers each; it was 4 in our model.": vector[
                    4 * head : 4 * head + d
                ],
                "its end lies before its beginning: it must move with the head, too.": [],
                "those numbers are picked here and there; a head has neighbours.": vector[
                    head::n_head
                ],
                "one number too many: the share ends before the next head's first.": vector[
                    head * d : (head + 1) * d + 1
                ],
                "one number too few: the end of a slice is not part of it.": vector[
                    head * d : (head + 1) * d - 1
                ],
                "that is the share of the next head: heads are counted from 0.": vector[
                    (head + 1) * d : (head + 2) * d
                ],
                "that is the share of the head before: heads are counted from 0.": vector[
                    max(head - 1, 0) * d : max(head, 1) * d
                ],
                "it begins at the number `head`; the heads before it have head_dim numbers each.": (
                    vector[head : head + d]
                ),
                "the slice must end where the next head's share begins.": vector[head * d :],
                "that is always the first share; it depends on `head`.": vector[:d],
            },
        )


@exercise(
    "attention.head_part",
    check=check_head_part,
    hints=(
        "How many numbers does each head get? `len(vector) // n_head`: `//` gives a whole number.",
        "Head 0 begins at 0, head 1 at head_dim, head 2 at 2 · head_dim.",
        """
        One gap left:

        ```python
        head_dim = len(vector) // n_head
        first = head * head_dim
        last = ...
        return vector[first:last]
        ```
        """,
    ),
)
def head_part(vector, head, n_head):
    """The share of this head: head_dim numbers, side by side."""
    head_dim = len(vector) // n_head
    return vector[head * head_dim : (head + 1) * head_dim]


# --- attention ---


def attend(xs, wq, wk, wv, wo, n_head, slip=""):
    """What attention gives at the last of these positions, as plain numbers, with one slip."""
    query = linear(xs[-1], wq)
    past = {"late": xs[:-1] or xs, "only itself": xs[-1:]}.get(slip, xs)
    keys, vals = ([linear(x, w) for x in past] for w in (wq if slip == "wq twice" else wk, wv))
    if slip == "swapped":
        keys, vals = vals, keys
    n_head = 1 if slip == "one head" else n_head
    d = len(query) // n_head
    heads = []
    if slip == "fours":
        n_head, d = math.ceil(len(query) / 4), 4
    for head in range(n_head):
        first = 0 if slip == "same head" else head * d
        q, ks, vs = (
            query[first : first + d],
            *([row[first : first + d] for row in rows] for rows in (keys, vals)),
        )
        if slip in ("unscaled", "n_embd"):
            scale = {"unscaled": d, "n_embd": d / len(query)}[slip] ** 0.5
            q = [x * scale for x in q]
        heads.append(finished.attention_head(q, ks, vs))
    joined = [x for head in heads for x in head]
    if slip == "interleaved":
        joined = [x for column in zip(*heads, strict=True) for x in column]
    result = joined if slip == "no wo" else linear(joined, wo)
    if slip == "residual":
        result = [x + y for x, y in zip(result, xs[-1], strict=True)]
    return [x.data for x in result]


SLIPS = {
    "the output projection `wo` is missing.": "no wo",
    "it does not see itself: cache its key and value before the query meets the keys.": "late",
    "it sees nothing but itself: the earlier keys are in the cache.": "only itself",
    "what was averaged came from `wk`: are keys and values swapped?": "swapped",
    "the keys were made with `wq`, like the query; they need `wk`.": "wq twice",
    "that is one head over all numbers: let each head work with its own share.": "one head",
    "every head worked with the share of head 0.": "same head",
    "the shares have 4 numbers, as in our model; take head_dim, `len(x) // n_head`.": "fours",
    "the scores are not scaled by 1 / √head_dim.": "unscaled",
    "scaled by √n_embd; a head's query has head_dim numbers.": "n_embd",
    "the heads are mixed like cards; they belong one after the other.": "interleaved",
    "x was added; attention itself gives only what was gathered. (The next lesson adds x.)": (
        "residual"
    ),
}


def check_attention(attention):
    def draw(rng):
        n_head, d, T = rng.choice([(2, 3, 3), (4, 2, 4), (3, 2, 2), (1, 3, 3)])
        n = n_head * d
        # Small numbers, so that no softmax saturates and each slip shows.
        return lists(rng, T, n, 1.0), [lists(rng, n, n, 0.8) for _ in range(4)], n_head

    for xs, weights, n_head in cases(draw, n=6):
        xs, weights = matrix(xs), [matrix(w) for w in weights]
        cache = finished.KVCache()
        for t, x in enumerate(xs):
            when = f"attention(x, wq, wk, wv, wo, {n_head}, cache), call {t + 1}"
            try:
                got = call(attention, x, *weights, n_head, cache)
            except ZeroDivisionError:  # the root of an empty query's length
                raise Wrong(
                    f"in `{when}` a head's share is empty: x has {len(x)} numbers here, so each of "
                    f"{n_head} heads gets {len(x) // n_head}."
                ) from None
            except Exception as error:
                if isinstance(error, ValueError) and not cache.keys:  # softmax of no scores
                    raise Wrong(
                        "at position 0 the query met an empty cache: append the key and the value "
                        "of the position itself first, then let the query look."
                    ) from None
                if str(error).endswith(f"not {len(x)} and {n_head}."):  # linear([head, head], wo)
                    raise Wrong(
                        f"in `{when}` the output projection met {n_head} lists in place of "
                        f"{len(x)} numbers: make one flat list of all heads, `heads += …`, not "
                        "`append`."
                    ) from None
                # The call that failed, without the four matrices, which would fill the screen.
                error.__notes__ = [f"in `{when}`; x has {len(x)} numbers"]
                raise
            so_far = (xs[: t + 1], *weights, n_head)
            slips = {said: attend(*so_far, slip) for said, slip in SLIPS.items()}
            expect(got, attend(*so_far), when=when, mistakes=slips)
            if len(cache.keys) != t + 1 or len(cache.values) != t + 1:
                raise Wrong(
                    f"after call {t + 1} the length of `cache.keys` is {len(cache.keys)}, and that "
                    f"of `cache.values` {len(cache.values)}: each call appends one of each."
                )
    n, names = len(xs[0]), ("wq", "wk", "wv", "wo")
    leaves = [x for rows in (xs, *weights) for row in rows for x in row]
    reached = slopes(got, leaves, "attention(…)")
    for k, name in enumerate(names):
        first = len(xs) * n + k * n * n
        if not any(reached[first : first + n * n]):
            raise Wrong(f"the numbers are right, but no slope flows back to `{name}`: keep Values.")
    if any(all(g == 0 for g in reached[t * n : (t + 1) * n]) for t in range(len(xs))):
        raise Wrong("no slope flows back to the earlier positions: keep the Values in the cache.")
    return "every head looks at its own share, and the cache keeps what it should."


@exercise(
    "attention.attention",
    check=check_attention,
    hints=(
        "Follow the order of the puzzle above. The three vectors are `linear(x, wq)`, "
        "`linear(x, wk)` and `linear(x, wv)`; the last two go into the cache at once.",
        "A loop over `range(n_head)`: take `head_part` of the query, of every key and of every "
        "value in the cache, give them to `attention_head`, and collect with `heads += …`.",
        """
        Two gaps left:

        ```python
        query = linear(x, wq)
        cache.keys.append(linear(x, wk))
        cache.values.append(linear(x, wv))
        heads = []
        for head in range(n_head):
            keys = [head_part(key, head, n_head) for key in cache.keys]
            values = ...
            heads += attention_head(head_part(query, head, n_head), keys, values)
        return ...
        ```
        """,
    ),
)
def attention(x, wq, wk, wv, wo, n_head, cache):
    """Multi-head attention for one position, which joins the cache."""
    query = linear(x, wq)
    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wv))
    head_dim = len(x) // n_head
    heads = []
    for head in range(n_head):
        part = slice(head * head_dim, (head + 1) * head_dim)
        keys = [key[part] for key in cache.keys]
        values = [value[part] for value in cache.values]
        heads += finished.attention_head(query[part], keys, values)
    return linear(heads, wo)


# --- peeks ---


def honest(rng, T):
    """Weights that leave out the future, and a part of the past at random."""
    rows = []
    for i in range(T):
        seen = [rng.random() * rng.choice([0, 1, 1]) for _ in range(i)] + [0.1 + rng.random()]
        rows.append([w / math.fsum(seen) for w in seen] + [0.0] * (T - i - 1))
    return rows


def leaking(rng, T, i, j, weight=0.2):
    """The same, but that query i gives a weight to the later key j."""
    rows = honest(rng, T)
    rows[i] = [w * (1 - weight) for w in rows[i]]
    rows[i][j] = weight
    return rows


def check_peeks(peeks):
    def draw(rng):
        T = rng.randint(2, 5)
        i, j = sorted(rng.sample(range(T), 2))
        leaks = rng.random() < 0.5
        return (leaking(rng, T, i, j) if leaks else honest(rng, T)), leaks, "look at every row."

    uniform = [[1 / (i + 1)] * (i + 1) + [0.0] * (3 - i) for i in range(4)]
    classmate = [[0.0] * i + [1 / (4 - i)] * (4 - i) for i in range(4)]
    rounded = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.075, 0.575, 0.35]]
    twice = [[0.4, 0.3, 0.0, 0.3], *uniform[1:]]

    def answer(weights):
        got = call(peeks, weights)
        # numpy has a True and a False of its own
        return got.tolist() if hasattr(got, "tolist") else got

    if answer(uniform) is True and answer([[0.25] * 4] * 4) is False:
        raise Wrong(
            "it says True for an honest table and False for one that leaks everywhere: turn True "
            "and False around."
        )
    (rng,) = cases(lambda rng: rng, n=1)
    for weights, want, why in [
        (uniform, False, "this table is honest: key j is later than query i only if j > i."),
        ([[1.0, 0.0], [0.0, 1.0]], False, "a weight of 0 in the past is no leak."),
        (
            *(rounded, False),
            "this table is honest. Floats that should sum to 1 may sum to 0.9999999999999999: look "
            "at the later weights themselves.",
        ),
        (classmate, True, "that is the classmate's table, and its first row gives it away."),
        (twice, True, "row 0 looks at two of its three later keys: one leak is enough."),
        (leaking(rng, 4, 0, 1), True, "row 0 looks at the next key, which is a later one, too."),
        (leaking(rng, 4, 0, 3), True, "row 0 looks three keys ahead; look at every later key."),
        (leaking(rng, 4, 2, 3), True, "row 0 is as it should be; look at every row."),
        (leaking(rng, 4, 1, 2, 0.001), True, "a small weight is a leak, too: 0.001 in row 1."),
        *cases(draw),
    ]:
        when, got = f"peeks({show(weights)})", answer(weights)
        if isinstance(got, (bool, type(None))):
            expect(got, want, when=when, mistakes={why: not want})
        else:
            expect(got, [], when=when, mistakes={"it should say True or False.": got})
    return "it finds a leak at any place, without any training."


@exercise(
    "attention.peeks",
    check=check_peeks,
    hints=(
        "Row i belongs to the query at position i. Which of its weights belong to later keys?",
        "In row i the later keys come after number i: `row[i + 1:]`. Is any of these not 0?",
        """
        One gap left:

        ```python
        for i, row in enumerate(weights):
            if any(weight > 0 for weight in ...):
                return True
        return False
        ```
        """,
    ),
)
def peeks(weights):
    """True if any query gives weight to a later key."""
    return any(weight > 0 for i, row in enumerate(weights) for weight in row[i + 1 :])
