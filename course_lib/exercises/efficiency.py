"""Lesson 12: counting nodes; linear, softmax and RMSNorm on arrays, with their backward passes."""
# ruff: noqa: B905, B023 (solutions use `zip` in its plainest form; lambdas are called at once)

from collections.abc import Callable
from random import Random

from course_lib import arrays, layers  # arrays before numpy: it sets the number of threads
from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import Wrong, call, cases, difference, expect, show
from course_lib.exercises.layers import values
from course_lib.layers import EPSILON
from course_lib.teach.questions import Choice, FaultyLine, Number, Order, Quiz, right, wrong
from course_lib.value import Value

np = arrays.np
Array = arrays.Array

warm_up = Quiz(
    "efficiency.warm_up",
    Choice(
        "efficiency.warm_up_dot",
        "`y = Value.dot(w, x)` is one node. What is its local gradient towards `w[3]`?",
        {
            "`x[3]`": right("In the product w[3]·x[3], the slope towards one is the other."),
            "`w[3]`": wrong("That is the number itself; nudge it by 1 and `y` grows by the other."),
            "1, as in a sum": wrong("Each term of this sum is a product, and has a slope."),
            "`y`": wrong("That is the result. By how much does it grow when `w[3]` grows by 1?"),
        },
    ),
    Number(
        "efficiency.warm_up_softmax",
        "Softmax gives the probabilities 0.7, 0.2 and 0.1. Every logit is then raised by 5. "
        "What is the first probability now?",
        0.7,
        tolerance=0.001,
        because="A shift of all logits cancels: softmax sees their differences only.",
        mistakes={
            1: "Only a rise of the first one alone would do that. Here all of them rise.",
            5.7: "Logits were raised, not probabilities; and no probability is above 1.",
        },
        otherwise="Every exp is multiplied by the same factor, and so is their total.",
    ),
    Choice(
        "efficiency.warm_up_batch",
        "A training step with one document follows the gradient of its loss. What does a step with "
        "a batch of 16 follow?",
        {
            "the mean of their gradients": right(
                "The loss is the mean of the documents' losses, and so is its gradient."
            ),
            "the largest of their gradients": wrong("Every document has a say, large or small."),
            "16 gradients, one after the other": wrong(
                "That would be 16 steps. In a batch, the parameters move once."
            ),
            "the gradient of the longest document": wrong(
                "Each document counts alike in the mean, however long it is."
            ),
        },
    ),
)

how_many_nodes = Choice(
    "efficiency.how_many_nodes",
    "The model has 4,064 parameters. Written with one node for each `+` and each `*`, how many "
    "nodes does the graph of one name of six letters have?",
    {
        "about 4,000": wrong(
            "So many are there before anything is computed: the parameters themselves."
        ),
        "about 8,000": wrong(
            "That would be one operation for each parameter. Each is used at every position."
        ),
        "about 60,000": right(
            "Nearly every parameter takes part at each of the seven positions, and each time costs "
            "a node for the product and one for the sum."
        ),
        "about 10 million": wrong(
            "That would be 2,500 uses of each parameter. There are seven positions."
        ),
    },
)

collector_share = Choice(
    "efficiency.collector_share",
    "60,000 nodes that refer to each other in circles: how much of the time of a step does the "
    "collector take?",
    {
        "next to nothing: it frees what is left over": wrong(
            "To find out what is left over, it must look at what is not; and while a graph grows, "
            "it looks again and again."
        ),
        "about a tenth": wrong(
            "So it would be if it came once, at the end. It comes each time that some hundreds of "
            "objects more have been made."
        ),
        "more than half": right(
            "It comes each time that some hundreds of objects more have been made (or 2,000, by "
            "the version of Python), and walks through those that live."
        ),
    },
)

ladder_guess = Choice(
    "efficiency.ladder_guess",
    "From the lowest rung to 64 names a step on arrays: how many times as many names a second?",
    {
        "about a hundred": wrong("Nearly as much is gained before arrays come in at all."),
        "about a thousand": wrong("One document a step on arrays is beyond that already."),
        "tens of thousands": right(
            "A factor of some tens from the nodes and the collector, of about a hundred from "
            "arrays, and of about ten from the batch: factors multiply."
        ),
        "about a million": wrong(
            "Each of the three factors is at most about a hundred, and the batch's is smaller."
        ),
    },
)

sum_axis = Choice(
    "efficiency.sum_axis",
    "`x` has the shape (3, 4). Which shape has `x.sum(axis=0)`?",
    {
        "(4,)": right("Axis 0, the one of length 3, is the one that is summed away."),
        "(3,)": wrong("That is `x.sum(axis=1)`. The axis that you name is the one that goes."),
        "(3, 4)": wrong("A sum takes an axis away, unless `keepdims=True` leaves a length of 1."),
        "()": wrong("One number is left by `x.sum()`, which names no axis."),
    },
)

batch_cost = Choice(
    "efficiency.batch_cost",
    "A step with one document takes some time. How long does one with 64 documents take, "
    "on arrays?",
    {
        "about the same": wrong(
            "The 64-fold arithmetic is small, but not nothing: by 64 it outweighs the rest."
        ),
        "a few times as long": right(
            "What a call costs whatever its size is paid once for all 64. The rest of the work "
            "grows with them."
        ),
        "64 times as long": wrong(
            "So it is with Values. On arrays, much of a small step is the cost of the calls, and "
            "their number does not grow."
        ),
        "more than 64 times as long": wrong(
            "Padding adds some work, but far less than is saved by calling once for all."
        ),
    },
)

width_doubled = Number(
    "efficiency.width_doubled",
    "A layer has matrices of n by n and 4n by n. You double n. "
    "By what factor do its multiplications grow (attention scores aside)?",
    4,
    tolerance=0.01,
    because="Twice as many rows, each twice as long: four times as many weights, each used once "
    "for every position.",
    mistakes={
        2: "Twice as many rows; but each row is twice as long, too.",
        8: "A matrix has two sides that double, not three.",
        16: "4n doubles to 8n, which is a factor of 2, as for n.",
    },
    otherwise="Write down rows times columns, before and after.",
)

length_doubled = Number(
    "efficiency.length_doubled",
    "A document becomes twice as long. By what factor do the multiplications inside attention "
    "grow (scores and mixing), for the whole document?",
    4,
    tolerance=0.01,
    because="Twice as many positions, and each compares itself with twice as many.",
    mistakes={
        2: "That holds for one position. There are twice as many of them, too.",
        8: "Positions times positions: two factors that double. The width has not changed.",
        1: "Each position is compared with every other; there are more of them now.",
    },
    otherwise="Count the comparisons: positions times positions, before and after.",
)

gpt2_hours = Number(
    "efficiency.gpt2_hours",
    "427 million multiplications for each token, 10 billion (10¹⁰) tokens, 6·10¹³ multiplications "
    "a second. How many hours does the training take?",
    19.8,
    tolerance=0.8,
    because="4.27·10⁸ · 10¹⁰ = 4.27·10¹⁸ multiplications; over 6·10¹³ that is 71,000 seconds, and "
    "3,600 of them are an hour.",
    mistakes={
        71167: "Those are the seconds. An hour has 3,600 of them.",
        1186: "Those are the minutes; an hour has 60 of them.",
        0.82: "Those are the days. How many hours?",
        59.3: "The two passes backward are counted in the 427 million already.",
    },
    otherwise="Multiplications in all, over those a second: seconds. Then over 3,600.",
)

logit_gradient = Number(
    "efficiency.logit_gradient",
    "On paper: p = [0.5, 0.5] and dp = [1, 0]. What is the gradient of the first logit?",
    0.25,
    tolerance=0.001,
    because="s = 0.5·1 + 0.5·0 = 0.5, and 0.5 · (1 - 0.5) = 0.25. The second one's is -0.25: "
    "together 0.",
    mistakes={
        0.5: "That is p·dp. A higher first logit also raises the total: subtract s first.",
        0: "So it would be if dp were the same for both: they would have all in common.",
        -0.25: "That is the second logit's: it takes from the first probability.",
        1: "That is dp, the gradient of the probability itself.",
    },
    otherwise="First s, the sum of p·dp along the row. Then p · (dp - s).",
)

gpu = Choice(
    "efficiency.gpu",
    "A large GPU multiplies thousands of times as fast as one core of a processor. "
    "What does it do to a training step of our model with one document?",
    {
        "thousands of times as fast": wrong(
            "Only the arithmetic would be; and that is the smallest part of this step."
        ),
        "about ten times as fast": wrong(
            "Even that needs work that lasts longer than it takes to start it."
        ),
        "it makes it slower": right(
            "Each of more than a hundred operations must be started from outside, which takes "
            "microseconds, and has next to nothing to do."
        ),
        "it cannot run it": wrong("It can. PyTorch would do so with one more argument."),
    },
)

backward_order = Order(
    "efficiency.backward_order",
    "Put the backward pass of the MLP in order. The forward pass was: `hidden` = ReLU of "
    "`linear(normed, fc1)`, `squared = hidden * hidden`, `result = linear(squared, fc2)`.",
    """
    def mlp_backward(dresult, normed, hidden, squared, fc1, fc2):
        dsquared, dfc2 = linear_backward(dresult, squared, fc2)
        dhidden = dsquared * 2 * hidden
        dnormed, dfc1 = linear_backward(dhidden, normed, fc1)
        return dnormed, dfc1, dfc2
    """,
    rules={
        (1, 2): "A function begins with its `def` line.",
        (2, 3): "The gradient enters at the result, so the last linear layer is the first here.",
        (3, 4): "What reaches `fc1` has gone through the bend: multiply by its slope first.",
        (4, 5): "`return` ends the function: nothing behind it is run.",
    },
    because="The forward pass in reverse: last linear layer, bend, first linear layer. ReLU needs "
    "no line of its own: where it gave 0, `2 * hidden` is 0, too.",
)

faulty_axis = FaultyLine(
    "efficiency.faulty_axis",
    "Which line makes the weights wrong?",
    """
    def classmates_weights(q, k):
        scores = q @ k.T / math.sqrt(q.shape[1])
        scores = np.where(np.tri(len(q)) == 1, scores, -np.inf)
        exps = np.exp(scores - scores.max(axis=1, keepdims=True))
        return exps / exps.sum(axis=0)
    """,
    fault="return exps / exps.sum(axis=0)",
    because="It divides each column by its sum. The weights of one query are a row: each row is to "
    "be divided by its own sum.",
    innocent={
        "def classmates_weights(q, k):": "Queries and keys are all that is needed.",
        "scores = q @ k.T / math.sqrt(q.shape[1])": "Row i holds the scaled scores of query i with "
        "every key.",
        "scores = np.where(np.tri(len(q)) == 1, scores, -np.inf)": "`np.tri` is 1 on the diagonal "
        "and below: later keys get -∞, and with it the weight 0.",
        "exps = np.exp(scores - scores.max(axis=1, keepdims=True))": "Each row less its largest "
        "score: that is safe, and changes no weight.",
    },
)


# --- What the checks share ---


def table(rng: Random, rows: int, columns: int) -> Array:
    """Random numbers with two digits, none of them 0."""
    return np.array(
        [
            [round(rng.choice([-1, 1]) * rng.uniform(0.2, 2), 2) for _ in range(columns)]
            for _ in range(rows)
        ]
    )


def call_on_arrays(function: Callable, *args: Array):
    """`call`, with copies of the arrays; Wrong if one of them comes back changed."""
    copies = [arg.copy() for arg in args]
    with np.errstate(all="ignore"):  # what overflows is told in the result, not in a warning
        try:
            got = call(function, *copies)
        except ValueError as error:
            if "truth value of an array" not in str(error):
                raise
            raise Wrong(
                "Python's own `max` and `min` compare whole rows, and `if` wants one answer. "
                "Arrays have methods of their own: `x.max(axis=…)`."
            ) from None
    for before, after in zip(args, copies, strict=True):
        if not np.array_equal(before, after):
            raise Wrong(
                f"your function changed its input {show(before)} to {show(after)}. `x -= …` works "
                "on the array that was handed in; write `x = x - …` for a new one."
            )
    return got


def mistaken(function: Callable):
    """What a misconception gives here, or text that equals nothing where it gives an error."""
    try:
        with np.errstate(all="ignore"):
            return function()
    except ValueError:
        return "shapes that do not fit"


def either(got, *slips):
    """What a misconception gives here, where it has several forms: the one met, or any."""
    met = [slip for slip in slips if got is not None and not difference(got, slip)]
    return [*met, slips[0]][0]


def pair(got, first: str, second: str, when: str) -> tuple:
    """The two results of a function that has two."""
    if got is None:
        raise Wrong(f"`{when}` gives nothing back (None): is there a `return`?")
    if isinstance(got, np.ndarray) or not isinstance(got, (tuple, list)) or len(got) != 2:
        raise Wrong(f"`{when}` should give two arrays: write `return {first}, {second}`.")
    return tuple(got)


def shape_of(got) -> tuple:
    try:
        return np.shape(got)
    except ValueError:
        return ("rows of unequal length",)


def expect_shape(got, shape: tuple, when: str, note: str = "") -> None:
    if got is not None and not callable(got) and shape_of(got) != shape:
        raise Wrong(
            f"`{when}` has the shape {shape_of(got)}, where {shape} is expected. {note}".rstrip()
        )


def rows_of_values(x: Array) -> list[list[Value]]:
    return [values(row) for row in x.tolist()]


def grads(rows: list[list[Value]]) -> Array:
    return np.array([[value.grad for value in row] for row in rows])


def backward_through(outputs: list[list[Value]], dy: Array) -> None:
    """Send the gradient dy back from the outputs: what `Value` makes of it is the truth."""
    flat = [value for row in outputs for value in row]
    Value.dot(flat, values(dy.ravel().tolist())).backward()


# Square first: there, no shape gives a slip away; and small, so that a reply is soon read.
SIZES = [(2, 2), (3, 3), (2, 4), (4, 2), (1, 3), (3, 5)]


# --- count_nodes ---


def check_count_nodes(count_nodes):
    a, b = Value(2.0), Value(3.0)
    c = a + b
    d = c * c
    dots = Value.dot(values([1.0, 2.0, 3.0]), values([4.0, 5.0, 6.0]))
    chain = Value(1.0)
    for _ in range(3000):
        chain = chain * 1.0  # each turn makes a Value of the 1.0, too
    shared = a
    for _ in range(60):
        shared = shared + shared
    graphs = {
        "a + (d * d + c) with c = a + b and d = c * c": (
            a + (d * d + c),
            7,
            {
                "a node that is used twice is still one node: remember which ones you have "
                "seen.": 21,
                "the result itself is a node, too.": 6,
                "those are the leaves; nodes that were computed count, too.": 2,
                "those are the operations; the numbers they started from are nodes, too.": 5,
                "those are the arrows between nodes; the nodes are asked for.": 10,
                "you take out twins among the children of one node; but a node is also reached "
                "from two different nodes. Remember all that you have seen.": 11,
                "a node can wait twice before its turn comes: mark it as seen when it is put on "
                "the list, or ask again when it is taken out.": 9,
                "a node can wait twice before its turn comes: mark it as seen when it is put on "
                "the list.": 8,
            },
        ),
        "Value(2.0)": (a, 1, {"a number that was not computed is a node, too.": 0}),
        "a dot product of three with three": (dots, 7, {"its six factors are nodes, too.": 1}),
        "a sum of two, doubled 60 times": (shared, 61, {}),
        "a chain of 3,000 products": (chain, 6001, {}),
    }
    for when, (loss, want, mistakes) in graphs.items():
        try:
            got = count_nodes(loss)  # not by `call`, whose copies recurse down the chain
        except RecursionError:
            raise Wrong(
                f"for {when}, your function calls itself too deeply for Python. A list of nodes "
                "still to visit, and a loop, has no such limit."
            ) from None
        expect(got, want, when=f"count_nodes of {when}", mistakes=mistakes)


@exercise(
    "efficiency.count_nodes",
    check=check_count_nodes,
    hints=(
        "Lesson 02 visited every node once, to put them in order. Here you only count them.",
        "Keep a set `seen` and a list `waiting`. While there is a node waiting, take it out; each "
        "of its `.children` that was not seen yet is seen now, and waits.",
        """
        One gap left:

        ```python
        seen, waiting = {loss}, [loss]
        while waiting:
            for child in waiting.pop().children:
                if child not in seen:
                    seen.add(child)
                    ...
        return len(seen)
        ```
        """,
    ),
)
def count_nodes(loss):
    """How many nodes the graph of `loss` has: itself, its children, theirs, each counted once."""
    seen, waiting = {loss}, [loss]
    while waiting:
        for child in waiting.pop().children:
            if child not in seen:
                seen.add(child)
                waiting.append(child)
    return len(seen)


# --- linear ---


def check_linear(linear):
    rng = Random(42)
    for T, n_in in SIZES:
        n_out = n_in if n_in == T else n_in + 1
        x, weight = table(rng, T, n_in), table(rng, n_out, n_in)
        want = [
            [y.data for y in layers.linear(row, rows_of_values(weight))]
            for row in rows_of_values(x)
        ]
        when = f"linear({show(x)}, {show(weight)})"
        try:
            got = call_on_arrays(linear, x, weight)
        except TypeError as error:
            if "memoryview" not in str(error):
                raise
            raise Wrong(
                "the `linear` of lesson 05 is for lists of `Value`s. Here x and `weight` are "
                "arrays: `@` makes all the dot products."
            ) from None
        if difference(got, want[0]):
            expect_shape(
                *(got, (T, n_out), when),
                "A row for each position, and in it a number for each row of `weight`.",
            )
        expect(
            got,
            want,
            when=when,
            mistakes={
                "each row of x met the columns of `weight`; the dot products are with its rows. "
                "Turn the matrix over: `weight.T`.": mistaken(lambda: x @ weight),
                "`*` multiplies number by number. The sums of products are made by `@`.": either(
                    got, mistaken(lambda: x * weight), mistaken(lambda: x * weight.T)
                ),
                "it is `weight` that is turned over; x keeps its rows, one for each position.": (
                    mistaken(lambda: x.T @ weight)
                ),
                "rows and columns have changed places: one row for each position.": np.array(
                    want
                ).T,
                "that is `weight` times x as it stands; the rows of x are the positions.": mistaken(
                    lambda: weight @ x
                ),
                "only the first position was computed.": want[0],
            },
        )


@exercise(
    "efficiency.linear",
    check=check_linear,
    hints=(
        "x is (T, n_in), and the result (T, n_out). `weight` is (n_out, n_in). Which of the two "
        "must be turned over, so that the inner lengths agree?",
        "`a @ b` wants as many columns in `a` as there are rows in `b`. `weight.T` has n_in rows.",
        """
        One gap left:

        ```python
        return x @ ...
        ```
        """,
    ),
)
def linear(x, weight):
    """Every row of x through the linear layer: (T, n_in) and (n_out, n_in) to (T, n_out)."""
    return x @ weight.T


# --- linear_backward ---


def check_linear_backward(linear_backward):
    rng = Random(43)
    for T, n_in in SIZES:
        n_out = n_in if n_in == T else n_in + 1
        dy, x, weight = table(rng, T, n_out), table(rng, T, n_in), table(rng, n_out, n_in)
        xs, ws = rows_of_values(x), rows_of_values(weight)
        backward_through([layers.linear(row, ws) for row in xs], dy)
        want_dx, want_dw = grads(xs), grads(ws)
        when = f"linear_backward(dy, x, weight), x of the shape {x.shape}"
        got = pair(call_on_arrays(linear_backward, dy, x, weight), "dx", "dweight", when)
        if n_in == T and not (
            shape_of(got[0]) != want_dw.shape
            or np.abs(np.subtract(got[0], want_dw)).max() > 1e-9
            or np.abs(np.subtract(got[1], want_dx)).max() > 1e-9
        ):
            raise Wrong("the two have changed places: first dx, then dweight.")
        for name, mine, want, mistakes in (
            (
                "dx",
                got[0],
                want_dx,
                {
                    "in the forward pass the weights were turned over; on the way back they are "
                    "not: no `.T` here.": mistaken(lambda: dy @ weight.T),
                    "that is the gradient that came in. Multiply by the slope, which is the "
                    "weights.": dy,
                    "the slope towards x is the weights, not x.": mistaken(lambda: dy @ x),
                    "rows and columns have changed places: it must have the shape of x.": (
                        want_dx.T
                    ),
                    "that is the slope alone; the gradient that comes in, dy, is missing.": weight,
                    "`*` multiplies number by number. x meets every row of `weight`, so the ways "
                    "add up: `@`.": mistaken(lambda: dy * weight),
                },
            ),
            (
                "dweight",
                got[1],
                want_dw,
                {
                    "rows and columns have changed places: it must have the shape of `weight`.": (
                        x.T @ dy
                    ),
                    "it is dy that is turned over, not x: a weight meets its input at each "
                    "position, and the positions are added up.": mistaken(lambda: dy @ x.T),
                    "that is the slope alone; the gradient that comes in, dy, is missing.": x,
                    "`*` multiplies number by number. A weight serves all positions, and they are "
                    "added up: `@`.": either(
                        got[1], mistaken(lambda: dy * x), mistaken(lambda: dy.T * x)
                    ),
                    "that is the mean over the positions. The weights serve them all, and "
                    "gradients add up.": want_dw / T,
                    "the sum runs over the wrong axis: positions must meet positions.": mistaken(
                        lambda: dy @ x
                    ),
                    "that comes from the last position alone; every position adds its part.": (
                        np.outer(dy[-1], x[-1])
                    ),
                },
            ),
        ):
            which = f"{name} of {when}"
            if n_in != T:
                expect_shape(mine, want.shape, which, "A gradient has the shape of its array.")
            expect(mine, want, when=which, mistakes=mistakes)


@exercise(
    "efficiency.linear_backward",
    check=check_linear_backward,
    hints=(
        "A gradient has the shape of what it belongs to. dy is (T, n_out). Which product of dy "
        "with `weight` is (T, n_in)? Which one of dy with x is (n_out, n_in)?",
        "For one position: the slope towards an input is its weight, towards a weight its input. "
        "`@` adds up: for x over the outputs, for `weight` over the positions.",
        """
        One gap left:

        ```python
        dx = dy @ weight
        dweight = dy.T @ ...
        return dx, dweight
        ```
        """,
    ),
)
def linear_backward(dy, x, weight):
    """The gradients of x and of weight, given dy, that of y = linear(x, weight)."""
    dx = dy @ weight
    dweight = dy.T @ x
    return dx, dweight


# --- softmax ---


def spread(x: Array) -> Array:
    """The exps, where the largest of each row was subtracted from a column."""
    return np.exp(x - x.max(axis=1))


def check_softmax(softmax):
    rng = Random(44)
    for T, n in SIZES[1:]:  # of 2 by 2, several slips look alike
        x = table(rng, T, n)
        want = [[p.data for p in layers.softmax(row)] for row in rows_of_values(x)]
        got = call_on_arrays(softmax, x)
        exps = np.exp(x)
        shifted = np.exp(x - x.max(axis=1, keepdims=True))
        by_column = np.exp(x - x.max(axis=0))
        forms = [exps, shifted, np.exp(x - x.max()), by_column]
        expect(
            got,
            want,
            when=f"softmax({show(x)})",
            mistakes={
                "the columns add up to 1; each row should. Sum along the other axis.": either(
                    got, *(form / form.sum(axis=0) for form in forms)
                ),
                "all of it adds up to 1; each row should.": either(
                    got, *(form / form.sum() for form in forms)
                ),
                "the sums of the rows were handed out along the columns. A column of sums, of the "
                "shape (T, 1), stays with its rows: `keepdims=True`.": either(
                    got, *(mistaken(lambda: form / form.sum(axis=1)) for form in forms)
                ),
                "those are the exps; divide each row by its sum.": exps,
                "those are the exps, shifted; divide each row by its sum.": shifted,
                "the largest of a row was subtracted from a column: `keepdims=True` is missing in "
                "the max.": mistaken(lambda: spread(x) / spread(x).sum(axis=1, keepdims=True)),
                "neither the largest nor the sums stay with their rows: both want "
                "`keepdims=True`.": mistaken(lambda: spread(x) / spread(x).sum(axis=1)),
                "the largest was taken down each column; a row needs its own: axis=1.": (
                    by_column / by_column.sum(axis=1, keepdims=True)
                ),
                "the logits were divided by their sum; exp comes first.": x
                / x.sum(axis=1, keepdims=True),
            },
        )
    large = np.array([[1000.0, 999.0], [-1000.0, -1001.0]])
    got = call_on_arrays(softmax, large)
    if np.isnan(np.asarray(got, dtype=float)).any():
        raise Wrong(
            f"`softmax({show(large)})` holds nan: exp grew too large in one row, or shrank to 0 in "
            "the other. Subtract from each row its own largest logit, before exp."
        )
    want = [[p.data for p in layers.softmax(row)] for row in rows_of_values(large)]
    expect(got, want, when=f"softmax({show(large)})")


@exercise(
    "efficiency.softmax",
    check=check_softmax,
    hints=(
        "As in lesson 04: subtract the largest, exp, divide by the sum; now for all rows at once.",
        "`.max(axis=1, keepdims=True)` is a column (T, 1) with the largest of each row. Subtracted "
        "from (T, n), it is spread along its row. The sum goes the same way.",
        """
        One gap left:

        ```python
        exps = np.exp(logits - logits.max(axis=1, keepdims=True))
        return exps / ...
        ```
        """,
    ),
)
def softmax(logits):
    """Each row of logits (T, n) made into probabilities."""
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


# --- softmax_backward ---


def check_softmax_backward(softmax_backward):
    rng = Random(45)
    for T, n in SIZES:
        logits, dp = table(rng, T, n), table(rng, T, n)
        rows = rows_of_values(logits)
        outputs = [layers.softmax(row) for row in rows]
        backward_through(outputs, dp)
        p = np.array([[value.data for value in row] for row in outputs])
        parts = p * dp
        mean = parts.sum(axis=1, keepdims=True)
        got = call_on_arrays(softmax_backward, dp, p)
        expect(
            got,
            grads(rows),
            when=f"softmax_backward({show(dp)}, {show(p)})",
            mistakes={
                "what a row has in common must be taken off: subtract its Σ p·dp.": parts,
                "that is the way from each logit to its own probability alone. It moves the others "
                "of its row, too.": parts * (1 - p),
                "the factor p in front is missing.": dp - mean,
                "`@` makes dot products; here each number meets its own: `*`.": either(
                    got,
                    mistaken(lambda: p @ (dp - mean)),
                    *(
                        mistaken(lambda: p * (dp - form.sum(axis=1, keepdims=True)))
                        for form in (p @ dp.T, dp @ p.T)
                    ),
                    *(mistaken(lambda: p * (dp - form)) for form in (p @ dp.T, dp @ p.T)),
                ),
                "p and dp have changed places.": dp * (p - mean),
                "p weighs the numbers already: their sum is asked for, not the mean of p·dp.": p
                * (dp - parts.mean(axis=1, keepdims=True)),
                "the sum is of the products: multiply p by dp first, then add up.": p
                * (dp - p * dp.sum(axis=1, keepdims=True)),
                "the mean is taken with the weights p: Σ p·dp, not Σ dp.": p
                * (dp - dp.sum(axis=1, keepdims=True)),
                "the mean is taken with the weights p; that was the plain one.": p
                * (dp - dp.mean(axis=1, keepdims=True)),
                "the sum ran down the columns; it belongs to a row: axis=1.": p
                * (dp - parts.sum(axis=0)),
                "the sums of the rows were handed out along the columns: `keepdims=True`.": (
                    mistaken(lambda: p * (dp - parts.sum(axis=1)))
                ),
                "the sum went over the whole table; each row has its own.": p * (dp - parts.sum()),
                "the sum is subtracted outside the brackets; it, too, is multiplied by p.": parts
                - mean,
                "what is in common is taken off, not added.": p * (dp + mean),
            },
        )


@exercise(
    "efficiency.softmax_backward",
    check=check_softmax_backward,
    hints=(
        "The formula is above: p · (dp - Σ p·dp). The sum belongs to one row.",
        "`(probs * dprobs).sum(axis=1, keepdims=True)` is a column with the Σ of each row.",
        """
        One gap left:

        ```python
        common = (probs * dprobs).sum(axis=1, keepdims=True)
        return probs * ...
        ```
        """,
    ),
)
def softmax_backward(dprobs, probs):
    """The gradient of the logits, given that of probs = softmax(logits)."""
    common = (probs * dprobs).sum(axis=1, keepdims=True)
    return probs * (dprobs - common)


# --- rmsnorm ---


def check_rmsnorm(rmsnorm):
    rng = Random(46)
    small = np.array([[0.003, -0.001], [0.0, 0.0]])
    for x in [*(table(rng, T, n) for T, n in SIZES), small]:
        want = [[y.data for y in layers.rmsnorm(row)] for row in rows_of_values(x)]
        mean_square = (x * x).mean(axis=1, keepdims=True)
        scale = 1 / np.sqrt(mean_square + EPSILON)
        down = (x * x).mean(axis=0)
        when = f"rmsnorm({show(x)})"
        y, got_scale = pair(call_on_arrays(rmsnorm, x), "x * scale", "scale", when)
        centred = x - x.mean(axis=1, keepdims=True)
        expect(
            y,
            want,
            when=f"y of {when}",
            mistakes={
                "the mean was taken down the columns; each row is normalized alone: axis=1.": x
                / np.sqrt(down + EPSILON),
                "the mean was taken of all numbers together; each row has its own.": x
                / np.sqrt((x * x).mean() + EPSILON),
                "the scale of a row was handed out along the columns: `keepdims=True`.": mistaken(
                    lambda: x / np.sqrt((x * x).mean(axis=1) + EPSILON)
                ),
                "that is the sum of the squares; their mean is asked for.": x
                / np.sqrt((x * x).sum(axis=1, keepdims=True) + EPSILON),
                "the root is missing.": x / (mean_square + EPSILON),
                "`@` makes dot products; here each number meets its own: `x * x`.": either(
                    y,
                    *(
                        mistaken(lambda: x / np.sqrt(form.mean(axis=1, keepdims=True) + EPSILON))
                        for form in (x @ x.T, mistaken(lambda: x @ x))
                        if not isinstance(form, str)
                    ),
                ),
                "the mean was squared; square first, then take the mean.": x
                / np.sqrt(x.mean(axis=1, keepdims=True) ** 2 + EPSILON),
                "you divided by the number of rows; a row is as long as there are columns.": x
                / np.sqrt((x * x).sum(axis=1, keepdims=True) / len(x) + EPSILON),
                "the root was taken twice: the next line takes it.": x
                / np.sqrt(np.sqrt(mean_square) + EPSILON),
                "ε is missing: it matters where a row is tiny, or all 0.": np.divide(
                    x, np.sqrt(mean_square), out=np.full_like(x, np.nan), where=mean_square > 0
                ),
                "the mean was subtracted. That is another norm, LayerNorm.": centred
                / np.sqrt((centred**2).mean(axis=1, keepdims=True) + EPSILON),
            },
        )
        expect_shape(
            got_scale,
            scale.shape,
            f"scale of {when}",
            "`keepdims=True` leaves a column, which the backward pass needs.",
        )
        expect(
            got_scale,
            scale,
            when=f"scale of {when}",
            mistakes={
                "that is the root mean square; the scale is one over it.": 1 / scale,
                "that is the mean square; the scale is 1 over its root.": mean_square,
            },
        )


@exercise(
    "efficiency.rmsnorm",
    check=check_rmsnorm,
    hints=(
        "The mean of the squares of each row, as a column (T, 1).",
        "`x * x` squares each number. `.mean` knows `axis` and `keepdims` like `.sum`.",
        """
        One gap left:

        ```python
        mean_square = (x * x).mean(...)
        scale = 1 / np.sqrt(mean_square + epsilon)
        return x * scale, scale
        ```
        """,
    ),
)
def rmsnorm(x, epsilon=1e-5):
    """Each row of x (T, n) with a root mean square of 1, and the scale (T, 1) that did it."""
    mean_square = (x * x).mean(axis=1, keepdims=True)
    scale = 1 / np.sqrt(mean_square + epsilon)
    return x * scale, scale


# --- rmsnorm_backward ---


def check_rmsnorm_backward(rmsnorm_backward):
    rng = Random(47)
    for T, n in SIZES:
        x, dy = table(rng, T, n), table(rng, T, n)
        rows = rows_of_values(x)
        outputs = [layers.rmsnorm(row) for row in rows]
        backward_through(outputs, dy)
        y, scale = arrays.rmsnorm(x)
        mean = (dy * y).mean(axis=1, keepdims=True)
        got = call_on_arrays(rmsnorm_backward, dy, y, scale)
        expect(
            got,
            grads(rows),
            when=f"rmsnorm_backward({show(dy)}, {show(y)}, {show(scale)})",
            mistakes={
                "that is the straight way alone. x also moves the scale, and so all of y.": scale
                * dy,
                "the factor scale in front is missing.": dy - y * mean,
                "scale multiplies both parts: mind the brackets.": scale * dy - y * mean,
                "x was multiplied by scale, and so is its gradient: `*`, not `/`.": (dy - y * mean)
                / scale,
                "the mean of dy·y is multiplied by y, before it is subtracted.": scale
                * (dy - mean),
                "that is the sum of dy·y over a row; its mean is asked for.": scale
                * (dy - y * (dy * y).sum(axis=1, keepdims=True)),
                "the mean ran down the columns; it belongs to a row: axis=1.": scale
                * (dy - y * (dy * y).mean(axis=0)),
                "the means of the rows were handed out along the columns: `keepdims=True`.": (
                    mistaken(lambda: scale * (dy - y * (dy * y).mean(axis=1)))
                ),
                "the mean went over the whole table; each row has its own.": scale
                * (dy - y * (dy * y).mean()),
                "the way through the scale counts against the other: subtract it.": scale
                * (dy + y * mean),
                "`@` makes dot products; here each number meets its own: `*`.": either(
                    got,
                    *(
                        scale * (dy - y * form.mean(axis=1, keepdims=True))
                        for form in (dy @ y.T, y @ dy.T)
                    ),
                    *(mistaken(lambda: scale * (dy - y * form)) for form in (dy @ y.T, y @ dy.T)),
                ),
                "the mean is of dy·y, not of dy.": scale
                * (dy - y * dy.mean(axis=1, keepdims=True)),
            },
        )


@exercise(
    "efficiency.rmsnorm_backward",
    check=check_rmsnorm_backward,
    hints=(
        "The formula is above: scale · (dy - y · mean(dy·y)). The mean belongs to one row.",
        "Three arrays of the shape (T, n), and columns (T, 1) for the scale and the mean. Who "
        "stands in which brackets?",
        """
        One gap left:

        ```python
        mean = (dy * y).mean(axis=1, keepdims=True)
        return scale * (dy - ...)
        ```
        """,
    ),
)
def rmsnorm_backward(dy, y, scale):
    """The gradient of x, given dy, that of y, where y, scale = rmsnorm(x)."""
    mean = (dy * y).mean(axis=1, keepdims=True)
    return scale * (dy - y * mean)


# --- pad ---


def padded(rows: list[list[float]]) -> list[list[float]]:
    """The rows, filled up with zeros to the length of the longest."""
    T = max(map(len, rows))
    return [row + [0] * (T - len(row)) for row in rows]


def check_pad(pad):
    def draw(rng):
        lengths = [2, 7, *(rng.randint(2, 6) for _ in range(rng.randint(0, 2)))]
        rng.shuffle(lengths)
        return [[26, *(rng.randint(0, 25) for _ in range(n - 1)), 26] for n in lengths]

    for documents in [[[26, 0, 1, 26], [26, 4, 26]], *cases(draw, n=10)]:
        pairs = [len(tokens) - 1 for tokens in documents]
        B, T = len(documents), max(pairs)
        when = f"pad({show(documents)})"
        try:
            got = call(pad, documents)
        except ValueError as error:
            if "broadcast" not in str(error):
                raise
            raise Wrong(
                f"for `{when}`, there are not as many numbers as places: a name of n tokens has "
                "n - 1 pairs."
            ) from None
        if got is None or not isinstance(got, (tuple, list)) or len(got) != 3:
            raise Wrong(f"`{when}` should give three arrays: inputs, targets, weights.")
        for name, part in zip(("inputs", "targets", "weights"), got):
            expect_shape(part, (B, T), f"{name} of {when}", "One row a name, as long as the most.")
        inputs, targets, weights = (np.asarray(part) for part in got)
        real = np.arange(T) < np.array(pairs)[:, None]
        want = np.where(real, 1 / (np.array(pairs)[:, None] * B), 0)
        expect(
            weights,
            want,
            when=f"weights of {when}",
            mistakes={
                "each position counts alike, so long names outweigh short ones. The loss is the "
                "mean over names of the mean over their positions.": real / real.sum(),
                "the padding has a weight, too; it must have none.": np.full((B, T), 1 / (B * T)),
                "that says what is real, a mask. A weight is 1 over the pairs of its name, over "
                "the number of names.": real.astype(float),
                "each name adds up to 1, so all of them to the number of names: divide by it, "
                "too.": want * B,
                "you divided by the tokens of a name; count its pairs, one fewer.": np.where(
                    real, 1 / ((np.array(pairs)[:, None] + 1) * B), 0
                ),
                "that is the share of a name; it is divided among its pairs, too.": real / B,
                "you divided by the length of the longest name; each name has its own.": real
                / (B * T),
                "the weights stand at the end of their rows: padding comes behind a name, which "
                "begins at position 0.": want[:, ::-1],
            },
        )
        wanted = {
            "inputs": (inputs, [tokens[:-1] for tokens in documents]),
            "targets": (targets, [tokens[1:] for tokens in documents]),
        }
        for name, (mine, rows) in wanted.items():
            if not np.issubdtype(mine.dtype, np.integer) and (mine % 1 != 0).any():
                raise Wrong(f"{name} of `{when}` are tokens, which are whole numbers.")
            if mine.min() < 0 and name == "targets":
                raise Wrong(
                    f"{name} of `{when}` hold a token that does not exist. -100 is a convention "
                    "of PyTorch's loss; here `probs[target]` is looked up even where its weight "
                    "is 0, so it must exist."
                )
            if mine.min() < 0 or mine.max() > 26:
                raise Wrong(
                    f"{name} of `{when}` hold a token that does not exist: padding has weight 0, "
                    "but the look-up still needs some token there, such as 0."
                )
            other = wanted["targets" if name == "inputs" else "inputs"][1]
            expect(
                np.where(real, mine, 0),
                padded(rows),
                when=f"{name} of {when}, padding aside",
                mistakes={
                    "those are the tokens that go in; targets stand one place further on.": padded(
                        other
                    )
                    if name == "targets"
                    else None,
                    "those are the targets; inputs stand one place before.": padded(other)
                    if name == "inputs"
                    else None,
                    "that is one token for all places; each has a target of its own: all tokens "
                    "but the first.": padded([[row[0]] * len(row) for row in rows])
                    if name == "targets"
                    else None,
                    "the padding must come behind the name, which begins at position 0.": np.where(
                        real, np.array([[0] * (T - len(row)) + row for row in rows]), 0
                    ),
                },
            )


@exercise(
    "efficiency.pad",
    check=check_pad,
    hints=(
        "A name of `n` tokens has n - 1 pairs: inputs are all but the last, targets all but the "
        "first.",
        "The loss is the mean over the names of the mean over their pairs. So how much does one "
        "pair of one name count?",
        """
        One gap left:

        ```python
        inputs[row, :pairs] = tokens[:-1]
        targets[row, :pairs] = tokens[1:]
        weights[row, :pairs] = 1 / (pairs * ...)
        ```
        """,
    ),
)
def pad(documents):
    """Inputs, targets and weights, each (B, T), of B lists of tokens of unequal length."""
    B, T = len(documents), max(len(tokens) for tokens in documents) - 1
    inputs = np.zeros((B, T), dtype=int)
    targets = np.zeros((B, T), dtype=int)
    weights = np.zeros((B, T))
    for row, tokens in enumerate(documents):
        pairs = len(tokens) - 1
        inputs[row, :pairs] = tokens[:-1]
        targets[row, :pairs] = tokens[1:]
        weights[row, :pairs] = 1 / (pairs * B)
    return inputs, targets, weights


# --- mended_weights ---


def check_mended_weights(mended_weights):
    rng = Random(48)
    for T, D in [(2, 3), (3, 3), (5, 2), (1, 2)]:
        q, k = table(rng, T, D), table(rng, T, D)
        scores = q @ k.T / D**0.5
        past = np.tri(T) == 1
        exps = np.where(past, np.exp(scores), 0)
        shifted = exps / np.exp(np.where(past, scores, -np.inf).max(axis=1, keepdims=True))
        want = exps / exps.sum(axis=1, keepdims=True)
        free = np.exp(scores)
        got = call_on_arrays(mended_weights, q, k)
        expect(
            got,
            want,
            when=f"mended_weights({show(q)}, {show(k)})",
            mistakes={
                "the columns still add up to 1; each row should.": either(
                    got, shifted / shifted.sum(axis=0), exps / exps.sum(axis=0)
                ),
                "the axis is right now, but the sums of the rows were handed out along the "
                "columns: `keepdims=True` is missing.": either(
                    got, shifted / shifted.sum(axis=1), exps / exps.sum(axis=1)
                ),
                "all of it adds up to 1; each row should.": either(
                    got, shifted / shifted.sum(), exps / exps.sum()
                ),
                "now the mask is gone: queries see later keys.": free
                / free.sum(axis=1, keepdims=True),
                "rows add up to 1, but they are the keys: a row belongs to a query.": either(
                    got, (shifted / shifted.sum(axis=0)).T, (exps / exps.sum(axis=0)).T
                ),
                "the scores lost their scale: divide by the root of the length of a query.": (
                    np.where(past, np.exp(q @ k.T), 0)
                    / np.where(past, np.exp(q @ k.T), 0).sum(axis=1, keepdims=True)
                ),
                "those are the exps; divide each row by its sum.": either(got, shifted, exps),
            },
        )
    q, k = np.array([[1000.0, 0.0], [0.0, 1000.0]]), np.array([[2.0, 1.0], [1.0, 3.0]])
    got = call_on_arrays(mended_weights, q, k)
    when = f"mended_weights({show(q)}, {show(k)})"
    if np.isnan(np.asarray(got, dtype=float)).any():
        raise Wrong(f"`{when}` holds nan: exp grew too large. Keep the shift by a row's largest.")
    expect(got, [[1, 0], [0, 1]], when=when)


@exercise(
    "efficiency.mended_weights",
    check=check_mended_weights,
    hints=(
        "A row of the result holds the weights of one query, over all keys. What must it add up "
        "to?",
        "Which axis is summed away when a row becomes one number? And which shape must the sums "
        "have, so that each meets its own row?",
        """
        One gap left, in the last line:

        ```python
        return exps / exps.sum(axis=..., keepdims=True)
        ```
        """,
    ),
)
def mended_weights(q, k):
    """A classmate's attention weights (T, T), a row for each query, mended."""
    scores = q @ k.T / q.shape[1] ** 0.5
    scores = np.where(np.tri(len(q)) == 1, scores, -np.inf)
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)
