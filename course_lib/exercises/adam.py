"""Lesson 09: moving averages, momentum, bias correction, the Adam step, cosine decay."""
# ruff: noqa: B905 (solutions use `zip` in its plainest form)

import math
from collections.abc import Callable, Sequence
from random import Random

from course_lib import adam as finished
from course_lib.adam import Adam
from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import Wrong, call, cases, difference, expect, show
from course_lib.teach.questions import Choice, FaultyLine, Number, Order, Quiz, right, wrong
from course_lib.value import Value

warm_up = Quiz(
    "adam.warm_up",
    Choice(
        "adam.warm_up_ravine",
        "A ravine: along `y` the loss is ten times as steep as along `x`. What sets the largest "
        "learning rate that plain gradient descent can use there?",
        {
            "the steep direction": right(
                "With a larger rate the steep knob flies out, so the flat one must creep."
            ),
            "the flat direction": wrong(
                "The flat one would bear a rate ten times as large. It has to wait."
            ),
            "the mean of the two": wrong(
                "One knob that flies out is enough to ruin the walk, however calm the other is."
            ),
            "how far away the start is": wrong(
                "Each step goes a fixed share of the way, from near or from far."
            ),
        },
    ),
    Number(
        "adam.warm_up_twice",
        "`y = 3 * x`. After `y.backward()` has run once, another graph with `z = 5 * x` is built "
        "and `z.backward()` runs. Nothing was cleared. What is `x.grad` now?",
        8,
        tolerance=0.01,
        because="Gradients add up until somebody clears them: 3 + 5.",
        mistakes={
            5: "That is what the second walk brought. It was added to what stood there.",
            3: "That is what the first walk left. The second one added to it.",
            15: "Slopes are multiplied along a way, but two walks add up.",
        },
        otherwise="What did the first walk leave in `x.grad`, and what does the second do to it?",
    ),
    Choice(
        "adam.warm_up_fresh",
        "In a fresh GPT the matrices `attn_wo` and `mlp_fc2` are all zero. What does the very "
        "first backward pass say about `mlp_fc1`, whose results `mlp_fc2` multiplies?",
        {
            "its gradient is exactly 0": right(
                "The way back leads through `mlp_fc2`, and everything is multiplied by its zeros."
            ),
            "its gradient is small, as its weights are": wrong(
                "What flows back is multiplied by the weights of `mlp_fc2`, and these are 0, not "
                "small."
            ),
            "its gradient is as large as that of `mlp_fc2`": wrong(
                "`mlp_fc2` itself has a gradient: the hidden numbers. But nothing gets past it."
            ),
            "it has none, because `backward` stops at a zero": wrong(
                "`backward` visits every node. What it hands on there is 0."
            ),
        },
    ),
)

against = Choice(
    "adam.against",
    "The model has learned from 1,600 names. Take the gradient of each of the next 1,000. How many "
    "of these point the wrong way, so that a small step down that one gradient raises the mean "
    "loss of other names?",
    {
        "none: they all want a lower loss": wrong(
            "Each wants a lower loss for its own name. What helps `zoe` may hurt `maria`."
        ),
        "about 40": wrong(
            "At the very start it is that easy: everybody agrees that `a` is frequent. By now the "
            "names disagree about almost everything."
        ),
        "about 370": right(
            "Not that much better than tossing a coin. Only the average of many knows the way."
        ),
        "about 900": wrong(
            "Then a step up would be the better choice: nine of ten names would gain by it."
        ),
    },
)

newest = Choice(
    "adam.newest",
    "With β = 0.9, about how many of the latest gradients does the average stand for?",
    {
        "only the newest": wrong("The newest has a weight of 0.1. Where are the other 0.9?"),
        "about ten": right(
            "The newest weighs 1 - β = 0.1, so it takes about ten such to make a whole. A rule: "
            "1 / (1 - β)."
        ),
        "nine tenths of all that came": wrong(
            "0.9 of the average is kept at each step, again and again: 0.9, 0.81, 0.73, … So the "
            "old ones fade, however many there are."
        ),
        "all of them alike": wrong(
            "That is the plain mean. Here each step shrinks everything older by the factor 0.9."
        ),
    },
)

same_step = Number(
    "adam.same_step",
    "One parameter's gradient is 0.001 at every step, another's is 10. Each is divided by its own "
    "usual size before the step. How many times as far does the second one move?",
    1,
    tolerance=0.01,
    because="0.001 / 0.001 and 10 / 10 are both 1: both move by one learning rate at each step.",
    mistakes={
        10000: "That is gradient descent. Here each gradient is divided by its own usual size.",
        100: "The root is taken of an average of squares, so the usual size of 10 is 10.",
        0.0001: "A large gradient does not slow its parameter down: it is divided by its size, "
        "not by the square of it.",
    },
    otherwise="What is 0.001 divided by its usual size? And 10 by its own?",
)

first_step = Choice(
    "adam.first_step",
    "Both averages begin at 0. With β₁ = 0.9 for the gradient and β₂ = 0.999 for its square, and "
    "a gradient of 1: how long is the very first step, if nobody corrects for the zeros?",
    {
        "about 3 learning rates": right(
            "0.1 / √0.001 = 3.2. Both averages are too small, but the one below the line more so."
        ),
        "a tenth of a learning rate": wrong(
            "The average of the gradient is 0.1 of the truth. But it is divided by a root that is "
            "too small as well."
        ),
        "exactly one learning rate": wrong(
            "So it should be. It would be if both averages were wrong by the same factor."
        ),
        "nothing: 0 divided by 0": wrong(
            "Both averages have taken in the first gradient already, with the weights 0.1 and "
            "0.001."
        ),
    },
)

adam_order = Order(
    "adam.adam_order",
    "Put one step of Adam in order, for one parameter with the gradient `g`. "
    "(`m` and `s` come from the step before.)",
    """
    g = p.grad
    m = beta1 * m + (1 - beta1) * g
    m_hat = m / (1 - beta1**steps)
    s = beta2 * s + (1 - beta2) * g**2
    s_hat = s / (1 - beta2**steps)
    p.data -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)
    """,
    rules={
        (1, 2): "The average takes in the gradient `g`, so `g` must be looked up first.",
        (1, 4): "The average of the squares takes in `g`, so `g` must be looked up first.",
        (2, 3): "The average is corrected after it has taken in the new gradient.",
        (4, 5): "The average of the squares is corrected after it has taken in the new square.",
        (3, 6): "The step uses `m_hat`, so it must be there.",
        (5, 6): "The step uses `s_hat`, so it must be there.",
    },
    because="Look up, average twice, correct twice, step. Which of the two averages comes first "
    "does not matter: neither looks at the other.",
)

no_memory = Choice(
    "adam.no_memory",
    "Adam with β₁ = 0 and β₂ = 0: how far does it move a parameter whose gradient is 0.02?",
    {
        "one learning rate": right(
            "0.02 / √(0.02²) = 1. Without a memory only the sign of the gradient is left."
        ),
        "0.02 learning rates": wrong(
            "That is gradient descent. Here 0.02 is still divided by a usual size: its own."
        ),
        "not at all: both averages are empty": wrong(
            "With β = 0 the newest number has the whole weight, so both are full at once."
        ),
        "1 / ε learning rates": wrong(
            "That would be 0.02 / 0 in all but name. Below the line stands √(0.02²) = 0.02."
        ),
    },
)

why_small = Choice(
    "adam.why_small",
    "The gradients stay noisy to the end. Adam runs for 300 steps with a learning rate of 0.03: "
    "once with this rate throughout, once with a rate that falls to 0 at the end. Which model is "
    "better on names held out?",
    {
        "the one with the full rate: it has moved further": wrong(
            "It has, but at the end it moves in circles: each handful of names drags it elsewhere."
        ),
        "the one whose rate falls": right(
            "Large steps first, to get there; small ones at the end, to settle among the pulls of "
            "all the names."
        ),
        "no difference: the gradients shrink by themselves": wrong(
            "The mean gradient does. That of eight names does not, and Adam divides by its "
            "size besides."
        ),
    },
)

momentum_gain = Choice(
    "adam.momentum_gain",
    "In the ravine momentum left plain gradient descent far behind. What does it gain on our GPT, "
    "each of the two with its own best learning rate?",
    {
        "much: there are 4,064 dimensions with ravines everywhere": wrong(
            "Ravines there are. But zigzag is not what holds plain descent up: momentum bears a "
            "larger rate, and gains nothing by it."
        ),
        "much: it cures the noise of the gradients": wrong(
            "It spreads each gradient over the next steps, and in the end has walked all of it. "
            "The path is calmer; where it leads is as noisy as before."
        ),
        "hardly anything": right(
            "So we measured it, start after start. Only measuring could tell."
        ),
        "it loses badly: old gradients lead astray": wrong(
            "They are a few small steps out of date, which does no harm here, and no good."
        ),
    },
)

forgetting_line = FaultyLine(
    "adam.forgetting_line",
    "Which line keeps it from coming to rest?",
    """
    def classmates_descent(loss, parameters, num_steps, learning_rate):
        losses = []
        for _ in range(num_steps):
            result = loss()
            result.backward()
            adam = finished.Adam(parameters)
            adam.step(learning_rate)
            adam.zero_grad()
            losses.append(result.data)
        return losses
    """,
    fault="adam = finished.Adam(parameters)",
    because="A new Adam in each round knows one gradient only: its own size is its usual size, and "
    "every step is a first step, one learning rate long.",
    innocent={
        "def classmates_descent(loss, parameters, num_steps, learning_rate):": "All four "
        "arguments are needed.",
        "losses = []": "The list begins empty, once.",
        "for _ in range(num_steps):": "One round for each step.",
        "result = loss()": "The loss is computed anew in each step, as it should be.",
        "result.backward()": "The gradients are right: they shrink near 3. The steps do not.",
        "adam.step(learning_rate)": "A learning rate that falls would hide the fault. But Adam's "
        "steps get shorter near the bottom without it, if Adam can remember.",
        "adam.zero_grad()": "Each round clears its gradients, after the step: as it should be.",
        "losses.append(result.data)": "One number for each step is kept.",
        "return losses": "The caller gets all the losses.",
    },
)


# --- moving_average ---


def check_moving_average(moving_average):
    def draw(rng):
        return rng.uniform(1, 5), rng.uniform(-5, -1), rng.choice([0.6, 0.8, 0.9, 0.95, 0.99])

    for average, x, beta in [*cases(draw), (0.0, 1.0, 0.9)]:
        expect(
            call(moving_average, average, x, beta),
            beta * average + (1 - beta) * x,
            when=f"moving_average({show(average)}, {show(x)}, {show(beta)})",
            mistakes={
                "the weights are swapped: β belongs to the old average.": (1 - beta) * average
                + beta * x,
                "the new number counts in full. It should count (1 - β), so that the weights add "
                "up to 1.": beta * average + x,
                "the old average counts in full. It should be shrunk by β first.": average
                + (1 - beta) * x,
                "that is halfway between the two: where is β?": (average + x) / 2,
                "only the old average is left: the new number has to join in.": beta * average,
                "only the new number is left: the old average has to stay in.": (1 - beta) * x,
                "the average did not move at all: x, the new number, has not joined in.": average,
                "that is the new number alone: there is no memory.": x,
                "the new number was taken away; it is added.": beta * average - (1 - beta) * x,
                "1 - β is the weight of the new number. Multiply the number by it.": beta * average
                + (1 - beta),
                "put brackets round 1 - beta: multiplication comes first.": beta * average
                + (1 - beta * x),
                "both have the weight β. The two weights must add up to 1.": beta * (average + x),
            },
        )


@exercise(
    "adam.moving_average",
    check=check_moving_average,
    hints=(
        "The two weights add up to 1. The old average has the weight β; what is left for the new "
        "number?",
        "A share of 1 - β of the new number is added.",
        """
        One gap left:

        ```python
        return beta * average + ... * x
        ```
        """,
    ),
)
def moving_average(average, x, beta):
    """The average after the number x has joined it; beta is the weight of what was there."""
    return beta * average + (1 - beta) * x


# --- What the checks of the two steps share ---


def place(i: int) -> float:
    """Where parameter `i` is before the step."""
    return 0.5 * i - 1


def take_step(step: Callable, grads: Sequence[float], memories: Sequence, *rest: float):
    """How far `step` moves each parameter, and what its lists of memory hold afterwards.

    Wrong where no parameter moves, or others stand in their place, or the gradients are changed.
    """
    places = list(map(place, range(len(grads))))
    parameters = [Value(place) for place in places]
    for p, grad in zip(parameters, grads):
        p.grad = grad
    memories = [list(memory) for memory in memories]
    kept = list(parameters)
    step(parameters, *memories, *rest)
    if len(kept) != len(parameters) or any(p is not q for p, q in zip(kept, parameters)):
        raise Wrong(
            "your step put something new into the list of parameters. The model still holds the "
            "old ones: change `p.data` of these, with `p.data -= …`."
        )
    data = [p.data for p in parameters]
    if any(isinstance(x, Value) for x in data):
        raise Wrong("`p.data` holds a Value now: it must stay a plain number.")
    moves = [x - old for x, old in zip(data, places)]
    expect(
        [p.grad for p in parameters],
        list(grads),
        when="the gradients after your step",
        mistakes={
            "your step cleared them. That is the task of the loop around it.": [0.0] * len(grads)
        },
    )
    if not any(moves):
        raise Wrong(
            "after your step every parameter is where it was: change `p.data` itself, with "
            "`p.data -= …`."
        )
    return moves, memories


def memory_mistakes(memory, xs, beta, name):
    """What goes wrong with a moving average that is kept in a list."""
    return {
        f"`{name}` is as it was. Write the new average into the list, `{name}[i] = …`: the next "
        "step needs it.": list(memory),
        "the weights are swapped: β belongs to the old average.": [
            (1 - beta) * m + beta * x for m, x in zip(memory, xs)
        ],
        "the new one counts in full. It should count (1 - β).": [
            beta * m + x for m, x in zip(memory, xs)
        ],
        "that is the new one alone: the old average was not kept.": list(xs),
        f"all parameters share one number there. Each has its own, `{name}[i]`.": shared(
            memory, xs, beta
        ),
    }


def shared(memory, xs, beta):
    """The memory after all numbers have joined its first one."""
    first = memory[0]
    for x in xs:
        first = beta * first + (1 - beta) * x
    return [first, *memory[1:]]


# --- momentum_step ---


def check_momentum_step(momentum_step):
    def draw(rng):
        n = rng.randint(1, 3)
        grads, mean = ([rng.uniform(0.5, 3) for _ in range(n)] for _ in range(2))
        return grads, mean, rng.uniform(0.05, 0.3), rng.choice([0.6, 0.8, 0.9])

    def against_the_mean(rng):
        _, mean, rate, beta = draw(rng)
        return [-m for m in mean], mean, rate, beta

    for grads, mean, rate, beta in [*cases(draw, n=6), *cases(against_the_mean, n=6)]:
        moves, (got,) = take_step(momentum_step, grads, [mean], rate, beta)
        want = [beta * m + (1 - beta) * g for m, g in zip(mean, grads)]
        about = f"mean {show(mean)}, gradients {show(grads)}, β = {beta}"
        expect(
            got,
            want,
            when=f"the new mean ({about})",
            mistakes={
                **memory_mistakes(mean, grads, beta, "mean"),
                "the learning rate is in the average. It belongs in the step.": [
                    beta * m + rate * g for m, g in zip(mean, grads)
                ],
                "the learning rate stands in the average already. It belongs in the step.": [
                    beta * m + (1 - beta) * rate * g for m, g in zip(mean, grads)
                ],
                "the parameter itself was averaged. Average its gradient, `p.grad`.": [
                    beta * m + (1 - beta) * place(i) for i, m in enumerate(mean)
                ],
            },
        )
        expect(
            moves,
            [-rate * m for m in want],
            when=f"how far the parameters move ({about}, learning rate {show(rate)})",
            mistakes={
                "that is a step along the newest gradient. Step along the average.": [
                    -rate * g for g in grads
                ],
                "that is uphill: the learning rate times the average is taken away.": [
                    rate * m for m in want
                ],
                "that is a step along the old average, before the new gradient joined it.": [
                    -rate * m for m in mean
                ],
                "the learning rate is missing.": [-m for m in want],
                "the newest gradient was added to the average once more.": [
                    -rate * (m + g) for m, g in zip(want, grads)
                ],
                "only the last one moved: the step belongs inside the loop.": [
                    *(0.0 for _ in want[1:]),
                    -rate * want[-1],
                ],
                "the place where they stood is lost: write `-=`, not `=`.": [
                    -rate * m - place(i) for i, m in enumerate(want)
                ],
                "the place where they stood is lost: the step is taken away from it, `-=`.": [
                    rate * m - place(i) for i, m in enumerate(want)
                ],
            },
        )


@exercise(
    "adam.momentum_step",
    check=check_momentum_step,
    hints=(
        "Two lines: the average takes in the newest gradient, then the parameter moves against the "
        "average.",
        "The first gap is `moving_average` again, with `mean[i]` and `p.grad`.",
        """
        One gap left:

        ```python
        for i, p in enumerate(parameters):
            mean[i] = beta * mean[i] + (1 - beta) * p.grad
            p.data -= ...
        ```
        """,
    ),
)
def momentum_step(parameters, mean, learning_rate, beta):
    """Move every parameter against the moving average of its gradient; mean is kept up to date."""
    for i, p in enumerate(parameters):
        mean[i] = beta * mean[i] + (1 - beta) * p.grad
        p.data -= learning_rate * mean[i]


# --- corrected ---


def check_corrected(corrected):
    def draw(rng):
        beta = rng.choice([0.6, 0.9, 0.95, 0.999])
        return rng.uniform(0.2, 3), beta, rng.randint(2, 12)

    # First an average of three numbers that are all 2: every mistake gives something else here.
    for average, beta, steps in [(0.542, 0.9, 3), *cases(draw), (0.1, 0.9, 1)]:
        part = 1 - beta**steps
        try:
            got = call(corrected, average, beta, steps)
        except TypeError as error:
            if "for ^:" not in str(error):
                raise
            raise Wrong("in Python a power is written `**`: `beta**steps`.") from None
        expect(
            got,
            average / part,
            when=f"corrected({show(average)}, {beta}, {steps})",
            mistakes={
                "that is the average as it was. It is too small, because it began at 0.": average,
                "multiplied by 1 - β to the power of steps, it gets smaller still. Divide.": average
                * part,
                "that is the weight that the numbers have by now: divide the average by it.": part,
                "that is the rest that is still with the zero; now correct the average for it.": (
                    beta**steps
                ),
                "that corrects the first step only. The share of the zero shrinks: it is β to "
                "the power of steps.": average / (1 - beta),
                "you divided by the share that is still with the zero, β**steps. Divide by the "
                "rest, 1 minus it.": average / beta**steps,
                "that is the average less β**steps. Divide by 1 - β**steps, with brackets.": average
                - beta**steps,
                "the power comes first: 1 - β**steps, not (1 - β)**steps.": average
                / (1 - beta) ** steps,
                "the share of the zero is a power, β**steps, not a product.": average
                / (1 - beta * steps or math.inf),
                "what is missing is β**steps only if all numbers are 1. Divide by the weight that "
                "the numbers have.": average + beta**steps,
                "only the newest number has the weight 1 - β; the older ones have less, so all "
                "together have less than steps times that.": average / (steps * (1 - beta)),
                "β is multiplied with itself once for every step, the newest one included.": average
                / (1 - beta ** (steps - 1) or math.inf),
                "β is multiplied with itself once for every step: `steps` counts from 1 "
                "already.": average / (1 - beta ** (steps + 1)),
            },
        )


@exercise(
    "adam.corrected",
    check=check_corrected,
    hints=(
        "After one step the zero still has the weight β. What does the second step do to it, and "
        "what weight is left for the numbers?",
        "After all steps the zero has the weight β**steps, so the numbers together have the rest. "
        "An average is a sum of numbers times weights, divided by the sum of the weights.",
        """
        One gap left:

        ```python
        share = 1 - ...
        return average / share
        ```
        """,
    ),
)
def corrected(average, beta, steps):
    """A moving average that began at 0, corrected for it; steps counts the numbers in it."""
    return average / (1 - beta**steps)


# --- adam_step ---


def adam_moves(m, s, steps, rate, beta1, beta2, epsilon):
    """How far one step of Adam moves a parameter whose averages are m and s by now."""
    mean, square = m / (1 - beta1**steps), s / (1 - beta2**steps)
    return -rate * mean / (math.sqrt(square) + epsilon)


def mistaken_moves(i, g, old_m, old_s, m, s, steps, rate, beta1, beta2, epsilon):
    """What each misconception makes of one step, for parameter `i`."""
    mean, square = m / (1 - beta1**steps), s / (1 - beta2**steps)
    root = math.sqrt(square) + epsilon
    crossed = (m / (1 - beta2**steps)) / (math.sqrt(s / (1 - beta1**steps)) + epsilon)
    later, growing, grown = (
        adam_moves(m, s, t, rate, beta1, beta2, epsilon)
        for t in (steps + 1, steps + i, steps + i + 1)
    )
    sooner = adam_moves(m, s, steps - 1, rate, beta1, beta2, epsilon) if steps > 1 else math.inf
    good = adam_moves(m, s, steps, rate, beta1, beta2, epsilon)
    return {
        "both averages began at 0, and neither was corrected for it.": -rate
        * m
        / (math.sqrt(s) + epsilon),
        "the average of the squares was not corrected.": -rate * mean / (math.sqrt(s) + epsilon),
        "the average of the gradient was not corrected.": -rate * m / root,
        "the root is missing: the average of the squares is a square itself.": -rate
        * mean
        / (square + epsilon),
        "ε stands under the root; it belongs beside it.": -rate
        * mean
        / math.sqrt(square + epsilon),
        "`epsilon` was not added to the root (it, and no number of your own).": -rate
        * mean
        / math.sqrt(square + 1e-300),
        "ε was taken away from the root; it is added.": -rate
        * mean
        / (math.sqrt(square) - epsilon + 1e-300),
        "above the line stands the newest gradient. Its average belongs there.": -rate * g / root,
        "that is uphill: the step is taken away.": rate * mean / root,
        "the learning rate is missing.": -mean / root,
        "nothing was divided by the usual size of the gradient.": -rate * mean,
        "it was multiplied by the usual size of the gradient. Divide.": -rate
        * mean
        * (math.sqrt(square) + epsilon),
        "the corrections are crossed: β₁ belongs to the mean, β₂ to the square.": -rate * crossed,
        "put brackets round √ŝ + ε: the division comes first.": -rate
        * mean
        / (math.sqrt(square) + 1e-300)
        - epsilon,
        "the power is missing: 1 - β**steps. 1 - β corrects the first step only.": adam_moves(
            m, s, 1, rate, beta1, beta2, epsilon
        ),
        "ŝ is corrected with β₂, the memory of the square.": -rate
        * mean
        / (math.sqrt(s / (1 - beta1**steps)) + epsilon),
        "m̂ is corrected with β₁, the memory of the mean.": -rate * (m / (1 - beta2**steps)) / root,
        "`steps` counts from 1 already, so nothing is to be added to it.": later,
        "`steps` counts from 1 already, so nothing is to be taken away from it.": sooner,
        "this is one step for all parameters: `steps` must not grow inside the loop.": growing,
        "this is one step for all parameters: `steps` must not grow in the loop.": grown,
        "the place where they stood is lost: write `-=`, not `=`.": good - place(i),
        "the place where they stood is lost: the step is taken away from it, `-=`.": -good
        - place(i),
        "the step was taken with the averages from before this gradient.": adam_moves(
            old_m, old_s, steps, rate, beta1, beta2, epsilon
        ),
    }


def check_adam_step(adam_step):
    def draw(rng):
        n = rng.randint(1, 3)
        grads, mean = ([rng.uniform(0.5, 3) for _ in range(n)] for _ in range(2))
        square = [rng.uniform(0.5, 6) for _ in range(n)]
        betas = rng.choice([0.6, 0.9]), rng.choice([0.7, 0.95, 0.99])
        return grads, mean, square, rng.randint(2, 9), rng.uniform(0.05, 0.3), *betas, 0.05

    def ordinary(rng):
        grads, mean, square, steps, rate, *_ = draw(rng)
        return [-g for g in grads], mean, square, steps, rate

    idle = [0.0, 2.0], [0.0, 0.0], [0.0, 0.0], 1, 0.01
    for grads, mean, square, *rest in [*cases(draw, n=8), *cases(ordinary, n=6), idle]:
        settings = rest if len(rest) == 5 else [*rest, 0.9, 0.95, 1e-8]
        moves, (got_mean, got_square) = take_step(adam_step, grads, [mean, square], *rest)
        steps, _, beta1, beta2, _ = settings
        squares = [g**2 for g in grads]
        m = [beta1 * old + (1 - beta1) * g for old, g in zip(mean, grads)]
        s = [beta2 * old + (1 - beta2) * g for old, g in zip(square, squares)]
        about = f"gradients {show(grads)}, step {steps}, β₁ = {beta1}, β₂ = {beta2}"
        expect(
            got_mean,
            m,
            when=f"the new mean ({about})",
            mistakes={
                **memory_mistakes(mean, grads, beta1, "mean"),
                "the corrected average was stored. Correct a copy: the next step averages on "
                "from the one that began at 0.": [x / (1 - beta1**steps) for x in m],
                "that is averaged with β₂; the mean has β₁.": [
                    beta2 * old + (1 - beta2) * g for old, g in zip(mean, grads)
                ],
                "0.9 is written into it. Use the argument `beta1`.": [
                    0.9 * old + 0.1 * g for old, g in zip(mean, grads)
                ],
            },
        )
        expect(
            got_square,
            s,
            when=f"the new square ({about})",
            mistakes={
                **memory_mistakes(square, squares, beta2, "square"),
                "the corrected average was stored. Correct a copy: the next step averages on "
                "from the one that began at 0.": [x / (1 - beta2**steps) for x in s],
                "the gradient itself was averaged; here its square is.": [
                    beta2 * old + (1 - beta2) * g for old, g in zip(square, grads)
                ],
                "0.95 is written into it. Use the argument `beta2`.": [
                    0.95 * old + 0.05 * g for old, g in zip(square, squares)
                ],
                "that is averaged with β₁; the square has β₂.": [
                    beta1 * old + (1 - beta1) * g for old, g in zip(square, squares)
                ],
                "the square of the mean was averaged; it is the square of the gradient.": [
                    beta2 * old + (1 - beta2) * x**2 for old, x in zip(square, m)
                ],
            },
        )
        mistaken = [
            mistaken_moves(i, *each, *settings)
            for i, each in enumerate(zip(grads, mean, square, m, s))
        ]
        expect(
            moves,
            [adam_moves(*each, *settings) for each in zip(m, s)],
            when=f"how far the parameters move ({about})",
            mistakes={text: [one[text] for one in mistaken] for text in mistaken[0]},
        )


@exercise(
    "adam.adam_step",
    check=check_adam_step,
    hints=(
        "For each parameter the lines of the puzzle, with `mean[i]` and `square[i]` in the places "
        "of `m` and `s`.",
        "The corrected averages are needed for this step only: give them names of their own, and "
        "leave `mean[i]` and `square[i]` as they are.",
        """
        One gap left:

        ```python
        for i, p in enumerate(parameters):
            mean[i] = beta1 * mean[i] + (1 - beta1) * p.grad
            square[i] = beta2 * square[i] + (1 - beta2) * p.grad**2
            mean_hat = mean[i] / (1 - beta1**steps)
            square_hat = square[i] / (1 - beta2**steps)
            p.data -= ...
        ```
        """,
    ),
)
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    """One step of Adam for every parameter; mean and square are kept up to date."""
    for i, p in enumerate(parameters):
        mean[i] = beta1 * mean[i] + (1 - beta1) * p.grad
        square[i] = beta2 * square[i] + (1 - beta2) * p.grad**2
        mean_hat = mean[i] / (1 - beta1**steps)
        square_hat = square[i] / (1 - beta2**steps)
        p.data -= learning_rate * mean_hat / (math.sqrt(square_hat) + epsilon)


# --- cosine_decay ---


def check_cosine_decay(cosine_decay):
    def draw(rng):
        num_steps = rng.randint(5, 500)
        return rng.randint(1, num_steps - 1), num_steps, rng.uniform(0.5, 3)

    for step, num_steps, rate in [(62, 100, 1.0), *cases(draw), (0, 500, 0.01), (250, 500, 0.01)]:
        share = step / num_steps
        expect(
            call(cosine_decay, step, num_steps, rate),
            finished.cosine_decay(step, num_steps, rate),
            when=f"cosine_decay({step}, {num_steps}, {show(rate)})",
            mistakes={
                "the ½ is missing: 1 + cos begins at 2.": rate * (1 + math.cos(math.pi * share)),
                "the 1 is missing, so the rate would become negative.": rate
                * 0.5
                * math.cos(math.pi * share),
                "that is the bare cosine, which falls to -1.": rate * math.cos(math.pi * share),
                "from half-way on that is 0: the fall takes all steps, and half-way it is at "
                "half.": rate * max(0, math.cos(math.pi * share)),
                "that falls to 0 half-way, then rises again: lift the wave, do not fold it.": rate
                * abs(math.cos(math.pi * share)),
                "that rises: the sign of the cosine is +.": rate
                * 0.5
                * (1 - math.cos(math.pi * share)),
                "the angle runs from 0 to π, so step / num_steps is multiplied by π.": rate
                * 0.5
                * (1 + math.cos(share)),
                "the angle ran to 2π: the rate would rise again in the second half.": rate
                * 0.5
                * (1 + math.cos(2 * math.pi * share)),
                "Python's `math.cos` wants π for half a turn, not 180.": rate
                * 0.5
                * (1 + math.cos(180 * share)),
                "that falls in a straight line.": rate * (1 - share),
                "that is the share of the learning rate; multiply by it.": 0.5
                * (1 + math.cos(math.pi * share)),
                "the sine is at 0 where the cosine is at 1.": rate
                * 0.5
                * (1 + math.sin(math.pi * share)),
                "300 is the number of steps in the picture; here it is `num_steps`.": rate
                * 0.5
                * (1 + math.cos(math.pi * step / 300)),
                "that is the full learning rate: where is num_steps? The angle has gone the share "
                "step / num_steps of π.": rate,
                "that is a quarter of a wave: the angle runs to π, not to π / 2.": rate
                * 0.5
                * (1 + math.cos(math.pi / 2 * share)),
                "that is a quarter of a wave: half a wave falls from 1 to -1, and is lifted.": rate
                * math.cos(math.pi / 2 * share),
                "put brackets round 1 + cos: the ½ belongs to both.": rate
                * (0.5 + math.cos(math.pi * share)),
                "put brackets round 1 + cos: the ½ is for both.": rate * 0.5
                + math.cos(math.pi * share),
                "T is num_steps itself: the 0 comes one step after the last.": rate
                * 0.5
                * (1 + math.cos(math.pi * step / (num_steps - 1))),
                "`step` counts from 0: step 0 has the full learning rate.": rate
                * 0.5
                * (1 + math.cos(math.pi * (step + 1) / num_steps)),
            },
        )


@exercise(
    "adam.cosine_decay",
    check=check_cosine_decay,
    hints=(
        "Which share of the way is behind us at this step? That share of π is the angle.",
        "1 + cos(angle) falls from 2 to 0. Half of it falls from 1 to 0: the share of the learning "
        "rate that is left.",
        """
        One gap left:

        ```python
        angle = ...
        return learning_rate * 0.5 * (1 + math.cos(angle))
        ```
        """,
    ),
)
def cosine_decay(step, num_steps, learning_rate):
    """The learning rate at this step (from 0): it falls from learning_rate to 0 on half a wave."""
    return learning_rate * 0.5 * (1 + math.cos(math.pi * step / num_steps))


# --- mended_descent ---

RATE = 0.3


def walk(descend: Callable, start: Sequence[float], pulls: Sequence[float], num_steps: int):
    """The losses that `descend` returns, and where it ends, in a bowl with steepness `pulls`."""
    knobs = [Value(x) for x in start]

    def loss():
        return Value.sum([pull * (knob - 1) ** 2 for knob, pull in zip(knobs, pulls)])

    losses = descend(loss, knobs, num_steps, RATE)
    return losses, [knob.data for knob in knobs]


def descend_with(
    clear: str = "after", fresh: bool = False, falls: bool = False, once: bool = False
) -> Callable:
    """The descent, right as it stands, or with a mistake in it."""

    def descend(loss, parameters, num_steps, learning_rate):
        adam, losses = Adam(parameters), []
        result = loss()
        for step in range(num_steps):
            adam = Adam(parameters) if fresh else adam
            result = result if once else loss()
            result.backward()
            if clear == "too soon":
                adam.zero_grad()
            rate = finished.cosine_decay(step, num_steps, learning_rate) if falls else learning_rate
            adam.step(rate)
            if clear == "after":
                adam.zero_grad()
            losses.append(result.data)
        return losses

    return descend


STILL_FORGETS = (
    "every step is still one learning rate long: a new Adam in each round begins with empty "
    "averages. Make one, before the loop."
)
HIDDEN = (
    "the learning rate falls now, which was not asked for: it stills any walk, with or without "
    "the fault. Leave it as it is."
)
MISTAKEN_WALKS = [
    (STILL_FORGETS, descend_with(fresh=True)),
    (HIDDEN, descend_with(fresh=True, falls=True)),
    (HIDDEN, descend_with(falls=True)),
    (
        "now the gradients pile up: the second step already sees those of the first. Is "
        "`zero_grad` called in each round, with its brackets?",
        descend_with(clear="never"),
    ),
    (
        "the loss is computed once, before the loop. Call `loss()` in each round.",
        descend_with(once=True),
    ),
    (
        "nothing moves: the gradients are cleared before the step has used them.",
        descend_with(clear="too soon"),
    ),
]


def check_mended_descent(mended_descent):
    def draw(rng: Random):
        n = rng.randint(1, 3)
        start = [rng.uniform(2, 4) for _ in range(n)]
        return start, [rng.uniform(0.5, 3) for _ in range(n)], rng.randint(6, 9)

    for start, pulls, num_steps in cases(draw, n=8):
        case = start, pulls, num_steps
        got, ends = walk(mended_descent, *case)
        want, right_ends = walk(descend_with(), *case)
        if isinstance(got, (list, tuple)) and any(isinstance(x, Value) for x in got):
            raise Wrong(
                "your list holds Values, each with its whole graph. Keep the number, `result.data`."
            )
        for text, descend in MISTAKEN_WALKS:
            losses, others = walk(descend, *case)
            if not difference(got, losses) and not difference(ends, others):
                raise Wrong(text)
        expect(
            got,
            want,
            when=f"the {num_steps} losses on a bowl",
            mistakes={
                "that is the loss of the first step alone: is `return` inside the loop?": want[:1],
                "that is the last loss; all of them are asked for, in a list.": want[-1],
            },
        )
        expect(ends, right_ends, when="where the knobs end")


@exercise(
    "adam.mended_descent",
    check=check_mended_descent,
    hints=(
        "How long is Adam's very first step, whatever the gradient? And how many first steps does "
        "the classmate take?",
        "The averages, and the count of the steps, live in the `Adam`. It must outlive the round.",
        """
        One gap left:

        ```python
        ...
        losses = []
        for _ in range(num_steps):
            result = loss()
            result.backward()
            adam.step(learning_rate)
            adam.zero_grad()
            losses.append(result.data)
        return losses
        ```
        """,
    ),
)
def mended_descent(loss, parameters, num_steps, learning_rate):
    """A classmate's descent with Adam, mended: the loss before each step, in a list."""
    adam = finished.Adam(parameters)
    losses = []
    for _ in range(num_steps):
        result = loss()
        result.backward()
        adam.step(learning_rate)
        adam.zero_grad()
        losses.append(result.data)
    return losses
