"""Answers to lesson 06."""
# ruff: noqa: B905, RUF005, RUF017, SIM103 (they are written as students write)

import math

import numpy as np

from bank import right, wrong
from course_lib.attention import KVCache
from course_lib.attention import attention_head as finished_head
from course_lib.attention import attention_weights as finished_weights
from course_lib.layers import linear, softmax
from course_lib.value import Value


@right("attention.weighted_average")
def weighted_average(weights, vectors):
    result = [Value(0.0)] * len(vectors[0])
    for weight, vector in zip(weights, vectors):
        result = [r + weight * x for r, x in zip(result, vector)]
    return result


@right("attention.weighted_average")
def weighted_average(weights, vectors):
    n = len(vectors[0])
    return tuple(sum(w * v[i] for w, v in zip(weights, vectors)) for i in range(n))


@wrong("attention.weighted_average", says="each vector weighs the same")
def weighted_average(weights, vectors):
    return [Value.sum(column) / len(vectors) for column in zip(*vectors)]


@wrong("attention.weighted_average", says="that is the plain sum")
def weighted_average(weights, vectors):
    return [Value.sum(column) for column in zip(*vectors)]


@wrong("attention.weighted_average", says="divided once more")
def weighted_average(weights, vectors):
    return [Value.dot(weights, column) / len(weights) for column in zip(*vectors)]


@wrong("attention.weighted_average", says="all of them have a say")
def weighted_average(weights, vectors):
    data = [w.data for w in weights]
    return vectors[data.index(max(data))]


@wrong("attention.weighted_average", says="each weight went to another vector")
def weighted_average(weights, vectors):
    return [Value.dot(weights[::-1], column) for column in zip(*vectors)]


@wrong("attention.weighted_average", says="that is a single number")
def weighted_average(weights, vectors):
    return sum(w * Value.sum(vector) for w, vector in zip(weights, vectors))


@wrong("attention.weighted_average", says="a number for each vector")
def weighted_average(weights, vectors):
    return [w * Value.sum(vector) for w, vector in zip(weights, vectors)]


@wrong("attention.weighted_average", says="remembers nothing")
def weighted_average(weights, vectors):
    return [sum(w.data * x.data for w, x in zip(weights, column)) for column in zip(*vectors)]


@wrong("attention.weighted_average", says="take one `column` at a time")
def weighted_average(weights, vectors):
    return Value.dot(weights, vectors)


@wrong("attention.weighted_average", says="take the `column`")
def weighted_average(weights, vectors):
    return [Value.dot(weights, vectors[0]) for column in zip(*vectors)]


@wrong("attention.weighted_average", says="take them column by column")
def weighted_average(weights, vectors):
    return [sum(w * x for w, x in zip(weights, vector)) for vector in vectors]


@right("attention.score")
def score(query, key):
    return Value.dot(query, key) / math.sqrt(len(query))


@right("attention.score")
def score(query, key):
    total = 0
    for q, k in zip(query, key):
        total = total + q * k
    return total * len(key) ** -0.5


@wrong("attention.score", says="divide it by √head_dim")
def score(query, key):
    return Value.dot(query, key)


@wrong("attention.score", says="divide by its square root")
def score(query, key):
    return Value.dot(query, key) / len(query)


@wrong("attention.score", says="that is multiplied by the square root")
def score(query, key):
    return Value.dot(query, key) * math.sqrt(len(query))


@wrong("attention.score", says="right for 4 numbers only")
def score(query, key):
    return Value.dot(query, key) / 2


@wrong("attention.score", says="16 is n_embd")
def score(query, key):
    return Value.dot(query, key) / math.sqrt(16)


@wrong("attention.score", says="lengths of the arrows")
def score(query, key):
    return Value.dot(query, key) / (Value.dot(query, query) * Value.dot(key, key)) ** 0.5


@wrong("attention.score", says="add them up")
def score(query, key):
    return [q * k / math.sqrt(len(query)) for q, k in zip(query, key)]


@wrong("attention.score", says="remembers nothing")
def score(query, key):
    return sum(q.data * k.data for q, k in zip(query, key)) / math.sqrt(len(query))


@wrong("attention.score", says="no slope comes back")
def score(query, key):
    return Value(Value.dot(query, key).data / math.sqrt(len(query)))


@right("attention.attention_weights")
def attention_weights(query, keys):
    scores = []
    for key in keys:
        scores.append(Value.dot(query, key) / math.sqrt(len(query)))
    return softmax(scores)


@right("attention.attention_weights")
def attention_weights(query, keys):
    exps = [(sum(q * k for q, k in zip(query, key)) / len(query) ** 0.5).exp() for key in keys]
    total = sum(exps)
    return [e / total for e in exps]


@wrong("attention.attention_weights", says="the scaling is missing")
def attention_weights(query, keys):
    return softmax([Value.dot(query, key) for key in keys])


@wrong("attention.attention_weights", says="it is the square root")
def attention_weights(query, keys):
    return softmax([Value.dot(query, key) / len(query) for key in keys])


@wrong("attention.attention_weights", says="how many keys there are")
def attention_weights(query, keys):
    return softmax([Value.dot(query, key) / math.sqrt(len(keys)) for key in keys])


@wrong("attention.attention_weights", says="those are the scores")
def attention_weights(query, keys):
    return [Value.dot(query, key) / math.sqrt(len(query)) for key in keys]


@wrong("attention.attention_weights", says="those are powers")
def attention_weights(query, keys):
    return [(Value.dot(query, key) / math.sqrt(len(query))).exp() for key in keys]


@wrong("attention.attention_weights", says="which can be negative")
def attention_weights(query, keys):
    scores = [Value.dot(query, key) / math.sqrt(len(query)) for key in keys]
    return [s / Value.sum(scores) for s in scores]


@wrong("attention.attention_weights", says="all to the best key")
def attention_weights(query, keys):
    scores = [Value.dot(query, key).data for key in keys]
    return [float(s == max(scores)) for s in scores]


@wrong("attention.attention_weights", says="all weights are the same")
def attention_weights(query, keys):
    return softmax([Value.dot(query, query) for key in keys])


@wrong("attention.attention_weights", says="a softmax of its own")
def attention_weights(query, keys):
    return [softmax([Value.dot(query, key) / math.sqrt(len(query))])[0] for key in keys]


@wrong("attention.attention_weights", says="divided after softmax")
def attention_weights(query, keys):
    weights = softmax([Value.dot(query, key) for key in keys])
    return [weight / math.sqrt(len(query)) for weight in weights]


@right("attention.attention_head")
def attention_head(query, keys, values):
    weights = finished_weights(query, keys)
    return [sum(w * v[i] for w, v in zip(weights, values)) for i in range(len(values[0]))]


@right("attention.attention_head")
def attention_head(q, ks, vs):
    gathered = [Value(0.0) for _ in vs[0]]
    for weight, v in zip(softmax([Value.dot(q, k) / math.sqrt(len(q)) for k in ks]), vs):
        for i in range(len(v)):
            gathered[i] += weight * v[i]
    return gathered


@wrong("attention.attention_head", says="those are the weights")
def attention_head(query, keys, values):
    return finished_weights(query, keys)


@wrong("attention.attention_head", says="the keys averaged")
def attention_head(query, keys, values):
    return finished_head(query, keys, keys)


@wrong("attention.attention_head", says="each value weighs the same")
def attention_head(query, keys, values):
    return [Value.sum(column) / len(values) for column in zip(*values)]


@wrong("attention.attention_head", says="unscaled scores")
def attention_head(query, keys, values):
    weights = softmax([Value.dot(query, key) for key in keys])
    return [Value.dot(weights, column) for column in zip(*values)]


@wrong("attention.attention_head", says="only the value with the best key")
def attention_head(query, keys, values):
    scores = [Value.dot(query, key).data for key in keys]
    return values[scores.index(max(scores))]


@wrong("attention.attention_head", says="compared with the values")
def attention_head(query, keys, values):
    return finished_head(query, values, values)


@wrong("attention.attention_head", says="softmax is missing")
def attention_head(query, keys, values):
    scores = [Value.dot(query, key) / math.sqrt(len(query)) for key in keys]
    return [Value.dot(scores, column) for column in zip(*values)]


@wrong("attention.attention_head", says="the query was added")
def attention_head(query, keys, values):
    return [q + x for q, x in zip(query, finished_head(query, keys, values))]


@wrong("attention.attention_head", says="column by column")
def attention_head(query, keys, values):
    return [Value.dot(finished_weights(query, keys), value) for value in values]


@wrong("attention.attention_head", says="now add them up")
def attention_head(query, keys, values):
    weights = finished_weights(query, keys)
    return [[w * x for x in value] for w, value in zip(weights, values)]


@right("attention.head_part")
def head_part(vector, head, n_head):
    size = len(vector) // n_head
    return [vector[head * size + i] for i in range(size)]


@right("attention.head_part")
def head_part(vector, head, n_head):
    size = int(len(vector) / n_head)
    part = slice(head * size, head * size + size)
    return vector[part]


@wrong("attention.head_part", says="yours got n_head of them")
def head_part(vector, head, n_head):
    return vector[head * n_head : (head + 1) * n_head]


@wrong("attention.head_part", says="picked here and there")
def head_part(vector, head, n_head):
    return vector[head::n_head]


@wrong("attention.head_part", says="one number too many")
def head_part(vector, head, n_head):
    size = len(vector) // n_head
    return vector[head * size : (head + 1) * size + 1]


@wrong("attention.head_part", says="one number too few")
def head_part(vector, head, n_head):
    size = len(vector) // n_head
    return vector[head * size : (head + 1) * size - 1]


@wrong("attention.head_part", says="the next head")
def head_part(vector, head, n_head):
    size = len(vector) // n_head
    return vector[(head + 1) * size : (head + 2) * size]


@wrong("attention.head_part", says="it begins at the number `head`")
def head_part(vector, head, n_head):
    size = len(vector) // n_head
    return vector[head : head + size]


@wrong("attention.head_part", says="it must move with the head, too")
def head_part(vector, head, n_head):
    size = len(vector) // n_head
    return vector[head * size : size]


@wrong("attention.head_part", says="it must move with the head, too")
def head_part(vector, head, n_head):
    size = len(vector) // n_head
    return vector[head * size : head + size]


@wrong("attention.head_part", says="numbers, here 3; it was 4 in our model")
def head_part(vector, head, n_head):
    return vector[4 * head : 4 * head + 4]


@wrong("attention.head_part", says="have head_dim numbers each; it was 4")
def head_part(vector, head, n_head):
    first = head * 4
    return vector[first : first + len(vector) // n_head]


@wrong("attention.head_part", says="the slice must end")
def head_part(vector, head, n_head):
    return vector[head * (len(vector) // n_head) :]


@wrong("attention.head_part", says="always the first share")
def head_part(vector, head, n_head):
    return vector[: len(vector) // n_head]


def heads_of(query, cache, n_head, head=finished_head):
    """What each head gathers, as lists."""
    d = len(query) // n_head
    parts = [slice(h * d, h * d + d) for h in range(n_head)]
    return [head(query[p], [k[p] for k in cache.keys], [v[p] for v in cache.values]) for p in parts]


@right("attention.attention")
def attention(x, wq, wk, wv, wo, n_head, cache):
    cache.keys += [linear(x, wk)]
    cache.values += [linear(x, wv)]
    gathered = heads_of(linear(x, wq), cache, n_head)
    return linear([number for head in gathered for number in head], wo)


@right("attention.attention")
def attention(x, wq, wk, wv, wo, n_head, cache):
    q, k, v = [linear(x, w) for w in (wq, wk, wv)]
    cache.keys.append(k)
    cache.values.append(v)
    d = len(x) // n_head
    out = []
    for start in range(0, len(x), d):
        weights = softmax(
            [sum(q[i] * key[i] for i in range(start, start + d)) / d**0.5 for key in cache.keys]
        )
        for i in range(start, start + d):
            out.append(sum(w * value[i] for w, value in zip(weights, cache.values)))
    return [sum(a * b for a, b in zip(row, out)) for row in wo]


@wrong("attention.attention", says="output projection `wo` is missing")
def attention(x, wq, wk, wv, wo, n_head, cache):
    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wv))
    return sum(heads_of(linear(x, wq), cache, n_head), [])


@wrong("attention.attention", says="met an empty cache")
def attention(x, wq, wk, wv, wo, n_head, cache):
    result = linear(sum(heads_of(linear(x, wq), cache, n_head), []), wo)
    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wv))
    return result


@wrong("attention.attention", says="it does not see itself")
def attention(x, wq, wk, wv, wo, n_head, cache):
    now = KVCache([linear(x, wk)], [linear(x, wv)])
    seen = KVCache(cache.keys[:], cache.values[:]) if cache.keys else now
    cache.keys += now.keys
    cache.values += now.values
    return linear(sum(heads_of(linear(x, wq), seen, n_head), []), wo)


@wrong("attention.attention", says="it sees nothing but itself")
def attention(x, wq, wk, wv, wo, n_head, cache):
    now = KVCache([linear(x, wk)], [linear(x, wv)])
    cache.keys += now.keys
    cache.values += now.values
    return linear(sum(heads_of(linear(x, wq), now, n_head), []), wo)


@wrong("attention.attention", says="are keys and values swapped")
def attention(x, wq, wk, wv, wo, n_head, cache):
    cache.keys.append(linear(x, wv))
    cache.values.append(linear(x, wk))
    return linear(sum(heads_of(linear(x, wq), cache, n_head), []), wo)


@wrong("attention.attention", says="that is one head over all numbers")
def attention(x, wq, wk, wv, wo, n_head, cache):
    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wv))
    return linear(finished_head(linear(x, wq), cache.keys, cache.values), wo)


@wrong("attention.attention", says="the share of head 0")
def attention(x, wq, wk, wv, wo, n_head, cache):
    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wv))
    return linear(heads_of(linear(x, wq), cache, n_head)[0] * n_head, wo)


@wrong("attention.attention", says="not scaled by 1 / √head_dim")
def attention(x, wq, wk, wv, wo, n_head, cache):
    def unscaled(q, keys, values):
        weights = softmax([Value.dot(q, key) for key in keys])
        return [Value.dot(weights, column) for column in zip(*values)]

    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wv))
    return linear(sum(heads_of(linear(x, wq), cache, n_head, unscaled), []), wo)


@wrong("attention.attention", says="mixed like cards")
def attention(x, wq, wk, wv, wo, n_head, cache):
    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wv))
    heads = heads_of(linear(x, wq), cache, n_head)
    return linear([number for column in zip(*heads) for number in column], wo)


@wrong("attention.attention", says="x was added")
def attention(x, wq, wk, wv, wo, n_head, cache):
    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wv))
    gathered = linear(sum(heads_of(linear(x, wq), cache, n_head), []), wo)
    return [a + b for a, b in zip(x, gathered)]


@wrong("attention.attention", says="each call appends one of each")
def attention(x, wq, wk, wv, wo, n_head, cache):
    longer = KVCache(cache.keys + [linear(x, wk)], cache.values + [linear(x, wv)])
    return linear(sum(heads_of(linear(x, wq), longer, n_head), []), wo)


@wrong("attention.attention", says="are keys and values swapped")
def attention(x, wq, wk, wv, wo, n_head, cache):
    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wk))
    return linear(sum(heads_of(linear(x, wq), cache, n_head), []), wo)


@wrong("attention.attention", says="like the query; they need `wk`")
def attention(x, wq, wk, wv, wo, n_head, cache):
    cache.keys.append(linear(x, wq))
    cache.values.append(linear(x, wv))
    return linear(sum(heads_of(linear(x, wq), cache, n_head), []), wo)


@wrong("attention.attention", says="a head's share is empty")
def attention(x, wq, wk, wv, wo, n_head, cache):
    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wv))
    query, heads = linear(x, wq), []
    for head in range(4):
        p = slice(4 * head, 4 * head + 4)
        heads += finished_head(query[p], [k[p] for k in cache.keys], [v[p] for v in cache.values])
    return linear(heads, wo)


@wrong("attention.attention", says="take head_dim, `len(x) // n_head`")
def attention(x, wq, wk, wv, wo, n_head, cache):
    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wv))
    query, heads = linear(x, wq), []
    for p in [slice(4 * head, 4 * head + 4) for head in range(n_head)]:
        heads += finished_head(query[p], [k[p] for k in cache.keys], [v[p] for v in cache.values])
    return linear(heads, wo)


@wrong("attention.attention", says="no slope flows back to `wq`")
def attention(x, wq, wk, wv, wo, n_head, cache):
    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wv))
    query = [Value(number.data) for number in linear(x, wq)]
    return linear(sum(heads_of(query, cache, n_head), []), wo)


@wrong("attention.attention", says="`heads += …`, not `append`")
def attention(x, wq, wk, wv, wo, n_head, cache):
    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wv))
    heads = []
    for head in heads_of(linear(x, wq), cache, n_head):
        heads.append(head)
    return linear(heads, wo)


@right("attention.peeks")
def peeks(weights):
    for i in range(len(weights)):
        for j in range(i + 1, len(weights)):
            if weights[i][j] != 0:
                return True
    return False


@right("attention.peeks")
def peeks(weights):
    return sum(w for i, row in enumerate(weights) for j, w in enumerate(row) if j > i) > 0


@right("attention.peeks")
def peeks(table):
    return not all(row[i + 1 :] == [0] * len(row[i + 1 :]) for i, row in enumerate(table))


@wrong("attention.peeks", says="row 0 is as it should be")
def peeks(weights):
    return weights[0][0] != 1


@wrong("attention.peeks", says="row 0 is as it should be")
def peeks(weights):
    for i, row in enumerate(weights):
        if any(row[i + 1 :]):
            return True
        else:
            return False


@wrong("attention.peeks", says="row 0 looks at the next key, which is a later one")
def peeks(weights):
    return any(w > 0 for i, row in enumerate(weights) for w in row[i + 2 :])


@wrong("attention.peeks", says="one leak is enough")
def peeks(weights):
    return all(w > 0 for i, row in enumerate(weights) for w in row[i + 1 :])


@wrong("attention.peeks", says="one leak is enough")
def peeks(weights):
    return any(all(w > 0 for w in row[i + 1 :]) for i, row in enumerate(weights[:-1]))


@wrong("attention.peeks", says="row 0 is as it should be")
def peeks(weights):
    return any(w > 0 for i, row in enumerate(weights[:-2]) for w in row[i + 1 :])


@wrong("attention.peeks", says="key j is later than query i only if j > i")
def peeks(weights):
    return any(w > 0 for i, row in enumerate(weights) for w in row[i:])


@wrong("attention.peeks", says="key j is later than query i only if j > i")
def peeks(weights):
    return any(w > 0 for i, row in enumerate(weights) for w in row[:i])


@wrong("attention.peeks", says="a weight of 0 in the past is no leak")
def peeks(weights):
    return any(row[j] == 0 for i, row in enumerate(weights) for j in range(i))


@wrong("attention.peeks", says="its first row gives it away")
def peeks(weights):
    return any(abs(sum(row) - 1) > 1e-9 for row in weights)


@wrong("attention.peeks", says="look at every later key")
def peeks(weights):
    return any(weights[i][i + 1] > 0 for i in range(len(weights) - 1))


@wrong("attention.peeks", says="row 0 looks at the next key")
def peeks(weights):
    return any(row[-1] > 0 for row in weights[:-1])


@wrong("attention.peeks", says="look at the later weights themselves")
def peeks(weights):
    return any(sum(row[: i + 1]) < 1 for i, row in enumerate(weights))


@right("attention.peeks")
def peeks(weights):
    return any(sum(row[: i + 1]) < 1 - 1e-9 for i, row in enumerate(weights))


@wrong("attention.peeks", says="turn True and False around")
def peeks(weights):
    return not any(w > 0 for i, row in enumerate(weights) for w in row[i + 1 :])


@wrong("attention.peeks", says="turn True and False around")
def peeks(weights):
    return all(w == 0 for i, row in enumerate(weights) for w in row[i + 1 :])


@wrong("attention.peeks", says="a small weight is a leak")
def peeks(weights):
    return any(w > 0.1 for i, row in enumerate(weights) for w in row[i + 1 :])


@wrong("attention.peeks", says="it should say True or False")
def peeks(weights):
    return sum(w for i, row in enumerate(weights) for w in row[i + 1 :])


@wrong("attention.peeks", says="gives nothing back")
def peeks(weights):
    for i, row in enumerate(weights):
        if any(row[i + 1 :]):
            return True


@right("attention.peeks")
def peeks(weights):
    return np.any(np.triu(weights, k=1) > 0)


@wrong("attention.peeks", says="turn True and False around")
def peeks(weights):
    return np.all(np.triu(weights, k=1) == 0)


@wrong("attention.peeks", says="it should say True or False")
def peeks(weights):
    return np.triu(weights, k=1).sum()
