"""Answers to lesson 12."""
# ruff: noqa: B905 (a student writes `zip` in its plainest form)

import numpy as np

from bank import right, wrong
from course_lib import arrays, layers

# --- count_nodes


@right("efficiency.count_nodes")
def count_nodes(loss):
    return len(loss.topological_order())


@right("efficiency.count_nodes")
def count_nodes(loss):
    seen, layer = {loss}, {loss}
    while layer:
        layer = {child for node in layer for child in node.children} - seen
        seen |= layer
    return len(seen)


@wrong("efficiency.count_nodes", says="a node that is used twice is still one node")
def count_nodes(loss):
    count, waiting = 0, [loss]
    while waiting:
        node = waiting.pop()
        count += 1
        waiting += node.children
        if count > 20_000:
            break
    return count


@wrong("efficiency.count_nodes", says="the result itself is a node")
def count_nodes(loss):
    return len(loss.topological_order()) - 1


@wrong("efficiency.count_nodes", says="those are the leaves")
def count_nodes(loss):
    return sum(not node.children for node in loss.topological_order())


@wrong("efficiency.count_nodes", says="those are the operations")
def count_nodes(loss):
    return sum(bool(node.children) for node in loss.topological_order())


@wrong("efficiency.count_nodes", says="a number that was not computed")
def count_nodes(loss):
    return len(loss.topological_order()) if loss.children else 0


@wrong("efficiency.count_nodes", says="calls itself too deeply")
def count_nodes(loss):
    seen = set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for child in node.children:
                visit(child)

    visit(loss)
    return len(seen)


@wrong("efficiency.count_nodes", says="those are the arrows")
def count_nodes(loss):
    return sum(len(node.children) for node in loss.topological_order())


@wrong("efficiency.count_nodes", says="twins among the children of one node")
def count_nodes(loss):
    def count(node):
        return 1 + sum(count(child) for child in set(node.children))

    return count(loss)


@wrong("efficiency.count_nodes", says="a node can wait twice")
def count_nodes(loss):
    count, seen = 0, set()
    layer = [loss]
    while layer and count < 20_000:
        count += len(layer)
        seen |= set(layer)
        layer = [child for node in layer for child in node.children if child not in seen]
    return count


@wrong("efficiency.count_nodes", says="a node can wait twice")
def count_nodes(loss):
    count, seen, waiting = 0, set(), [loss]
    while waiting:
        node = waiting.pop()
        count += 1
        seen.add(node)
        waiting += [child for child in node.children if child not in seen]
        if count > 20_000:
            break
    return count


# --- linear


@right("efficiency.linear")
def linear(x, weight):
    return np.array([[row @ w for w in weight] for row in x])


@right("efficiency.linear")
def linear(x, weight):
    return (weight @ x.T).T


@wrong("efficiency.linear", says="each row of x met the columns of `weight`")
def linear(x, weight):
    return x @ weight


@wrong("efficiency.linear", says="multiplies number by number")
def linear(x, weight):
    return x * weight


@wrong("efficiency.linear", says="rows and columns have changed places")
def linear(x, weight):
    return weight @ x.T


@wrong("efficiency.linear", says="has the shape (), where (2, 2) is expected. A row for each")
def linear(x, weight):
    return (x @ weight.T).sum()


@wrong("efficiency.linear", says="has the shape (4,), where (2, 2) is expected")
def linear(x, weight):
    return (x @ weight.T).ravel()


@wrong("efficiency.linear", says="the `linear` of lesson 05")
def linear(x, weight):
    return [layers.linear(row, weight) for row in x]


@wrong("efficiency.linear", says="as it stands")
def linear(x, weight):
    return weight @ x


@wrong("efficiency.linear", says="only the first position")
def linear(x, weight):
    return weight @ x[0]


@wrong("efficiency.linear", says="changed its input")
def linear(x, weight):
    x *= 2
    return x @ weight.T / 2


@wrong("efficiency.linear", says="it is `weight` that is turned over")
def linear(x, weight):
    return x.T @ weight


@wrong("efficiency.linear", says="multiplies number by number")
def linear(x, weight):
    return x * weight.T


# --- linear_backward


@right("efficiency.linear_backward")
def linear_backward(dy, x, weight):
    dweight = np.zeros_like(weight)
    for d, row in zip(dy, x):
        dweight += np.outer(d, row)
    return np.array([d @ weight for d in dy]), dweight


@right("efficiency.linear_backward")
def linear_backward(dy, x, weight):
    return [(weight.T @ dy.T).T, (x.T @ dy).T]


@wrong("efficiency.linear_backward", says="no `.T` here")
def linear_backward(dy, x, weight):
    return dy @ weight.T, dy.T @ x


@wrong("efficiency.linear_backward", says="the gradient that came in")
def linear_backward(dy, x, weight):
    return dy, dy.T @ x


@wrong("efficiency.linear_backward", says="not x")
def linear_backward(dy, x, weight):
    return dy @ x, dy.T @ x


@wrong("efficiency.linear_backward", says="the ways add up")
def linear_backward(dy, x, weight):
    return dy * weight, dy.T @ x


@wrong("efficiency.linear_backward", says="the shape of `weight`")
def linear_backward(dy, x, weight):
    return dy @ weight, x.T @ dy


@wrong("efficiency.linear_backward", says="gradients add up")
def linear_backward(dy, x, weight):
    return dy @ weight, dy.T @ x / len(x)


@wrong("efficiency.linear_backward", says="positions must meet positions")
def linear_backward(dy, x, weight):
    return dy @ weight, dy @ x


@wrong("efficiency.linear_backward", says="the last position alone")
def linear_backward(dy, x, weight):
    return dy @ weight, np.outer(dy[-1], x[-1])


@wrong("efficiency.linear_backward", says="the two have changed places")
def linear_backward(dy, x, weight):
    return dy.T @ x, dy @ weight


@wrong("efficiency.linear_backward", says="should give two arrays")
def linear_backward(dy, x, weight):
    return dy @ weight


@wrong("efficiency.linear_backward", says="is there a `return`")
def linear_backward(dy, x, weight):
    dy @ weight


@wrong("efficiency.linear_backward", says="the shape of x")
def linear_backward(dy, x, weight):
    return weight.T @ dy.T, dy.T @ x


@wrong("efficiency.linear_backward", says="the slope alone")
def linear_backward(dy, x, weight):
    return weight, x


@wrong("efficiency.linear_backward", says="it is dy that is turned over, not x")
def linear_backward(dy, x, weight):
    return dy @ weight, dy @ x.T


@wrong("efficiency.linear_backward", says="added up: `@`")
def linear_backward(dy, x, weight):
    return dy @ weight, dy * x


# --- softmax


@right("efficiency.softmax")
def softmax(logits):
    return arrays.softmax(logits.T).T


@right("efficiency.softmax")
def softmax(logits):
    result = []
    for row in logits:
        exps = np.exp(row - row.max())
        result.append(exps / exps.sum())
    return result


@wrong("efficiency.softmax", says="the columns add up to 1")
def softmax(logits):
    exps = np.exp(logits - logits.max(axis=0))
    return exps / exps.sum(axis=0)


@wrong("efficiency.softmax", says="all of it adds up to 1")
def softmax(logits):
    exps = np.exp(logits - logits.max())
    return exps / exps.sum()


@wrong("efficiency.softmax", says="handed out along the columns")
def softmax(logits):
    exps = np.exp(logits)
    return exps / exps.sum(axis=1)


@wrong("efficiency.softmax", says="those are the exps; divide")
def softmax(logits):
    return np.exp(logits)


@wrong("efficiency.softmax", says="those are the exps, shifted")
def softmax(logits):
    return np.exp(logits - logits.max(axis=1, keepdims=True))


@wrong("efficiency.softmax", says="is missing in the max")
def softmax(logits):
    exps = np.exp(logits - logits.max(axis=1))
    return exps / exps.sum(axis=1, keepdims=True)


@wrong("efficiency.softmax", says="exp comes first")
def softmax(logits):
    return logits / logits.sum(axis=1, keepdims=True)


@wrong("efficiency.softmax", says="its own largest logit")
def softmax(logits):
    exps = np.exp(logits - logits.max())
    return exps / exps.sum(axis=1, keepdims=True)


@wrong("efficiency.softmax", says="holds nan")
def softmax(logits):
    exps = np.exp(logits)
    return exps / exps.sum(axis=1, keepdims=True)


@wrong("efficiency.softmax", says="changed its input")
def softmax(logits):
    logits -= logits.max(axis=1, keepdims=True)
    exps = np.exp(logits)
    return exps / exps.sum(axis=1, keepdims=True)


# the stub, with the gaps filled wrongly


@wrong("efficiency.softmax", says="handed out along the columns")
def softmax(logits):
    largest = logits.max(axis=1, keepdims=True)
    exps = np.exp(logits - largest)
    total = exps.sum(axis=1)
    return exps / total


@wrong("efficiency.softmax", says="the columns add up to 1")
def softmax(logits):
    largest = logits.max(axis=1, keepdims=True)
    exps = np.exp(logits - largest)
    total = exps.sum(axis=0)
    return exps / total


@wrong("efficiency.softmax", says="the columns add up to 1")
def softmax(logits):
    largest = logits.max()
    exps = np.exp(logits - largest)
    total = exps.sum(axis=0)
    return exps / total


@wrong("efficiency.softmax", says="all of it adds up to 1")
def softmax(logits):
    largest = logits.max(axis=1, keepdims=True)
    exps = np.exp(logits - largest)
    total = exps.sum()
    return exps / total


@wrong("efficiency.softmax", says="both want `keepdims=True`")
def softmax(logits):
    largest = logits.max(axis=1)
    exps = np.exp(logits - largest)
    total = exps.sum(axis=1)
    return exps / total


@wrong("efficiency.softmax", says="the largest was taken down each column")
def softmax(logits):
    largest = logits.max(axis=0)
    exps = np.exp(logits - largest)
    total = exps.sum(axis=1, keepdims=True)
    return exps / total


@wrong("efficiency.softmax", says="`x.max(axis=…)`")
def softmax(logits):
    largest = max(logits)
    exps = np.exp(logits - largest)
    total = sum(exps)
    return exps / total


@wrong("efficiency.linear_backward", says="it is dy that is turned over, not x")
def linear_backward(dy, x, weight):
    return dy @ weight, dy @ x.T


@wrong("efficiency.linear_backward", says="added up: `@`")
def linear_backward(dy, x, weight):
    return dy @ weight, dy * x


# --- softmax_backward


@right("efficiency.softmax_backward")
def softmax_backward(dprobs, probs):
    return arrays.softmax_backward(dprobs.T, probs.T).T


@right("efficiency.softmax_backward")
def softmax_backward(dprobs, probs):
    rows = []
    for p, d in zip(probs, dprobs):
        slopes = np.diag(p) - np.outer(p, p)
        rows.append(slopes @ d)
    return np.array(rows)


@wrong("efficiency.softmax_backward", says="what a row has in common")
def softmax_backward(dprobs, probs):
    return probs * dprobs


@wrong("efficiency.softmax_backward", says="It moves the others")
def softmax_backward(dprobs, probs):
    return probs * (1 - probs) * dprobs


@wrong("efficiency.softmax_backward", says="the factor p in front")
def softmax_backward(dprobs, probs):
    return dprobs - (probs * dprobs).sum(axis=1, keepdims=True)


@wrong("efficiency.softmax_backward", says="not Σ dp")
def softmax_backward(dprobs, probs):
    return probs * (dprobs - dprobs.sum(axis=1, keepdims=True))


@wrong("efficiency.softmax_backward", says="the plain one")
def softmax_backward(dprobs, probs):
    return probs * (dprobs - dprobs.mean(axis=1, keepdims=True))


@wrong("efficiency.softmax_backward", says="ran down the columns")
def softmax_backward(dprobs, probs):
    return probs * (dprobs - (probs * dprobs).sum(axis=0))


@wrong("efficiency.softmax_backward", says="`keepdims=True`")
def softmax_backward(dprobs, probs):
    return probs * (dprobs - (probs * dprobs).sum(axis=1))


@wrong("efficiency.softmax_backward", says="over the whole table")
def softmax_backward(dprobs, probs):
    return probs * (dprobs - (probs * dprobs).sum())


@wrong("efficiency.softmax_backward", says="outside the brackets")
def softmax_backward(dprobs, probs):
    return probs * dprobs - (probs * dprobs).sum(axis=1, keepdims=True)


@wrong("efficiency.softmax_backward", says="not added")
def softmax_backward(dprobs, probs):
    return probs * (dprobs + (probs * dprobs).sum(axis=1, keepdims=True))


@wrong("efficiency.softmax_backward", says="here each number meets its own")
def softmax_backward(dprobs, probs):
    return probs @ (dprobs - (probs * dprobs).sum(axis=1, keepdims=True))


@wrong("efficiency.softmax_backward", says="changed places")
def softmax_backward(dprobs, probs):
    return dprobs * (probs - (probs * dprobs).sum(axis=1, keepdims=True))


@wrong("efficiency.softmax_backward", says="not the mean of p·dp")
def softmax_backward(dprobs, probs):
    return probs * (dprobs - (probs * dprobs).mean(axis=1, keepdims=True))


@wrong("efficiency.softmax_backward", says="multiply p by dp first")
def softmax_backward(dprobs, probs):
    return probs * (dprobs - probs * dprobs.sum(axis=1, keepdims=True))


@wrong("efficiency.softmax_backward", says="here each number meets its own")
def softmax_backward(dprobs, probs):
    return probs * (dprobs - (probs @ dprobs.T))


@wrong("efficiency.softmax_backward", says="here each number meets its own")
def softmax_backward(dprobs, probs):
    return probs * (dprobs - (probs @ dprobs.T).sum(axis=1, keepdims=True))


# --- rmsnorm


@right("efficiency.rmsnorm")
def rmsnorm(x, epsilon=1e-5):
    return arrays.rmsnorm(x)


@right("efficiency.rmsnorm")
def rmsnorm(x, epsilon=1e-5):
    scale = np.array([[(row @ row / len(row) + epsilon) ** -0.5] for row in x])
    return scale * x, scale


@wrong("efficiency.rmsnorm", says="down the columns")
def rmsnorm(x, epsilon=1e-5):
    scale = 1 / np.sqrt((x * x).mean(axis=0) + epsilon)
    return x * scale, scale


@wrong("efficiency.rmsnorm", says="of all numbers together")
def rmsnorm(x, epsilon=1e-5):
    scale = 1 / np.sqrt((x * x).mean() + epsilon)
    return x * scale, scale


@wrong("efficiency.rmsnorm", says="handed out along the columns")
def rmsnorm(x, epsilon=1e-5):
    scale = 1 / np.sqrt((x * x).mean(axis=1) + epsilon)
    return x * scale, scale


@wrong("efficiency.rmsnorm", says="the sum of the squares")
def rmsnorm(x, epsilon=1e-5):
    scale = 1 / np.sqrt((x * x).sum(axis=1, keepdims=True) + epsilon)
    return x * scale, scale


@wrong("efficiency.rmsnorm", says="the root is missing")
def rmsnorm(x, epsilon=1e-5):
    scale = 1 / ((x * x).mean(axis=1, keepdims=True) + epsilon)
    return x * scale, scale


@wrong("efficiency.rmsnorm", says="ε is missing")
def rmsnorm(x, epsilon=1e-5):
    scale = 1 / np.sqrt((x * x).mean(axis=1, keepdims=True))
    return x * scale, scale


@wrong("efficiency.rmsnorm", says="LayerNorm")
def rmsnorm(x, epsilon=1e-5):
    x = x - x.mean(axis=1, keepdims=True)
    scale = 1 / np.sqrt((x * x).mean(axis=1, keepdims=True) + epsilon)
    return x * scale, scale


@wrong("efficiency.rmsnorm", says="one over it")
def rmsnorm(x, epsilon=1e-5):
    scale = np.sqrt((x * x).mean(axis=1, keepdims=True) + epsilon)
    return x / scale, scale


@wrong("efficiency.rmsnorm", says="leaves a column")
def rmsnorm(x, epsilon=1e-5):
    scale = 1 / np.sqrt((x * x).mean(axis=1) + epsilon)
    return x * scale[:, None], scale


@wrong("efficiency.rmsnorm", says="should give two arrays")
def rmsnorm(x, epsilon=1e-5):
    return x / np.sqrt((x * x).mean(axis=1, keepdims=True) + epsilon)


@wrong("efficiency.rmsnorm", says="square first, then take the mean")
def rmsnorm(x, epsilon=1e-5):
    scale = 1 / np.sqrt(x.mean(axis=1, keepdims=True) ** 2 + epsilon)
    return x * scale, scale


@wrong("efficiency.rmsnorm", says="the number of rows")
def rmsnorm(x, epsilon=1e-5):
    scale = 1 / np.sqrt((x * x).sum(axis=1, keepdims=True) / len(x) + epsilon)
    return x * scale, scale


@wrong("efficiency.rmsnorm", says="the root was taken twice")
def rmsnorm(x, epsilon=1e-5):
    mean_square = np.sqrt((x * x).mean(axis=1, keepdims=True))
    scale = 1 / np.sqrt(mean_square + epsilon)
    return x * scale, scale


@wrong("efficiency.softmax_backward", says="here each number meets its own")
def softmax_backward(dprobs, probs):
    return probs * (dprobs - (probs @ dprobs.T))


@wrong("efficiency.softmax_backward", says="here each number meets its own")
def softmax_backward(dprobs, probs):
    return probs * (dprobs - (probs @ dprobs.T).sum(axis=1, keepdims=True))


@wrong("efficiency.rmsnorm", says="here each number meets its own")
def rmsnorm(x, epsilon=1e-5):
    scale = 1 / np.sqrt((x @ x.T).mean(axis=1, keepdims=True) + epsilon)
    return x * scale, scale


# --- rmsnorm_backward


@right("efficiency.rmsnorm_backward")
def rmsnorm_backward(dy, y, scale):
    return arrays.rmsnorm_backward(dy, y, scale)


@right("efficiency.rmsnorm_backward")
def rmsnorm_backward(dy, y, scale):
    dots = [[d @ r / len(r)] for d, r in zip(dy, y)]
    return dy * scale - y * scale * dots


@wrong("efficiency.rmsnorm_backward", says="the straight way alone")
def rmsnorm_backward(dy, y, scale):
    return scale * dy


@wrong("efficiency.rmsnorm_backward", says="the factor scale")
def rmsnorm_backward(dy, y, scale):
    return dy - y * (dy * y).mean(axis=1, keepdims=True)


@wrong("efficiency.rmsnorm_backward", says="is multiplied by y")
def rmsnorm_backward(dy, y, scale):
    return scale * (dy - (dy * y).mean(axis=1, keepdims=True))


@wrong("efficiency.rmsnorm_backward", says="its mean is asked for")
def rmsnorm_backward(dy, y, scale):
    return scale * (dy - y * (dy * y).sum(axis=1, keepdims=True))


@wrong("efficiency.rmsnorm_backward", says="ran down the columns")
def rmsnorm_backward(dy, y, scale):
    return scale * (dy - y * (dy * y).mean(axis=0))


@wrong("efficiency.rmsnorm_backward", says="`keepdims=True`")
def rmsnorm_backward(dy, y, scale):
    return scale * (dy - y * (dy * y).mean(axis=1))


@wrong("efficiency.rmsnorm_backward", says="over the whole table")
def rmsnorm_backward(dy, y, scale):
    return scale * (dy - y * (dy * y).mean())


@wrong("efficiency.rmsnorm_backward", says="subtract it")
def rmsnorm_backward(dy, y, scale):
    return scale * (dy + y * (dy * y).mean(axis=1, keepdims=True))


@wrong("efficiency.rmsnorm_backward", says="not of dy")
def rmsnorm_backward(dy, y, scale):
    return scale * (dy - y * dy.mean(axis=1, keepdims=True))


@wrong("efficiency.rmsnorm_backward", says="mind the brackets")
def rmsnorm_backward(dy, y, scale):
    return scale * dy - y * (dy * y).mean(axis=1, keepdims=True)


@wrong("efficiency.rmsnorm_backward", says="`*`, not `/`")
def rmsnorm_backward(dy, y, scale):
    return (dy - y * (dy * y).mean(axis=1, keepdims=True)) / scale


@wrong("efficiency.rmsnorm_backward", says="here each number meets its own")
def rmsnorm_backward(dy, y, scale):
    return scale * (dy - y * (dy @ y.T).mean(axis=1, keepdims=True))


@wrong("efficiency.rmsnorm_backward", says="here each number meets its own")
def rmsnorm_backward(dy, y, scale):
    return scale * (dy - y * (dy @ y.T))


# --- pad


def fill(documents, weigh, shift=1, pad_with=0, front=False):
    """Padded arrays, where weigh(pairs, B, T) is the weight of each pair of a name."""
    B, T = len(documents), max(map(len, documents)) - 1
    inputs, targets = np.full((B, T), pad_with), np.full((B, T), pad_with)
    weights = np.zeros((B, T))
    for row, tokens in enumerate(documents):
        pairs = len(tokens) - 1
        place = slice(T - pairs, T) if front else slice(0, pairs)
        inputs[row, place] = tokens[:pairs]
        targets[row, place] = tokens[shift : shift + pairs]
        weights[row, place] = weigh(pairs, B, T)
    return inputs, targets, weights


@right("efficiency.pad")
def pad(documents):
    return fill(documents, lambda pairs, B, T: 1 / pairs / B, pad_with=26)


@right("efficiency.pad")
def pad(documents):
    longest = max(map(len, documents))
    rows = [tokens + [0] * (longest - len(tokens)) for tokens in documents]
    weights = [
        [1 / (len(tokens) - 1) / len(documents) if i < len(tokens) - 1 else 0.0 for i in range(n)]
        for tokens in documents
        for n in [longest - 1]
    ]
    return [row[:-1] for row in rows], [row[1:] for row in rows], weights


@wrong("efficiency.pad", says="long names outweigh short ones")
def pad(documents):
    total = sum(len(tokens) - 1 for tokens in documents)
    return fill(documents, lambda pairs, B, T: 1 / total)


@wrong("efficiency.pad", says="the padding has a weight")
def pad(documents):
    inputs, targets, weights = fill(documents, lambda pairs, B, T: 0)
    return inputs, targets, weights + 1 / weights.size


@wrong("efficiency.pad", says="a mask")
def pad(documents):
    return fill(documents, lambda pairs, B, T: 1)


@wrong("efficiency.pad", says="divide by it, too")
def pad(documents):
    return fill(documents, lambda pairs, B, T: 1 / pairs)


@wrong("efficiency.pad", says="count its pairs")
def pad(documents):
    return fill(documents, lambda pairs, B, T: 1 / (pairs + 1) / B)


@wrong("efficiency.pad", says="each name has its own")
def pad(documents):
    return fill(documents, lambda pairs, B, T: 1 / (B * T))


@wrong("efficiency.pad", says="begins at position 0")
def pad(documents):
    return fill(documents, lambda pairs, B, T: 1 / pairs / B, front=True)


@wrong("efficiency.pad", says="one place further on")
def pad(documents):
    return fill(documents, lambda pairs, B, T: 1 / pairs / B, shift=0)


@wrong("efficiency.pad", says="a token that does not exist")
def pad(documents):
    return fill(documents, lambda pairs, B, T: 1 / pairs / B, pad_with=-100)


@wrong("efficiency.pad", says="three arrays")
def pad(documents):
    return fill(documents, lambda pairs, B, T: 1 / pairs / B)[:2]


@wrong("efficiency.pad", says="has the shape")
def pad(documents):
    rows = [tokens + [0] * (9 - len(tokens)) for tokens in documents]
    return np.array(rows), np.array(rows), np.array(rows)


@wrong("efficiency.pad", says="divided among its pairs, too")
def pad(documents):
    return fill(documents, lambda pairs, B, T: 1 / B)


@wrong("efficiency.pad", says="a convention of PyTorch's loss")
def pad(documents):
    inputs, targets, weights = fill(documents, lambda pairs, B, T: 1 / pairs / B)
    return inputs, np.where(weights == 0, -100, targets), weights


@wrong("efficiency.pad", says="one token for all places")
def pad(documents):
    inputs, targets, weights = fill(documents, lambda pairs, B, T: 1 / pairs / B)
    return inputs, targets[:, :1] * (weights > 0), weights


@wrong("efficiency.pad", says="not as many numbers as places")
def pad(documents):
    inputs, targets, weights = fill(documents, lambda pairs, B, T: 1 / pairs / B)
    for row, tokens in enumerate(documents):
        targets[row, : len(tokens) - 1] = tokens
    return inputs, targets, weights


# --- mended_weights


def exps_of(q, k, scale=True):
    scores = q @ k.T / (q.shape[1] ** 0.5 if scale else 1)
    scores = np.where(np.tri(len(q)) == 1, scores, -np.inf)
    return np.exp(scores - scores.max(axis=1, keepdims=True))


@right("efficiency.mended_weights")
def mended_weights(q, k):
    exps = exps_of(q, k)
    return exps / exps.sum(axis=1)[:, None]


@right("efficiency.mended_weights")
def mended_weights(q, k):
    exps = exps_of(q, k)
    return np.array([row / row.sum() for row in exps])


@wrong("efficiency.mended_weights", says="the columns still add up to 1")
def mended_weights(q, k):
    exps = np.tril(np.exp(q @ k.T / q.shape[1] ** 0.5))
    return exps / exps.sum(axis=0)


@wrong("efficiency.mended_weights", says="`keepdims=True` is missing")
def mended_weights(q, k):
    exps = np.tril(np.exp(q @ k.T / q.shape[1] ** 0.5))
    return exps / exps.sum(axis=1)


@wrong("efficiency.mended_weights", says="all of it adds up to 1")
def mended_weights(q, k):
    exps = np.tril(np.exp(q @ k.T / q.shape[1] ** 0.5))
    return exps / exps.sum()


@wrong("efficiency.mended_weights", says="the mask is gone")
def mended_weights(q, k):
    exps = np.exp(q @ k.T / q.shape[1] ** 0.5)
    return exps / exps.sum(axis=1, keepdims=True)


@wrong("efficiency.mended_weights", says="a row belongs to a query")
def mended_weights(q, k):
    exps = np.tril(np.exp(q @ k.T / q.shape[1] ** 0.5))
    return (exps / exps.sum(axis=0)).T


@wrong("efficiency.mended_weights", says="lost their scale")
def mended_weights(q, k):
    exps = exps_of(q, k, scale=False)
    return exps / exps.sum(axis=1, keepdims=True)


@wrong("efficiency.mended_weights", says="those are the exps")
def mended_weights(q, k):
    return exps_of(q, k)


# the classmate's own lines, with another last one


@wrong("efficiency.mended_weights", says="the columns still add up to 1")
def mended_weights(q, k):
    exps = exps_of(q, k)
    return exps / exps.sum(axis=0)


@wrong("efficiency.mended_weights", says="the columns still add up to 1")
def mended_weights(q, k):
    exps = exps_of(q, k)
    return exps / exps.sum(axis=0, keepdims=True)


@wrong("efficiency.mended_weights", says="`keepdims=True` is missing")
def mended_weights(q, k):
    exps = exps_of(q, k)
    return exps / exps.sum(axis=1)


@wrong("efficiency.mended_weights", says="all of it adds up to 1")
def mended_weights(q, k):
    exps = exps_of(q, k)
    return exps / exps.sum()


@wrong("efficiency.mended_weights", says="a row belongs to a query")
def mended_weights(q, k):
    exps = exps_of(q, k)
    return (exps / exps.sum(axis=0)).T


@wrong("efficiency.mended_weights", says="Keep the shift")
def mended_weights(q, k):
    exps = np.tril(np.exp(q @ k.T / q.shape[1] ** 0.5))
    return exps / exps.sum(axis=1, keepdims=True)
