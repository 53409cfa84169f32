"""Lesson 05: embeddings, dot products, linear layers, RMSNorm, and all parameters in one drawer."""
# ruff: noqa: B905 (solutions use `zip` in its plainest form)

from collections.abc import Iterable
from random import Random

from course_lib import layers
from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import Wrong, call, cases, expect, show
from course_lib.gpt import GPT, GPTConfig, initial_weights
from course_lib.layers import EPSILON
from course_lib.teach.questions import Choice, FaultyLine, Number, Order, Quiz, right, wrong
from course_lib.value import Value

warm_up = Quiz(
    "layers.warm_up",
    Choice(
        "layers.warm_up_sequence",
        "`a` has the id 0, `n` the id 13, BOS the id 26. Which sequence does `ana` become?",
        {
            "26, 0, 13, 0, 26": right(
                "BOS marks both ends, and each letter stands once for itself."
            ),
            "0, 13, 0": wrong("Those are the letters. The mark of the two ends is missing."),
            "26, 0, 13, 0": wrong("A model that never sees the end would never learn to stop."),
            "26, 0, 13, 26": wrong(
                "The second `a` is a token like the first: a sequence is no set."
            ),
        },
    ),
    Choice(
        "layers.warm_up_loss",
        "A model of 27 tokens has a loss of 3.30 = log 27. It does as well as one that …",
        {
            "takes every next token for equally likely": right(
                "It gives each token the probability 1/27, and -log(1/27) = log 27 = 3.30."
            ),
            "knows which letters are frequent, but not what follows what": wrong(
                "Frequent letters alone would already make it less surprised than 3.30."
            ),
            "knows the names by heart": wrong(
                "Then it would hardly be surprised: a loss far below 3.30."
            ),
            "is sure of tokens that do not come": wrong(
                "That is worse than knowing nothing: its loss would be above 3.30."
            ),
        },
    ),
    Number(
        "layers.warm_up_slope",
        "`y = a[0]*b[0] + a[1]*b[1]` with `a = [2, 5]` and `b = [3, 4]`. "
        "What is the slope of `y` towards `a[1]`?",
        4,
        tolerance=0.01,
        because="`a[1]` is multiplied by `b[1]`, which is 4: the slope is the other factor.",
        mistakes={
            5: "That is `a[1]` itself. Nudge it by 1: by how much does its product grow?",
            20: "That is the product of the pair, not its slope.",
            26: "That is the value of `y`.",
            3: "That is the slope towards `a[0]`.",
            7: "Only the pair that `a[1]` belongs to moves; the other one stands still.",
        },
        otherwise="Nudge `a[1]` alone. Which product moves, and how far for each unit?",
    ),
)

rows_touched = Number(
    "layers.rows_touched",
    "The model reads `ana`, and `backward` is called on its loss. How many of the 27 rows of the "
    "embedding table get a gradient other than zero?",
    3,
    tolerance=0.1,
    because="BOS, `a` and `n` were looked up. The other 24 rows took no part, so nudging them "
    "changes nothing.",
    mistakes={
        2: "Nearly: besides `a` and `n`, the model reads BOS first.",
        4: "Four places are read, BOS, `a`, `n`, `a`, but both `a` use one and the same row.",
        5: "The sequence has five tokens. The last one is only predicted, and `a` comes twice.",
        27: "A row that is never looked up cannot change the loss, so its gradient is 0.",
        1: "Every token that is read uses its own row.",
    },
    otherwise="Which tokens does the model read here, and which rows are theirs?",
)

without_positions = Choice(
    "layers.without_positions",
    "In a trained model we set every number of the position table to 0. What does the model say "
    "comes next after `ana`, and after `naa`?",
    {
        "the same probabilities for both": right(
            "Both end with `a` and hold the same letters. Without positions, nothing in their "
            "vectors tells which came first."
        ),
        "different ones: it still reads one token after the other": wrong(
            "It does read them in turn. But what it keeps of a token is made from its vector "
            "alone, and that does not say when it came."
        ),
        "different ones: the ids come in a different order": wrong(
            "An id only picks a row. The same rows are picked in both cases."
        ),
        "the same for every text, as the positions were everything": wrong(
            "The token vectors are still there. A text with other letters gets another answer."
        ),
    },
)

square_arrows = Number(
    "layers.square_arrows",
    "What is the dot product of `[2, 1]` and `[-1, 2]`?",
    0,
    tolerance=0.01,
    because="2·(-1) + 1·2 = -2 + 2 = 0. The two arrows stand square to each other.",
    mistakes={
        4: "Mind the sign: 2 times -1 is -2.",
        -4: "2·(-1) is -2, and 1·2 is +2.",
        -2: "That is the first pair. The second one adds 1·2.",
        2: "That is the second pair. The first one adds 2·(-1).",
        3: "You multiplied the sums, 3 and 1. Multiply pair by pair, then add.",
    },
    otherwise="First times first, second times second, then add the two products.",
)

outputs = Number(
    "layers.outputs",
    "A weight matrix has 64 rows and 16 columns. A vector of 16 numbers goes in. "
    "How many numbers come out?",
    64,
    tolerance=0.1,
    because="One for each row: 64 dot products, each of 16 numbers with 16 numbers.",
    mistakes={
        16: "16 numbers go in. What comes out is one dot product for each row.",
        1024: "That is how many weights there are. Each row of 16 melts down to one number.",
        80: "Nothing is appended here. Each row makes one number.",
        4: "The two sizes are not divided: count the dot products.",
        1: "One row makes one number. How many rows are there?",
    },
    otherwise="Each row makes a dot product with the vector. How many rows are there?",
)

one_hot = Choice(
    "layers.one_hot",
    "Lay the small table on its side, its columns as rows, and it is a weight matrix: "
    "`[[0.9, -0.5, -0.2], [0.3, 0.7, -0.8]]`. What does this linear layer make of `[0, 1, 0]`?",
    {
        "`[-0.5, 0.7]`": right(
            "Each output is 0 times something, 1 times a number of `n`, 0 times something: "
            "together, the row of `n` in the table."
        ),
        "`[0.3, 0.7, -0.8]`": wrong(
            "That is a row of the weight matrix. Each of its two rows makes one number."
        ),
        "`[0.2, 0.2]`": wrong("That would take `[1, 1, 1]`: here two tokens are multiplied by 0."),
        "`[0, 1, 0]`": wrong("Three numbers go in, and a matrix of two rows gives two."),
    },
)

ten_times = Choice(
    "layers.ten_times",
    "RMSNorm turns `[3, 4]` into about `[0.85, 1.13]`. What does it turn `[30, 40]` into?",
    {
        "about `[8.5, 11.3]`": wrong(
            "That would keep the length. The root mean square of `[30, 40]` is ten times as large, "
            "and it is divided by that."
        ),
        "about `[0.085, 0.113]`": wrong(
            "It does not shrink large vectors below small ones: all come out at the same size."
        ),
        "about `[0.85, 1.13]`": right(
            "The same direction and the same size: ten times as much, divided by ten times as much."
        ),
        "about `[0.6, 0.8]`": wrong(
            "That has the length 1. RMSNorm makes the root of the mean square 1, not the length."
        ),
    },
)

rmsnorm_order = Order(
    "layers.rmsnorm_order",
    "Put RMSNorm in order. Its name holds the steps, read backwards: square, mean, root.",
    """
    square each number
    take the mean of the squares
    add ε to that mean
    take one over the root
    multiply each number by it
    """,
    rules={
        (1, 2): "The mean is taken of the squares, so square first: else plus and minus cancel.",
        (2, 4): "The root is taken of the mean of the squares, so find that mean first.",
        (4, 5): "Each number is multiplied by one over the root, so find that first.",
        (2, 3): "ε is added to the mean of the squares, so take the mean first.",
        (3, 4): "ε belongs under the root, so it is added before the root is taken.",
    },
    because="Square, mean, root, and one over it: that is the scale of every number in the vector.",
)

all_zero = Choice(
    "layers.all_zero",
    "All 4,064 parameters of the GPT start at 0. What happens in training?",
    {
        "nothing: the loss stays at 3.30 for ever": right(
            "Every logit is a product of zeros. The slope towards one factor is the other factor, "
            "which is 0, so no parameter ever moves."
        ),
        "it starts at 3.30 and learns as well as ever": wrong(
            "A table of logits that are parameters themselves could. Here parameters are "
            "multiplied by each other, and the slope towards one factor is the other factor: 0."
        ),
        "it learns, only more slowly": wrong(
            "Slow would need a small gradient. Here every single slope is exactly 0."
        ),
        "the loss is infinite, because log(0) appears": wrong(
            "Logits of 0 are no probabilities of 0: softmax makes 27 equal shares of them."
        ),
    },
)

too_sure = Choice(
    "layers.too_sure",
    "Three fresh models of 27 tokens, none of them trained, have the losses 3.31, 3.30 and 12. "
    "Which would you change, and how?",
    {
        "the third: draw its weights smaller": right(
            "A loss far above log 27 before any training means sure and wrong: its logits are too "
            "large, and they are made of the weights."
        ),
        "the first two: draw their weights larger": wrong(
            "They know nothing yet, as a fresh model should: log 27 is 3.30. Larger weights would "
            "make them sure before they know anything."
        ),
        "the third: set all its weights to 0": wrong(
            "It would begin at 3.30, and stay there for ever: between zeros no slope gets through."
        ),
        "none: training brings every loss down": wrong(
            "The third has a long way to come before it knows as little as the others do now."
        ),
    },
)

similar_to_a = Choice(
    "layers.similar_to_a",
    "After training on names, whose vector points most nearly the same way as that of `a`?",
    {
        "that of `b`, its neighbour in the alphabet": wrong(
            "The model never hears of the alphabet. Ids only pick rows."
        ),
        "that of `n`, which often follows it": wrong(
            "What follows `a` is a question for the output. Tokens grow alike when the model "
            "should answer alike after them."
        ),
        "that of another vowel": right(
            "After vowels much the same letters follow, so much the same vector serves them."
        ),
        "none: 27 random vectors stay random": wrong(
            "They start at random. Each step of training then pushes the rows that were looked up."
        ),
    },
)

alias_line = FaultyLine(
    "layers.alias_line",
    "Which line makes all rows one and the same?",
    """
    def classmates_matrix(rows, columns, std, rng):
        row = []
        for _ in range(columns):
            row.append(Value(rng.gauss(0, std)))
        return [row] * rows
    """,
    fault="return [row] * rows",
    because="`[row] * rows` writes the same list down again and again: it makes no copies, only "
    "more entries for one and the same row.",
    innocent={
        "def classmates_matrix(rows, columns, std, rng):": "All four arguments are needed.",
        "row = []": "A fresh, empty list. But how often does this line run?",
        "for _ in range(columns):": "As many numbers as there are columns: right for one row.",
        "row.append(Value(rng.gauss(0, std)))": "Each turn of the loop makes a new Value with its "
        "own draw.",
    },
)


# --- What the checks share ---


def values(numbers: Iterable[float]) -> list[Value]:
    return [Value(number) for number in numbers]


def numbers(rng: Random, n: int, size: float = 2.0) -> list[float]:
    """n random numbers with two digits after the point, none of them 0."""
    return [round(rng.choice([-1, 1]) * rng.uniform(0.1, 1), 2) * size for _ in range(n)]


def slopes(outputs: Iterable[Value], inputs: Iterable[Value], when: str) -> list[float]:
    """The gradients of the inputs for outputs[0] + 2·outputs[1] + 3·outputs[2] + …

    Wrong where an output is a plain number, or where no input gets a gradient.
    """
    outputs = list(outputs)
    for output in outputs:
        if not hasattr(output, "backward"):
            raise Wrong(
                f"`{when}` holds the plain number {show(output)}, which remembers nothing, so "
                "nothing could learn from it: calculate with the Values, not with their `.data`."
            )
    Value.dot(outputs, values(range(1, len(outputs) + 1))).backward()
    grads = [value.grad for value in inputs]
    if grads and not any(grads):
        raise Wrong(
            f"the numbers of `{when}` are right, but no slope comes back to what it was given: "
            "were they wrapped in a new `Value(...)`? Calculate with the Values handed in."
        )
    return grads


# --- embed ---


def check_embed(embed):
    def draw(rng):
        rows, n = rng.randint(3, 6), rng.randint(2, 4)
        wte, wpe = ([numbers(rng, n) for _ in range(rows)] for _ in range(2))
        return *rng.sample(range(rows), 2), wte, wpe

    def added(a, b):
        return [x + y for x, y in zip(a, b)]

    easy = 0, 1, [[1.0, 2.0], [3.0, 4.0]], [[10.0, 20.0], [30.0, 40.0]]
    for token, position, wte, wpe in [easy, *cases(draw)]:
        a, b = wte[token], wpe[position]
        expect(
            call(embed, token, position, wte, wpe),
            added(a, b),
            when=f"embed({token}, {position}, {show(wte)}, {show(wpe)})",
            mistakes={
                "between lists, `+` joins one to the end of the other. Add number to number.": a
                + b,
                "that is the vector of the token; the position has one to add.": a,
                "that is the vector of the position; the token has one to add.": b,
                "token and position changed places: the token picks a row of wte.": added(
                    wte[position], wpe[token]
                ),
                "both rows were picked by the token; the row of wpe is picked by the position.": (
                    added(a, wpe[token])
                ),
                "both rows come from wte; the position has a table of its own, wpe.": added(
                    a, wte[position]
                ),
                "the two vectors were multiplied; they are added.": [x * y for x, y in zip(a, b)],
                "that is a single number; the answer is a vector, one sum for each column.": sum(
                    added(a, b)
                ),
            },
        )
    wte, wpe = ([values(numbers(Random(seed), 3)) for _ in range(2)] for seed in (1, 2))
    got = call(embed, 1, 0, wte, wpe)
    grads = slopes(got, [*wte[0], *wte[1], *wpe[0]], "embed(1, 0, wte, wpe)")
    expect(grads, [0, 0, 0, 1, 2, 3, 1, 2, 3], when="the gradient through embed(1, 0, wte, wpe)")


@exercise(
    "layers.embed",
    check=check_embed,
    hints=(
        "A look-up needs no calculation: `wte[token]` is the row of the token. Which row of which "
        "table belongs to the position?",
        "`zip(a, b)` goes through two lists side by side: first with first, second with second.",
        """
        One gap left:

        ```python
        token_vector = wte[token]
        position_vector = wpe[position]
        return [t + p for t, p in zip(token_vector, ...)]
        ```
        """,
    ),
)
def embed(token, position, wte, wpe):
    """The vector of a token at a position: its row of wte plus the position's row of wpe."""
    token_vector = wte[token]
    position_vector = wpe[position]
    return [t + p for t, p in zip(token_vector, position_vector)]


# --- linear ---


def check_linear(linear):
    def draw(rng):
        n_in = rng.randint(2, 4)
        n_out = rng.choice([n_in, n_in, n_in + 1, n_in - 1])
        return numbers(rng, n_in), [numbers(rng, n_in) for _ in range(n_out)]

    easy = [1.0, 2.0], [[3.0, 4.0], [5.0, 6.0]]
    for x, weight in [easy, *cases(draw)]:
        products = [[w * xi for w, xi in zip(row, x)] for row in weight]
        want = [sum(row) for row in products]
        columns = list(zip(*weight))
        when = f"linear({show(x)}, {show(weight)})"
        x_values, weight_values = values(x), [values(row) for row in weight]
        got = call(linear, x_values, weight_values)
        mistakes = {
            "the products of each row are still apart: add them up, row by row.": products,
            "that is everything added into one number; each row gives a number of its own.": sum(
                want
            ),
            "that is the answer of the first row alone. Is the `return` inside the loop?": [
                want[0]
            ],
            "that is the answer of the first row, as a bare number; the rows make a list.": want[0],
            "that is the answer of the last row alone; collect all of them in a list.": [want[-1]],
            "that is the answer of the last row, as a bare number; the rows make a list.": want[-1],
            "those are means; a dot product is a sum.": [y / len(x) for y in want],
        }
        if len(weight) == len(x):
            mistakes |= {
                "x met the columns of the matrix; each output belongs to a row.": [
                    sum(w * xi for w, xi in zip(column, x)) for column in columns
                ],
                "each row was multiplied by one number of x. A row meets the whole of x.": [
                    xi * sum(row) for xi, row in zip(x, weight)
                ],
            }
        expect(got, want, when=when, mistakes=mistakes)
        grads = slopes(got, [*x_values, *(w for row in weight_values for w in row)], when)
        towards_x = [sum(i * w for i, w in enumerate(column, 1)) for column in columns]
        towards_weight = [i * xi for i in range(1, len(weight) + 1) for xi in x]
        expect(grads, towards_x + towards_weight, when=f"the gradient through {when}")


@exercise(
    "layers.linear",
    check=check_linear,
    hints=(
        "How many numbers come out? One for each row of the matrix. So a loop over the rows.",
        "What one row gives is a dot product. `Value.dot(row, x)` makes it in a single node; a "
        "loop of your own is as right.",
        """
        One gap left:

        ```python
        def linear(x, weight):
            return [... for row in weight]
        ```
        """,
    ),
)
def linear(x, weight):
    """The dot product of x with each row of the weight matrix."""
    return [Value.dot(row, x) for row in weight]


# --- rmsnorm ---


def check_rmsnorm(rmsnorm):
    def draw(rng):
        return numbers(rng, rng.randint(2, 5), size=rng.choice([0.004, 0.03, 2.0, 30.0]))

    for x in [[3.0, -6.0, 6.0], *cases(draw)]:
        n, mean, square = len(x), sum(x) / len(x), sum(xi * xi for xi in x)
        spread = sum((xi - mean) ** 2 for xi in x) / n

        def scaled(scale, x=x):
            return [xi * scale for xi in x]

        root = (square / n) ** 0.5
        when = f"rmsnorm({show(x)})"
        x_values = values(x)
        got = call(rmsnorm, x_values)
        expect(
            got,
            scaled((square / n + EPSILON) ** -0.5),
            when=when,
            mistakes={
                "ε is missing. Small vectors show it, and the zero vector needs it.": scaled(
                    1 / root
                ),
                "ε stands outside of the root; add it to the mean square.": scaled(
                    1 / (root + EPSILON)
                ),
                "ε stands outside of the root, which is in the `** -0.5`: add it to the mean "
                "square first.": scaled(1 / root + EPSILON),
                "ε was added to the result; it belongs under the root.": [
                    xi / root + EPSILON for xi in x
                ],
                "that has the length 1: you divided by the root of the sum of the squares. Take "
                "their mean.": scaled((square + EPSILON) ** -0.5),
                "each number was divided by its own size; a vector has one size for all.": [
                    xi * (xi * xi + EPSILON) ** -0.5 for xi in x
                ],
                "the root is missing: `** -0.5` is one over the root.": scaled(
                    1 / (square / n + EPSILON)
                ),
                "you multiplied by the root of the mean square; divide by it.": scaled(
                    (square / n + EPSILON) ** 0.5
                ),
                "you squared the mean; take the mean of the squares: they do not cancel.": scaled(
                    (mean**2 + EPSILON) ** -0.5
                ),
                "you divided by the largest number; all of them count, with their squares.": scaled(
                    1 / max(map(abs, x))
                ),
                "that is x as it came in.": x,
                "you divided by the mean size of the numbers; take the root of the mean of their "
                "squares.": scaled(n / sum(map(abs, x))),
                "you subtracted the mean first. That is another norm, LayerNorm; RMSNorm leaves "
                "the direction alone.": [(xi - mean) * (spread + EPSILON) ** -0.5 for xi in x],
                "that is the scale alone; multiply every number of x by it.": (square / n + EPSILON)
                ** -0.5,
                "your ε is 1e-8; that of this model is 1e-5.": scaled((square / n + 1e-8) ** -0.5),
            },
        )
        grads = slopes(got, x_values, when)
        again = values(x)
        expect(
            grads,
            slopes(layers.rmsnorm(again), again, when),
            when=f"the gradient through {when}",
            mistakes={
                "the scale is a plain number there (`math.sqrt`, `float` or `.data`?), so the "
                "backward pass does not know that it depends on x.": [
                    i * (square / n + EPSILON) ** -0.5 for i in range(1, n + 1)
                ],
            },
        )
    expect(call(rmsnorm, values([0.0, 0.0])), [0.0, 0.0], when="rmsnorm([0, 0])")


@exercise(
    "layers.rmsnorm",
    check=check_rmsnorm,
    hints=(
        "Three steps: the mean of the squares, one over its root, and every number times that.",
        "`Value.dot(x, x)` is the sum of the squares in one node. One over a root is `** -0.5`.",
        """
        One gap left:

        ```python
        mean_square = Value.dot(x, x) / len(x)
        scale = ...
        return [xi * scale for xi in x]
        ```

        Where does epsilon go, so that 0 never stands under the root?
        """,
    ),
)
def rmsnorm(x, epsilon=1e-5):
    """x scaled so that the mean of its squares is (nearly) 1."""
    mean_square = Value.dot(x, x) / len(x)
    scale = (mean_square + epsilon) ** -0.5
    return [xi * scale for xi in x]


# --- parameters ---


def check_parameters(parameters):
    def draw(rng):
        names = rng.sample(["wte", "wpe", "lm_head", "fc1", "fc2"], rng.randint(2, 4))
        return {
            name: [values(numbers(rng, columns)) for _ in range(rows)]
            for name, rows, columns in ((n, rng.randint(2, 4), rng.randint(2, 4)) for n in names)
        }

    small = {"wte": [[1.0, 2.0], [3.0, 4.0]], "lm_head": [[5.0, 6.0], [7.0, 8.0], [9.0, 10.0]]}
    easy = {name: [values(row) for row in matrix] for name, matrix in small.items()}
    for state_dict in [easy, *cases(draw, n=8)]:
        matrices = list(state_dict.values())
        rows = [row for matrix in matrices for row in matrix]
        want = [p for row in rows for p in row]
        shapes = ", ".join(f"{k}: {len(m)}×{len(m[0])}" for k, m in state_dict.items())
        when = f"parameters({{{shapes}}})"
        got = call(parameters, state_dict)
        expect(
            got,
            want,
            when=when,
            mistakes={
                "those are the rows; go one loop further, to the numbers in them.": rows,
                "those are whole matrices; a matrix holds rows, and a row holds the Values.": (
                    matrices
                ),
                "those are the names. `state_dict.values()` gives the matrices.": list(state_dict),
                "those are the letters of the names: a loop over a dictionary goes through its "
                "names. `state_dict.values()` gives the matrices.": list("".join(state_dict)),
                "that is how many there are; the answer is the list of them.": len(want),
                "that is the first matrix alone. Is the `return` inside the loop?": [
                    p for row in matrices[0] for p in row
                ],
                "that is the last matrix alone: was the list begun anew for each one?": [
                    p for row in matrices[-1] for p in row
                ],
                "the matrices were read column by column; go row by row.": [
                    p for matrix in matrices for column in zip(*matrix) for p in column
                ],
                "that is the first row of each matrix.": [p for m in matrices for p in m[0]],
            },
        )
        if any(mine is not theirs for mine, theirs in zip(got, want)):
            raise Wrong(
                f"`{when}` gives copies or plain numbers. Training moves what is in this list, so "
                "it must hold the very Values of the state dict: then the model moves with them."
            )
    model = GPT(GPTConfig(), initial_weights(GPTConfig(), Random(42)))
    expect(len(parameters(model.state_dict)), 4064, when="len(parameters(model.state_dict))")
    return "and in the GPT of this course it finds all 4,064 of them."


@exercise(
    "layers.parameters",
    check=check_parameters,
    hints=(
        "`state_dict.values()` gives the matrices. A matrix is a list of rows, a row a list of "
        "Values: three loops, one inside the other.",
        "Begin with an empty list, append each Value, and return the list after all loops.",
        """
        One gap left:

        ```python
        found = []
        for matrix in state_dict.values():
            for row in matrix:
                for ... in row:
                    found.append(...)
        return found
        ```
        """,
    ),
)
def parameters(state_dict):
    """Every Value of the state dict in one list: matrix by matrix, row by row."""
    return [value for matrix in state_dict.values() for row in matrix for value in row]


# --- parameter_matrix ---


def check_parameter_matrix(parameter_matrix):
    def draw(rng):
        rows = rng.randint(2, 4)
        return rows, rows + rng.choice([-1, 1, 2]), rng.choice([0.02, 0.5]), rng.randrange(1000)

    for rows, columns, std, seed in cases(draw):
        when = f"parameter_matrix({rows}, {columns}, {std}, rng)"
        rng = Random(seed)
        got = call(parameter_matrix, rows, columns, std, rng)
        if _all_rows_one(got):
            raise Wrong(
                f"in `{when}` all rows are one list: change a number of one, and it changes in "
                "all. Make a new list for each row."
            )
        if _one_value_twice(got):
            raise Wrong(
                f"in `{when}` one Value stands in several places: a step of training would move "
                "them all. Draw a new Value for each place."
            )
        if rng.getstate() == Random(seed).getstate():
            raise Wrong(
                f"`{when}` draws nothing from `rng`: use `rng.gauss(0, std)`, so that the same "
                "seed gives the same matrix."
            )
        want = layers.random_matrix(rows, columns, std, Random(seed))
        by_columns = layers.random_matrix(columns, rows, std, Random(seed))
        expect(
            got,
            want,
            when=when,
            mistakes={
                "rows and columns changed places: a matrix is a list of rows.": by_columns,
                "the numbers were drawn column by column; row by row, please, so that the same "
                "seed gives the same matrix.": list(zip(*by_columns)),
                "the std was squared: `rng.gauss` takes the std itself.": layers.random_matrix(
                    rows, columns, std**2, Random(seed)
                ),
                "the std was ignored; hand it to `rng.gauss`.": layers.random_matrix(
                    rows, columns, 1.0, Random(seed)
                ),
                "the std is always 0.02 there; hand `std` to `rng.gauss`.": layers.random_matrix(
                    rows, columns, 0.02, Random(seed)
                ),
                "all rows hold the same numbers: draw each row anew.": want[:1] * rows,
                "mean and std changed places: `rng.gauss(0, std)`.": [[std] * columns] * rows,
                "that is one long list; a matrix is a list of rows.": [
                    w for row in want for w in row
                ],
                "that is the first row alone. Is the `return` inside the loop?": want[:1],
            },
        )
        plain = [w for row in got for w in row if not hasattr(w, "backward")]
        if plain:
            raise Wrong(
                f"`{when}` holds the plain number {show(plain[0])}, which training cannot move: "
                "wrap each draw, `Value(rng.gauss(0, std))`."
            )


def _all_rows_one(matrix) -> bool:
    return isinstance(matrix, list) and len(matrix) > 1 and len({id(row) for row in matrix}) == 1


def _one_value_twice(matrix) -> bool:
    if not isinstance(matrix, list) or not all(isinstance(row, list) for row in matrix):
        return False
    found = [id(w) for row in matrix for w in row if hasattr(w, "grad")]
    return len(set(found)) < len(found)


@exercise(
    "layers.parameter_matrix",
    check=check_parameter_matrix,
    hints=(
        "The classmate's loop makes one good row. It should run once for every row.",
        "Begin with an empty list of rows. In a loop over `range(rows)`, make a new row and append "
        "it.",
        """
        One gap left:

        ```python
        matrix = []
        for _ in range(rows):
            row = []
            for _ in range(columns):
                row.append(...)
            matrix.append(row)
        return matrix
        ```
        """,
    ),
)
def parameter_matrix(rows, columns, std, rng):
    """rows × columns new Values, each a draw of rng.gauss(0, std), row by row."""
    return [[Value(rng.gauss(0, std)) for _ in range(columns)] for _ in range(rows)]
