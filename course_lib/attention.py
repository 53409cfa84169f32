"""Attention: each position looks back and gathers what it needs."""

from dataclasses import dataclass, field

from course_lib.layers import Matrix, Vector, linear, softmax
from course_lib.value import Value


@dataclass
class KVCache:
    """The keys and values of one layer, one of each for every position so far."""

    keys: list[Vector] = field(default_factory=list)
    values: list[Vector] = field(default_factory=list)


def attention_weights(query: Vector, keys: list[Vector]) -> Vector:
    """How much one query attends to each key: none negative, with sum 1.

    query: (head_dim,); keys: (T, head_dim); result: (T,). softmax(q·k / √head_dim), Vaswani 2017.
    """
    scale = len(query) ** -0.5
    return softmax([Value.dot(query, key) * scale for key in keys])


def attention_head(query: Vector, keys: list[Vector], values: list[Vector]) -> Vector:
    """The values, averaged with the attention weights.

    query: (head_dim,); keys and values: (T, head_dim); result: (head_dim,).
    """
    weights = attention_weights(query, keys)
    return [Value.dot(weights, column) for column in zip(*values, strict=True)]


def attention(
    x: Vector, wq: Matrix, wk: Matrix, wv: Matrix, wo: Matrix, n_head: int, cache: KVCache
) -> Vector:
    """Multi-head attention for one position, which joins the cache.

    x: (n_embd,); each weight: (n_embd, n_embd); result: (n_embd,). The cache holds only this
    position and earlier ones, so no look at the future is possible: that is the causal mask.
    """
    query = linear(x, wq)
    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wv))
    head_dim = len(x) // n_head
    heads = []
    for head in range(n_head):
        part = slice(head * head_dim, (head + 1) * head_dim)  # this head's share of every vector
        keys = [key[part] for key in cache.keys]  # (T, head_dim)
        values = [value[part] for value in cache.values]
        heads += attention_head(query[part], keys, values)
    return linear(heads, wo)
