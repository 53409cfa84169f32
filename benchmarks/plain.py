"""The lowest rung: the same GPT with one node for every addition and every product.

This is how one writes it first, and what the course's `Value` is measured against: a dot product
of n factors makes 2n nodes, `sum` starts by adding 0, each node carries a closure and a set of its
children, and the topological sort calls itself.
"""

import math
from collections.abc import Callable, Sequence

from course_lib.gpt import GPTConfig
from course_lib.layers import EPSILON
from course_lib.tokenizer import training_pairs


class Value:
    """A number that remembers the two (or one) it was made of."""

    def __init__(self, data: float, children: tuple = ()):
        self.data = data
        self.grad = 0.0
        self.children = set(children)
        self.push: Callable[[], None] = lambda: None  # hands this node's gradient to its children

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def __pow__(self, exponent: float):
        out = Value(self.data**exponent, (self,))

        def push():
            self.grad += exponent * self.data ** (exponent - 1) * out.grad

        out.push = push
        return out

    def exp(self):
        out = Value(math.exp(self.data), (self,))

        def push():
            self.grad += out.data * out.grad

        out.push = push
        return out

    def log(self):
        out = Value(math.log(self.data), (self,))

        def push():
            self.grad += out.grad / self.data

        out.push = push
        return out

    def relu(self):
        out = Value(max(0.0, self.data), (self,))

        def push():
            self.grad += (self.data > 0) * out.grad

        out.push = push
        return out

    def backward(self) -> None:
        self.grad = 1.0
        for node in reversed(topological_order(self)):
            node.push()

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1.0

    __radd__ = __add__
    __rmul__ = __mul__


def topological_order(node) -> list:
    """The node and all that it was computed from, each one after its children: by recursion.

    `visit` holds itself, and thereby the order: a cycle, so that the whole graph stays in memory
    until the garbage collector comes.
    """
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for child in node.children:
                visit(child)
            order.append(node)

    visit(node)
    return order


def linear(x: list, weight: list[list]) -> list:
    return [sum(w * xi for w, xi in zip(row, x, strict=True)) for row in weight]


def softmax(logits: list) -> list:
    largest = max(logit.data for logit in logits)
    exps = [(logit - largest).exp() for logit in logits]
    total = sum(exps)
    return [e / total for e in exps]


def rmsnorm(x: list) -> list:
    scale = (sum(xi * xi for xi in x) / len(x) + EPSILON) ** -0.5
    return [xi * scale for xi in x]


class GPT:
    """The model of `course_lib.gpt`."""

    def __init__(self, config: GPTConfig, weights: dict[str, list[list[float]]]):
        self.config = config
        self.state_dict = {
            name: [[Value(number) for number in row] for row in rows]
            for name, rows in weights.items()
        }

    def parameters(self) -> list[Value]:
        return [p for matrix in self.state_dict.values() for row in matrix for p in row]

    def forward(self, token: int, position: int, keys: list[list], values: list[list]) -> list:
        w, head_dim = self.state_dict, self.config.head_dim
        embedding = zip(w["wte"][token], w["wpe"][position], strict=True)
        x = rmsnorm([t + p for t, p in embedding])
        for i in range(self.config.n_layer):
            residual, x = x, rmsnorm(x)
            query = linear(x, w[f"layer{i}.attn_wq"])
            keys[i].append(linear(x, w[f"layer{i}.attn_wk"]))
            values[i].append(linear(x, w[f"layer{i}.attn_wv"]))
            heads = []
            for start in range(0, self.config.n_embd, head_dim):
                part = range(start, start + head_dim)
                scores = [sum(query[j] * k[j] for j in part) / head_dim**0.5 for k in keys[i]]
                attn = list(zip(softmax(scores), values[i], strict=True))
                heads += [sum(a * v[j] for a, v in attn) for j in part]
            x = linear(heads, w[f"layer{i}.attn_wo"])
            x = [a + b for a, b in zip(x, residual, strict=True)]
            residual = x
            hidden = [h.relu() ** 2 for h in linear(rmsnorm(x), w[f"layer{i}.mlp_fc1"])]
            x = linear(hidden, w[f"layer{i}.mlp_fc2"])
            x = [a + b for a, b in zip(x, residual, strict=True)]
        return linear(x, w["lm_head"])

    def batch_loss(self, batch: Sequence[Sequence[int]]) -> Value:
        """The mean of the documents' losses."""
        return sum(self.loss(tokens) for tokens in batch) * (1 / len(batch))

    def loss(self, tokens: Sequence[int]) -> Value:
        keys: list[list] = [[] for _ in range(self.config.n_layer)]
        values: list[list] = [[] for _ in range(self.config.n_layer)]
        losses = []
        for position, (token, target) in enumerate(training_pairs(tokens, self.config.block_size)):
            probs = softmax(self.forward(token, position, keys, values))
            losses.append(-probs[target].log())
        return sum(losses) * (1 / len(losses))
