"""The MLP, and the layer that joins it with attention."""

from course_lib.attention import KVCache, attention
from course_lib.layers import Matrix, Vector, add, linear, rmsnorm


def mlp(x: Vector, fc1: Matrix, fc2: Matrix) -> Vector:
    """Expand, activate with ReLU², compress.

    x: (n_embd,); fc1: (4·n_embd, n_embd); fc2: (n_embd, 4·n_embd); result: (n_embd,).
    """
    hidden = [h.relu() ** 2 for h in linear(x, fc1)]
    return linear(hidden, fc2)


def transformer_layer(x: Vector, weights: dict[str, Matrix], n_head: int, cache: KVCache) -> Vector:
    """Attention, then the MLP: each reads a normalized copy of `x` and adds its result to `x`.

    x: (n_embd,); weights: the six matrices of one layer by name; result: (n_embd,).
    """
    attn = (weights[name] for name in ("attn_wq", "attn_wk", "attn_wv", "attn_wo"))
    x = add(x, attention(rmsnorm(x), *attn, n_head, cache))
    return add(x, mlp(rmsnorm(x), weights["mlp_fc1"], weights["mlp_fc2"]))
