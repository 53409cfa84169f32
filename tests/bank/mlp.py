"""Answers to lesson 07."""
# ruff: noqa: B905 (a student writes `zip` in its plainest form)

import numpy as np

from bank import right, wrong
from course_lib import layers
from course_lib import mlp as finished
from course_lib.attention import KVCache, attention
from course_lib.layers import linear, rmsnorm
from course_lib.value import Value

# --- relu_squared


@right("mlp.relu_squared")
def relu_squared(x):
    return x.relu() ** 2


@right("mlp.relu_squared")
def relu_squared(x):
    return x * x.relu()


@right("mlp.relu_squared")
def relu_squared(x):
    if x.data > 0:
        return x * x
    return 0 * x


@wrong("mlp.relu_squared", says="that is ReLU alone")
def relu_squared(x):
    return x.relu()


@wrong("mlp.relu_squared", says="Put ReLU in front of the square")
def relu_squared(x):
    return x**2


@wrong("mlp.relu_squared", says="Put ReLU in front of the square")
def relu_squared(x):
    return (x * x).relu()


@wrong("mlp.relu_squared", says="not times 2")
def relu_squared(x):
    return 2 * x.relu()


@wrong("mlp.relu_squared", says="that is the slope of ReLU")
def relu_squared(x):
    h = max(x.data, 0.0)
    return Value(h * h, (x,), (1.0 if x.data > 0 else 0.0,), "relu²")


@wrong("mlp.relu_squared", says="the curve is flat")
def relu_squared(x):
    h = max(x.data, 0.0)
    return Value(h * h, (x,), (2 * x.data,), "relu²")


@wrong("mlp.relu_squared", says="the 2 is missing")
def relu_squared(x):
    h = max(x.data, 0.0)
    return Value(h * h, (x,), (h,), "relu²")


@wrong("mlp.relu_squared", says="the value once more")
def relu_squared(x):
    h = max(x.data, 0.0)
    return Value(h * h, (x,), (h * h,), "relu²")


@wrong("mlp.relu_squared", says="the 2 stands alone")
def relu_squared(x):
    h = max(x.data, 0.0)
    return Value(h * h, (x,), (2.0,), "relu²")


@wrong("mlp.relu_squared", says="twice the square")
def relu_squared(x):
    h = max(x.data, 0.0)
    return Value(h * h, (x,), (2 * h * h,), "relu²")


@wrong("mlp.relu_squared", says="no slope comes back")
def relu_squared(x):
    return Value(max(x.data, 0.0) ** 2)


@wrong("mlp.relu_squared", says="remembers nothing")
def relu_squared(x):
    return max(x.data, 0.0) ** 2


# --- mlp


@right("mlp.mlp")
def mlp(x, fc1, fc2):
    hidden = []
    for row in fc1:
        h = Value.dot(row, x)
        hidden.append(h * h.relu())
    return tuple(Value.dot(row, hidden) for row in fc2)


@right("mlp.mlp")
def mlp(x, fc1, fc2):
    def one(row):
        total = 0
        for w, xi in zip(row, x):
            total += w * xi
        return total.relu() * total.relu()

    hidden = list(map(one, fc1))
    return [Value.sum(w * h for w, h in zip(row, hidden)) for row in fc2]


@wrong("mlp.mlp", says="the activation is missing")
def mlp(x, fc1, fc2):
    return linear(linear(x, fc1), fc2)


@wrong("mlp.mlp", says="its square is missing")
def mlp(x, fc1, fc2):
    return linear([h.relu() for h in linear(x, fc1)], fc2)


@wrong("mlp.mlp", says="not times 2")
def mlp(x, fc1, fc2):
    return linear([h.relu() * 2 for h in linear(x, fc1)], fc2)


@wrong("mlp.mlp", says="ReLU first, then the square")
def mlp(x, fc1, fc2):
    return linear([(h**2).relu() for h in linear(x, fc1)], fc2)


@wrong("mlp.mlp", says="the activation came last")
def mlp(x, fc1, fc2):
    return [y.relu() ** 2 for y in linear(linear(x, fc1), fc2)]


@wrong("mlp.mlp", says="the output was activated, too")
def mlp(x, fc1, fc2):
    hidden = [h.relu() ** 2 for h in linear(x, fc1)]
    return [y.relu() ** 2 for y in linear(hidden, fc2)]


@wrong("mlp.mlp", says="the input was activated")
def mlp(x, fc1, fc2):
    return linear(linear([xi.relu() ** 2 for xi in x], fc1), fc2)


@wrong("mlp.mlp", says="those are the hidden numbers")
def mlp(x, fc1, fc2):
    return [h.relu() ** 2 for h in linear(x, fc1)]


@wrong("mlp.mlp", says="x is added already")
def mlp(x, fc1, fc2):
    return layers.add(x, finished.mlp(x, fc1, fc2))


@wrong("mlp.mlp", says="x was normalized")
def mlp(x, fc1, fc2):
    return finished.mlp(rmsnorm(x), fc1, fc2)


@wrong("mlp.mlp", says="the gradient through")
def mlp(x, fc1, fc2):
    hidden = [Value(max(h.data, 0.0) ** 2) for h in linear(x, fc1)]
    return linear(hidden, fc2)


# --- dead_units


@right("mlp.dead_units")
def dead_units(hidden):
    return [unit for unit, column in enumerate(zip(*hidden)) if max(column) <= 0]


@right("mlp.dead_units")
def dead_units(hidden):
    dead = list(range(len(hidden[0])))
    for row in hidden:
        for unit in range(len(row)):
            if row[unit] > 0 and unit in dead:
                dead.remove(unit)
    return dead


@wrong("mlp.dead_units", says="exactly 0 does not fire")
def dead_units(hidden):
    return [unit for unit, column in enumerate(zip(*hidden)) if max(column) < 0]


@wrong("mlp.dead_units", says="how many there are")
def dead_units(hidden):
    return sum(max(column) <= 0 for column in zip(*hidden))


@wrong("mlp.dead_units", says="do fire somewhere")
def dead_units(hidden):
    return [unit for unit, column in enumerate(zip(*hidden)) if max(column) > 0]


@wrong("mlp.dead_units", says="silent at one position")
def dead_units(hidden):
    return [unit for unit, column in enumerate(zip(*hidden)) if min(column) <= 0]


@wrong("mlp.dead_units", says="the last position alone")
def dead_units(hidden):
    for row in hidden:
        dead = [unit for unit, h in enumerate(row) if h <= 0]
    return dead


@wrong("mlp.dead_units", says="the first position alone")
def dead_units(hidden):
    for row in hidden:
        return [unit for unit, h in enumerate(row) if h <= 0]


@wrong("mlp.dead_units", says="counted from 0")
def dead_units(hidden):
    return [unit for unit, column in enumerate(zip(*hidden), 1) if max(column) <= 0]


@wrong("mlp.dead_units", says="those are positions")
def dead_units(hidden):
    return [t for t, row in enumerate(hidden) if max(row) <= 0]


@wrong("mlp.dead_units", says="it may fire once")
def dead_units(hidden):
    return [unit for unit, column in enumerate(zip(*hidden)) if sum(column) <= 0]


@wrong("mlp.dead_units", says="`len(hidden)` counts the positions")
def dead_units(hidden):
    return [u for u in range(len(hidden)) if all(row[u] <= 0 for row in hidden)]


@wrong("mlp.dead_units", says="0 is what ReLU makes of a silent unit")
def dead_units(hidden):
    return [u for u in range(len(hidden[0])) if all(row[u] == 0 for row in hidden)]


@right("mlp.dead_units")
def dead_units(hidden):
    return np.flatnonzero((np.array(hidden) <= 0).all(axis=0))


@wrong("mlp.dead_units", says="whether it is dead")
def dead_units(hidden):
    return [max(column) <= 0 for column in zip(*hidden)]


@wrong("mlp.dead_units", says="their places in the row")
def dead_units(hidden):
    return [column for column in zip(*hidden) if max(column) <= 0]


# --- add


@right("mlp.add")
def add(x, change):
    result = []
    for i in range(len(x)):
        result.append(x[i] + change[i])
    return result


@right("mlp.add")
def add(x, change):
    return tuple(Value.sum(pair) for pair in zip(x, change))


@wrong("mlp.add", says="joins one to the end of the other")
def add(x, change):
    return x + change


@wrong("mlp.add", says="the stream is lost")
def add(x, change):
    return change


@wrong("mlp.add", says="the change is lost")
def add(x, change):
    return list(x)


@wrong("mlp.add", says="multiplied; they are added")
def add(x, change):
    return [a * b for a, b in zip(x, change)]


@wrong("mlp.add", says="taken away")
def add(x, change):
    return [a - b for a, b in zip(x, change)]


@wrong("mlp.add", says="a sum of two vectors is a vector")
def add(x, change):
    return Value.sum([*x, *change])


@wrong("mlp.add", says="those are means")
def add(x, change):
    return [(a + b) / 2 for a, b in zip(x, change)]


@wrong("mlp.add", says="the sum was normalized")
def add(x, change):
    return rmsnorm([a + b for a, b in zip(x, change)])


@wrong("mlp.add", says="changed its input")
def add(x, change):
    for i, c in enumerate(change):
        x[i] = x[i] + c
    return x


@wrong("mlp.add", says="remembers nothing")
def add(x, change):
    return [a.data + b.data for a, b in zip(x, change)]


# --- gradients_through


def sum_of(vector):
    return Value.sum(list(vector))


@right("mlp.gradients_through")
def gradients_through(join, parts, x):
    stream = list(x)
    while parts:
        stream, parts = join(stream, parts[0]), parts[1:]
    total = stream[0]
    for v in stream[1:]:
        total = total + v
    total.backward()
    return tuple(v.grad for v in x)


@right("mlp.gradients_through")
def gradients_through(join, parts, x):
    start = x
    for part in parts:
        x = join(x, part)
    Value.dot(x, [Value(1.0) for _ in x]).backward()
    return [v.grad for v in start]


@wrong("mlp.gradients_through", says="`x` was overwritten")
def gradients_through(join, parts, x):
    for part in parts:
        x = join(x, part)
    sum_of(x).backward()
    return [v.grad for v in x]


@wrong("mlp.gradients_through", says="the sum was taken of `x` itself")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = join(y, part)
    sum_of(x).backward()
    return [v.grad for v in x]


@wrong("mlp.gradients_through", says="that is the lesson's `residual`")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = layers.add(y, part(rmsnorm(y)))
    sum_of(y).backward()
    return [v.grad for v in x]


@wrong("mlp.gradients_through", says="that is the lesson's `replace`")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = part(rmsnorm(y))
    sum_of(y).backward()
    return [v.grad for v in x]


@right("mlp.gradients_through")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = join(y, part)
    Value.sum(y).backward()
    return np.array([v.grad for v in x])


@wrong("mlp.gradients_through", says="was `backward` called?")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = join(y, part)
    return [v.grad for v in x]


@wrong("mlp.gradients_through", says="their gradients are asked for")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = join(y, part)
    sum_of(y).backward()
    return [v.data for v in x]


@wrong("mlp.gradients_through", says="on one number only")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = join(y, part)
    y[0].backward()
    return [v.grad for v in x]


@wrong("mlp.gradients_through", says="its sum is asked for")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = join(y, part)
    (sum_of(y) / len(y)).backward()
    return [v.grad for v in x]


@wrong("mlp.gradients_through", says="from the last to the first")
def gradients_through(join, parts, x):
    y = x
    for part in reversed(parts):
        y = join(y, part)
    sum_of(y).backward()
    return [v.grad for v in x]


@wrong("mlp.gradients_through", says="end the loop too early")
def gradients_through(join, parts, x):
    for part in parts:
        y = join(x, part)
        sum_of(y).backward()
        return [v.grad for v in x]


@wrong("mlp.gradients_through", says="what the one before left")
def gradients_through(join, parts, x):
    for part in parts:
        y = join(x, part)
    sum_of(y).backward()
    return [v.grad for v in x]


@wrong("mlp.gradients_through", says="it is for `join(x, part)`")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = part(y)
    sum_of(y).backward()
    return [v.grad for v in x]


@wrong("mlp.gradients_through", says="x was added once more")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = layers.add(y, join(y, part))
    sum_of(y).backward()
    return [v.grad for v in x]


@wrong("mlp.gradients_through", says="one gradient for each number")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = join(y, part)
    total = sum_of(y)
    total.backward()
    return total


@wrong("mlp.gradients_through", says="called on each number")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = join(y, part)
    for v in y:
        v.backward()
    return [v.grad for v in x]


@wrong("mlp.gradients_through", says="called after every part")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = join(y, part)
        sum_of(y).backward()
    return [v.grad for v in x]


@wrong("mlp.gradients_through", says="not what it makes of the vector")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = join(y, part(y))
    sum_of(y).backward()
    return [v.grad for v in x]


@wrong("mlp.gradients_through", says="wants the vector first")
def gradients_through(join, parts, x):
    y = x
    for part in parts:
        y = join(part, y)
    sum_of(y).backward()
    return [v.grad for v in x]


# --- transformer_layer


def parts(weights):
    """The four matrices of attention and the two of the MLP."""
    matrices = list(weights.values())
    return matrices[:4], matrices[4:]


@right("mlp.transformer_layer")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    gathered = attention(rmsnorm(x), *attn, n_head, cache)
    x = [a + b for a, b in zip(x, gathered)]
    worked = finished.mlp(rmsnorm(x), *fc)
    return [a + b for a, b in zip(x, worked)]


@right("mlp.transformer_layer")
def transformer_layer(x, weights, n_head, cache):
    def step(stream, part):
        return layers.add(stream, part(rmsnorm(stream)))

    attn, fc = parts(weights)
    x = step(x, lambda normed: attention(normed, *attn, n_head, cache))
    return tuple(step(x, lambda normed: finished.mlp(normed, *fc)))


@wrong("mlp.transformer_layer", says="attention got the stream as it is")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    x = layers.add(x, attention(x, *attn, n_head, cache))
    return layers.add(x, finished.mlp(rmsnorm(x), *fc))


@wrong("mlp.transformer_layer", says="the MLP got the stream as it is")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    x = layers.add(x, attention(rmsnorm(x), *attn, n_head, cache))
    return layers.add(x, finished.mlp(x, *fc))


@wrong("mlp.transformer_layer", says="there is no norm in it")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    x = layers.add(x, attention(x, *attn, n_head, cache))
    return layers.add(x, finished.mlp(x, *fc))


@wrong("mlp.transformer_layer", says="the norms come after the additions")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    x = rmsnorm(layers.add(x, attention(x, *attn, n_head, cache)))
    return rmsnorm(layers.add(x, finished.mlp(x, *fc)))


@wrong("mlp.transformer_layer", says="the stream itself was normalized")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    x = rmsnorm(x)
    x = layers.add(x, attention(x, *attn, n_head, cache))
    x = rmsnorm(x)
    return layers.add(x, finished.mlp(x, *fc))


@wrong("mlp.transformer_layer", says="before attention was stored in the stream")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    x = rmsnorm(x)
    x = layers.add(x, attention(x, *attn, n_head, cache))
    return layers.add(x, finished.mlp(rmsnorm(x), *fc))


@wrong("mlp.transformer_layer", says="before the MLP was stored in the stream")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    x = layers.add(x, attention(rmsnorm(x), *attn, n_head, cache))
    x = rmsnorm(x)
    return layers.add(x, finished.mlp(x, *fc))


@wrong("mlp.transformer_layer", says="the result was normalized")
def transformer_layer(x, weights, n_head, cache):
    return rmsnorm(finished.transformer_layer(x, weights, n_head, cache))


@wrong("mlp.transformer_layer", says="what they read should be")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    x = layers.add(x, rmsnorm(attention(x, *attn, n_head, cache)))
    return layers.add(x, rmsnorm(finished.mlp(x, *fc)))


@wrong("mlp.transformer_layer", says="added to the old stream")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    gathered = attention(rmsnorm(x), *attn, n_head, cache)
    return layers.add(x, finished.mlp(rmsnorm(layers.add(x, gathered)), *fc))


@wrong("mlp.transformer_layer", says="read only what attention gathered")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    gathered = attention(rmsnorm(x), *attn, n_head, cache)
    x = layers.add(x, gathered)
    return layers.add(x, finished.mlp(rmsnorm(gathered), *fc))


@wrong("mlp.transformer_layer", says="said by `n_head`")
def transformer_layer(x, weights, n_head, cache):
    return finished.transformer_layer(x, weights, 4, cache)


@wrong("mlp.transformer_layer", says="the gradient through your layer")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    gathered = attention(rmsnorm(x), *attn, n_head, cache)
    x = [Value(a.data + b.data) for a, b in zip(x, gathered)]
    return layers.add(x, finished.mlp(rmsnorm(x), *fc))


@wrong("mlp.transformer_layer", says="what attention gave has replaced the stream")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    x = attention(rmsnorm(x), *attn, n_head, cache)
    return layers.add(x, finished.mlp(rmsnorm(x), *fc))


@wrong("mlp.transformer_layer", says="what the MLP gave has replaced the stream")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    x = layers.add(x, attention(rmsnorm(x), *attn, n_head, cache))
    return finished.mlp(rmsnorm(x), *fc)


@wrong("mlp.transformer_layer", says="both results have replaced the stream")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    return finished.mlp(rmsnorm(attention(rmsnorm(x), *attn, n_head, cache)), *fc)


@wrong("mlp.transformer_layer", says="the MLP came first")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    x = layers.add(x, finished.mlp(rmsnorm(x), *fc))
    return layers.add(x, attention(rmsnorm(x), *attn, n_head, cache))


@wrong("mlp.transformer_layer", says="did not see what attention brought")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    copy = rmsnorm(x)
    x = layers.add(x, attention(copy, *attn, n_head, cache))
    return layers.add(x, finished.mlp(copy, *fc))


@wrong("mlp.transformer_layer", says="the MLP is missing")
def transformer_layer(x, weights, n_head, cache):
    attn, _ = parts(weights)
    return layers.add(x, attention(rmsnorm(x), *attn, n_head, cache))


@wrong("mlp.transformer_layer", says="use the cache that is handed in")
def transformer_layer(x, weights, n_head, cache):
    return finished.transformer_layer(x, weights, n_head, KVCache())


@wrong("mlp.transformer_layer", says="the cache holds 4 keys")
def transformer_layer(x, weights, n_head, cache):
    attn, fc = parts(weights)
    attention(rmsnorm(x), *attn, n_head, cache)
    x = layers.add(x, attention(rmsnorm(x), *attn, n_head, cache))
    return layers.add(x, finished.mlp(rmsnorm(x), *fc))


# --- mended_half


@right("mlp.mended_half")
def mended_half(x, fc1, fc2):
    copy = rmsnorm(x)
    return layers.add(x, finished.mlp(copy, fc1, fc2))


@right("mlp.mended_half")
def mended_half(x, fc1, fc2):
    stream = x
    x = rmsnorm(x)
    worked = finished.mlp(x, fc1, fc2)
    return [s + w for s, w in zip(stream, worked)]


@wrong("mlp.mended_half", says="still replaced by its normalized copy")
def mended_half(x, fc1, fc2):
    x = rmsnorm(x)
    worked = finished.mlp(x, fc1, fc2)
    return layers.add(x, worked)


@wrong("mlp.mended_half", says="no norm at all")
def mended_half(x, fc1, fc2):
    return layers.add(x, finished.mlp(x, fc1, fc2))


@wrong("mlp.mended_half", says="moved to after the addition")
def mended_half(x, fc1, fc2):
    return rmsnorm(layers.add(x, finished.mlp(x, fc1, fc2)))


@wrong("mlp.mended_half", says="the wrong way round")
def mended_half(x, fc1, fc2):
    copy = rmsnorm(x)
    return layers.add(copy, finished.mlp(x, fc1, fc2))


@wrong("mlp.mended_half", says="the sum was normalized")
def mended_half(x, fc1, fc2):
    return rmsnorm(layers.add(x, finished.mlp(rmsnorm(x), fc1, fc2)))


@wrong("mlp.mended_half", says="the stream is to be added")
def mended_half(x, fc1, fc2):
    return finished.mlp(rmsnorm(x), fc1, fc2)


@wrong("mlp.mended_half", says="the copy was added")
def mended_half(x, fc1, fc2):
    return layers.add(x, rmsnorm(x))


@wrong("mlp.mended_half", says="the result of the MLP was normalized")
def mended_half(x, fc1, fc2):
    return layers.add(x, rmsnorm(finished.mlp(x, fc1, fc2)))
