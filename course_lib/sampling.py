"""Sampling: the model writes, one token at a time."""

import math
from random import Random

from course_lib.errors import CourseError
from course_lib.tokenizer import Tokenizer


def probabilities(logits, temperature: float = 1.0) -> list[float]:
    """The probability of each next token: softmax(logits / temperature).

    logits: (vocab_size,), of Values or numbers. A low temperature favours the likeliest token, a
    high one makes all alike. Raises CourseError unless the temperature is above 0.
    """
    if not (math.isfinite(temperature) and temperature > 0):
        raise CourseError(
            f"the temperature must be a number above 0, not {temperature}: "
            "0.01 already takes the likeliest token nearly every time."
        )
    numbers = [float(logit) for logit in logits]
    largest = max(numbers)  # taken away first, so that no temperature is too low
    exps = [math.exp((x - largest) / temperature) for x in numbers]  # no graph: nothing learns here
    scale = math.fsum(exps) ** -1.0
    return [e * scale for e in exps]


def sample(
    model, tokenizer: Tokenizer, rng: Random, temperature: float = 0.5, prefix: str = ""
) -> str:
    """A new text: the prefix, then token by token until BOS or until `block_size` is reached.

    Raises CourseError for a temperature of 0 or below and for a prefix that leaves no room.
    """
    cache, tokens = model.new_cache(), tokenizer.encode(prefix)
    *read, token = [tokenizer.bos, *tokens]  # all but the last, and the last
    model.config.check_input(token, len(read))
    for earlier in read:
        model.forward(earlier, cache)
    while len(tokens) < model.config.block_size:
        weights = probabilities(model.forward(token, cache), temperature)
        token = rng.choices(range(tokenizer.vocab_size), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
    return tokenizer.decode(tokens)
