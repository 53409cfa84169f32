"""Answers to lesson 01."""

import numpy as np

from bank import right, wrong
from course_lib import derivatives


@right("derivatives.one_sided_slope")
def one_sided_slope(f, x, h=1e-5):
    return (f(x + h) - f(x)) / h


@right("derivatives.one_sided_slope")
def one_sided_slope(function, at, nudge=0.001):
    before = function(at)
    after = function(at + nudge)
    return -(before - after) / ((at + nudge) - at)


@wrong("derivatives.one_sided_slope", says="that is the rise alone")
def one_sided_slope(f, x, h=1e-5):
    return f(x + h) - f(x)


@wrong("derivatives.one_sided_slope", says="you nudged to the left")
def one_sided_slope(f, x, h=1e-5):
    return (f(x) - f(x - h)) / h


@wrong("derivatives.one_sided_slope", says="which is the next exercise")
def one_sided_slope(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


@wrong("derivatives.one_sided_slope", says="the run from x to x + h is h, not 2h")
def one_sided_slope(f, x, h=1e-5):
    return (f(x + h) - f(x)) / (2 * h)


@wrong("derivatives.one_sided_slope", says="the sign is turned around")
def one_sided_slope(f, x, h=1e-5):
    return (f(x) - f(x + h)) / h


@wrong("derivatives.one_sided_slope", says="turn it over")
def one_sided_slope(f, x, h=1e-5):
    return h / (f(x + h) - f(x))


@wrong("derivatives.one_sided_slope", says="is there a `return`?")
def one_sided_slope(f, x, h=1e-5):
    print((f(x + h) - f(x)) / h)


@wrong("derivatives.one_sided_slope", says="not the place where it ended")
def one_sided_slope(f, x, h=1e-5):
    return (f(x + h) - f(x)) / (x + h)


@wrong("derivatives.one_sided_slope", says="the rise is a difference")
def one_sided_slope(f, x, h=1e-5):
    return f(x + h) / h


@right("derivatives.derivative")
def derivative(f, x, h=1e-5):
    rise = f(x + h) - f(x - h)
    run = 2 * h
    return rise / run


@right("derivatives.derivative")
def derivative(f, x, h=1e-4):
    right_slope = (f(x + h) - f(x)) / h
    left_slope = (f(x) - f(x - h)) / h
    return (right_slope + left_slope) / 2


@wrong("derivatives.derivative", says="that is one-sided")
def derivative(f, x, h=1e-5):
    return (f(x + h) - f(x)) / h


@wrong("derivatives.derivative", says="looks to the left only")
def derivative(f, x, h=1e-5):
    return (f(x) - f(x - h)) / h


@wrong("derivatives.derivative", says="moves 2h, not h")
def derivative(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / h


@wrong("derivatives.derivative", says="the minus is the wrong way round")
def derivative(f, x, h=1e-5):
    return (f(x - h) - f(x + h)) / (2 * h)


@wrong("derivatives.derivative", says="with brackets")
def derivative(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / 2 * h


@wrong("derivatives.derivative", says="that is the rise alone")
def derivative(f, x, h=1e-5):
    return f(x + h) - f(x - h)


@wrong("derivatives.derivative", says="the height of f, not its slope")
def derivative(f, x, h=1e-5):
    return f(x)


@wrong("derivatives.derivative", says="brackets around the difference")
def derivative(f, x, h=1e-5):
    return f(x + h) - f(x - h) / (2 * h)


@wrong("derivatives.derivative", says="use the h that is handed in")
def derivative(f, x, h=1e-5):
    return (f(x + 1e-5) - f(x - 1e-5)) / 2e-5


@right("derivatives.chain_slope")
def chain_slope(f, g, x):
    return derivatives.derivative(g, x) * derivatives.derivative(f, g(x))


@right("derivatives.chain_slope")
def chain_slope(outer, inner, x):
    return derivatives.derivative(lambda t: outer(inner(t)), x)


@wrong("derivatives.chain_slope", says="take its slope at g(x)")
def chain_slope(f, g, x):
    return derivatives.derivative(g, x) * derivatives.derivative(f, x)


@wrong("derivatives.chain_slope", says="gears multiply")
def chain_slope(f, g, x):
    return derivatives.derivative(g, x) + derivatives.derivative(f, g(x))


@wrong("derivatives.chain_slope", says="the slope of f alone")
def chain_slope(f, g, x):
    return derivatives.derivative(f, g(x))


@wrong("derivatives.chain_slope", says="the slope of g alone")
def chain_slope(f, g, x):
    return derivatives.derivative(g, x)


@wrong("derivatives.chain_slope", says="the two functions changed places")
def chain_slope(f, g, x):
    return derivatives.derivative(f, x) * derivatives.derivative(g, f(x))


@right("derivatives.gradient")
def gradient(f, x, y):
    h = 1e-5
    along_x = (f(x + h, y) - f(x - h, y)) / (2 * h)
    along_y = (f(x, y + h) - f(x, y - h)) / (2 * h)
    return along_x, along_y


@right("derivatives.gradient")
def gradient(f, x, y):
    return derivatives.derivative(lambda t: f(t, y), x), derivatives.derivative(
        lambda t: f(x, t), y
    )


@wrong("derivatives.gradient", says="uses the finished `gradient`")
def gradient(f, x, y):
    return derivatives.gradient(lambda point: f(*point), [x, y])


@wrong("derivatives.derivative", says="uses the finished `derivative`")
def derivative(f, x, h=1e-5):
    return derivatives.derivative(f, x, h)


@wrong("derivatives.descend", says="uses the finished `gradient_descent`")
def descend(f, x, learning_rate, num_steps):
    return end_of(f, x, learning_rate, num_steps)


@wrong("derivatives.descend", says="does every step begin at the same x?")
def descend(f, x, learning_rate, num_steps):
    for _ in range(num_steps):
        new_x = x - learning_rate * derivatives.derivative(f, x)
    return new_x


@wrong("derivatives.one_sided_slope", says="use the h that is handed in")
def one_sided_slope(f, x, h=1e-5):
    return (f(x + 1e-5) - f(x)) / 1e-5


@wrong("derivatives.one_sided_slope", says="so the run is h, too")
def one_sided_slope(f, x, h=1e-5):
    return (f(x + h) - f(x)) / 1e-5


@wrong("derivatives.one_sided_slope", says="so the nudge is h, too")
def one_sided_slope(f, x, h=1e-5):
    return (f(x + 1e-5) - f(x)) / h


@wrong("derivatives.one_sided_slope", says="Was it rounded?")
def one_sided_slope(f, x, h=1e-5):
    return round((f(x + h) - f(x)) / h, 4)


@wrong("derivatives.chain_slope", says="hand it `g(x)`")
def chain_slope(f, g, x):
    return derivatives.derivative(g, x) * derivatives.derivative(f, f(g))


@wrong("derivatives.chain_slope", says="at the *slope* of g")
def chain_slope(f, g, x):
    slope_of_g = derivatives.derivative(g, x)
    return derivatives.derivative(f, slope_of_g) * slope_of_g


@wrong("derivatives.constant_loss", says="after the loop")
def constant_loss(c, targets):
    total = 0
    for target in targets:
        total += (c - target) ** 2
        return total / len(targets)


@wrong("derivatives.constant_loss", says="you squared the target")
def constant_loss(c, targets):
    return sum(c - target**2 for target in targets) / len(targets)


@wrong("derivatives.best_rate", says="Did you begin with a lowest loss of 0?")
def best_rate(f, x, rates, num_steps):
    lowest = 0
    for rate in rates:
        if f(end_of(f, x, rate, num_steps)) < lowest:
            lowest = f(end_of(f, x, rate, num_steps))
            best = rate
    return best


@wrong("derivatives.best_rate", says="no loss was lower than the 0 that you began with")
def best_rate(f, x, rates, num_steps):
    best, lowest = None, 0
    for rate in rates:
        if f(end_of(f, x, rate, num_steps)) < lowest:
            best, lowest = rate, f(end_of(f, x, rate, num_steps))
    return best


@wrong("derivatives.best_rate", says="begin with the loss of the first, not with 0")
def best_rate(f, x, rates, num_steps):
    best, lowest = rates[0], 0
    for rate in rates:
        if f(end_of(f, x, rate, num_steps)) < lowest:
            best, lowest = rate, f(end_of(f, x, rate, num_steps))
    return best


@wrong("derivatives.best_rate", says="not the places")
def best_rate(f, x, rates, num_steps):
    return min(rates, key=lambda rate: end_of(f, x, rate, num_steps))


@wrong("derivatives.best_rate", says="how near to 0 the walks end")
def best_rate(f, x, rates, num_steps):
    return min(rates, key=lambda rate: abs(end_of(f, x, rate, num_steps)))


@wrong("derivatives.best_rate", says="nor the slopes there")
def best_rate(f, x, rates, num_steps):
    return min(rates, key=lambda rate: derivatives.derivative(f, end_of(f, x, rate, num_steps)))


@wrong("derivatives.gradient", says="both knobs were nudged at once")
def gradient(f, x, y):
    h = 1e-5
    slope = (f(x + h, y + h) - f(x - h, y - h)) / (2 * h)
    return slope, slope


@wrong("derivatives.gradient", says="changed places")
def gradient(f, x, y):
    along_x = derivatives.derivative(lambda t: f(t, y), x)
    along_y = derivatives.derivative(lambda t: f(x, t), y)
    return along_y, along_x


@wrong("derivatives.gradient", says="the gradient points uphill")
def gradient(f, x, y):
    along_x = derivatives.derivative(lambda t: f(t, y), x)
    along_y = derivatives.derivative(lambda t: f(x, t), y)
    return -along_x, -along_y


@wrong("derivatives.gradient", says="one number, the slope when both knobs")
def gradient(f, x, y):
    return derivatives.derivative(lambda t: f(x + t, y + t), 0.0)


@wrong("derivatives.gradient", says="f needs both knobs")
def gradient(f, x, y):
    return derivatives.derivative(f, x), derivatives.derivative(f, y)


@wrong("derivatives.gradient", says="x was still nudged")
def gradient(f, x, y):
    h = 1e-6
    before = f(x, y)
    x = x + h
    along_x = (f(x, y) - before) / h
    before = f(x, y)
    y = y + h
    return along_x, (f(x, y) - before) / h


@wrong("derivatives.gradient", says="has one for y as well")
def gradient(f, x, y):
    return derivatives.derivative(lambda t: f(t, y), x)


@wrong("derivatives.gradient", says="the first slope stands twice")
def gradient(f, x, y):
    slope = derivatives.derivative(lambda t: f(t, y), x)
    return [slope, slope]


@right("derivatives.descend")
def descend(f, x, learning_rate, num_steps):
    for _ in range(num_steps):
        slope = derivatives.derivative(f, x)
        x -= learning_rate * slope
    return x


@right("derivatives.descend")
def descend(f, x, learning_rate, num_steps):
    path = [x]
    while len(path) <= num_steps:
        here = path[-1]
        path.append(here - learning_rate * derivatives.derivative(f, here))
    return path[-1]


@wrong("derivatives.descend", says="you walk uphill")
def descend(f, x, learning_rate, num_steps):
    for _ in range(num_steps):
        x = x + learning_rate * derivatives.derivative(f, x)
    return x


@wrong("derivatives.descend", says="Is the `return` in the loop")
def descend(f, x, learning_rate, num_steps):
    for _ in range(num_steps):
        x = x - learning_rate * derivatives.derivative(f, x)
        return x


@wrong("derivatives.descend", says="measured once, at the start")
def descend(f, x, learning_rate, num_steps):
    slope = derivatives.derivative(f, x)
    for _ in range(num_steps):
        x = x - learning_rate * slope
    return x


@wrong("derivatives.descend", says="the learning rate is missing")
def descend(f, x, learning_rate, num_steps):
    for _ in range(num_steps):
        x = x - derivatives.derivative(f, x)
    return x


@wrong("derivatives.descend", says="one step too many")
def descend(f, x, learning_rate, num_steps):
    for _ in range(num_steps + 1):
        x = x - learning_rate * derivatives.derivative(f, x)
    return x


@wrong("derivatives.descend", says="one step too few")
def descend(f, x, learning_rate, num_steps):
    for _ in range(1, num_steps):
        x = x - learning_rate * derivatives.derivative(f, x)
    return x


@wrong("derivatives.descend", says="return the place, x")
def descend(f, x, learning_rate, num_steps):
    for _ in range(num_steps):
        x = x - learning_rate * derivatives.derivative(f, x)
    return f(x)


@wrong("derivatives.descend", says="its last place only")
def descend(f, x, learning_rate, num_steps):
    path = [x]
    for _ in range(num_steps):
        path.append(path[-1] - learning_rate * derivatives.derivative(f, path[-1]))
    return path


@wrong("derivatives.descend", says="x never moved")
def descend(f, x, learning_rate, num_steps):
    for _ in range(num_steps):
        x - learning_rate * derivatives.derivative(f, x)
    return x


@wrong("derivatives.descend", says="step by its slope")
def descend(f, x, learning_rate, num_steps):
    for _ in range(num_steps):
        x = x - learning_rate * f(x)
    return x


@wrong("derivatives.constant_loss", says="one number too few")
def constant_loss(c, targets):
    return sum((c - target) ** 2 for target in targets) / (len(targets) - 1)


@wrong("derivatives.constant_loss", says="the worst miss")
def constant_loss(c, targets):
    return max((c - target) ** 2 for target in targets)


@right("derivatives.constant_loss")
def constant_loss(c, targets):
    total = 0
    for target in targets:
        total += (target - c) * (target - c)
    return total / len(targets)


@right("derivatives.constant_loss")
def constant_loss(c, targets):
    mean = sum(targets) / len(targets)
    spread = sum((t - mean) ** 2 for t in targets) / len(targets)
    return (c - mean) ** 2 + spread


@wrong("derivatives.constant_loss", says="that is the sum of the squares")
def constant_loss(c, targets):
    return sum((c - target) ** 2 for target in targets)


@wrong("derivatives.constant_loss", says="misses above and below cancel")
def constant_loss(c, targets):
    return sum(c - target for target in targets) / len(targets)


@wrong("derivatives.constant_loss", says="that is the mean distance")
def constant_loss(c, targets):
    return sum(abs(c - target) for target in targets) / len(targets)


@wrong("derivatives.constant_loss", says="you squared the sum")
def constant_loss(c, targets):
    return sum(c - target for target in targets) ** 2 / len(targets)


@wrong("derivatives.constant_loss", says="the square of one miss")
def constant_loss(c, targets):
    for target in targets:
        return (c - target) ** 2


@wrong("derivatives.constant_loss", says="leave the root out")
def constant_loss(c, targets):
    return (sum((c - target) ** 2 for target in targets) / len(targets)) ** 0.5


@right("derivatives.goes_downhill")
def goes_downhill(walk, f, x, y):
    slopes = derivatives.gradient(lambda p: f(*p), [x, y])
    moves = [after - before for after, before in zip(walk(f, x, y, 0.01, 1), [x, y], strict=True)]
    return all(move * slope < 0 for move, slope in zip(moves, slopes, strict=True))


@right("derivatives.goes_downhill")
def goes_downhill(walk, f, x, y):
    new_x, new_y = walk(f, x, y, 1e-3, 1)
    return f(new_x, y) < f(x, y) and f(x, new_y) < f(x, y)


@wrong("derivatives.goes_downhill", says="look at each knob")
def goes_downhill(walk, f, x, y):
    return f(*walk(f, x, y, 0.1, 1)) < f(x, y)


@wrong("derivatives.goes_downhill", says="y climbs, and only x goes down")
def goes_downhill(walk, f, x, y):
    along_x, _along_y = derivatives.gradient(lambda p: f(*p), [x, y])
    return (walk(f, x, y, 0.1, 1)[0] - x) * along_x < 0


@wrong("derivatives.goes_downhill", says="x climbs, and only y goes down")
def goes_downhill(walk, f, x, y):
    _along_x, along_y = derivatives.gradient(lambda p: f(*p), [x, y])
    return (walk(f, x, y, 0.1, 1)[1] - y) * along_y < 0


@wrong("derivatives.goes_downhill", says="Is your condition turned around?")
def goes_downhill(walk, f, x, y):
    along_x, along_y = derivatives.gradient(lambda p: f(*p), [x, y])
    new_x, new_y = walk(f, x, y, 0.1, 1)
    return (new_x - x) * along_x > 0 and (new_y - y) * along_y > 0


@wrong("derivatives.goes_downhill", says="whichever way that is")
def goes_downhill(walk, f, x, y):
    new_x, new_y = walk(f, x, y, 0.1, 1)
    return new_x < x and new_y < y


@wrong("derivatives.goes_downhill", says="both knobs climb")
def goes_downhill(walk, f, x, y):
    return True


@wrong("derivatives.goes_downhill", says="y stands still")
def goes_downhill(walk, f, x, y):
    along_x, along_y = derivatives.gradient(lambda p: f(*p), [x, y])
    new_x, new_y = walk(f, x, y, 0.1, 1)
    return (new_x - x) * along_x <= 0 and (new_y - y) * along_y <= 0


@wrong("derivatives.goes_downhill", says="ask `walk` for one step")
def goes_downhill(walk, f, x, y):
    along_x, along_y = derivatives.gradient(lambda p: f(*p), [x, y])
    new_x, new_y = walk(f, x, y, 0.1, 2)
    return (new_x - x) * along_x < 0 and (new_y - y) * along_y < 0


@wrong("derivatives.goes_downhill", says="ask `walk` for one step")
def goes_downhill(walk, f, x, y):
    along_x, along_y = derivatives.gradient(lambda p: f(*p), [x, y])
    new_x, new_y = walk(f, x, y, 0.01, 15)
    return (new_x - x) * along_x < 0 and (new_y - y) * along_y < 0


@wrong("derivatives.goes_downhill", says="ask `walk` for one step")
def goes_downhill(walk, f, x, y):
    new_x, new_y = walk(f, x, y, 0.001, 100)
    return f(new_x, y) < f(x, y) and f(x, new_y) < f(x, y)


@wrong("derivatives.goes_downhill", says="Did you ask another function?")
def goes_downhill(walk, f, x, y):
    def bowl(x, y):
        return x**2 + 2 * y**2

    along_x, along_y = derivatives.gradient(lambda p: bowl(*p), [x, y])
    new_x, new_y = walk(bowl, x, y, 0.1, 1)
    return (new_x - x) * along_x < 0 and (new_y - y) * along_y < 0


@wrong("derivatives.goes_downhill", says="both on `f`")
def goes_downhill(walk, f, x, y):
    def bowl(x, y):
        return x**2 + 2 * y**2

    along_x, along_y = derivatives.gradient(lambda p: bowl(*p), [x, y])
    new_x, new_y = walk(f, x, y, 0.1, 1)
    return (new_x - x) * along_x < 0 and (new_y - y) * along_y < 0


@right("derivatives.goes_downhill")
def goes_downhill(walk, f, x, y):
    slopes = np.array(derivatives.gradient(lambda p: f(*p), [x, y]))
    moves = np.array(walk(f, x, y, 0.1, 1)) - [x, y]
    return np.all(moves * slopes < 0)


@wrong("derivatives.goes_downhill", says="is there a `return`?")
def goes_downhill(walk, f, x, y):
    along_x, along_y = derivatives.gradient(lambda p: f(*p), [x, y])
    new_x, new_y = walk(f, x, y, 0.1, 1)
    print((new_x - x) * along_x < 0 and (new_y - y) * along_y < 0)


@wrong("derivatives.one_sided_slope", says="you nudged the dial, not the knob")
def one_sided_slope(f, x, h=1e-5):
    rise = f(x) + h - f(x)
    return rise / h


@wrong("derivatives.descend", says="each step begins where you stand")
def descend(f, x, learning_rate, num_steps):
    for _ in range(num_steps):
        x = learning_rate * derivatives.derivative(f, x)
    return x


@wrong("derivatives.constant_loss", says="you squared the mean of the misses")
def constant_loss(c, targets):
    return (sum(c - target for target in targets) / len(targets)) ** 2


def end_of(f, x, rate, num_steps):
    return derivatives.gradient_descent(lambda p: f(p[0]), [x], rate, num_steps)[-1][0]


@right("derivatives.best_rate")
def best_rate(f, x, rates, num_steps):
    best, lowest = None, float("inf")
    for rate in rates:
        loss = f(end_of(f, x, rate, num_steps))
        if loss < lowest:
            best, lowest = rate, loss
    return best


@right("derivatives.best_rate")
def best_rate(f, x, rates, num_steps):
    return sorted(rates, key=lambda rate: f(end_of(f, x, rate, num_steps)))[0]


@wrong("derivatives.best_rate", says="the largest rate is not the best one")
def best_rate(f, x, rates, num_steps):
    return max(rates)


@wrong("derivatives.best_rate", says="it has hardly moved")
def best_rate(f, x, rates, num_steps):
    return min(rates)


@wrong("derivatives.best_rate", says="that is the place where the best walk ends")
def best_rate(f, x, rates, num_steps):
    return min((end_of(f, x, rate, num_steps) for rate in rates), key=f)


@wrong("derivatives.best_rate", says="that is the loss that the best walk reaches")
def best_rate(f, x, rates, num_steps):
    return min(f(end_of(f, x, rate, num_steps)) for rate in rates)


@wrong("derivatives.best_rate", says="the position of the rate in the list")
def best_rate(f, x, rates, num_steps):
    losses = [f(end_of(f, x, rate, num_steps)) for rate in rates]
    return losses.index(min(losses))


@wrong("derivatives.best_rate", says="Compare all of them")
def best_rate(f, x, rates, num_steps):
    for rate in rates:
        end_of(f, x, rate, num_steps)
        return rate
