"""Lesson 07: ReLU², the MLP, its dead units, the residual connection, a whole layer."""
# ruff: noqa: B905 (solutions use `zip` in its plainest form)

import math
from collections.abc import Callable
from random import Random

from course_lib import layers
from course_lib import mlp as finished
from course_lib.attention import KVCache, attention
from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import Wrong, call, cases, expect, show
from course_lib.exercises.layers import numbers, slopes, values
from course_lib.layers import Matrix, Vector, linear, rmsnorm
from course_lib.teach.questions import Choice, FaultyLine, Number, Order, Quiz, right, wrong
from course_lib.value import Value

warm_up = Quiz(
    "mlp.warm_up",
    Number(
        "mlp.warm_up_two_ways",
        "`y = x + 3 * x` holds `x` twice. After `y.backward()`, what is `x.grad`?",
        4,
        tolerance=0.01,
        because="Two ways lead from `x` to `y`, with the slopes 1 and 3, and gradients add up.",
        mistakes={
            3: "That is what comes by way of `3 * x`. Another way leads from `x` straight to `y`.",
            1: "That is the straight way alone. By way of `3 * x` comes more.",
            0: "Both ways carry a slope, and both go up.",
        },
        otherwise="Nudge `x` by 1. By how much does `y` move?",
    ),
    Choice(
        "mlp.warm_up_rmsnorm",
        "What does RMSNorm throw away?",
        {
            "the length of a vector": right(
                "`[3, 4]` and `[30, 40]` come out alike; the direction is kept."
            ),
            "the direction of a vector": wrong(
                "That is what it keeps: every number is multiplied by one and the same factor."
            ),
            "negative numbers": wrong("The factor is positive, so each number keeps its sign."),
            "the mean of the numbers": wrong(
                "Another norm, LayerNorm, subtracts the mean. RMSNorm leaves it in."
            ),
        },
    ),
    Choice(
        "mlp.warm_up_attention",
        "At which place does one position get to know what stands at another?",
        {
            "in attention, and nowhere else": right(
                "Keys and values of earlier positions are the only thing that crosses over."
            ),
            "in every linear layer": wrong(
                "A linear layer mixes the numbers of one vector; it sees one position only."
            ),
            "in the embedding table": wrong(
                "A row belongs to a token, wherever the token stands and whatever surrounds it."
            ),
            "in RMSNorm": wrong("It scales one vector by what it finds in that vector."),
        },
    ),
)

two_linear = Choice(
    "mlp.two_linear",
    "A linear layer makes 64 numbers of 16, and a second one, right after it, makes 16 of the 64. "
    "What can the pair do that a single linear layer from 16 to 16 cannot?",
    {
        "nothing at all": right(
            "A sum of sums is a sum: every output is again a weighted sum of the 16 inputs, so a "
            "single matrix of 16 by 16 does the same."
        ),
        "more, because it has 2,048 weights in place of 256": wrong(
            "It has more weights, but each output is still a weighted sum of 16 inputs, and 256 "
            "weights are enough to say any such sums."
        ),
        "more, because it works in 64 dimensions in between": wrong(
            "There is room for 64 numbers, but all of them are weighted sums of the same 16."
        ),
        "bend: treat large inputs unlike small ones": wrong(
            "Twice the input gives twice the 64 numbers, and those give twice the output: straight "
            "all the way."
        ),
    },
)

closed_gate = Number(
    "mlp.closed_gate",
    "For some input, a hidden unit stands at -3 before ReLU. How large is the gradient of each of "
    "its 16 weights in `fc1`?",
    0,
    tolerance=1e-9,
    because="At -3 the slope of ReLU is 0, and everything that flows back is multiplied by it.",
    mistakes={
        -3: "That is where the unit stands. What is the slope of ReLU there?",
        1: "That is the slope of ReLU on its right side.",
        -6: "2·(-3) would be the slope of the square. ReLU comes before it, and is flat here.",
    },
    otherwise="On the way back, the gradient is multiplied by the slope of ReLU at -3.",
)

how_many_fire = Choice(
    "mlp.how_many_fire",
    "Before training, about half of the 64 hidden units fire at a typical position. And after "
    "training: how many of the 64?",
    {
        "about 64": wrong(
            "A unit that fires everywhere makes no use of its bend. Training led the other way."
        ),
        "about 32": wrong("That is where chance begins. Training has made the units more choosy."),
        "10 to 16": right("Training has made the units choosy: each is silent at most positions."),
        "exactly 1: each letter has a unit": wrong(
            "Nothing asks for such neatness. Several units share a letter, and several letters a "
            "unit."
        ),
    },
)

through_twelve = Choice(
    "mlp.through_twelve",
    "Twelve layers in a row, an RMSNorm before each part, weights of std 0.02: what one part "
    "gives is all that the next one gets. How large is the gradient that reaches the input, "
    "compared with the gradient when there is only one layer?",
    {
        "about a twelfth": wrong("Slopes along a chain are multiplied, not added."),
        "about the same: RMSNorm keeps the size": wrong(
            "It does so where the vectors are of ordinary size. These get so small that ε, made "
            "for the zero vector, takes over."
        ),
        "smaller than a millionth": right(
            "Every part in the chain multiplies the gradient by a small factor; where the vectors "
            "have become tiny, by a tiny one."
        ),
        "twelve times as large": wrong("Weights as small as these make it smaller at each step."),
    },
)

norm_after = Choice(
    "mlp.norm_after",
    "A norm after every addition: the whole stream is normalized there. The weights are large. "
    "Follow the vector that entered, on its way through twelve layers: what becomes of its share "
    "in the stream?",
    {
        "it shrinks fast: every norm divides it once more": right(
            "What was written early has been divided most often. With norms before, nothing in "
            "the stream is divided; the start is only joined by more and more."
        ),
        "it stays as it is: a norm keeps directions": wrong(
            "The norm keeps the direction of the sum. But the parts add to a stream that was "
            "just divided, so what is older counts for less and less."
        ),
        "it grows: a norm makes small numbers large": wrong(
            "It would, for a stream below size 1. After an addition the stream is larger than "
            "that, and gets divided."
        ),
        "it is gone after the first norm": wrong(
            "A norm divides by one number, and that number is not enormous. How about the second, "
            "and the third?"
        ),
    },
)

layer_order = Order(
    "mlp.layer_order",
    "Put a layer in order: first look back, then think it over.",
    """
    make a normalized copy of x
    attention looks back, with this copy and the cache
    add what it has gathered to x
    make a normalized copy of what x is now
    the MLP works on this copy
    add what it gives to x, and hand that back
    """,
    rules={
        (1, 2): "Attention reads a normalized copy, so the norm comes before it.",
        (2, 3): "What attention gathers can be added only after it was gathered.",
        (3, 4): "The MLP works on what attention has brought: add that first, then make its copy.",
        (4, 5): "The MLP reads a normalized copy, so the norm comes before it.",
        (5, 6): "What the MLP gives can be added only after it has worked.",
    },
    because="Norm, attention, add; norm, MLP, add. Inside the layer, `x` itself is never divided.",
)

half_line = FaultyLine(
    "mlp.half_line",
    "Which line makes the two alike?",
    """
    def classmates_half(x, fc1, fc2):
        x = rmsnorm(x)
        worked = mlp(x, fc1, fc2)
        return add(x, worked)
    """,
    fault="x = rmsnorm(x)",
    because="It replaces the stream by its normalized copy, so the length is gone for all that "
    "comes after. Only the MLP should get the copy.",
    innocent={
        "def classmates_half(x, fc1, fc2):": "All three arguments are needed.",
        "worked = mlp(x, fc1, fc2)": "The MLP gets a normalized vector, as it should.",
        "return add(x, worked)": "The addition is there. But what does `x` hold by now?",
    },
)


# --- What the checks share ---


def matrix(rng: Random, rows: int, columns: int) -> list[list[float]]:
    return [numbers(rng, columns, size=1.0) for _ in range(rows)]


def matrix_of_values(rows: list[list[float]]) -> Matrix:
    return [values(row) for row in rows]


def data(vector: Vector) -> list[float]:
    return [x.data for x in vector]


# --- relu_squared ---


def check_relu_squared(relu_squared):
    for x in [3.0, -2.0, 0.0, *(x for draw in cases(lambda rng: numbers(rng, 1)) for x in draw)]:
        value, h = Value(x), max(x, 0.0)
        when = f"relu_squared({show(x)})"
        got = call(relu_squared, value)
        expect(
            got,
            h * h,
            when=when,
            mistakes={
                "that is ReLU alone; its square is asked for.": h,
                "a negative number must give 0. Put ReLU in front of the square.": x * x,
                "squared means times itself, not times 2.": 2 * h,
                "that is the slope; the value is h · h.": 2 * x,
                "that is the number that came in.": x,
            },
        )
        anchor = Value(1.0)  # `slopes` wants at least one that is not 0
        grads = slopes([got, call(relu_squared, anchor)], [value, anchor], when)
        expect(
            grads[:1],
            [2 * h],
            when=f"the gradient through {when}",
            mistakes={
                "that is the slope of ReLU. The square has a slope of its own, 2h.": [
                    float(x > 0) if x else 1.0
                ],
                "left of 0 the curve is flat, so its slope is 0 there.": [2 * x],
                "the slope of h² is 2h: the 2 is missing.": [h],
                "that is the value once more; the slope of h² is 2h.": [h * h],
                "the 2 stands alone; the slope of h² is 2 times h.": [2.0],
                "that is twice the square; the slope of h² is 2 times h.": [2 * h * h],
            },
        )


@exercise(
    "mlp.relu_squared",
    check=check_relu_squared,
    hints=(
        "`h` is what ReLU makes of the number. What is its square, and what is the slope of h²?",
        "The chain rule: the slope of the square is 2h. Right of 0, that of ReLU is 1; left of 0, "
        "h itself is 0.",
        """
        One gap left:

        ```python
        h = max(x.data, 0.0)
        squared = h * h
        slope = ...
        return Value(squared, (x,), (slope,), "relu²")
        ```
        """,
    ),
)
def relu_squared(x):
    """max(0, x) squared: a Value in, a new Value out, with its local gradient."""
    h = max(x.data, 0.0)
    squared = h * h
    slope = 2 * h
    return Value(squared, (x,), (slope,), "relu²")


# --- mlp ---


def check_mlp(mlp):
    def draw(rng):
        n = rng.randint(2, 3)
        return numbers(rng, n), matrix(rng, 4 * n, n), matrix(rng, n, 4 * n)

    def act(vector):
        return [h.relu() ** 2 for h in vector]

    for x, fc1, fc2 in cases(draw, n=10):
        xs, w1, w2 = values(x), matrix_of_values(fc1), matrix_of_values(fc2)
        hidden = linear(xs, w1)
        want = finished.mlp(xs, w1, w2)
        when = f"mlp({show(x)}, fc1, fc2)"
        got = call(mlp, xs, w1, w2)
        expect(
            got,
            data(want),
            when=when,
            mistakes={
                "the activation is missing, and two linear layers in a row are only one.": data(
                    linear(hidden, w2)
                ),
                "ReLU is there, its square is missing.": data(
                    linear([h.relu() for h in hidden], w2)
                ),
                "squared means times itself, not times 2.": data(
                    linear([2 * h.relu() for h in hidden], w2)
                ),
                "the negative hidden numbers were squared, too: ReLU first, then the square.": data(
                    linear([h * h for h in hidden], w2)
                ),
                "the activation came last; it belongs between the two linear layers.": data(
                    act(linear(hidden, w2))
                ),
                "the output was activated, too; only the hidden numbers are.": data(act(want)),
                "the input was activated; it is the hidden numbers that are.": data(
                    linear(linear(act(xs), w1), w2)
                ),
                "those are the hidden numbers; `fc2` has to make a short vector of them.": data(
                    act(hidden)
                ),
                "x is added already. That is right for a layer, but not for the MLP alone.": data(
                    layers.add(xs, want)
                ),
                "x was normalized. The layer will do that; the MLP takes x as it comes.": data(
                    finished.mlp(rmsnorm(xs), w1, w2)
                ),
            },
        )
        leaves = [*xs, *(w for rows in (w1, w2) for row in rows for w in row)]
        grads = slopes(got, leaves, when)
        fresh, v1, v2 = values(x), matrix_of_values(fc1), matrix_of_values(fc2)
        leaves = [*fresh, *(w for rows in (v1, v2) for row in rows for w in row)]
        right_grads = slopes(finished.mlp(fresh, v1, v2), leaves, when)
        expect(grads, right_grads, when=f"the gradient through {when}")


@exercise(
    "mlp.mlp",
    check=check_mlp,
    hints=(
        "Three steps, in the order of the lesson: expand, activate, compress.",
        "`linear(x, fc1)` gives the hidden numbers, a list of Values. Each of them goes through "
        "`h.relu() ** 2`.",
        """
        One gap left:

        ```python
        hidden = linear(x, fc1)
        active = [... for h in hidden]
        return linear(active, fc2)
        ```
        """,
    ),
)
def mlp(x, fc1, fc2):
    """Expand with fc1, activate with ReLU², compress with fc2."""
    hidden = [h.relu() ** 2 for h in linear(x, fc1)]
    return linear(hidden, fc2)


# --- dead_units ---


def check_dead_units(dead_units):
    def draw(rng):
        units, positions = rng.randint(5, 8), rng.randint(3, 5)
        rows = [
            [rng.choice([-2.5, -1.0, 0.5, 2.0]) for _ in range(units)] for _ in range(positions)
        ]
        dead, at_zero, first, last = rng.sample([0, *range(2, units)], 4)
        for row in rows:
            row[dead], row[at_zero], row[first], row[last] = -1.5, 0.0, -2.5, -2.5
            row[1] = 2.0
        rows[0][first] = rows[-1][last] = 1.5  # there alone
        rows[1] = [min(h, -h) for h in rows[1]]  # a position where nothing fires
        return (rows,)

    easy = (  # every mistake gives something else here
        [0.0, 2.0, -1.0, 1.5, -2.5, -1.5, 0.5],
        [0.0, -2.0, -2.0, -2.5, -2.5, -1.5, -1.0],
        [0.0, 1.0, -0.5, -2.5, 1.5, -1.5, 2.0],
    )

    def never(rows, fires=lambda h: h > 0):
        return [u for u in range(len(rows[0])) if not any(fires(row[u]) for row in rows)]

    for (rows,) in [([*map(list, easy)],), *cases(draw, n=12)]:
        want = never(rows)
        units = range(len(rows[0]))
        expect(
            call(dead_units, rows),
            want,
            when=f"dead_units({show(rows)})",
            mistakes={
                "only as many units were looked at as there are rows: `len(hidden)` counts the "
                "positions, `len(hidden[0])` the units.": [u for u in want if u < len(rows)],
                "a hidden number of exactly 0 does not fire, so that unit belongs here, too.": (
                    never(rows, lambda h: h >= 0)
                ),
                "0 is what ReLU makes of a silent unit's number; the hidden number itself may be "
                "below 0.": [u for u in units if all(row[u] == 0 for row in rows)],
                "that is how many there are; their places are asked for, as a list.": len(want),
                "that says of each unit whether it is dead; a list of the dead ones' places is "
                "asked for.": [u in want for u in units],
                "those are the hidden numbers of the dead units; their places in the row are asked "
                "for.": [[row[u] for row in rows] for u in want],
                "those are the units that do fire somewhere.": [u for u in units if u not in want],
                "silent at one position is not dead: a dead unit fires at none.": [
                    u for u in units if any(row[u] <= 0 for row in rows)
                ],
                "that is the last position alone; a unit may fire at an earlier one.": [
                    u for u in units if rows[-1][u] <= 0
                ],
                "that is the first position alone; a unit may fire at a later one.": [
                    u for u in units if rows[0][u] <= 0
                ],
                "units are counted from 0, as everything in a list.": [u + 1 for u in want],
                "those are positions; units go along the rows, from left to right.": [
                    t for t, row in enumerate(rows) if not any(h > 0 for h in row)
                ],
                "numbers that add up to less than 0 do not make a unit dead: it may fire once.": [
                    u for u in units if math.fsum(row[u] for row in rows) <= 0
                ],
            },
        )


@exercise(
    "mlp.dead_units",
    check=check_dead_units,
    hints=(
        "Take one unit after the other. Its hidden numbers stand in one column: `row[unit]` for "
        "each row.",
        "A unit is dead where *no* row has a number above 0 for it.",
        """
        One gap left:

        ```python
        dead = []
        for unit in range(len(hidden[0])):
            if not any(... for row in hidden):
                dead.append(unit)
        return dead
        ```
        """,
    ),
)
def dead_units(hidden):
    """The places, counted from 0, of the units that fire at no position."""
    dead = []
    for unit in range(len(hidden[0])):
        if not any(row[unit] > 0 for row in hidden):
            dead.append(unit)
    return dead


# --- add ---


def check_add(add):
    def draw(rng):
        n = rng.randint(2, 5)
        return numbers(rng, n), numbers(rng, n)

    for x, change in cases(draw):
        a, b = values(x), values(change)
        want = [p + q for p, q in zip(x, change)]
        when = f"add({show(x)}, {show(change)})"
        got = call(add, a, b)
        expect(
            got,
            want,
            when=when,
            mistakes={
                "between lists, `+` joins one to the end of the other. Add number to number.": x
                + change,
                "that is the change alone: the stream is lost.": change,
                "that is the stream as it was: the change is lost.": x,
                "the numbers were multiplied; they are added.": [p * q for p, q in zip(x, change)],
                "the change was taken away; it is added.": [p - q for p, q in zip(x, change)],
                "that is one number; a sum of two vectors is a vector.": sum(want),
                "those are means; nothing is divided here.": [s / 2 for s in want],
                "the sum was normalized; the stream is only added to.": data(rmsnorm(values(want))),
            },
        )
        grads = slopes(got, [*a, *b], when)
        expect(grads, 2 * list(range(1, len(x) + 1)), when=f"the gradient through {when}")


@exercise(
    "mlp.add",
    check=check_add,
    hints=(
        "As with embeddings: first with first, second with second, in a new list.",
        "`zip(x, change)` goes through both lists side by side.",
        """
        One gap left:

        ```python
        return [... for xi, ci in zip(x, change)]
        ```
        """,
    ),
)
def add(x, change):
    """The stream after a change: a new vector, x plus change, number by number."""
    return [xi + ci for xi, ci in zip(x, change)]


# --- gradients_through ---


def check_gradients_through(gradients_through):
    def draw(rng):
        n = rng.randint(2, 3)
        matrices = [matrix(rng, n, n) for _ in range(rng.randint(2, 3))]
        return numbers(rng, n), matrices, rng.random() < 0.5

    def part_of(rows):
        weight = matrix_of_values(rows)
        return lambda x: linear(x, weight)

    def replace(x, part):
        return part(x)

    def residual(x, part):
        return layers.add(x, part(x))

    def lesson_replace(x, part):
        return part(rmsnorm(x))

    def lesson_residual(x, part):
        return layers.add(x, part(rmsnorm(x)))

    def guarded(join):
        """The way of joining that is handed in: it tells what it was not given."""

        def join_them(x, part):
            if callable(x) or not callable(part):
                raise Wrong(
                    "`join(x, part)` wants the vector first, and then the part itself, not what "
                    "it makes of the vector."
                )
            return join(x, part)

        return join_them

    def at_the_end(x):
        Value.sum(x).backward()

    def number_by_number(x):
        for v in x:
            v.backward()

    def passed(start, parts, join, backward=at_the_end, keep=False, each_time=False):
        """The gradients of the start vector, or of all that was joined from it."""
        x = first = values(start)
        for part in parts:
            x = join(first if keep else x, part)
            if each_time:
                backward(x)
        if not each_time:
            backward(x)
        return [v.grad for v in first]

    for start, matrices, plain in cases(draw, n=10):
        parts = [part_of(rows) for rows in matrices]
        join = replace if plain else residual
        want = passed(start, parts, join)
        mistakes = {
            "those are the gradients of a vector towards its own sum: `x` was overwritten, or the "
            "sum was taken of `x` itself. Give the vector that goes through the parts a name of "
            "its own.": [1.0] * len(start),
            "all of them are 0: was `backward` called?": [0.0] * len(start),
            "those are the numbers that went in; their gradients are asked for.": start,
            "`backward` was called on one number only; the sum of all comes first.": passed(
                start, parts, join, backward=lambda x: x[0].backward()
            ),
            "that is for the mean of the result; its sum is asked for.": passed(
                start, parts, join, backward=lambda x: (Value.sum(x) / len(x)).backward()
            ),
            "`backward` was called on each number, one after the other. One graph, one call "
            "(lesson 02): gradients of the nodes between add up. Call it once, on the sum.": (
                passed(start, parts, join, backward=number_by_number)
            ),
            "`backward` was called after every part. One graph, one call (lesson 02): gradients "
            "of the nodes between add up. Call it once, at the end.": passed(
                start, parts, join, each_time=True
            ),
            "the parts were taken from the last to the first.": passed(start, parts[::-1], join),
            "only the first part was passed: does something end the loop too early?": passed(
                start, parts[:1], join
            ),
            "the last part was left out.": passed(start, parts[:-1], join),
            "every part got the first vector; each must get what the one before left.": passed(
                start, parts, join, keep=True
            ),
            "`part(x)` was taken as it is: it is for `join(x, part)` to say what becomes of x.": (
                passed(start, parts, replace)
            ),
            "that is the lesson's `residual`, whatever `join` is: call the `join` that is handed "
            "in.": passed(start, parts, lesson_residual),
            "that is the lesson's `replace`, whatever `join` is: call the `join` that is handed "
            "in.": passed(start, parts, lesson_replace),
            "x was added once more; `join` has done that, where it is to be done.": passed(
                start, parts, lambda x, part, join=join: layers.add(x, join(x, part))
            ),
        }
        name = "replace" if plain else "residual"
        when = f"gradients_through({name}, {len(parts)} parts, {show(start)})"
        got = call(gradients_through, guarded(join), parts, values(start))
        if isinstance(got, Value):
            raise Wrong(f"{when} gave a Value: hand back a list, one gradient for each number.")
        expect(got, want, when=when, mistakes=mistakes)
    return "with this you can measure what any way of joining does to the gradient."


@exercise(
    "mlp.gradients_through",
    check=check_gradients_through,
    hints=(
        "Two names are needed: one for the vector that goes through the parts, and `x` for the one "
        "whose gradients you want in the end.",
        "Begin with `y = x`; for each part, `y = join(y, part)`. Then `backward` on "
        "`Value.sum(y)`, and read `.grad`.",
        """
        One gap left:

        ```python
        y = x
        for part in parts:
            y = join(y, part)
        Value.sum(y).backward()
        return ...
        ```
        """,
    ),
)
def gradients_through(join, parts, x):
    """The gradients of x, towards the sum of what it has become after all the parts."""
    y = x
    for part in parts:
        y = join(y, part)
    Value.sum(y).backward()
    return [xi.grad for xi in x]


# --- transformer_layer ---

ATTENTION = ("attn_wq", "attn_wk", "attn_wv", "attn_wo")


def look_back(x: Vector, w: dict[str, Matrix], cache: KVCache, n_head: int = 2) -> Vector:
    return attention(x, *(w[name] for name in ATTENTION), n_head, cache)


def think(x: Vector, w: dict[str, Matrix]) -> Vector:
    return finished.mlp(x, w["mlp_fc1"], w["mlp_fc2"])


def without_first_norm(x, w, cache):
    x = layers.add(x, look_back(x, w, cache))
    return layers.add(x, think(rmsnorm(x), w))


def without_second_norm(x, w, cache):
    x = layers.add(x, look_back(rmsnorm(x), w, cache))
    return layers.add(x, think(x, w))


def without_norms(x, w, cache):
    x = layers.add(x, look_back(x, w, cache))
    return layers.add(x, think(x, w))


def norms_after(x, w, cache):
    x = rmsnorm(layers.add(x, look_back(x, w, cache)))
    return rmsnorm(layers.add(x, think(x, w)))


def norms_in_the_stream(x, w, cache):
    x = rmsnorm(x)
    x = rmsnorm(layers.add(x, look_back(x, w, cache)))
    return layers.add(x, think(x, w))


def first_norm_in_the_stream(x, w, cache):
    x = rmsnorm(x)
    x = layers.add(x, look_back(x, w, cache))
    return layers.add(x, think(rmsnorm(x), w))


def second_norm_in_the_stream(x, w, cache):
    x = rmsnorm(layers.add(x, look_back(rmsnorm(x), w, cache)))
    return layers.add(x, think(x, w))


def norm_at_the_end(x, w, cache):
    x = layers.add(x, look_back(rmsnorm(x), w, cache))
    return rmsnorm(layers.add(x, think(rmsnorm(x), w)))


def norms_on_the_results(x, w, cache):
    x = layers.add(x, rmsnorm(look_back(x, w, cache)))
    return layers.add(x, rmsnorm(think(x, w)))


def added_to_the_old_stream(x, w, cache):
    middle = layers.add(x, look_back(rmsnorm(x), w, cache))
    return layers.add(x, think(rmsnorm(middle), w))


def mlp_reads_what_was_gathered(x, w, cache):
    gathered = look_back(rmsnorm(x), w, cache)
    return layers.add(layers.add(x, gathered), think(rmsnorm(gathered), w))


def without_first_residual(x, w, cache):
    x = look_back(rmsnorm(x), w, cache)
    return layers.add(x, think(rmsnorm(x), w))


def without_second_residual(x, w, cache):
    x = layers.add(x, look_back(rmsnorm(x), w, cache))
    return think(rmsnorm(x), w)


def without_residuals(x, w, cache):
    return think(rmsnorm(look_back(rmsnorm(x), w, cache)), w)


def mlp_first(x, w, cache):
    x = layers.add(x, think(rmsnorm(x), w))
    return layers.add(x, look_back(rmsnorm(x), w, cache))


def side_by_side(x, w, cache):
    normed = rmsnorm(x)
    return layers.add(layers.add(x, look_back(normed, w, cache)), think(normed, w))


def attention_only(x, w, cache):
    return layers.add(x, look_back(rmsnorm(x), w, cache))


def four_heads(x, w, cache):
    x = layers.add(x, look_back(rmsnorm(x), w, cache, n_head=4))
    return layers.add(x, think(rmsnorm(x), w))


def own_cache(x, w, cache):
    x = layers.add(x, look_back(rmsnorm(x), w, KVCache()))
    return layers.add(x, think(rmsnorm(x), w))


MISTAKEN_LAYERS: dict[str, Callable] = {
    "attention got the stream as it is; it should read a normalized copy.": without_first_norm,
    "the MLP got the stream as it is; it should read a normalized copy.": without_second_norm,
    "there is no norm in it; attention and the MLP both read normalized copies.": without_norms,
    "the norms come after the additions; they belong before attention and before the MLP.": (
        norms_after
    ),
    "the stream itself was normalized; only the copies that are read should be.": (
        norms_in_the_stream
    ),
    "the norm before attention was stored in the stream; only attention gets the copy.": (
        first_norm_in_the_stream
    ),
    "the norm before the MLP was stored in the stream; only the MLP gets the copy.": (
        second_norm_in_the_stream
    ),
    "the result was normalized; the stream leaves the layer as it is.": norm_at_the_end,
    "what the parts give was normalized; what they read should be.": norms_on_the_results,
    "the MLP's result was added to the old stream, and what attention brought is lost.": (
        added_to_the_old_stream
    ),
    "the MLP read only what attention gathered; it reads the stream with that added.": (
        mlp_reads_what_was_gathered
    ),
    "there were four heads; how many there are is said by `n_head`.": four_heads,
    "what attention gave has replaced the stream; add it to the stream.": without_first_residual,
    "what the MLP gave has replaced the stream; add it to the stream.": without_second_residual,
    "both results have replaced the stream; each is to be added to it.": without_residuals,
    "the MLP came first; attention gathers, and then the MLP works on it.": mlp_first,
    "the MLP did not see what attention brought: normalize again after adding it.": side_by_side,
    "the MLP is missing: that is half of a layer.": attention_only,
    "the second position saw nothing of the first: use the cache that is handed in.": own_cache,
}


class Weights(dict):
    """Matrices by name; messages show them as their name, not as hundreds of numbers."""

    def __repr__(self) -> str:
        return "weights"


def check_transformer_layer(transformer_layer):
    def draw(rng):
        shapes = {**dict.fromkeys(ATTENTION, (4, 4)), "mlp_fc1": (16, 4), "mlp_fc2": (4, 16)}
        weights = {name: matrix(rng, *shape) for name, shape in shapes.items()}
        return [numbers(rng, 4), numbers(rng, 4)], weights

    for rows, plain in cases(draw, n=4):
        weights = Weights({name: matrix_of_values(rows) for name, rows in plain.items()})
        xs = [values(row) for row in rows]

        def two_positions(layer, xs=xs, weights=weights):
            cache = KVCache()
            return [data(layer(x, weights, cache)) for x in xs]

        cache = KVCache()
        got = [call(transformer_layer, x, weights, 2, cache) for x in xs]
        if len(cache.keys) > 2:
            raise Wrong(
                f"after two positions the cache holds {len(cache.keys)} keys: call `attention` "
                "once for each position, with the cache that is handed in."
            )
        reference = KVCache()
        want = [finished.transformer_layer(x, weights, 2, reference) for x in xs]
        mistaken = {text: two_positions(layer) for text, layer in MISTAKEN_LAYERS.items()}
        for i in range(2):
            expect(
                got[i],
                data(want[i]),
                when=f"transformer_layer(x, weights, 2, cache), call {i + 1}",
                mistakes={text: vectors[i] for text, vectors in mistaken.items()},
            )
    leaves = [*xs[0], *(row[0] for rows in weights.values() for row in rows)]
    grads = slopes(got[1], leaves, "transformer_layer(…)")
    for leaf in leaves:
        leaf.grad = 0.0
    right_grads = slopes(want[1], leaves, "transformer_layer(…)")
    expect(grads, right_grads, when="the gradient through your layer")


@exercise(
    "mlp.transformer_layer",
    check=check_transformer_layer,
    hints=(
        "Two halves of one shape: `x = add(x, part(rmsnorm(x)))`, first with attention, then with "
        "the MLP.",
        "`attention(x, wq, wk, wv, wo, n_head, cache)` wants its four matrices one by one: "
        '`weights["attn_wq"]` and so on.',
        """
        One gap left:

        ```python
        names = ("attn_wq", "attn_wk", "attn_wv", "attn_wo")
        wq, wk, wv, wo = (weights[name] for name in names)
        x = add(x, attention(rmsnorm(x), wq, wk, wv, wo, n_head, cache))
        return add(x, ...)
        ```
        """,
    ),
)
def transformer_layer(x, weights, n_head, cache):
    """Attention, then the MLP: each reads a normalized copy of x and adds its result to x."""
    names = ("attn_wq", "attn_wk", "attn_wv", "attn_wo")
    wq, wk, wv, wo = (weights[name] for name in names)
    x = layers.add(x, attention(rmsnorm(x), wq, wk, wv, wo, n_head, cache))
    return layers.add(x, finished.mlp(rmsnorm(x), weights["mlp_fc1"], weights["mlp_fc2"]))


# --- mended_half ---


def check_mended_half(mended_half):
    def draw(rng):
        return numbers(rng, 3), matrix(rng, 12, 3), matrix(rng, 3, 12)

    for x, fc1, fc2 in cases(draw, n=8):
        xs, w1, w2 = values(x), matrix_of_values(fc1), matrix_of_values(fc2)
        normed = rmsnorm(xs)
        worked = finished.mlp(normed, w1, w2)
        want = layers.add(xs, worked)
        when = f"mended_half({show(x)}, fc1, fc2)"
        got = call(mended_half, xs, w1, w2)
        expect(
            got,
            data(want),
            when=when,
            mistakes={
                "the stream is still replaced by its normalized copy.": data(
                    layers.add(normed, worked)
                ),
                "now there is no norm at all; the MLP should read a normalized copy.": data(
                    layers.add(xs, finished.mlp(xs, w1, w2))
                ),
                "it is the wrong way round: the MLP reads the copy, and what it gives is added to "
                "the stream.": data(layers.add(normed, finished.mlp(xs, w1, w2))),
                "the norm moved to after the addition, where it still takes the length away.": data(
                    rmsnorm(layers.add(xs, finished.mlp(xs, w1, w2)))
                ),
                "the sum was normalized; the length of the stream is gone again.": data(
                    rmsnorm(want)
                ),
                "that is what the MLP gives; the stream is to be added to it.": data(worked),
                "the copy was added; what the MLP makes of it is to be added.": data(
                    layers.add(xs, normed)
                ),
                "the result of the MLP was normalized; its input should be.": data(
                    layers.add(xs, rmsnorm(finished.mlp(xs, w1, w2)))
                ),
            },
        )
        grads = slopes(got, xs, when)
        fresh = values(x)
        again = layers.add(fresh, finished.mlp(rmsnorm(fresh), w1, w2))
        expect(grads, slopes(again, fresh, when), when=f"the gradient through {when}")


@exercise(
    "mlp.mended_half",
    check=check_mended_half,
    hints=(
        "Who needs the normalized copy, and who needs the stream as it came in?",
        "Give the copy a name of its own, so that `x` stays what it was.",
        """
        One gap left:

        ```python
        copy = rmsnorm(x)
        worked = mlp(copy, fc1, fc2)
        return add(..., worked)
        ```
        """,
    ),
)
def mended_half(x, fc1, fc2):
    """A classmate's second half of a layer, mended."""
    worked = finished.mlp(rmsnorm(x), fc1, fc2)
    return layers.add(x, worked)
