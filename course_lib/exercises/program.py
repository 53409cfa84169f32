"""A tiny GPT: it learns from a text file with a name on each line, and invents new ones.

    python my_microgpt.py names.txt                            train, then print 20 names
    python my_microgpt.py names.txt num_steps=1000 n_layer=2   with other settings

It needs Python 3.11 or newer, and nothing else.
"""

from __future__ import annotations

import gc
import math
import random
import sys
from types import SimpleNamespace

SETTINGS = {
    "seed": 42,
    "n_embd": 16,  # numbers in the vector of each token
    "n_head": 4,  # attention heads that share them
    "n_layer": 1,
    "block_size": 8,  # tokens that the model sees at most
    "num_steps": 500,
    "learning_rate": 0.01,
    "temperature": 0.5,
    "num_samples": 20,
}


# === Autograd: a number that remembers how it was computed ===


# fmt: off
class Value:
    __slots__ = ("children", "data", "grad", "local_grads", "op")  # no others: saves memory

    def __init__(self, data, children=(), local_grads=(), op=""):
        self.data, self.grad = data, 0.0
        self.children, self.local_grads, self.op = children, local_grads, op

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def exp(self):
        number = math.exp(self.data)
        return Value(number, (self,), (number,), "exp")

    def log(self):
        if not self.data > 0:
            sys.exit(f"the logarithm of {self.data}: is the learning rate too large?")
        return Value(math.log(self.data), (self,), (1 / self.data,), "log")

    @staticmethod
    def sum(values):
        values = tuple(values)
        return Value(math.fsum(v.data for v in values), values, (1.0,) * len(values), "sum")

    @staticmethod
    def dot(a, b): return dot(a, b)

    # What stands below as a function, and what follows from all these.
    def __mul__(self, other): return mul(self, as_value(other))
    def __pow__(self, exponent): return power(self, exponent)
    def relu(self): return relu(self)
    def topological_order(self): return topological_order(self)
    def backward(self): backward(self)
    def __neg__(self): return self * -1.0
    def __sub__(self, other): return self + -as_value(other)
    def __truediv__(self, other): return self * as_value(other) ** -1.0
    def __rsub__(self, other): return as_value(other) - self
    def __rtruediv__(self, other): return as_value(other) / self
    def __float__(self): return float(self.data)
    __radd__, __rmul__ = __add__, __mul__


# fmt: on
def as_value(number):
    return number if isinstance(number, Value) else Value(number)


# piece: value.mul
def mul(self, other):
    return Value(self.data * other.data, (self, other), (other.data, self.data), "*")


# piece: value.power
def power(self, exponent):
    slope = exponent * self.data ** (exponent - 1)
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


# piece: value.relu
def relu(self):
    slope = 1.0 if self.data > 0 else 0.0
    return Value(max(self.data, 0.0), (self,), (slope,), "relu")


# piece: value.dot
def dot(a, b):
    """A whole dot product as a single node: the slope of each factor is the other factor."""
    number = math.fsum(x.data * y.data for x, y in zip(a, b, strict=True))
    local_grads = [y.data for y in b] + [x.data for x in a]
    return Value(number, (*a, *b), local_grads, "dot")


# piece: value.topological_order
def topological_order(root):
    """All that root was computed from, each value after its children."""
    order, seen = [], {root}
    path = [(root, iter(root.children))]  # a stack instead of a function that calls itself
    while path:
        node, children = path[-1]
        for child in children:
            if child not in seen:
                seen.add(child)
                path.append((child, iter(child.children)))
                break
        else:
            path.pop()
            order.append(node)
    return order


# piece: value.backward
def backward(root):
    """Hand the gradient of root back, from each value to its children."""
    root.grad = 1.0
    for node in reversed(root.topological_order()):
        for child, local_grad in zip(node.children, node.local_grads, strict=True):
            child.grad += local_grad * node.grad


# === Tokens: characters as numbers, and BOS at both ends ===


# piece: tokenizer.vocabulary
def vocabulary(documents):
    return sorted(set("".join(documents)))


# piece: tokenizer.encode
def encode(text, characters):
    return [characters.index(character) for character in text]


# piece: tokenizer.decode
def decode(tokens, characters):
    return "".join(characters[token] for token in tokens)


# piece: tokenizer.sequence
def sequence(text, characters):
    bos = len(characters)
    return [bos, *encode(text, characters), bos]


# piece: tokenizer.training_pairs
def training_pairs(tokens, block_size):
    """Each token with the one that follows it."""
    return [(tokens[t], tokens[t + 1]) for t in range(min(block_size, len(tokens) - 1))]


class Tokenizer:
    def __init__(self, documents):
        self.characters = list(vocabulary(documents))
        self.bos = len(self.characters)
        self.vocab_size = len(self.characters) + 1

    def decode(self, tokens):
        return decode([token for token in tokens if token != self.bos], self.characters)

    def sequence(self, document):
        return list(sequence(document, self.characters))


# === The parts of the network: vectors are lists of Values, matrices lists of rows ===


# piece: bigram.softmax
def softmax(logits):
    """Any numbers made into probabilities."""
    largest = max(logit.data for logit in logits)
    exps = [(logit - largest).exp() for logit in logits]
    total = Value.sum(exps)
    return [e / total for e in exps]


# piece: bigram.cross_entropy
def cross_entropy(logits, target):
    return -softmax(logits)[target].log()


# piece: bigram.draw
def draw(probabilities, u):
    """The token in whose strip u lies, where 0 <= u < 1."""
    end = 0.0
    for token, p in enumerate(probabilities):
        end += p
        if u < end:
            return token
    return token  # the probabilities were rounded to a little less than 1


# piece: layers.embed
def embed(token, position, wte, wpe):
    return [t + p for t, p in zip(wte[token], wpe[position], strict=True)]


# piece: layers.linear
def linear(x, weight):
    return [Value.dot(row, x) for row in weight]


# piece: layers.rmsnorm
def rmsnorm(x, epsilon=1e-5):
    """The vector scaled, so that the mean of its squares is 1."""
    mean_square = Value.dot(x, x) / len(x)
    scale = (mean_square + epsilon) ** -0.5
    return [xi * scale for xi in x]


# piece: layers.parameter_matrix
def parameter_matrix(rows, columns, std, rng):
    return [[Value(rng.gauss(0, std)) for _ in range(columns)] for _ in range(rows)]


# piece: layers.parameters
def parameters(state_dict):
    return [p for matrix in state_dict.values() for row in matrix for p in row]


# === Attention: each position looks back and gathers what it needs ===


class KVCache:
    """The keys and values of one layer, for every position so far."""

    def __init__(self):
        self.keys, self.values = [], []


# piece: attention.score
def score(query, key):
    return Value.dot(query, key) * len(query) ** -0.5


# piece: attention.attention_weights
def attention_weights(query, keys):
    return softmax([score(query, key) for key in keys])


# piece: attention.weighted_average
def weighted_average(weights, vectors):
    return [Value.dot(weights, column) for column in zip(*vectors, strict=True)]


# piece: attention.attention_head
def attention_head(query, keys, values):
    return weighted_average(attention_weights(query, keys), values)


# piece: attention.head_part
def head_part(vector, head, n_head):
    head_dim = len(vector) // n_head
    return vector[head * head_dim : (head + 1) * head_dim]


# piece: attention.attention
def attention(x, wq, wk, wv, wo, n_head, cache):
    """All heads for one position, which is kept in the cache for the next."""
    query = linear(x, wq)
    cache.keys.append(linear(x, wk))
    cache.values.append(linear(x, wv))
    heads = []
    for head in range(n_head):
        keys = [head_part(key, head, n_head) for key in cache.keys]
        values = [head_part(value, head, n_head) for value in cache.values]
        heads += attention_head(head_part(query, head, n_head), keys, values)
    return linear(heads, wo)


# === The MLP, and a whole layer ===


# piece: mlp.relu_squared
def relu_squared(x):
    return x.relu() ** 2


# piece: mlp.mlp
def mlp(x, fc1, fc2):
    return linear([relu_squared(h) for h in linear(x, fc1)], fc2)


# piece: mlp.add
def add(x, change):
    return [xi + ci for xi, ci in zip(x, change, strict=True)]


# piece: mlp.transformer_layer
def transformer_layer(x, weights, n_head, cache):
    """Attention, then the MLP; each normalizes first, and is added to the stream."""
    wq, wk, wv, wo = (weights[name] for name in ("attn_wq", "attn_wk", "attn_wv", "attn_wo"))
    x = add(x, attention(rmsnorm(x), wq, wk, wv, wo, n_head, cache))
    return add(x, mlp(rmsnorm(x), weights["mlp_fc1"], weights["mlp_fc2"]))


# === The GPT: from a token to the logits of the next ===


# piece: gpt.embed_position
def embed_position(token, position, state_dict):
    return rmsnorm(embed(token, position, state_dict["wte"], state_dict["wpe"]))


# piece: gpt.forward
def forward(token, state_dict, cache, n_head):
    """One token through the whole network: the logits of the next."""
    x = embed_position(token, len(cache[0].keys), state_dict)
    for i, layer_cache in enumerate(cache):
        prefix = f"layer{i}."
        weights = {n.removeprefix(prefix): m for n, m in state_dict.items() if n.startswith(prefix)}
        x = transformer_layer(x, weights, n_head, layer_cache)
    return linear(x, state_dict["lm_head"])


# piece: gpt.document_loss
def document_loss(tokens, state_dict, n_layer, n_head, block_size):
    """The mean of -log p(next token)."""
    cache = [KVCache() for _ in range(n_layer)]
    losses = [
        cross_entropy(forward(token, state_dict, cache, n_head), target)
        for token, target in training_pairs(tokens, block_size)
    ]
    return Value.sum(losses) / len(losses)


# fmt: off
class GPT:
    """The state dict, with random weights at first, and what is done with it."""

    def __init__(self, config, rng):
        self.config, self.n_head, self.state_dict = config, config.n_head, {}
        n = config.n_embd
        shapes = {"wte": (config.vocab_size, n), "wpe": (config.block_size, n)}
        shapes["lm_head"] = shapes["wte"]
        for i in range(config.n_layer):
            shapes |= {f"layer{i}.attn_{name}": (n, n) for name in ("wq", "wk", "wv", "wo")}
            shapes |= {f"layer{i}.mlp_fc1": (4 * n, n), f"layer{i}.mlp_fc2": (n, 4 * n)}
        for name, shape in shapes.items():
            std = 0.0 if name.endswith(("attn_wo", "mlp_fc2")) else 0.02
            self.state_dict[name] = parameter_matrix(*shape, std, rng)

    def parameters(self): return list(parameters(self.state_dict))
    def new_cache(self): return [KVCache() for _ in range(self.config.n_layer)]
    def forward(self, token, cache): return forward(token, self.state_dict, cache, self.n_head)

    def loss(self, tokens):
        c = self.config
        return document_loss(tokens, self.state_dict, c.n_layer, c.n_head, c.block_size)

    def batch_loss(self, batch):
        return Value.sum(self.loss(tokens) for tokens in batch) / len(batch)


# fmt: on

# === Training ===


# piece: adam.moving_average
def moving_average(average, x, beta):
    return beta * average + (1 - beta) * x


# piece: adam.corrected
def corrected(average, beta, steps):
    """The average as if it had not begun at 0."""
    return average / (1 - beta**steps)


# piece: adam.adam_step
def adam_step(parameters, mean, square, steps, learning_rate, beta1=0.9, beta2=0.95, epsilon=1e-8):
    """Move each weight against its average gradient, measured in the average size of it."""
    for i, p in enumerate(parameters):
        mean[i] = moving_average(mean[i], p.grad, beta1)
        square[i] = moving_average(square[i], p.grad**2, beta2)
        size = math.sqrt(corrected(square[i], beta2, steps))
        p.data -= learning_rate * corrected(mean[i], beta1, steps) / (size + epsilon)


class Adam:
    def __init__(self, parameters):
        self.parameters, self.steps = parameters, 0
        self.mean = [0.0] * len(parameters)  # moving average of each gradient
        self.square = [0.0] * len(parameters)  # and of its square

    def step(self, learning_rate):
        self.steps += 1
        adam_step(self.parameters, self.mean, self.square, self.steps, learning_rate)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = 0.0


# piece: adam.cosine_decay
def cosine_decay(step, num_steps, learning_rate):
    return learning_rate * 0.5 * (1 + math.cos(math.pi * step / num_steps))


# piece: training.training_step
def training_step(model, optimizer, batch, learning_rate):
    """Forward, backward, step, clear; gives back the loss that it learned from."""
    loss = model.batch_loss(batch)
    loss.backward()
    optimizer.step(learning_rate)
    optimizer.zero_grad()
    return loss.data


# piece: training.train
def train(model, optimizer, sequences, num_steps, learning_rate):
    """One document a step, in order, and again from the start after the last."""
    losses = []
    for step in range(num_steps):
        tokens = sequences[step % len(sequences)]
        rate = cosine_decay(step, num_steps, learning_rate)
        losses.append(training_step(model, optimizer, [tokens], rate))
    return losses


# === Sampling: the model writes, one token at a time ===


# piece: sampling.probabilities
def probabilities(logits, temperature):
    return [p.data for p in softmax([Value(float(logit) / temperature) for logit in logits])]


# piece: sampling.sample
def sample(model, tokenizer, rng, temperature):
    """A new text: token by token, until BOS or until the block is full."""
    cache, tokens, token = model.new_cache(), [], tokenizer.bos
    while len(tokens) < model.config.block_size:
        logits = model.forward(token, cache)
        token = draw(probabilities(logits, temperature), rng.random())
        if token == tokenizer.bos:
            break
        tokens.append(token)
    return tokenizer.decode(tokens)


# === The program ===


class Told(GPT):
    """A GPT that says how its training goes, one document a step."""

    steps = 0

    def loss(self, tokens):
        loss = super().loss(tokens)
        self.steps += 1
        stays = self.steps in (1, self.config.num_steps) or self.steps % 100 == 0
        if stays or sys.stdout.isatty():
            said = f"step {self.steps:4} of {self.config.num_steps}: loss {loss.data:.4f}"
            print(said, end="\n" if stays else "\r", flush=True)
        return loss


def read(path):
    """The documents of a text file: its lines, without empty ones."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            documents = [line.strip() for line in file if line.strip()]
    except OSError as error:
        sys.exit(f"{path} cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        sys.exit(f"{path} is no text in UTF-8: open it in an editor and save it as UTF-8")
    if not documents:
        sys.exit(f"{path} holds no text: write a name on each line")
    return documents


def settings(changes):
    """All settings, with these changes."""
    if unknown := ", ".join(name for name in changes if name not in SETTINGS):
        sys.exit(f"there is no setting {unknown}; there are {', '.join(SETTINGS)}")
    c = SimpleNamespace(**SETTINGS | changes)  # so that c.n_embd can be written for c["n_embd"]
    if min(c.n_embd, c.n_head, c.n_layer, c.block_size) < 1 or min(c.num_steps, c.num_samples) < 0:
        sys.exit("sizes must be at least 1, and the numbers of steps and samples at least 0")
    if c.n_embd % c.n_head:
        sys.exit(f"n_head must divide n_embd, and {c.n_head} does not divide {c.n_embd}")
    if not (0 < c.temperature < math.inf and 0 <= c.learning_rate < math.inf):
        sys.exit("the temperature must be above 0, and the learning rate not below")
    return c


def main(path, **changes):
    """Train on the documents of a file, then write new ones; returns the losses and the samples."""
    config = settings(changes)
    rng = random.Random(config.seed)  # for the order, the first weights and the samples, in turn
    documents = read(path)
    rng.shuffle(documents)
    tokenizer = Tokenizer(documents)
    config.vocab_size = tokenizer.vocab_size
    model = Told(config, rng)
    weights = model.parameters()
    print(f"{len(documents)} documents, {config.vocab_size} tokens, {len(weights)} parameters")

    gc.set_threshold(100_000)  # look for unused objects less often: it takes time
    sys.setrecursionlimit(20_000)  # for a topological order that calls itself on a deep graph
    sequences = [tokenizer.sequence(document) for document in documents]
    losses = train(model, Adam(weights), sequences, config.num_steps, config.learning_rate)
    samples = [sample(model, tokenizer, rng, config.temperature) for _ in range(config.num_samples)]
    print(*samples, sep="\n")
    return list(losses), samples


def from_command_line(path="-h", *pairs):
    """`main` with what was written behind the program's name: a file, and settings."""
    if path in ("-h", "--help"):
        sys.exit(__doc__)
    try:
        changes = {n: type(SETTINGS.get(n, ""))(v) for n, v in (p.split("=") for p in pairs)}
    except ValueError:
        sys.exit("write a setting as in num_steps=1000 or temperature=0.8")
    sys.stdout.reconfigure(errors="replace")  # for a terminal that does not know a letter
    main(path, **changes)


if __name__ == "__main__":
    from_command_line(*sys.argv[1:])
