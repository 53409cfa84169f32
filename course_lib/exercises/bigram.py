"""Lesson 04: pairs counted, made into probabilities, drawn from, scored, and learned."""

import math
from itertools import accumulate, pairwise
from random import Random

from course_lib import bigram, layers
from course_lib.errors import CourseError
from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import Wrong, call, cases, expect, show
from course_lib.teach.questions import Choice, FaultyLine, Number, Order, Quiz, right, wrong
from course_lib.value import Value

warm_up = Quiz(
    "bigram.warm_up",
    Choice(
        "bigram.warm_up_faithful",
        "You encode `amy` and `leo`, decode them, and both come back unchanged. Is the tokenizer "
        "faithful: does every name survive this round trip?",
        {
            "yes: it has passed a test": wrong(
                "It has passed two. It may still spoil a name with another letter, or with one "
                "letter twice."
            ),
            "perhaps: the other names are untested": right(
                "One name that comes back spoilt would refute it; names that come back whole only "
                "make it likelier. So test many, of all kinds."
            ),
            "no: two names are too few": wrong(
                "Few tests do not make it broken. To say no, you need one name that comes back "
                "spoilt."
            ),
        },
    ),
    Choice(
        "bigram.warm_up_bos",
        "A training pair is (`a`, BOS). What does it teach?",
        {
            "a name begins with `a`": wrong(
                "That would be the pair (BOS, `a`): what is read comes first, what follows second."
            ),
            "a name may be over after an `a`": right(
                "BOS as the answer marks the end: the program stops writing there."
            ),
            "nothing: BOS is only padding": wrong(
                "Without such pairs the model could never learn to stop."
            ),
            "that `a` and BOS are alike": wrong(
                "A pair says what follows what, nothing about likeness."
            ),
        },
    ),
    Choice(
        "bigram.warm_up_zero",
        "Forward, backward, step, clear. Why are the gradients set back to 0 after each step?",
        {
            "because the loss is 0 by then": wrong(
                "The loss has fallen a little, no more. Gradients are cleared for another reason."
            ),
            "because backward adds to what is there": right(
                "`backward` does `+=`, so the slopes of all earlier steps would stay in the sum "
                "for ever."
            ),
            "because a gradient must not grow too large": wrong(
                "Its size is not the point: a sum of old and new slopes is not the slope at the "
                "present place."
            ),
            "because the parameters start at 0": wrong(
                "The parameters keep their new values; only their slopes are cleared."
            ),
        },
    ),
)

held_out = Choice(
    "bigram.held_out",
    "You count the pairs of all names, and then score the model on the same names. Which question "
    "does this score leave open?",
    {
        "how well does it know these names?": wrong(
            "That is the very question that it answers. What would you like to know besides?"
        ),
        "how does it do on new names?": right(
            "A list learned by heart scores very well on itself. So some names must be kept away "
            "from the counting."
        ),
        "does it beat guessing on these names?": wrong(
            "The score of guessing is known, so you can compare: on these names."
        ),
        "none: these are all the names there are": wrong(
            "All names of our list are not all names. What is the model for: old names or new ones?"
        ),
    },
)

most_frequent = Choice(
    "bigram.most_frequent",
    "Of all pairs in the training names, BOS included: which is the most frequent?",
    {
        "(`a`, BOS): a name ends after an `a`": right(
            "1,585 of 4,647 names end so. Second comes (`e`, BOS), with 1,004."
        ),
        "(BOS, `a`): a name begins with an `a`": wrong(
            "There are 356 of these. Beginnings are spread over many letters, and `m` leads."
        ),
        "(`a`, `n`), as in `anna`": wrong(
            "With 696 it is the most frequent pair of two letters. But BOS is a token, too."
        ),
        "(`q`, `u`), as in `quinn`": wrong(
            "Nearly every `q` is followed by `u`, but there are only 50 of them: 49 pairs."
        ),
    },
)

strip = Choice(
    "bigram.strip",
    "The next token is `a`, `b` or `c`, with probability 0.5, 0.2 and 0.3. Their strips lie end to "
    "end on a ruler from 0 to 1, and `u = 0.62`. Which token is drawn?",
    {
        "`a`, the likeliest": wrong(
            "The strip of `a` ends at 0.5. The likeliest is drawn most often, not always."
        ),
        "`b`": right("The strip of `b` goes from 0.5 to 0.7, and 0.62 lies in it."),
        "`c`": wrong("The strip of `c` begins where that of `b` ends, at 0.7."),
        "none, for no probability is 0.62": wrong(
            "Each strip has a length: together they cover the ruler, so `u` always lies in one."
        ),
    },
)

why_bad = Choice(
    "bigram.why_bad",
    "Why are most of these no good names?",
    {
        "because 4,647 names are too few to count": wrong(
            "More names would make the table a little more exact. It would still be this table."
        ),
        "because each choice sees a single token": right(
            "It knows neither how the name began nor how long it is already. After an `n`, it "
            "does the same in every name."
        ),
        "because it should take the likeliest token each time": wrong(
            "Then it would write the same name each time: after BOS comes `m`, after `m` an `a`, "
            "after `a` BOS. Nothing but `ma`."
        ),
        "because the generator is not random enough": wrong(
            "The draws follow the table faithfully. It is the table that knows too little."
        ),
    },
)

nothing = Choice(
    "bigram.nothing",
    "A model that knows nothing gives each of the 27 tokens the same probability. What is its "
    "loss?",
    {
        "0: it makes no mistake, as it claims nothing": wrong(
            "A loss of 0 needs probability 1 for what really comes. This one gives it 1/27."
        ),
        "1/27, about 0.04": wrong("That is the probability. The loss is minus its logarithm."),
        "log 27, about 3.30": right(
            "−log(1/27) = log 27 = 3.2958, whatever comes. An untrained model with small numbers "
            "starts near it."
        ),
        "27": wrong("That is how many tokens there are; the loss is the logarithm of it."),
    },
)

perplexity = Number(
    "bigram.perplexity",
    "A model gives each token that really comes the probability 1/4. What is its perplexity?",
    4,
    tolerance=0.05,
    because="The loss is log 4, and e to the power of log 4 is 4: as unsure as between 4 equally "
    "likely tokens.",
    mistakes={
        1.386: "That is the loss, log 4. The perplexity is e to the power of it.",
        0.25: "That is the probability. How many equally likely choices does it stand for?",
        27: "That would be a model that knows nothing: 1/27 for each token.",
    },
    otherwise="First the loss, −log(1/4); then e to the power of it.",
)

impossible = Choice(
    "bigram.impossible",
    "`avril` is held out, and in no training name does `r` come right after `v`. What does the "
    "counted table say to `avril`?",
    {
        "a large loss, but a finite one": wrong(
            "The count is 0, so the probability is exactly 0, and −log p grows beyond all limits."
        ),
        "probability 0, so an infinite loss": right(
            "One pair that was never seen rules out the whole name, and every mean that it is in."
        ),
        "it leaves out the pair that it does not know": wrong(
            "Nothing is left out: every pair has a place in the table, and this one holds 0."
        ),
        "a loss of 0 for this pair": wrong("0 is the probability. A loss of 0 is full certainty."),
    },
)

how_far_back = Choice(
    "bigram.how_far_back",
    "We count tables that look back 1, 2, 3, 4 and 8 tokens, with the same smoothing. Which has "
    "the lowest loss on the held-out names?",
    {
        "1 back": wrong(
            "It has plenty of data for each row, but forgets much: `n` is followed by the same "
            "letters whether `an` or `en` was read."
        ),
        "2 back": wrong(
            "It does better than one back. But of the rows that look three back, too, most have "
            "been met more than once, and the third token tells more still."
        ),
        "3 back": right(
            "Far enough to see about a syllable, and near enough that most rows have been met more "
            "than once."
        ),
        "4 back": wrong(
            "On the names that it counted it is the best of them. But half of its rows have been "
            "met only once, and a new name often asks for a row that it has not."
        ),
        "8 back": wrong(
            "It sees most, but nearly every name has rows of its own: on new names they are of no "
            "use, and it does worse than one back."
        ),
    },
)

shift = Choice(
    "bigram.shift",
    "Softmax gives some probabilities. Now 100 is added to every logit. What happens to the "
    "probabilities?",
    {
        "nothing": right(
            "Each exponential grows by the same factor, e to the power of 100, and so does their "
            "total: it cancels. Only differences of logits count."
        ),
        "all of them grow": wrong("They cannot all grow: their sum stays 1."),
        "they become more alike": wrong(
            "The ratio of two of them depends on the difference of their logits, which has not "
            "changed."
        ),
        "the largest takes nearly everything": wrong(
            "That happens when the logits are multiplied by a large number: then the differences "
            "grow."
        ),
    },
)

pull = Choice(
    "bigram.pull",
    "The token that really comes next is `n`. What is the slope of the loss towards the logit of "
    "`n`, if `n` is not certain yet?",
    {
        "negative: more of this logit means less loss": right(
            "Gradient descent steps against the slope, so it raises this logit."
        ),
        "positive: more of this logit means more loss": wrong(
            "A higher logit makes `n` likelier, and that lowers the surprise."
        ),
        "zero: the answer is right already": wrong(
            "As long as `n` has less than probability 1, there is something to win."
        ),
        "the same as towards every other logit": wrong(
            "The others should fall and this one should rise: the signs must differ."
        ),
    },
)

lower = Choice(
    "bigram.lower",
    "Training goes on for as many epochs as you like. Can the learned table get below the loss of "
    "the counted one, 2.3338, on the training pairs?",
    {
        "yes: learning beats counting in the long run": wrong(
            "Both are tables of 27 × 27 probabilities. On the pairs that were counted, the counts "
            "are already the best such table."
        ),
        "yes: logits can be any number, so there is more room": wrong(
            "Softmax turns them into the same kind of rows: probabilities with sum 1."
        ),
        "no: no table of this kind can": right(
            "The shares of what really came are the probabilities that surprise least. Learning "
            "can only come nearer to them."
        ),
        "no: gradient descent always stops too early": wrong(
            "It stops when we stop it. The limit is another one: what a table can express."
        ),
    },
)

train_order = Order(
    "bigram.train_order",
    "One epoch: put the lines in order.",
    """
    def train_epoch(logits, counts, learning_rate):
        loss = bigram.logits_loss(logits, counts)
        loss.backward()
        for row in logits:
            for logit in row:
                logit.data -= learning_rate * logit.grad
                logit.grad = 0.0
        return loss.data
    """,
    rules={
        (1, 2): "A function begins with its `def` line.",
        (2, 3): "Backward starts from the loss, so the loss comes first.",
        (3, 4): "Before anything steps, all slopes must be known: backward first.",
        (4, 5): "The logits are in the rows: first take a row, then the logits in it.",
        (5, 6): "The step is for each logit, so it belongs in the inner loop.",
        (6, 7): "Cleared before the step, the slope would be 0 and nothing would move.",
        (7, 8): "`return` ends the function, so it comes last.",
    },
    because="Forward, backward, step, clear, as for the neuron of lesson 02. The library's "
    "`bigram.train_epoch` has these very lines.",
)

generous_line = FaultyLine(
    "bigram.generous_line",
    "The rows of this table no longer sum to 1. Which line is to blame?",
    """
    def generous(counts, smoothing):
        more = [count + smoothing for count in counts]
        total = sum(counts)
        return [count / total for count in more]
    """,
    fault="total = sum(counts)",
    because="It is the total from before the smoothing. The shares are taken of the new counts, "
    "so the total must be theirs.",
    innocent={
        "def generous(counts, smoothing):": "A row of counts and what to add: all it needs.",
        "more = [count + smoothing for count in counts]": "Every count gets its extra, those of "
        "0 as well: that is smoothing.",
        "return [count / total for count in more]": "Each new count is divided by the total. This "
        "is right if the total is: look there.",
    },
)


def some_sequences(rng, vocab_size=4, longest=6):
    """A few sequences with BOS, the last id, at both ends."""
    bos = vocab_size - 1
    return [
        [bos, *(rng.randrange(bos) for _ in range(rng.randint(1, longest))), bos]
        for _ in range(rng.randint(2, 5))
    ]


def some_probabilities(rng, size=4):
    weights = [rng.uniform(0.05, 1) for _ in range(size)]
    return [weight / sum(weights) for weight in weights]


def columns(table):
    return [list(column) for column in zip(*table, strict=True)]


def check_count_pairs(count_pairs):
    vocab_size = 4
    for sequences in [[[3, 0, 0, 1, 3]], *cases(some_sequences)]:
        want = bigram.count_pairs(sequences, vocab_size)
        flat = [token for tokens in sequences for token in tokens]
        inside = [tokens[1:-1] for tokens in sequences]
        total = sum(map(sum, want))
        expect(
            call(count_pairs, sequences, vocab_size),
            want,
            when=f"count_pairs({show(sequences)}, {vocab_size})",
            mistakes={
                "the rows are one and the same list, so each count shows up in all of them. Make "
                "a new list for each row: `[[0] * n for _ in range(n)]`.": (
                    [[sum(column) for column in columns(want)]] * vocab_size
                ),
                "rows and columns changed places: the present token chooses the row, the one that "
                "follows the column.": columns(want),
                "the present token chose both, row and column; the column is that of the one that "
                "follows.": [
                    [sum(row) if j == i else 0 for j in range(vocab_size)]
                    for i, row in enumerate(want)
                ],
                "that only says whether a pair occurs. Add 1 each time.": [
                    [min(count, 1) for count in row] for row in want
                ],
                "the end of one name was paired with the start of the next. Count each sequence "
                "for itself.": bigram.count_pairs([flat], vocab_size),
                "that is the first sequence alone. Is the `return` in the loop?": (
                    bigram.count_pairs(sequences[:1], vocab_size)
                ),
                "that is the last sequence alone: each one begins a new table.": (
                    bigram.count_pairs(sequences[-1:], vocab_size)
                ),
                "the pairs with BOS are missing. How names begin and end is counted, too.": (
                    bigram.count_pairs(inside, vocab_size)
                ),
                "the last pair of each sequence is missing, the one that ends the name.": (
                    bigram.count_pairs([tokens[:-1] for tokens in sequences], vocab_size)
                ),
                "the pairs must overlap: after the first and second token come the second and "
                "third.": bigram.count_pairs(
                    [tokens[i : i + 2] for tokens in sequences for i in range(0, len(tokens), 2)],
                    vocab_size,
                ),
                "those are shares already; this one counts.": [
                    [count / total for count in row] for row in want
                ],
            },
        )
    return "right for 21 sets of sequences."


@exercise(
    "bigram.count_pairs",
    check=check_count_pairs,
    hints=(
        "`pairwise` hands over two tokens at a time: the present one and the one that follows it. "
        "Which of the two chooses the row?",
        "`counts[row][column] += 1` adds 1 in that row and that column.",
        """
        One gap left:

        ```python
        counts[token][...] += 1
        ```
        """,
    ),
)
def count_pairs(sequences, vocab_size):
    """How often each token (the row) is followed by each other one (the column)."""
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    for tokens in sequences:
        for token, following in pairwise(tokens):
            counts[token][following] += 1
    return counts


def check_to_probabilities(to_probabilities):
    def row(rng):
        counts = [rng.choice([0, 1, 2, 3, 5, 8, 20]) for _ in range(rng.randint(3, 6))]
        return [*counts, rng.randint(4, 9)]

    for counts in [[5, 2, 0, 1], *cases(row)]:
        total = sum(counts)
        exps = [math.exp(count) for count in counts]
        want = [count / total for count in counts]
        expect(
            call(to_probabilities, counts),
            want,
            when=f"to_probabilities({show(counts)})",
            mistakes={
                "those are the counts themselves. Divide each by their total.": counts,
                "you divided by how many counts there are; divide by their sum.": [
                    count / len(counts) for count in counts
                ],
                "27 is how many tokens there are; divide by how often this row's token came, the "
                "sum of the row.": [count / 27 for count in counts],
                "32,537 is the total of the whole table; divide by the sum of this row.": [
                    count / 32537 for count in counts
                ],
                "you divided by the largest count, so that one became 1. The sum must be 1.": [
                    count / max(counts) for count in counts
                ],
                "those are per cent; probabilities sum to 1, not to 100.": [
                    100 * share for share in want
                ],
                "`//` throws the fraction away; divide with `/`.": [
                    count // total for count in counts
                ],
                "every token got the same; it should get its share of the counts.": [
                    1 / len(counts)
                ]
                * len(counts),
                "those sums run up from the left; the share of each count alone is asked for.": (
                    list(accumulate(want))
                ),
                "what was never seen got a share as well. That is a good idea, and comes later.": [
                    (count + 1) / (total + len(counts)) for count in counts
                ],
                "that is a softmax of the counts, which comes later; here divide by the total.": [
                    e / sum(exps) for e in exps
                ],
                "rounding loses something: leave every digit in, and round only what you print.": [
                    round(share, 2) for share in want
                ],
            },
        )
    return "each row sums to 1."


@exercise(
    "bigram.to_probabilities",
    check=check_to_probabilities,
    hints=(
        "3 of 4 times is a probability of 3/4. What is the 4?",
        "The total is `sum(counts)`. Make a list with one share for each count.",
        """
        Nearly there:

        ```python
        total = sum(counts)
        return [... for count in counts]
        ```
        """,
    ),
)
def to_probabilities(counts):
    """Each count as a share of their total."""
    total = sum(counts)
    return [count / total for count in counts]


def strip_of(probabilities, u):
    """The first token at whose strip's right end u has been passed."""
    return next(i for i, end in enumerate(accumulate(probabilities)) if u < end)


def check_draw(draw):
    us = [0.03, 0.2, 0.41, 0.58, 0.77, 0.96]

    def rows(rng):
        return some_probabilities(rng, rng.randint(3, 5))

    for probabilities in [[0.5, 0.2, 0.3], [0.25, 0.25, 0.5], *cases(rows)]:
        want = [strip_of(probabilities, u) for u in us]
        last = len(probabilities) - 1
        back = [last - strip_of(probabilities[::-1], u) for u in us]
        ends = list(accumulate(probabilities))
        largest = probabilities.index(max(probabilities))
        single = [next((i for i, p in enumerate(probabilities) if u < p), None) for u in us]
        nearest = [
            min(range(last + 1), key=lambda i, u=u, ps=probabilities: abs(ps[i] - u)) for u in us
        ]
        expect(
            [call(draw, probabilities, u) for u in us],
            want,
            when=f"[draw({show(probabilities)}, u) for u in {us}]",
            mistakes={
                "that is the likeliest token, whatever u is. Find the strip in which u lies.": (
                    [largest] * len(us)
                ),
                "you compared u with single probabilities. The strips lie end to end, so add up: "
                "each ends where the next begins.": single,
                "that takes the probability nearest to u. Find the strip in which u lies.": nearest,
                "all strips got the same length; the length of a strip is its probability.": [
                    int(u * len(probabilities)) for u in us
                ],
                "that is one token too far: the strip that u lies in, not the next one.": [
                    token + 1 for token in want
                ],
                "that is one token short: u lies beyond that strip's end.": [
                    token - 1 for token in want
                ],
                "the strips lie from the right to the left; begin with token 0 at the left.": back,
                "that is the probability of the token; the token itself is asked for.": [
                    probabilities[token] for token in want
                ],
                "that is where the strip ends; the token is asked for.": [
                    ends[token] for token in want
                ],
                "each strip was compared before its own length was added, so the first is skipped "
                "and the last never found. Add first, then compare.": [
                    token + 1 if token < last else None for token in want
                ],
                "two tokens are equally likely there, and `.index` always finds the first of them. "
                "Count along, with `enumerate`.": [
                    probabilities.index(probabilities[token]) for token in want
                ],
                "that is the first end below u. The strip in which u lies ends above it.": [
                    next((i for i, end in enumerate(ends) if u > end), None) for u in us
                ],
            },
        )
    for probabilities, u, want in [([0.0, 1.0], 0.0, 1), ([0.5, 0.25, 0.25], 0.5, 1)]:
        expect(
            call(draw, probabilities, u),
            want,
            when=f"draw({show(probabilities)}, {u})",
            mistakes={
                "a strip holds its beginning, not its end: where one ends, the next begins. Else a "
                "token of probability 0 could be drawn.": want - 1
            },
        )
    return "every u falls into the right strip."


@exercise(
    "bigram.draw",
    check=check_draw,
    hints=(
        "Where does the strip of token 0 end? And that of token 1?",
        "Keep a running total of the probabilities. The first token whose total is above u is the "
        "one.",
        """
        One gap left:

        ```python
        end = 0.0
        for token, p in enumerate(probabilities):
            end += p
            if ...:
                return token
        ```
        """,
    ),
)
def draw(probabilities, u):
    """The token in whose strip u lies, where 0 <= u < 1."""
    end = 0.0
    for token, p in enumerate(probabilities):
        end += p
        if u < end:
            return token
    return token  # rounding may end the last strip just below 1


class Dice(Random):
    """A generator that loses patience with a name that does not end."""

    throws = 0

    def random(self):
        self.throws += 1
        if self.throws > 1000:
            raise Wrong(
                "1,000 tokens were drawn for one name, and it should have had three. Draw from the "
                "row of the newest token, and stop when BOS is drawn, whose id is `bos`."
            )
        return super().random()

    def __repr__(self):
        return "rng"


def check_sample_name(sample_name):
    chain = [[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
    expect(
        call(sample_name, chain, 3, Dice(1)),
        [2, 0, 1],
        when=f"sample_name({show(chain)}, 3, rng)",
        mistakes={
            "the BOS at the end is the signal to stop, no token of the name.": [2, 0, 1, 3],
            "BOS is where you start from; it is no token of the name.": [3, 2, 0, 1],
            "BOS marks both ends, but it is no token of the name.": [3, 2, 0, 1, 3],
            "nothing was drawn. BOS is where you start from; the loop ends when it is drawn.": [],
            "the loop ended before it began: it ends when BOS is drawn.": [3],
            "that begins after token 0. A name begins with what follows BOS.": [1],
            "that stopped after one token: go on until BOS comes up.": [2],
            "the last letter is missing: stop when BOS is drawn.": [2, 0],
            "the row must be that of the newest token: is `token` set to what was drawn?": [2] * 3,
        },
    )
    table = [[0.2, 0.3, 0.0, 0.5], [0.0, 0.1, 0.5, 0.4], [0.6, 0.0, 0.1, 0.3], [0.3, 0.1, 0.6, 0.0]]
    rng = Random(42)
    drawn = [list(sample_name(table, 3, rng)) for _ in range(1500)]
    if all(tokens == drawn[0] for tokens in drawn):
        raise Wrong(
            "1,500 calls gave the same name each time. Draw each token with its probability, "
            "with the generator `rng` that is handed over."
        )
    if drawn[:20] != [
        list(sample_name(table, 3, again)) for again in [Random(42)] for _ in range(20)
    ]:
        raise Wrong(
            "the same generator with the same seed should give the same names. Use `rng` for every "
            "draw, and no other."
        )
    counts = bigram.count_pairs([[3, *map(int, tokens), 3] for tokens in drawn], 4)
    for row, wanted in zip(counts, table, strict=True):
        for count, p in zip(row, wanted, strict=True):
            if p == 0 and count:
                raise Wrong(
                    "your names hold pairs whose probability is 0. Draw from the row of the newest "
                    "token, with its probabilities as weights."
                )
            if abs(count / sum(row) - p) > 0.06:
                raise Wrong(
                    f"in 1,500 of your names a pair of probability {p} came {count / sum(row):.0%} "
                    "of the time. Are the probabilities of the row your weights?"
                )
    return "1,500 names, and every pair as frequent as the table says."


@exercise(
    "bigram.sample_name",
    check=check_sample_name,
    hints=(
        "The weights are one row of the table. Which token chooses the row: always BOS, or the "
        "newest one?",
        "`token` holds the newest token, and before the first draw it holds `bos`. The name is "
        "over when `bos` was drawn.",
        """
        One gap left:

        ```python
        token = rng.choices(range(len(table)), table[token])[0]
        if token == ...:
            return tokens
        ```
        """,
    ),
)
def sample_name(table, bos, rng):
    """The tokens of a new name, drawn one by one from BOS until BOS comes up again."""
    tokens, token = [], bos
    while True:
        token = rng.choices(range(len(table)), table[token])[0]
        if token == bos:
            return tokens
        tokens.append(token)


def check_name_loss(name_loss):
    def question(rng):
        table = [some_probabilities(rng) for _ in range(4)]
        return table, some_sequences(rng)[0]

    example = [[0.1, 0.2, 0.7], [0.4, 0.1, 0.5], [0.6, 0.3, 0.1]], [2, 0, 1, 2]
    for table, tokens in [example, *cases(question)]:
        pairs = list(pairwise(tokens))
        probabilities = [table[token][following] for token, following in pairs]
        n = len(pairs)
        product = math.prod(probabilities)
        want = -math.log(product) / n
        letters = -math.fsum(map(math.log, probabilities[:-1]))
        turned = [table[following][token] for token, following in pairs]
        expect(
            call(name_loss, table, tokens),
            want,
            when=f"name_loss({show(table) if len(table) == 3 else 'table'}, {tokens})",
            mistakes={
                "that is the sum of the surprises. Divide by the number of pairs, so that long and "
                "short names compare.": want * n,
                "the minus is missing: logarithms of probabilities are 0 or below, a loss is 0 or "
                "above.": -want,
                "that is the mean probability; take −log of each before you average.": (
                    math.fsum(probabilities) / n
                ),
                "you averaged first. The logarithm of a mean is not the mean of logarithms: take "
                "−log of each pair's probability, then average.": -math.log(
                    math.fsum(probabilities) / n
                ),
                "that is the probability of the whole name, the product; its loss is asked for.": (
                    product
                ),
                "you divided by the number of tokens; there is one pair fewer.": want * n / (n + 1),
                "you divided by the number of letters; there is one pair more.": want * n / (n - 1)
                if n > 1
                else math.inf,
                "the last pair is missing, the one that ends the name.": letters / (n - 1)
                if n > 1
                else math.inf,
                "the pairs with BOS are missing. How a name begins and ends surprises, too.": (
                    -math.fsum(map(math.log, probabilities[1:-1])) / (n - 2) if n > 2 else math.inf
                ),
                "that is in base 2; `math.log(p)` is the natural logarithm.": want / math.log(2),
                "that is in base 10; `math.log(p)` is the natural logarithm.": want / math.log(10),
                "row and column changed places: `table[token][following]`.": (
                    -math.fsum(map(math.log, turned)) / n
                ),
                "that is the perplexity; the loss is its logarithm.": math.exp(want),
                "that is the surprise at the first pair alone: is the `return` in the loop?": (
                    -math.log(probabilities[0])
                ),
                "that is the surprise at the last pair alone: add them all up.": (
                    -math.log(probabilities[-1])
                ),
                "only the surprise at the last pair was divided: add them all up first.": (
                    -math.log(probabilities[-1]) / n
                ),
            },
        )
    return "right for 21 names and tables."


@exercise(
    "bigram.name_loss",
    check=check_name_loss,
    hints=(
        "For one pair: `-math.log(table[token][following])`.",
        "`pairwise(tokens)` gives all the pairs. Collect their surprises in a list.",
        """
        Nearly there:

        ```python
        surprises = [-math.log(table[token][following]) for token, following in pairwise(tokens)]
        return ...
        ```
        """,
    ),
)
def name_loss(table, tokens):
    """The mean of -log p over the pairs of a sequence."""
    surprises = [-math.log(table[token][following]) for token, following in pairwise(tokens)]
    return sum(surprises) / len(surprises)


def written(logits):
    return f"[{', '.join(f'Value({show(logit.data)})' for logit in logits)}]"


def some_logits(rng):
    return [round(rng.uniform(-3, 3), 2) for _ in range(rng.randint(3, 5))]


def slopes(result, leaves):
    """The slope of a result towards each leaf, after clearing what was there."""
    for leaf in leaves:
        leaf.grad = 0.0
    result.backward()
    return [leaf.grad for leaf in leaves]


def check_softmax(softmax):
    fixed = [[2.0, 1.0, -1.0], [1.0, 1.0], [0.5]]
    far = [[1000.0, 999.0, 998.0], [-1000.0, -1001.0], [1000.0, 0.0, 0.0, -1000.0]]
    for numbers in [*fixed, *cases(some_logits), *far]:
        logits = [Value(x) for x in numbers]
        when = f"softmax({written(logits)})"
        try:
            got = call(softmax, logits)
        except TypeError as error:
            if "not supported between instances of 'Value'" not in str(error):
                raise
            raise Wrong(
                "Values have no larger and smaller; the numbers in them have: take the largest of "
                "`logit.data for logit in logits`."
            ) from None
        except (CourseError, OverflowError, ZeroDivisionError):
            if numbers not in far:
                raise
            raise Wrong(
                f"`{when}` leaves the range of a float. Before `exp`, subtract the largest logit "
                "from each: the probabilities stay the same, and the largest power becomes e**0."
            ) from None
        largest = max(numbers)
        exps = [math.exp(x - largest) for x in numbers]
        shift = [x - min(numbers) for x in numbers]
        want = [e / sum(exps) for e in exps]
        try:
            unscaled = [math.exp(x) for x in numbers]
        except OverflowError:
            unscaled = exps
        expect(
            got,
            want,
            when=when,
            mistakes={
                "those are the powers; divide each by their total.": unscaled,
                "the largest logit is subtracted, but the total is missing: divide by it.": exps,
                "the largest logit was subtracted in the total only; subtract it above the bar, "
                "too.": [power / sum(exps) for power in unscaled],
                "the largest logit was subtracted above the bar only; subtract it in the total, "
                "too.": [e / (sum(unscaled) or math.inf) for e in exps],
                "each power was divided by itself; divide each by the total of all.": [1.0]
                * len(exps),
                "the largest was subtracted from the powers; subtract it from the logits, before "
                "`exp`.": [(e - largest) / (sum(unscaled) - len(exps) * largest) for e in unscaled],
                "you divided by the sum of the logits; the total is that of the powers.": [
                    e / (sum(numbers) or math.inf) for e in exps
                ],
                "the logits were divided by their sum, without exp. That can be negative.": [
                    x / (sum(numbers) or math.inf) for x in numbers
                ],
                "subtracting the smallest logit makes all of them positive, but a sum of shares "
                "needs exp first.": [x / (sum(shift) or math.inf) for x in shift],
                "you divided by the largest power, so that one became 1. Divide by the total.": (
                    [e / max(exps) for e in exps]
                ),
                "you divided by how many there are; divide by the total of the powers.": [
                    e / len(exps) for e in unscaled
                ],
                "the order changed: each probability stays at the place of its logit.": sorted(
                    want, reverse=True
                ),
                "those are logarithms of probabilities; leave out the log.": [
                    x - largest - math.log(sum(exps)) for x in numbers
                ],
                "the large ones got little and the small ones much: is there a minus before the "
                "logit?": layers.softmax([Value(-x) for x in numbers]),
            },
        )
        if numbers in far:
            continue
        if not all(hasattr(p, "children") for p in got):
            raise Wrong(
                f"`{when}` gives plain numbers, which remember nothing: no model could learn "
                "through them. Compute with the Values themselves; take `.data` only to find the "
                "largest."
            )
        weights = [1.0, -2.0, 0.5, 3.0, -1.0][: len(numbers)]
        mean = sum(p * w for p, w in zip(want, weights, strict=True))
        expect(
            slopes(Value.sum([p * w for p, w in zip(got, weights, strict=True)]), logits),
            [p * (w - mean) for p, w in zip(want, weights, strict=True)],
            when=f"the gradients behind {when}",
            mistakes={
                "they pass through the powers, but not through the total. Keep the total a Value, "
                "too.": [p * w for p, w in zip(want, weights, strict=True)],
                "no slope reaches the logits. Compute with the Values you were given, not with "
                "new ones.": [0.0] * len(numbers),
            },
        )
    return "stable for logits of 1,000 and -1,000, and gradients flow through it."


@exercise(
    "bigram.softmax",
    check=check_softmax,
    hints=(
        "Three steps: subtract the largest logit from each; raise e to the power of each with "
        "`.exp()`; divide each by the total.",
        "To find the largest, compare plain numbers: `max(logit.data for logit in logits)`. For "
        "the total there is `Value.sum(...)`.",
        """
        The first half:

        ```python
        largest = max(logit.data for logit in logits)
        exps = [(logit - largest).exp() for logit in logits]
        total = Value.sum(exps)
        return ...
        ```
        """,
    ),
)
def softmax(logits):
    """The probabilities that a list of Values stands for, as Values; stable for large logits."""
    largest = max(logit.data for logit in logits)
    exps = [(logit - largest).exp() for logit in logits]
    total = Value.sum(exps)
    return [e / total for e in exps]


def check_cross_entropy(cross_entropy):
    def question(rng):
        numbers = some_logits(rng)
        return numbers, rng.randrange(len(numbers))

    for numbers, target in [([1.5, 0.5, -1.0], 2), *cases(question), ([900.0, 899.0], 1)]:
        logits = [Value(x) for x in numbers]
        ps = [p.data for p in layers.softmax([Value(x) for x in numbers])]
        when = f"cross_entropy({written(logits)}, {target})"
        try:
            got = call(cross_entropy, logits, target)
        except (CourseError, OverflowError) as error:
            if "log(" in str(error):
                raise Wrong(
                    f"`{when}` takes the logarithm of a number that is 0 or below. Logits can be "
                    "negative: turn them into probabilities with `softmax` first."
                ) from None
            if numbers[0] < 900:
                raise
            raise Wrong(
                f"`{when}` leaves the range of a float. Use `layers.softmax`, which subtracts the "
                "largest logit first."
            ) from None
        p = ps[target]
        expect(
            got,
            -math.log(p),
            when=when,
            mistakes={
                "the minus is missing: a loss is 0 or above.": math.log(p),
                "that is the probability of the target; the loss is minus its logarithm.": p,
                "that is minus the probability of the target; take its logarithm first.": -p,
                "softmax was applied twice: once makes probabilities of the logits.": -math.log(
                    layers.softmax([Value(q) for q in ps])[target].data
                ),
                "that is 1 − p. It falls when p rises, but the surprise is −log p.": 1 - p,
                "that is minus the logit; turn the logits into probabilities first.": -numbers[
                    target
                ],
                "that adds up the surprise of every token. Only one of them really came: the "
                "target.": -math.fsum(map(math.log, ps)),
                "that is the mean over every token. Only one of them really came: the target.": (
                    -math.fsum(map(math.log, ps)) / len(ps)
                ),
                "that is the surprise at the likeliest token; look at the target's.": -math.log(
                    max(ps)
                ),
                "that is the surprise at the last token; look at the target's.": -math.log(ps[-1]),
                "that is the entropy, which weighs each surprise by its own p. Only the target "
                "really came.": -math.fsum(q * math.log(q) for q in ps if q),
            },
        )
        if not hasattr(got, "children"):
            raise Wrong(
                f"`{when}` is a plain number, which remembers nothing: no model could learn "
                "through it. A Value has `.log()`."
            )
        expect(
            slopes(got, logits),
            [q - (i == target) for i, q in enumerate(ps)],
            when=f"the gradients behind {when}",
            mistakes={
                "no slope reaches the logits. Compute with the Values you were given.": (
                    [0.0] * len(ps)
                ),
            },
        )
    return "the loss is right, and its gradient is p − y."


@exercise(
    "bigram.cross_entropy",
    check=check_cross_entropy,
    hints=(
        "First the probabilities: `layers.softmax(logits)`. Which of them matters?",
        "Take the probability of the target, its `.log()`, and a minus.",
        """
        One gap left:

        ```python
        probabilities = layers.softmax(logits)
        return -probabilities[...].log()
        ```
        """,
    ),
)
def cross_entropy(logits, target):
    """-log p of the target token, as a Value."""
    return -layers.softmax(logits)[target].log()


def check_mended_smoothing(mended_smoothing):
    def row(rng):
        counts = [rng.choice([0, 0, 1, 2, 5, 9]) for _ in range(rng.randint(3, 6))]
        return [*counts, rng.randint(3, 8)], rng.choice([0.1, 0.5, 2, 10])

    for counts, smoothing in [([3, 1, 0], 1), *cases(row)]:
        total, n = sum(counts), len(counts)
        more = [count + smoothing for count in counts]
        want = bigram.to_probabilities(counts, smoothing)
        expect(
            call(mended_smoothing, counts, smoothing),
            want,
            when=f"mended_smoothing({show(counts)}, {smoothing})",
            mistakes={
                "its sum is still more than 1: what is the total of the new counts?": [
                    count / total for count in more
                ],
                "the total grew by one helping of smoothing; every count gets one.": [
                    count / (total + smoothing) for count in more
                ],
                "27 helpings are right for a row of 27 counts only: add up the new counts.": [
                    count / (total + 27 * smoothing) for count in more
                ],
                "now the smoothing is gone altogether: a pair never seen has 0 again.": [
                    count / total for count in counts
                ],
                "the total is that of the new counts, but the shares are of the old ones.": [
                    count / sum(more) for count in counts
                ],
                "only the zeros were raised; smoothing adds the same to every count.": [
                    (count or smoothing) / sum(c or smoothing for c in counts) for count in counts
                ],
                "you divided by how many there are; the total is a sum.": [
                    count / n for count in more
                ],
                "those are the new counts; divide each by their total.": more,
                "the smoothing was added to the shares, not to the counts.": [
                    (count / total + smoothing) / (1 + n * smoothing) for count in counts
                ],
                "the smoothing was added to the shares, so they sum to more than 1.": [
                    count / total + smoothing for count in counts
                ],
            },
        )
    return "its rows sum to 1 again, whatever is added."


@exercise(
    "bigram.mended_smoothing",
    check=check_mended_smoothing,
    hints=(
        "Print the sum of `generous([3, 1, 0], 1)`. What should it be?",
        "Three counts got 1 more each. By how much did their total grow?",
        """
        The line to change:

        ```python
        total = sum(...)
        ```
        """,
    ),
)
def mended_smoothing(counts, smoothing):
    """A classmate's smoothing, mended."""
    more = [count + smoothing for count in counts]
    total = sum(more)
    return [count / total for count in more]
