"""Lesson 01: slopes by nudging, the chain rule, gradients, and the walk downhill."""

import sys
from collections.abc import Callable

from course_lib import derivatives
from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import Wrong, call, cases, expect, show
from course_lib.teach.questions import Choice, FaultyLine, Number, Order, Quiz, right, wrong

warm_up = Quiz(
    "derivatives.warm_up",
    Choice(
        "derivatives.warm_up_training",
        "What does training change in a model?",
        {
            "its parameters": right(
                "Training adjusts the parameters, and nothing else: the rest of the program stays "
                "as it was written."
            ),
            "its hyperparameters": wrong(
                "Hyperparameters, such as the width or the number of steps, are chosen by you "
                "before training begins."
            ),
            "its program, line by line": wrong(
                "The code stays the same from the first step to the last; only numbers move."
            ),
            "the dataset": wrong("The dataset is what it learns from. It is read, never changed."),
        },
    ),
    Choice(
        "derivatives.warm_up_loss",
        "During training the loss fell from 3.3 to 2.3. What does that tell you?",
        {
            "the model is less surprised by the next token": right(
                "The loss measures surprise at what really came next; lower is better."
            ),
            "the model now gets 2.3 percent wrong": wrong(
                "A loss is no percentage. It measures how surprised the model is by what comes "
                "next."
            ),
            "the model became smaller": wrong(
                "It has as many parameters as before; they only hold other numbers."
            ),
            "the model forgot what it knew": wrong(
                "The other way round: a rising loss would be a worry, a falling one is progress."
            ),
        },
    ),
)

nudge = Choice(
    "derivatives.nudge",
    "The side of the square goes from 3 to 3.01. By about how much does its area grow?",
    {
        "by 0.01": wrong(
            "That is how far the side moved. The area moves along two sides at once, each 3 long."
        ),
        "by 0.06": right("Two strips, each 3 long and 0.01 wide, make 0.06."),
        "by 0.0001": wrong(
            "That is 0.01 squared: the tiny corner alone. The two long strips count far more."
        ),
        "by 9.06": wrong("That is the new area, 9 and a bit. The question is by how much it grew."),
    },
)

slope_sign = Choice(
    "derivatives.slope_sign",
    "At `x = -2` the slope of `x**2` is -4. What does the minus say?",
    {
        "the area there is negative": wrong(
            "The height of the curve at -2 is 4. The slope is not the height: it says how the "
            "height changes."
        ),
        "a small step to the right lowers the curve": right(
            "Where the slope is negative, the dial moves against the knob."
        ),
        "a small step to the left lowers the curve": wrong(
            "A step to the left leads up the left arm of the parabola. Move the slider and look."
        ),
        "the curve is bent downward there": wrong(
            "How a curve bends is another question. The slope only says how steep it is, and "
            "which way."
        ),
    },
)

smallest_nudge = Choice(
    "derivatives.smallest_nudge",
    "Which nudge measures the slope of a smooth function best on this computer?",
    {
        "one half, so that there is a clear difference": wrong(
            "Over half a unit the curve bends visibly: that measures a slope somewhere in the "
            "neighbourhood, not at the point."
        ),
        "about 0.00001": right(
            "Small enough that the curve hardly bends, large enough that the two values differ in "
            "many digits."
        ),
        "0.000000000000001, the smaller the better": wrong(
            "So small a nudge changes only the last digit or two that a float keeps, and the "
            "difference is mostly rounding error."
        ),
        "exactly 0": wrong("Then nothing moves, and 0 divided by 0 is no number."),
    },
)

gears = Number(
    "derivatives.gears",
    "At `x = 2`, `g` turns its dial 3 times as fast as its knob. Its dial shows 7, and at 7 the "
    "square turns 14 times as fast as its knob. How fast is the whole chain?",
    42,
    tolerance=0.5,
    because="Gears multiply: 3 times as fast, and that 14 times as fast, is 42 times as fast.",
    mistakes={
        17: "You added the two. Think of gears: one turn of the first makes 3 turns, and each of "
        "these makes 14.",
        294: "The 7 is the place where the square works, not a speed.",
        14: "That is the second gear alone. Its knob is turned 3 times as fast as yours.",
        12: "You took the slope of the square at 2. The square works on what g hands over, which "
        "is 7.",
    },
    otherwise="One turn of the knob makes 3 turns in between. How many does each of these make?",
)

arrow = Choice(
    "derivatives.arrow",
    "The gradient at (1.5, 1) is (3, 4). Seen from above, where does this arrow point?",
    {
        "straight to the lowest point": wrong(
            "It knows the slope at this spot only. The lowest point may lie in another direction, "
            "and in this valley it lies downhill."
        ),
        "the steepest way up": right(
            "Both slopes are positive: more of either knob means higher. Together they point where "
            "it rises fastest."
        ),
        "the steepest way down": wrong(
            "A positive slope means that more of the knob makes it higher. Down is the other way "
            "round."
        ),
        "along the ring of equal height": wrong(
            "Along the ring nothing changes. The gradient points where it changes most, at right "
            "angles to the ring."
        ),
    },
)

descent_order = Order(
    "derivatives.descent_order",
    "Put the walk downhill in order.",
    """
    begin at the place x
    as often as num_steps says:
        measure the slope where you stand
        take one step against it
    hand back the place
    """,
    rules={
        (1, 2): "First you must stand somewhere.",
        (2, 3): "The slope must be measured anew at each place, so that belongs in the loop.",
        (2, 4): "A walk takes many steps, so the step belongs in the loop.",
        (3, 4): "Before you step you must know which way is down: measure the slope first.",
        (4, 5): "The answer is the place after all the steps.",
    },
    because="Measure the slope where you stand, step against it, and repeat; the answer comes "
    "after the last step.",
)

rates = Choice(
    "derivatives.rates",
    "On `x**2` the slope at x is 2x, so a step leads from x to `x - rate * 2x`. "
    "What happens with a learning rate of 1.05?",
    {
        "it arrives faster than with 0.3": wrong(
            "A larger rate helps up to a point. From 2.5 the step is 1.05 times 5 = 5.25 long: "
            "far beyond the bottom."
        ),
        "each step lands higher than it began": right(
            "From 2.5 it lands at -2.75, then at 3.03, and so on: away from the bottom."
        ),
        "it stops at once": wrong("It stops only where the slope is 0, and that is the bottom."),
        "it creeps towards the bottom": wrong("That is what a rate that is too small does."),
    },
)

best_constant = Choice(
    "derivatives.best_constant",
    "Gradient descent on the loss of a single answer `c` to the targets 2, 3 and 10: "
    "where does it settle?",
    {
        "at 3, the number in the middle": wrong(
            "The middle number would minimise the mean *distance*. Squares punish the far miss of "
            "10 much more."
        ),
        "at 5, the mean": right(
            "There the pulls balance: the mean of 2·(c - 2), 2·(c - 3) and 2·(c - 10) is 0."
        ),
        "at 6, halfway between the lowest and the highest": wrong(
            "That would forget that there are two low targets and only one high one."
        ),
        "at 0, where every loss ends": wrong(
            "The *loss* would like to be 0; the knob goes to where the loss is lowest."
        ),
    },
)

wrong_way = FaultyLine(
    "derivatives.wrong_way",
    "Which line makes the loss rise in the end?",
    """
    def classmate_walk(f, x, y, learning_rate, num_steps):
        for _ in range(num_steps):
            along_x, along_y = derivatives.gradient(lambda p: f(*p), [x, y])
            x = x - learning_rate * along_x
            y = y + learning_rate * along_y
        return x, y
    """,
    fault="y = y + learning_rate * along_y",
    because="A positive slope means that more y is higher, so y must go the other way: minus. "
    "The loss falls at first because x, far from the bottom, walks the right way.",
    innocent={
        "def classmate_walk(f, x, y, learning_rate, num_steps):": "All five arguments are there.",
        "for _ in range(num_steps):": "It repeats as often as it should; `_` is a name for a "
        "number that nobody needs.",
        "along_x, along_y = derivatives.gradient(lambda p: f(*p), [x, y])": "Both slopes are "
        "measured at the present place; `f(*p)` hands over the two knobs one by one.",
        "x = x - learning_rate * along_x": "Against the slope: x walks downhill.",
        "return x, y": "It returns after the loop, at the end of the walk.",
    },
)


def smooth(rng):
    """A random smooth function of x, its slope, and a point."""
    a, b, c = (rng.uniform(-3, 3) for _ in range(3))
    return (
        lambda x: a * x**3 + b * x**2 + c * x,
        lambda x: 3 * a * x**2 + 2 * b * x + c,
        round(rng.uniform(-2, 2), 2),
    )


def named(f: Callable, name: str = "f", not_by: Callable | None = None) -> Callable:
    """This function under the name that messages give it.

    It is Wrong to have it called by the finished `not_by`: that is what the student should write.
    """

    def called(*args):
        frame = sys._getframe(1)
        while not_by and frame:
            if frame.f_code is not_by.__code__:
                raise Wrong(
                    f"that uses the finished `{not_by.__name__}`, which is what you should write: "
                    f"call `{name}` yourself."
                )
            frame = frame.f_back
        return f(*args)

    called.__name__ = called.__qualname__ = name
    return called


def check_one_sided_slope(one_sided_slope):
    for f, _, x in cases(smooth):
        h = 0.25 if x > 0 else 0.2
        tiny = f(x + 1e-5) - f(x)
        rise, back = f(x + h) - f(x), f(x) - f(x - h)
        expect(
            call(one_sided_slope, named(f), x, h),
            rise / h,
            when=f"one_sided_slope(f, {x}, h={h})",
            mistakes={
                "that is the rise alone; a slope divides it by the run.": rise,
                "you nudged to the left; this one looks to the right, at x + h.": back / h,
                "that looks to both sides, which is the next exercise: here from x to x + h.": (
                    rise + back
                )
                / (2 * h),
                "the rise is right; but the run from x to x + h is h, not 2h.": rise / (2 * h),
                "the sign is turned around: the rise is the new value minus the old one.": -rise
                / h,
                "that is the run over the rise; turn it over.": h / rise,
                "the run is how far x moved, h, not the place where it ended.": rise / (x + h),
                "the rise is a difference: the value after the nudge minus the value before.": f(
                    x + h
                )
                / h,
                "you nudged the dial, not the knob: the h belongs inside, `f(x + h)`.": 1,
                "use the h that is handed in, not 1e-5.": tiny / 1e-5,
                "the nudge is h, so the run is h, too, not 1e-5.": rise / 1e-5,
                "the run is h, so the nudge is h, too, not 1e-5.": tiny / h,
            },
        )


@exercise(
    "derivatives.one_sided_slope",
    check=check_one_sided_slope,
    hints=(
        "The rise is how far the dial moved: the value after the nudge, minus the value before.",
        "The run is how far the knob moved. By how much was x nudged?",
        """
        Half of it done:

        ```python
        rise = f(x + h) - f(x)
        run = ...
        ```
        """,
    ),
)
def one_sided_slope(f, x, h=1e-5):
    """How far f moves for each unit of a nudge to the right."""
    rise = f(x + h) - f(x)
    run = h
    return rise / run


def check_derivative(derivative):
    for f, slope, x in cases(smooth):
        h = 0.25
        ahead, behind = f(x + h), f(x - h)
        expect(
            call(derivative, named(f, not_by=derivatives.derivative), x, h),
            (ahead - behind) / (2 * h),
            when=f"derivative(f, {x}, h=0.25)",
            mistakes={
                "that is one-sided: nudge to the left as well, and measure between the two.": (
                    ahead - f(x)
                )
                / h,
                "that looks to the left only. Measure from x - h to x + h.": (f(x) - behind) / h,
                "from x - h to x + h the knob moves 2h, not h: your slope is twice too large.": (
                    ahead - behind
                )
                / h,
                "the minus is the wrong way round: what lies ahead, minus what lies behind.": (
                    behind - ahead
                )
                / (2 * h),
                "Python divides first and multiplies after: write `/ (2 * h)`, with brackets.": (
                    ahead - behind
                )
                / 2
                * h,
                "that is the rise alone; divide it by the run, 2h.": ahead - behind,
                "put brackets around the difference: Python divides before it subtracts.": ahead
                - behind / (2 * h),
                "use the h that is handed in as your nudge.": slope(x),
                "that is the height of f, not its slope.": f(x),
            },
        )
        expect(
            call(derivative, named(f), x), slope(x), when=f"derivative(f, {x})", rel=1e-4, abs=1e-4
        )
    return "the slope is right on 20 random functions. It will be a judge in later lessons."


@exercise(
    "derivatives.derivative",
    check=check_derivative,
    hints=(
        "You need f at two places: a nudge below x and a nudge above it.",
        "The rise is `f(x + h) - f(x - h)`. How far apart are the two places?",
        """
        Nearly there:

        ```python
        def derivative(f, x, h=1e-5):
            return (f(x + h) - f(x - h)) / ...
        ```

        Mind the brackets around what you divide by.
        """,
    ),
)
def derivative(f, x, h=1e-5):
    """The slope of f at x, by central difference."""
    return (f(x + h) - f(x - h)) / (2 * h)


def check_chain_slope(chain_slope):
    def outer(f):
        def called(u):
            if callable(u):
                raise Wrong("f needs a number: hand it `g(x)`, what g shows at x, not `g` itself.")
            return f(u)

        return named(called)

    for (f, df, _), (g, dg, x) in zip(cases(smooth), cases(smooth, seed=7), strict=True):
        slope_g, slope_f = dg(x), df(g(x))
        expect(
            call(chain_slope, outer(f), named(g, "g"), x),
            slope_f * slope_g,
            when=f"chain_slope(f, g, {x})",
            rel=1e-4,
            abs=1e-4,
            mistakes={
                "f works on what g hands over: take its slope at g(x), not at x.": (
                    df(x) * slope_g
                ),
                "you took the slope of f at the *slope* of g; f works on what g shows, g(x).": (
                    df(slope_g) * slope_g
                ),
                "gears multiply; you added the two slopes.": slope_f + slope_g,
                "that is the slope of f alone; g turns the knob of f.": slope_f,
                "that is the slope of g alone; f comes after it.": slope_g,
                "the two functions changed places: g works first, on x.": dg(f(x)) * df(x),
            },
        )


@exercise(
    "derivatives.chain_slope",
    check=check_chain_slope,
    hints=(
        "Two gears: how fast does g turn at x? What number does it hand to f?",
        "f works at `g(x)`, so its slope must be taken there.",
        """
        One gap left:

        ```python
        slope_of_g = derivatives.derivative(g, x)
        slope_of_f = derivatives.derivative(f, g(x))
        return ...
        ```
        """,
    ),
)
def chain_slope(f, g, x):
    """The slope at x of f(g(x)), by the chain rule."""
    slope_of_g = derivatives.derivative(g, x)
    slope_of_f = derivatives.derivative(f, g(x))
    return slope_of_f * slope_of_g


def check_gradient(gradient):
    def surface(rng):
        a, b, c = (rng.uniform(-3, 3) for _ in range(3))
        x, y = (round(rng.uniform(-2, 2), 2) for _ in range(2))
        return a, b, c, x, y

    for a, b, c, x, y in cases(surface):
        asked = []

        def f(x, y, a=a, b=b, c=c, asked=asked):
            asked.append((x, y))
            return a * x**2 + b * x * y + c * y**2 + 2 * y

        f.__qualname__ = "f"  # as errors name it
        along_x, along_y = 2 * a * x + b * y, b * x + 2 * c * y + 2
        both = derivatives.derivative(lambda t, f=f, x=x, y=y: f(x + t, y + t), 0.0)
        asked.clear()
        try:
            got = call(gradient, named(f, not_by=derivatives.gradient), x, y)
        except TypeError as error:
            if "missing 1 required positional argument" not in str(error):
                raise
            raise Wrong(
                "f needs both knobs. Make a function of one that holds the other still: "
                "`lambda nudged: f(nudged, y)`."
            ) from None
        expect(
            got,
            (along_x, along_y),
            when=f"gradient(f, {x}, {y})",
            rel=1e-4,
            abs=1e-4,
            mistakes={
                "both knobs were nudged at once. Hold one still while you nudge the other.": [
                    both,
                    both,
                ],
                "the two slopes changed places: first the one for x, then the one for y.": [
                    along_y,
                    along_x,
                ],
                "the slopes point downhill; the gradient points uphill, so no minus here.": [
                    -along_x,
                    -along_y,
                ],
                "that is one number, the slope when both knobs are nudged at once; the gradient "
                "has a slope for each.": both,
                "that is the slope for x alone; the gradient has one for y as well.": along_x,
                "the first slope stands twice; for the second, nudge y.": [along_x, along_x],
            },
        )
        if any(at_x != x and at_y != y for at_x, at_y in asked):
            raise Wrong(
                "x was still nudged when you measured y: put it back before you nudge the other."
            )


@exercise(
    "derivatives.gradient",
    check=check_gradient,
    hints=(
        "Two knobs, two slopes: do for y what you do for x.",
        "To nudge x alone, call f twice, with the same y: at x + h and at x - h.",
        """
        The first of the two:

        ```python
        h = 1e-5
        along_x = (f(x + h, y) - f(x - h, y)) / (2 * h)
        along_y = ...
        return along_x, along_y
        ```
        """,
    ),
)
def gradient(f, x, y):
    """The two slopes of f(x, y): for a nudge of x alone, and of y alone."""
    along_x = derivatives.derivative(lambda t: f(t, y), x)
    along_y = derivatives.derivative(lambda t: f(x, t), y)
    return along_x, along_y


def walk(f, x, learning_rate, num_steps):
    """The places of a walk downhill in one dimension, from x on."""
    path = derivatives.gradient_descent(lambda p: f(p[0]), [x], learning_rate, num_steps)
    return [place for (place,) in path]


def by_height(f, x, rate, steps):
    """The walk of someone who takes the height for the slope."""
    for _ in range(steps):
        x = x - rate * f(x)
        if abs(x) > 1e9:
            break
    return x


def from_zero(f, x, rate, steps):
    """The walk of someone who takes the step for the place."""
    for _ in range(steps):
        x = rate * derivatives.derivative(f, x)
    return x


def check_descend(descend):
    def valley(rng):
        bottom, steep = rng.uniform(-3, 3), rng.uniform(0.5, 2)
        return (
            lambda x: steep * (x - bottom) ** 2,
            round(rng.uniform(-4, 4), 2),
            rng.choice([0.05, 0.1, 0.2]),
            rng.randint(2, 12),
        )

    for f, x, rate, steps in cases(valley):
        path = walk(f, x, rate, steps)
        first_slope = derivatives.derivative(f, x)
        expect(
            call(descend, named(f, not_by=derivatives.gradient_descent), x, rate, steps),
            path[-1],
            when=f"descend(f, {x}, {rate}, {steps})",
            rel=1e-4,
            abs=1e-4,
            mistakes={
                "you walk uphill: a positive slope means more x is higher. Subtract.": walk(
                    lambda x, f=f: -f(x), x, rate, steps
                )[-1],
                "that is one step of num_steps. Is the `return` in the loop, or does every step "
                "begin at the same x? Hand the step back to x.": path[1],
                "the slope was measured once, at the start; measure it anew at each place.": (
                    x - steps * rate * first_slope
                ),
                "the learning rate is missing: step by learning_rate times the slope.": walk(
                    f, x, 1.0, steps
                )[-1],
                "you took one step too many.": walk(f, x, rate, steps + 1)[-1],
                "you took one step too few.": path[-2],
                "that is the height at the end; return the place, x.": f(path[-1]),
                "that is the whole path; return its last place only.": path,
                "x never moved: hand the step back to it, `x = x - …`.": x,
                "each step begins where you stand, not at 0: `x = x - …`.": from_zero(
                    f, x, rate, steps
                ),
                "you stepped by the height of f; step by its slope.": by_height(f, x, rate, steps),
            },
        )
    expect(call(descend, lambda x: x * x, 3.0, 0.1, 0), 3.0, when="descend(f, 3.0, 0.1, 0)")


@exercise(
    "derivatives.descend",
    check=check_descend,
    hints=(
        "Each line of the puzzle becomes one line of Python: the repetition is a `for` loop.",
        "Inside the loop: `slope = derivatives.derivative(f, x)`, at the x of this moment.",
        """
        One line left:

        ```python
        for _ in range(num_steps):
            slope = derivatives.derivative(f, x)
            x = ...
        return x
        ```
        """,
    ),
)
def descend(f, x, learning_rate, num_steps):
    """Where gradient descent on f, from x, has arrived after num_steps steps."""
    for _ in range(num_steps):
        x = x - learning_rate * derivatives.derivative(f, x)
    return x


def check_best_rate(best_rate):
    def race(rng):
        rates = [*rng.sample([0.001, 0.01, 0.03, 0.1, 0.2, 0.35], 4), 0.525]
        rng.shuffle(rates)
        side = rng.choice([2.5, -2.5])
        return rates, rng.uniform(-3, 3), side, rng.choice([-5, 0, 3]), rng.choice([9, 10])

    # In these two most mistakes have an answer of their own; only in the first are losses below 0.
    rates = [0.1, 0.001, 0.27, 0.6, 0.03]
    fixed = [(rates, -1.7, 2.5, -5, 3), (rates, 1.7, -2.5, 3, 3)]
    for rates, bottom, start, lowest, steps in [*fixed, *cases(race)]:
        x = round(bottom + start, 2)

        def f(x, bottom=bottom, lowest=lowest):
            return 2 * (x - bottom) ** 2 + lowest

        ends = {rate: walk(f, x, rate, steps)[-1] for rate in rates}
        best = min(rates, key=lambda rate: f(ends[rate]))
        when = f"best_rate(f, {x}, {show(rates)}, {steps})"
        try:
            got = call(best_rate, named(f), x, rates, steps)
        except UnboundLocalError as error:
            if lowest < 0:
                raise
            raise Wrong(
                f"`{when}`: {error}. Every walk ends above 0 here. Did you begin with a lowest "
                "loss of 0? Begin with the loss of the first rate, or with `math.inf`."
            ) from None
        compare = "Compare the losses at the ends, not the places, nor the slopes there."
        above = "every walk ends above 0, so no loss was lower than the 0 that you began with"
        expect(
            got,
            best,
            when=when,
            mistakes={
                f"that one diverges: the largest rate is not the best one. {compare}": max(rates),
                f"that is the smallest rate: it has hardly moved. {compare}": min(rates),
                "that is the place where the best walk ends; return the rate.": ends[best],
                "that is the loss that the best walk reaches; return the rate.": f(ends[best]),
                "that is the rate with the *highest* loss at the end.": max(
                    rates, key=lambda rate: f(ends[rate])
                ),
                "you compared how near to 0 the walks end, and the bottom need not be at 0: "
                "compare the losses, f(x).": min(rates, key=lambda rate: abs(ends[rate])),
                "that is the position of the rate in the list; return the rate.": rates.index(best),
                "that is the first of the rates: no other took its place. Compare all of them, and "
                "begin with the loss of the first, not with 0.": rates[0],
                **(
                    {f"{above}. Begin with the loss of the first rate.": None}
                    if lowest >= 0
                    else {}
                ),
            },
        )


@exercise(
    "derivatives.best_rate",
    check=check_best_rate,
    hints=(
        "Let each rate walk, and look at how high it ends: `f(place)`.",
        "Keep the best rate so far, and replace it when another one ends lower.",
        """
        The loop, with one gap:

        ```python
        best = rates[0]
        for rate in rates:
            if f(walk_end(f, x, rate, num_steps)) < ...:
                best = rate
        return best
        ```
        """,
    ),
)
def best_rate(f, x, rates, num_steps):
    """The one of the rates whose walk from x ends at the lowest f."""

    def loss_at_the_end(rate):
        path = derivatives.gradient_descent(lambda p: f(p[0]), [x], rate, num_steps)
        return f(path[-1][0])

    return min(rates, key=loss_at_the_end)


def check_constant_loss(constant_loss):
    def question(rng):
        low, middle, *more = sorted(round(rng.uniform(-5, 10), 1) for _ in range(rng.randint(3, 6)))
        targets = [middle, low, *more]  # the first is not the worst
        return round((min(targets) + max(targets)) / 2 + 0.3, 1), targets  # misses on both sides

    for c, targets in cases(question):
        errors = [c - target for target in targets]
        n = len(targets)
        total = sum(error**2 for error in errors)
        expect(
            call(constant_loss, c, targets),
            total / n,
            when=f"constant_loss({c}, {show(targets)})",
            mistakes={
                "that is the sum of the squares; the mean divides it by how many there are.": total,
                "without squares, misses above and below cancel: a loss must not fall when you "
                "miss more.": sum(errors) / n,
                "that is the mean distance; square each miss before you add.": sum(map(abs, errors))
                / n,
                "you squared the mean of the misses; square each first: they must not cancel.": (
                    (sum(errors) / n) ** 2
                ),
                "you squared the sum; square each miss, then add: they must not cancel.": (
                    sum(errors) ** 2 / n
                ),
                "you divided by one number too few.": total / (n - 1),
                "that is the worst miss squared; the mean takes all of them.": max(
                    error**2 for error in errors
                ),
                "that is the square of one miss; go through all the targets.": errors[0] ** 2,
                "one miss only was added: does the `return` stand after the loop?": (
                    errors[0] ** 2 / n
                ),
                "you squared the target; square the miss, `(c - target) ** 2`.": (
                    sum(c - target**2 for target in targets) / n
                ),
                "that is the root of the mean square; leave the root out.": (total / n) ** 0.5,
            },
        )
    best = walk(lambda c: constant_loss(c, [2, 3, 10]), 0.0, 0.1, 100)[-1]
    if abs(best - 5) > 1e-3:
        raise Wrong(f"gradient descent on your loss for 2, 3 and 10 ends at {best:.3f}, not at 5.")
    return "and gradient descent on it finds the best single answer."


@exercise(
    "derivatives.constant_loss",
    check=check_constant_loss,
    hints=(
        "For one target the miss is `c - target`. Its square is never negative.",
        "Do it for every target, add up, divide by how many there are.",
        """
        Nearly there:

        ```python
        squares = [(c - target) ** 2 for target in targets]
        return ...
        ```
        """,
    ),
)
def constant_loss(c, targets):
    """The mean of the squared misses, c minus target."""
    return sum((c - target) ** 2 for target in targets) / len(targets)


def walk_with(x_sign, y_sign, later=1):
    """A walk whose two knobs step by their slopes, each times its sign: -1 is downhill.

    All steps but the first are `later` times as long; below 0 they go the other way.
    """

    def walk(f, x, y, learning_rate, num_steps):
        for step in range(num_steps):
            along_x, along_y = derivatives.gradient(lambda p: f(*p), [x, y])
            length = learning_rate * (later if step else 1)
            x, y = x + x_sign * length * along_x, y + y_sign * length * along_y
        return x, y

    walk.__qualname__ = "walk"  # as errors name it
    return walk


def walk_straight(x_sign, y_sign):
    """A walk that goes the same way whatever `f` is: up with a knob where its sign is 1."""

    def walk(f, x, y, learning_rate, num_steps):
        length = learning_rate * num_steps
        return x + x_sign * length, y + y_sign * length

    walk.__qualname__ = "walk"  # as errors name it
    return walk


def check_goes_downhill(goes_downhill):
    def valley(rng):
        left, below = rng.uniform(4, 6), rng.uniform(4, 6)  # how far the bottom is from (0, 0)
        x, y = (round(rng.uniform(-3, 3), 2) for _ in range(2))
        return left, below, rng.choice([-1, 1]), rng.choice([-1, 1]), x, y

    for left, below, x_side, y_side, x, y in cases(valley):
        left, below = left * x_side, below * y_side
        # In the first valley x matters most, in the second y: it decides how the loss moves.
        for steep_x, steep_y in ((1, 0.1), (0.1, 1)):

            def f(x, y, a=steep_x, b=steep_y, left=left, below=below):
                return a * (x - left) ** 2 + b * (y - below) ** 2

            f.__qualname__ = "f"  # as errors name it
            fair, losing_y, losing_x, both = (
                walk_with(*signs) for signs in ((-1, -1), (-1, 1), (1, -1), (1, 1))
            )
            loss_falls, loss_rises = "the loss falls all the same", "the loss rises, too"
            for walk, want, why in (
                (
                    fair,
                    True,
                    "both knobs move downhill. Is your condition turned around? A knob goes down "
                    "where its move and its slope, both on `f`, have different signs, whichever "
                    "way that is.",
                ),
                (both, False, "both knobs climb: each moves *along* its slope."),
                (
                    losing_x,
                    False,
                    "x climbs, and only y goes down"
                    f" ({loss_rises if steep_x > steep_y else loss_falls}): look at each knob, "
                    "not at one or at the loss.",
                ),
                (
                    losing_y,
                    False,
                    "y climbs, and only x goes down"
                    f" ({loss_falls if steep_x > steep_y else loss_rises}): look at each knob, "
                    "not at one or at the loss.",
                ),
                (walk_with(-1, 0), False, "y stands still, and that is not downhill."),
                (
                    walk_with(-1, -1, later=-3),
                    True,
                    "the first step moves both knobs downhill, and only the later ones climb: ask "
                    "`walk` for one step.",
                ),
                (
                    walk_straight(-x_side, -y_side),
                    False,
                    "both knobs climb, on the `f` that is handed in. Did you ask another function?",
                ),
            ):
                got = call(goes_downhill, walk, f, x, y)
                when = f"goes_downhill(walk, f, {x}, {y})"
                expect(got, want, when=when, mistakes={f"here {why}": not want})
    return "it finds a step that goes wrong without waiting for the loss."


@exercise(
    "derivatives.goes_downhill",
    check=check_goes_downhill,
    hints=(
        "One step, with any small rate: `walk(f, x, y, 0.1, 1)` gives both knobs after it.",
        "How far did x move? It went downhill if that move and `along_x` have different signs: "
        "then their product is negative.",
        """
        Half of it done:

        ```python
        along_x, along_y = derivatives.gradient(lambda p: f(*p), [x, y])
        new_x, new_y = walk(f, x, y, 0.1, 1)
        x_is_right = (new_x - x) * along_x < 0
        ```
        """,
    ),
)
def goes_downhill(walk, f, x, y):
    """True if the first step of the walk moves each knob downhill."""
    along_x, along_y = derivatives.gradient(lambda p: f(*p), [x, y])
    new_x, new_y = walk(f, x, y, 0.1, 1)
    return (new_x - x) * along_x < 0 and (new_y - y) * along_y < 0
