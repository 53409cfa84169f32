"""Answers to lesson 08."""
# ruff: noqa: B905, RUF007 (a student writes `zip` in its plainest form)

import math

from bank import right, wrong
from course_lib import gpt as finished
from course_lib.attention import KVCache
from course_lib.derivatives import derivative
from course_lib.exercises import gpt as ex
from course_lib.gpt import initial_weights
from course_lib.layers import add, linear, random_matrix, rmsnorm, softmax
from course_lib.mlp import transformer_layer
from course_lib.tokenizer import training_pairs
from course_lib.value import Value

judge = ex.numeric_gradient.answer
whole_forward = ex.forward.answer

# --- embed_position


@right("gpt.embed_position")
def embed_position(token, position, state_dict):
    return rmsnorm(add(state_dict["wte"][token], state_dict["wpe"][position]))


@right("gpt.embed_position")
def embed_position(token, position, state_dict):
    x = [a + b for a, b in zip(state_dict["wpe"][position], state_dict["wte"][token])]
    scale = (Value.sum(v * v for v in x) / len(x) + 1e-5) ** -0.5
    return tuple(v * scale for v in x)


@wrong("gpt.embed_position", says="the RMSNorm is missing")
def embed_position(token, position, state_dict):
    return add(state_dict["wte"][token], state_dict["wpe"][position])


@wrong("gpt.embed_position", says="the position is missing")
def embed_position(token, position, state_dict):
    return rmsnorm(state_dict["wte"][token])


@wrong("gpt.embed_position", says="the token is missing")
def embed_position(token, position, state_dict):
    return rmsnorm(state_dict["wpe"][position])


@wrong("gpt.embed_position", says="are swapped")
def embed_position(token, position, state_dict):
    return rmsnorm(add(state_dict["wte"][position], state_dict["wpe"][token]))


@wrong("gpt.embed_position", says="Add first, then normalize the sum")
def embed_position(token, position, state_dict):
    return add(rmsnorm(state_dict["wte"][token]), rmsnorm(state_dict["wpe"][position]))


@wrong("gpt.embed_position", says="joins one to the end of the other")
def embed_position(token, position, state_dict):
    return rmsnorm(state_dict["wte"][token] + state_dict["wpe"][position])


@wrong("gpt.embed_position", says="a row of `lm_head`")
def embed_position(token, position, state_dict):
    return rmsnorm(add(state_dict["lm_head"][token], state_dict["wpe"][position]))


@wrong("gpt.embed_position", says="both rows come from `wte`")
def embed_position(token, position, state_dict):
    return rmsnorm(add(state_dict["wte"][token], state_dict["wte"][position]))


@wrong("gpt.embed_position", says="no slope comes back")
def embed_position(token, position, state_dict):
    x = add(state_dict["wte"][token], state_dict["wpe"][position])
    return rmsnorm([Value(v.data) for v in x])


@wrong("gpt.embed_position", says="looked up with the token")
def embed_position(token, position, state_dict):
    return rmsnorm(add(state_dict["wte"][token], state_dict["wpe"][token]))


@wrong("gpt.embed_position", says="changed numbers in `state_dict`")
def embed_position(token, position, state_dict):
    x = state_dict["wte"][token]
    for i, place in enumerate(state_dict["wpe"][position]):
        x[i] = x[i] + place
    return rmsnorm(x)


# --- forward


def of_layer(state_dict, i):
    prefix = f"layer{i}."
    return {n.removeprefix(prefix): m for n, m in state_dict.items() if n.startswith(prefix)}


def entering(token, position, state_dict):
    return rmsnorm(add(state_dict["wte"][token], state_dict["wpe"][position]))


def through(x, state_dict, cache, n_head):
    for i, layer_cache in enumerate(cache):
        x = transformer_layer(x, of_layer(state_dict, i), n_head, layer_cache)
    return x


@right("gpt.forward")
def forward(token, state_dict, cache, n_head):
    x = entering(token, len(cache[-1].values), state_dict)
    return tuple(linear(through(x, state_dict, cache, n_head), state_dict["lm_head"]))


@right("gpt.forward")
def forward(token, state_dict, cache, n_head):
    names = ("attn_wq", "attn_wk", "attn_wv", "attn_wo", "mlp_fc1", "mlp_fc2")
    x = entering(token, len(cache[0].keys), state_dict)
    i = 0
    while f"layer{i}.attn_wq" in state_dict:
        weights = {name: state_dict[f"layer{i}.{name}"] for name in names}
        x = transformer_layer(x, weights, n_head, cache[i])
        i += 1
    return [Value.dot(row, x) for row in state_dict["lm_head"]]


@wrong("gpt.forward", says="those are probabilities")
def forward(token, state_dict, cache, n_head):
    return softmax(whole_forward(token, state_dict, cache, n_head))


@wrong("gpt.forward", says="`lm_head` has to make logits of it")
def forward(token, state_dict, cache, n_head):
    return through(entering(token, len(cache[0].keys), state_dict), state_dict, cache, n_head)


@wrong("gpt.forward", says="taken for the first")
def forward(token, state_dict, cache, n_head):
    x = through(entering(token, 0, state_dict), state_dict, cache, n_head)
    return linear(x, state_dict["lm_head"])


@wrong("gpt.forward", says="`len(cache)` counts the layers")
def forward(token, state_dict, cache, n_head):
    x = through(entering(token, len(cache), state_dict), state_dict, cache, n_head)
    return linear(x, state_dict["lm_head"])


@wrong("gpt.forward", says="one too far")
def forward(token, state_dict, cache, n_head):
    x = entering(token, len(cache[0].keys) + 1, state_dict)
    return linear(through(x, state_dict, cache, n_head), state_dict["lm_head"])


@wrong("gpt.forward", says="for its own position")
def forward(token, state_dict, cache, n_head):
    x = through(entering(token, token, state_dict), state_dict, cache, n_head)
    return linear(x, state_dict["lm_head"])


@wrong("gpt.forward", says="the position embedding is missing")
def forward(token, state_dict, cache, n_head):
    x = through(rmsnorm(state_dict["wte"][token]), state_dict, cache, n_head)
    return linear(x, state_dict["lm_head"])


@wrong("gpt.forward", says="without RMSNorm")
def forward(token, state_dict, cache, n_head):
    x = add(state_dict["wte"][token], state_dict["wpe"][len(cache[0].keys)])
    return linear(through(x, state_dict, cache, n_head), state_dict["lm_head"])


@wrong("gpt.forward", says="only the first layer")
def forward(token, state_dict, cache, n_head):
    x = entering(token, len(cache[0].keys), state_dict)
    for i in range(len(cache)):
        x = transformer_layer(x, of_layer(state_dict, i), n_head, cache[i])
        return linear(x, state_dict["lm_head"])


@wrong("gpt.forward", says="each layer began with the embeddings")
def forward(token, state_dict, cache, n_head):
    x = entering(token, len(cache[0].keys), state_dict)
    for i in range(len(cache)):
        y = transformer_layer(x, of_layer(state_dict, i), n_head, cache[i])
    return linear(y, state_dict["lm_head"])


@wrong("gpt.forward", says="reverse order")
def forward(token, state_dict, cache, n_head):
    x = entering(token, len(cache[0].keys), state_dict)
    for i in reversed(range(len(cache))):
        x = transformer_layer(x, of_layer(state_dict, i), n_head, cache[i])
    return linear(x, state_dict["lm_head"])


@wrong("gpt.forward", says="no layer was used")
def forward(token, state_dict, cache, n_head):
    x = entering(token, len(cache[0].keys), state_dict)
    return linear(x, state_dict["lm_head"])


@wrong("gpt.forward", says="the matrices of layer 0")
def forward(token, state_dict, cache, n_head):
    x = entering(token, len(cache[0].keys), state_dict)
    for layer_cache in cache:
        x = transformer_layer(x, of_layer(state_dict, 0), n_head, layer_cache)
    return linear(x, state_dict["lm_head"])


@wrong("gpt.forward", says="wrote to the cache of layer 0")
def forward(token, state_dict, cache, n_head):
    x = entering(token, len(cache[0].keys), state_dict)
    for i in range(len(cache)):
        x = transformer_layer(x, of_layer(state_dict, i), n_head, cache[0])
    return linear(x, state_dict["lm_head"])


@wrong("gpt.forward", says="Use those that are handed in")
def forward(token, state_dict, cache, n_head):
    return whole_forward(token, state_dict, [KVCache() for _ in cache], n_head)


@wrong("gpt.forward", says="a norm stands before `lm_head`")
def forward(token, state_dict, cache, n_head):
    x = entering(token, len(cache[0].keys), state_dict)
    return linear(rmsnorm(through(x, state_dict, cache, n_head)), state_dict["lm_head"])


@wrong("gpt.forward", says="GPT-2 does so")
def forward(token, state_dict, cache, n_head):
    x = entering(token, len(cache[0].keys), state_dict)
    return linear(through(x, state_dict, cache, n_head), state_dict["wte"])


@wrong("gpt.forward", says="joins each of them once")
def forward(token, state_dict, cache, n_head):
    kept = [KVCache(list(layer.keys), list(layer.values)) for layer in cache]
    return whole_forward(token, state_dict, kept, n_head)


@wrong("gpt.forward", says="added to x once more")
def forward(token, state_dict, cache, n_head):
    x = entering(token, len(cache[0].keys), state_dict)
    for i, layer_cache in enumerate(cache):
        x = add(x, transformer_layer(x, of_layer(state_dict, i), n_head, layer_cache))
    return linear(x, state_dict["lm_head"])


@wrong("gpt.forward", says="normalized before a layer")
def forward(token, state_dict, cache, n_head):
    x = entering(token, len(cache[0].keys), state_dict)
    for i, layer_cache in enumerate(cache):
        x = transformer_layer(rmsnorm(x), of_layer(state_dict, i), n_head, layer_cache)
    return linear(x, state_dict["lm_head"])


@wrong("gpt.forward", says="a KVCache for each layer")
def forward(token, state_dict, cache, n_head):
    x = entering(token, len(cache.keys), state_dict)
    return linear(through(x, state_dict, cache, n_head), state_dict["lm_head"])


@wrong("gpt.forward", says="a KVCache for each layer")
def forward(token, state_dict, cache, n_head):
    x = entering(token, len(cache[0].keys), state_dict)
    x = transformer_layer(x, of_layer(state_dict, 0), n_head, cache)
    return linear(x, state_dict["lm_head"])


@wrong("gpt.forward", says="the number of heads is `n_head`")
def forward(token, state_dict, cache, n_head):
    return whole_forward(token, state_dict, cache, 4)


# --- document_loss


@right("gpt.document_loss")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    cache = [KVCache() for _ in range(n_layer)]
    total = 0
    n = min(block_size, len(tokens) - 1)
    for t in range(n):
        p = softmax(whole_forward(tokens[t], state_dict, cache, n_head))
        total = total - p[tokens[t + 1]].log()
    return total / n


@right("gpt.document_loss")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    cache = []
    for _ in range(n_layer):
        cache.append(KVCache())
    pairs = list(zip(tokens, tokens[1:]))[:block_size]
    log_p = [
        softmax(whole_forward(token, state_dict, cache, n_head))[target].log()
        for token, target in pairs
    ]
    return -Value.sum(log_p) * (1 / len(pairs))


def surprises(tokens, state_dict, n_layer, n_head, pairs):
    cache = [KVCache() for _ in range(n_layer)]
    return [-softmax(whole_forward(a, state_dict, cache, n_head))[b].log() for a, b in pairs]


@wrong("gpt.document_loss", says="that is the sum")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    pairs = training_pairs(tokens, block_size)
    return Value.sum(surprises(tokens, state_dict, n_layer, n_head, pairs))


@wrong("gpt.document_loss", says="the minus is missing")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    pairs = training_pairs(tokens, block_size)
    return -Value.sum(surprises(tokens, state_dict, n_layer, n_head, pairs)) / len(pairs)


@wrong("gpt.document_loss", says="that is the mean of all")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    pairs = list(zip(tokens, tokens[1:]))
    return Value.sum(surprises(tokens, state_dict, n_layer, n_head, pairs)) / len(pairs)


@wrong("gpt.document_loss", says="one prediction too few")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    pairs = training_pairs(tokens[:block_size], block_size)
    return Value.sum(surprises(tokens, state_dict, n_layer, n_head, pairs)) / len(pairs)


@wrong("gpt.document_loss", says="the last token is to be predicted")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    pairs = training_pairs(tokens[:-1], block_size)
    return Value.sum(surprises(tokens, state_dict, n_layer, n_head, pairs)) / len(pairs)


@wrong("gpt.document_loss", says="divided by block_size")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    pairs = training_pairs(tokens, block_size)
    return Value.sum(surprises(tokens, state_dict, n_layer, n_head, pairs)) / block_size


@wrong("gpt.document_loss", says="divided by the number of tokens")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    pairs = training_pairs(tokens, block_size)
    return Value.sum(surprises(tokens, state_dict, n_layer, n_head, pairs)) / len(tokens)


@wrong("gpt.document_loss", says="one cache serves the whole document")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    losses = []
    for token, target in training_pairs(tokens, block_size):
        cache = [KVCache() for _ in range(n_layer)]
        logits = whole_forward(token, state_dict, cache, n_head)
        losses.append(-softmax(logits)[target].log())
    return Value.sum(losses) / len(losses)


@wrong("gpt.document_loss", says="two layers share one cache")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    cache = [KVCache()] * n_layer
    losses = []
    for token, target in training_pairs(tokens, block_size):
        logits = whole_forward(token, state_dict, cache, n_head)
        losses.append(-softmax(logits)[target].log())
    return Value.sum(losses) / len(losses)


@wrong("gpt.document_loss", says="the target is the one that follows")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    pairs = [(a, a) for a, _ in training_pairs(tokens, block_size)]
    return Value.sum(surprises(tokens, state_dict, n_layer, n_head, pairs)) / len(pairs)


@wrong("gpt.document_loss", says="the logarithm came after the mean")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    pairs = training_pairs(tokens, block_size)
    losses = surprises(tokens, state_dict, n_layer, n_head, pairs)
    return -(Value.sum((-x).exp() for x in losses) / len(losses)).log()


@wrong("gpt.document_loss", says="that is the perplexity")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    pairs = training_pairs(tokens, block_size)
    return (Value.sum(surprises(tokens, state_dict, n_layer, n_head, pairs)) / len(pairs)).exp()


@wrong("gpt.document_loss", says="remembers nothing")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    pairs = training_pairs(tokens, block_size)
    losses = surprises(tokens, state_dict, n_layer, n_head, pairs)
    return math.fsum(x.data for x in losses) / len(losses)


@wrong("gpt.document_loss", says="does `return` stand in the loop")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    cache = [KVCache() for _ in range(n_layer)]
    for token, target in training_pairs(tokens, block_size):
        return -softmax(whole_forward(token, state_dict, cache, n_head))[target].log()


@wrong("gpt.document_loss", says="a pair is (token, target)")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    pairs = [(target, token) for token, target in training_pairs(tokens, block_size)]
    return Value.sum(surprises(tokens, state_dict, n_layer, n_head, pairs)) / len(pairs)


@wrong("gpt.document_loss", says="those are logits")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    cache = [KVCache() for _ in range(n_layer)]
    pairs = training_pairs(tokens, block_size)
    losses = [-whole_forward(a, state_dict, cache, n_head)[b] for a, b in pairs]
    return Value.sum(losses) / len(losses)


@wrong("gpt.document_loss", says="was it a logit?")
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    cache = [KVCache() for _ in range(n_layer)]
    pairs = training_pairs(tokens, block_size)
    losses = [-whole_forward(a, state_dict, cache, n_head)[b].log() for a, b in pairs]
    return Value.sum(losses) / len(losses)


# --- numeric_gradient


@right("gpt.numeric_gradient")
def numeric_gradient(loss, parameter, h=1e-5):
    before = parameter.data

    def at(number):
        parameter.data = number
        return loss().data

    slope = derivative(at, before, h)
    parameter.data = before
    return slope


@right("gpt.numeric_gradient")
def numeric_gradient(loss, parameter, h=1e-5):
    parameter.data += h
    above = loss()
    parameter.data -= 2 * h
    below = loss()
    parameter.data += h
    return (above - below) / (2 * h)


def nudged(loss, parameter, by):
    parameter.data += by
    result = loss().data
    parameter.data -= by
    return result


@wrong("gpt.numeric_gradient", says="one-sided difference; nudge")
def numeric_gradient(loss, parameter, h=1e-5):
    return (nudged(loss, parameter, h) - loss().data) / h


@wrong("gpt.numeric_gradient", says="from below")
def numeric_gradient(loss, parameter, h=1e-5):
    return (loss().data - nudged(loss, parameter, -h)) / h


@wrong("gpt.numeric_gradient", says="the two points lie 2h apart")
def numeric_gradient(loss, parameter, h=1e-5):
    return (nudged(loss, parameter, h) - nudged(loss, parameter, -h)) / h


@wrong("gpt.numeric_gradient", says="put brackets around")
def numeric_gradient(loss, parameter, h=1e-5):
    return (nudged(loss, parameter, h) - nudged(loss, parameter, -h)) / 2 * h


@wrong("gpt.numeric_gradient", says="divide it by 2h")
def numeric_gradient(loss, parameter, h=1e-5):
    return nudged(loss, parameter, h) - nudged(loss, parameter, -h)


@wrong("gpt.numeric_gradient", says="wrong sign")
def numeric_gradient(loss, parameter, h=1e-5):
    return (nudged(loss, parameter, -h) - nudged(loss, parameter, h)) / (2 * h)


@wrong("gpt.numeric_gradient", says="one more step down is missing")
def numeric_gradient(loss, parameter, h=1e-5):
    parameter.data += h
    above = loss().data
    parameter.data -= h
    below = loss().data
    return (above - below) / (2 * h)


@wrong("gpt.numeric_gradient", says="call `loss()` anew after each change")
def numeric_gradient(loss, parameter, h=1e-5):
    above, below = loss(), loss()
    parameter = Value(parameter.data + h)
    return (above.data - below.data) / (2 * h)


@wrong("gpt.numeric_gradient", says="call `loss()` anew after each change")
def numeric_gradient(loss, parameter, h=1e-5):
    before, now = parameter.data, loss().data
    parameter.data = before + h
    above = now
    parameter.data = before - h
    below = now
    parameter.data = before
    return (above - below) / (2 * h)


@wrong("gpt.numeric_gradient", says="without it")
def numeric_gradient(loss, parameter, h=1e-5):
    loss().backward()
    return parameter.grad


@wrong("gpt.numeric_gradient", says="another one was used")
def numeric_gradient(loss, parameter, h=1e-5):
    return judge(loss, parameter)


@wrong("gpt.numeric_gradient", says="Put the old number back")
def numeric_gradient(loss, parameter, h=1e-5):
    before = parameter.data
    parameter.data = before + h
    above = loss().data
    parameter.data = before - h
    return (above - loss().data) / (2 * h)


# --- mended_check


def compared(model, tokens, rng, n=3):
    """The differences at n parameters of each matrix."""
    model.loss(tokens).backward()
    return [
        abs(judge(lambda: model.loss(tokens), p) - p.grad)
        for matrix in model.state_dict.values()
        for p in rng.sample([p for row in matrix for p in row], n)
    ]


def drawn(config, std, rng):
    return {name: random_matrix(*shape, std, rng) for name, shape in config.shapes().items()}


@right("gpt.mended_check")
def mended_check(build, config, tokens, rng):
    return max(compared(build(config, drawn(config, 0.3, rng)), tokens, rng, n=4))


@right("gpt.mended_check")
def mended_check(build, config, tokens, rng):
    weights = initial_weights(config, rng)
    for matrix in weights.values():
        for row in matrix:
            for i in range(len(row)):
                row[i] = rng.uniform(-0.5, 0.5)
    return max(compared(build(config, weights), tokens, rng))


@wrong("gpt.mended_check", says="attn_wo and mlp_fc2 must not be all zeros")
def mended_check(build, config, tokens, rng):
    return max(compared(build(config, initial_weights(config, rng)), tokens, rng))


@wrong("gpt.mended_check", says="attn_wo and mlp_fc2 must not be all zeros")
def mended_check(build, config, tokens, rng):
    weights = initial_weights(config, rng)
    weights = {name: [[10 * w for w in row] for row in m] for name, m in weights.items()}
    return max(compared(build(config, weights), tokens, rng, n=4))


@wrong("gpt.mended_check", says="unnoticed: mlp_fc2 must not be all zeros")
def mended_check(build, config, tokens, rng):
    weights = drawn(config, 0.2, rng)
    weights["layer0.mlp_fc2"] = initial_weights(config, rng)["layer0.mlp_fc2"]
    return max(compared(build(config, weights), tokens, rng))


@wrong("gpt.mended_check", says="unnoticed: attn_wo must not be all zeros")
def mended_check(build, config, tokens, rng):
    weights = drawn(config, 0.2, rng)
    weights["layer0.attn_wo"] = initial_weights(config, rng)["layer0.attn_wo"]
    return max(compared(build(config, weights), tokens, rng))


@wrong("gpt.mended_check", says="draw larger weights")
def mended_check(build, config, tokens, rng):
    return max(compared(build(config, drawn(config, 0.02, rng)), tokens, rng))


@wrong("gpt.mended_check", says="lets every mistake pass")
def mended_check(build, config, tokens, rng):
    return min(compared(build(config, drawn(config, 0.2, rng)), tokens, rng))


@wrong("gpt.mended_check", says="was `backward` called")
def mended_check(build, config, tokens, rng):
    model = build(config, drawn(config, 0.2, rng))
    return max(
        abs(judge(lambda: model.loss(tokens), row[0]) - row[0].grad)
        for matrix in model.state_dict.values()
        for row in matrix
    )


@wrong("gpt.mended_check", says="was `backward` called")
def mended_check(build, config, tokens, rng):
    model = build(config, drawn(config, 0.2, rng))
    model.loss(tokens).backward()
    return max(compared(model, tokens, rng))


@wrong("gpt.mended_check", says="hand back the largest difference")
def mended_check(build, config, tokens, rng):
    return max(compared(build(config, drawn(config, 0.2, rng)), tokens, rng)) < 1e-6


@wrong("gpt.mended_check", says="lets every mistake pass")
def mended_check(build, config, tokens, rng):
    return max(compared(finished.GPT(config, drawn(config, 0.2, rng)), tokens, rng))
