"""Answers to lesson 11."""

import math
import random

from bank import ENTRIES, right, wrong
from course_lib import sampling as finished
from course_lib.layers import softmax
from course_lib.sampling import probabilities as finished_probabilities
from course_lib.tokenizer import training_pairs
from course_lib.value import Value

# --- probabilities


@right("sampling.probabilities")
def probabilities(logits, temperature):
    scaled = []
    for logit in logits:
        scaled.append(Value(float(logit) / temperature))
    return tuple(p.data for p in softmax(scaled))


@right("sampling.probabilities")
def probabilities(logits, temperature=1.0):
    numbers = [float(logit) for logit in logits]
    largest = max(numbers)
    powers = [math.exp((x - largest) / temperature) for x in numbers]
    total = math.fsum(powers)
    return [power / total for power in powers]


@right("sampling.probabilities")
def probabilities(logits, temperature):
    # p to the power of 1 / temperature, made to sum to 1 again: the same in other words
    logs = [p.data for p in softmax([Value(float(x)) for x in logits])]
    powers = [p ** (1 / temperature) for p in logs]
    return [power / math.fsum(powers) for power in powers]


@right("sampling.probabilities")
def probabilities(logits, temperature):
    # a Value plus anything is a Value
    return [float(p) for p in softmax([Value(0.0) + logit / temperature for logit in logits])]


@wrong("sampling.probabilities", says="may be plain numbers")
def probabilities(logits, temperature):
    return [p.data for p in softmax([logit / temperature for logit in logits])]


@wrong("sampling.probabilities", says="may be plain numbers")
def probabilities(logits, temperature):
    return [p.data for p in softmax([Value(logit.data / temperature) for logit in logits])]


@wrong("sampling.probabilities", says="was a Value put into a Value?")
def probabilities(logits, temperature):
    return [p.data for p in softmax([Value(logit / temperature) for logit in logits])]


@wrong("sampling.probabilities", says="that is what temperature 1 gives")
def probabilities(logits, temperature):
    return [p.data for p in softmax([Value(float(logit)) for logit in logits])]


@wrong("sampling.probabilities", says="no longer have the sum 1")
def probabilities(logits, temperature):
    return [p.data / temperature for p in softmax([Value(float(logit)) for logit in logits])]


@wrong("sampling.probabilities", says="their sum is not 1")
def probabilities(logits, temperature):
    return [p.data ** (1 / temperature) for p in softmax([Value(float(x)) for x in logits])]


@wrong("sampling.probabilities", says="gives Values")
def probabilities(logits, temperature):
    return softmax([Value(float(logit) / temperature) for logit in logits])


@wrong("sampling.probabilities", says="that is what temperature 1 gives")
def probabilities(logits, temperature):
    return [p.data for p in softmax(logits)]


@wrong("sampling.probabilities", says="before the softmax")
def probabilities(logits, temperature):
    weights = [p.data / temperature for p in softmax(logits)]
    return [w / math.fsum(weights) for w in weights]


@wrong("sampling.probabilities", says="no longer have the sum 1")
def probabilities(logits, temperature):
    return [p.data / temperature for p in softmax(logits)]


@wrong("sampling.probabilities", says="multiplied by the temperature")
def probabilities(logits, temperature):
    return [p.data for p in softmax([logit * temperature for logit in logits])]


@wrong("sampling.probabilities", says="softmax makes probabilities of them")
def probabilities(logits, temperature):
    return [logit / temperature for logit in logits]


@wrong("sampling.probabilities", says="softmax was used twice")
def probabilities(logits, temperature):
    return [p.data for p in softmax(softmax([logit / temperature for logit in logits]))]


@wrong("sampling.probabilities", says="a second softmax")
def probabilities(logits, temperature):
    return [p.data for p in softmax([p / temperature for p in softmax(logits)])]


@wrong("sampling.probabilities", says="gives Values")
def probabilities(logits, temperature):
    return softmax([logit / temperature for logit in logits])


# --- sample


@right("sampling.sample")
def sample(model, tokenizer, rng, temperature):
    cache = model.new_cache()
    token = tokenizer.bos
    text = ""
    for _ in range(model.config.block_size):
        p = finished_probabilities(model.forward(token, cache), temperature)
        token = rng.choices(range(tokenizer.vocab_size), weights=p, k=1)[0]
        if token == tokenizer.bos:
            return text
        text += tokenizer.characters[token]
    return text


@right("sampling.sample")
def sample(model, tokenizer, rng, temperature):
    # throws the dart of lesson 04 by hand; BOS at the end is taken out by decode
    cache, tokens = model.new_cache(), [tokenizer.bos]
    while len(tokens) <= model.config.block_size:
        u, token = rng.random(), 0
        p = finished_probabilities(model.forward(tokens[-1], cache), temperature)
        while u >= p[token]:
            u -= p[token]
            token += 1
        tokens.append(token)
        if token == tokenizer.bos:
            break
    return tokenizer.decode(tokens)


@right("sampling.sample")
def sample(model, tokenizer, rng, temperature):
    return finished.sample(model, tokenizer, rng, temperature)


@right("sampling.sample")
def sample(model, tokenizer, rng, temperature):
    # reads everything anew each time: slow, and the same text
    tokens = [tokenizer.bos]
    while len(tokens) <= model.config.block_size:
        cache = model.new_cache()
        for token in tokens:
            logits = model.forward(token, cache)
        weights = finished_probabilities(logits, temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
    return tokenizer.decode(tokens)


@right("sampling.sample")
def sample(model, tokenizer, rng, temperature):
    def rest(token, cache, room):
        if not room:
            return ""
        weights = finished_probabilities(model.forward(token, cache), temperature)
        drawn = rng.choices(range(len(weights)), weights)[0]
        if drawn == tokenizer.bos:
            return ""
        return tokenizer.decode([drawn]) + rest(drawn, cache, room - 1)

    return rest(tokenizer.bos, model.new_cache(), model.config.block_size)


def way(**wrong_part):
    """A loop of a student's, with one thing wrong."""

    def sample(model, tokenizer, rng, temperature):
        cache, tokens = model.new_cache(), []
        token = wrong_part.get("first", tokenizer.bos)
        while len(tokens) < model.config.block_size + wrong_part.get("more", 0):
            if "fresh" in wrong_part:
                cache = model.new_cache()
            logits = model.forward(token, cache)
            heat = 1 / temperature if "inverted" in wrong_part else temperature
            weights = finished_probabilities(logits, wrong_part.get("temperature", heat))
            if "after" in wrong_part:
                weights = [p / temperature for p in weights]
            if "greedy" in wrong_part:
                drawn = weights.index(max(weights))
            elif "blind" in wrong_part:
                drawn = wrong_part["blind"](rng)
            elif "open" in wrong_part:
                drawn = rng.choices(range(len(weights) - 1), weights[:-1])[0]
            else:
                generator = random if "global" in wrong_part else rng
                drawn = generator.choices(range(len(weights)), weights)[0]
            if drawn == tokenizer.bos and "endless" not in wrong_part:
                if "on" not in wrong_part:
                    break
            else:
                tokens.append(drawn)
            if "deaf" not in wrong_part:
                token = drawn
        return tokens if "tokens" in wrong_part else tokenizer.decode(tokens)

    return sample


wrong("sampling.sample", says="the temperature has no effect")(way(temperature=1.0))
wrong("sampling.sample", says="Hand it to `probabilities`")(way(temperature=1.0, after=True))
wrong("sampling.sample", says="it goes on after BOS, which")(way(endless=True))
wrong("sampling.sample", says="and the temperature has no effect")(way(endless=True, temperature=1))
wrong("sampling.sample", says="the likeliest token was taken")(way(greedy=True))
wrong("sampling.sample", says="must read BOS first")(way(first=0))
wrong("sampling.sample", says="the same token again and again")(way(deaf=True))
wrong("sampling.sample", says="with an empty cache")(way(fresh=True))
wrong("sampling.sample", says="nothing is drawn after it")(way(more=1))
wrong("sampling.sample", says="one token too soon")(way(more=-1))
wrong("sampling.sample", says="the writing went on until there was no room")(way(on=True))
wrong("sampling.sample", says="hand the probabilities")(way(blind=lambda r: r.choices(range(6))[0]))
wrong("sampling.sample", says="the wrong way round")(way(inverted=True))
wrong("sampling.sample", says="it goes on and on")(way(more=10**6))
wrong("sampling.sample", says="takes weights")(way(blind=lambda rng: rng.randint(0, 5)))
wrong("sampling.sample", says="BOS is never drawn")(way(open=True))
wrong("sampling.sample", says="a text is asked for")(way(tokens=True))
wrong("sampling.sample", says="nothing was drawn with `rng`")(way(**{"global": True}))


@wrong("sampling.sample", says="which is no token")
def sample(model, tokenizer, rng, temperature):
    cache, tokens, token = model.new_cache(), [], tokenizer.bos
    while len(tokens) < model.config.block_size:
        weights = finished_probabilities(model.forward(token, cache), temperature)
        token = rng.choices([*tokenizer.characters, "BOS"], weights)[0]
        if token == "BOS":
            break
        tokens.append(tokenizer.ids[token])
    return tokenizer.decode(tokens)


@wrong("sampling.sample", says="gives nothing back")
def sample(model, tokenizer, rng, temperature):
    tokens = [finished.sample(model, tokenizer, rng, temperature)]
    tokens.sort()


@wrong("sampling.sample", says="does the `return` stand inside the loop?")
def sample(model, tokenizer, rng, temperature):
    return finished.sample(model, tokenizer, rng, temperature)[:1]


@wrong("sampling.sample", says="sometimes a text comes back, and sometimes nothing")
def sample(model, tokenizer, rng, temperature):
    cache, tokens, token = model.new_cache(), [], tokenizer.bos
    while len(tokens) < model.config.block_size:
        weights = finished_probabilities(model.forward(token, cache), temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
        return tokenizer.decode(tokens)


@wrong("sampling.sample", says="does the loop begin at all?")
def sample(model, tokenizer, rng, temperature):
    cache, tokens, token = model.new_cache(), [], tokenizer.bos
    while token != tokenizer.bos and len(tokens) < model.config.block_size:
        weights = finished_probabilities(model.forward(token, cache), temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        tokens.append(token)
    return tokenizer.decode(tokens)


@wrong("sampling.sample", says="the drawing goes on after BOS")
def sample(model, tokenizer, rng, temperature):
    # draws to the end of the room, and cuts at the first BOS
    cache, tokens, token = model.new_cache(), [], tokenizer.bos
    for _ in range(model.config.block_size):
        weights = finished_probabilities(model.forward(token, cache), temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        tokens.append(token)
    if tokenizer.bos in tokens:
        tokens = tokens[: tokens.index(tokenizer.bos)]
    return tokenizer.decode(tokens)


@wrong("sampling.sample", says="the same logits are used for every letter")
def sample(model, tokenizer, rng, temperature):
    tokens = []
    weights = finished_probabilities(model.forward(tokenizer.bos, model.new_cache()), temperature)
    while len(tokens) < model.config.block_size:
        token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
    return tokenizer.decode(tokens)


# --- complete


@right("sampling.complete")
def complete(model, tokenizer, rng, temperature, prefix):
    cache = model.new_cache()
    waiting = [tokenizer.bos, *tokenizer.encode(prefix)]
    text = prefix
    while True:
        for token in waiting:
            logits = model.forward(token, cache)
        token = rng.choices(
            range(tokenizer.vocab_size), finished_probabilities(logits, temperature)
        )
        if token[0] == tokenizer.bos:
            return text
        text += tokenizer.decode(token)
        if len(text) == model.config.block_size:
            return text
        waiting = token


@right("sampling.complete")
def complete(model, tokenizer, rng, temperature, prefix):
    return finished.sample(model, tokenizer, rng, temperature, prefix)


def completing(**wrong_part):
    """A loop of a student's, with one thing wrong."""

    def complete(model, tokenizer, rng, temperature, prefix):
        cache, tokens = model.new_cache(), tokenizer.encode(prefix)
        begin = [tokenizer.bos, *tokens]
        if "sequence" in wrong_part:
            begin = tokenizer.sequence(prefix)
        if "unseen" in wrong_part:
            begin = [tokenizer.bos]
        elif "headless" in wrong_part:
            begin = tokens
        for token in begin:
            logits = model.forward(token, cache)
        if "twice" in wrong_part:
            logits = model.forward(token, cache)
        room = model.config.block_size - len(prefix) if "hidden" in wrong_part else 5
        written = [] if "hidden" in wrong_part else list(tokens)
        while len(written) < room + wrong_part.get("more", 0):
            weights = finished_probabilities(logits, wrong_part.get("temperature", temperature))
            if "greedy" in wrong_part:
                token = weights.index(max(weights))
            else:
                token = rng.choices(range(len(weights)), weights)[0]
            if token == tokenizer.bos and "endless" not in wrong_part:
                break
            written.append(token)
            if "frozen" in wrong_part:
                continue
            if len(cache) < 5 or "more" in wrong_part:
                logits = model.forward(token, cache)
        return tokenizer.decode(written)

    return complete


wrong("sampling.complete", says="was not shown the beginning")(completing(unseen=True))
wrong("sampling.complete", says="the beginning is missing")(completing(hidden=True))
wrong("sampling.complete", says="nothing is drawn after it")(completing(more=3))
wrong("sampling.complete", says="must read BOS first, then")(completing(headless=True))
wrong("sampling.complete", says="the temperature has no effect")(completing(temperature=1.0))
wrong("sampling.complete", says="it goes on after BOS, which")(completing(endless=True))
wrong("sampling.complete", says="the likeliest token was taken")(completing(greedy=True))
wrong("sampling.complete", says="BOS was read behind")(completing(sequence=True, more=1))
wrong("sampling.complete", says="the same logits are used")(completing(frozen=True))
wrong("sampling.complete", says="one token too soon")(completing(more=-1))
wrong("sampling.complete", says="it goes on and on")(completing(more=10**6))


@wrong("sampling.complete", says="the letters of the beginning take up room")
def complete(model, tokenizer, rng, temperature, prefix):
    cache, tokens = model.new_cache(), []
    *read, token = [tokenizer.bos, *tokenizer.encode(prefix)]
    for earlier in read:
        model.forward(earlier, cache)
    while len(tokens) < model.config.block_size:
        weights = finished_probabilities(model.forward(token, cache), temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
    return prefix + tokenizer.decode(tokens)


@right("sampling.complete")
def complete(model, tokenizer, rng, temperature, prefix):
    # the letters of the beginning are draws that are forced
    cache, tokens, token = model.new_cache(), [], tokenizer.bos
    forced = tokenizer.encode(prefix)
    while len(tokens) < model.config.block_size:
        weights = finished_probabilities(model.forward(token, cache), temperature)
        if len(tokens) < len(forced):
            token = forced[len(tokens)]
        else:
            token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
    return tokenizer.decode(tokens)


@wrong("sampling.complete", says="a name that knows nothing of it")
def complete(model, tokenizer, rng, temperature, prefix):
    return prefix + finished.sample(model, tokenizer, rng, temperature)


@wrong("sampling.complete", says="the beginning stands there twice")
def complete(model, tokenizer, rng, temperature, prefix):
    return prefix + finished.sample(model, tokenizer, rng, temperature, prefix)


@wrong("sampling.complete", says="read a drawn token only where another is to follow")
def complete(model, tokenizer, rng, temperature, prefix):
    cache, tokens = model.new_cache(), tokenizer.encode(prefix)
    for token in [tokenizer.bos, *tokens]:
        logits = model.forward(token, cache)
    while len(tokens) < model.config.block_size:
        weights = finished_probabilities(logits, temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
        logits = model.forward(token, cache)
    return tokenizer.decode(tokens)


@wrong("sampling.complete", says="the last letter of the beginning alone")
def complete(model, tokenizer, rng, temperature, prefix):
    cache, tokens = model.new_cache(), tokenizer.encode(prefix)
    token = tokens[-1]
    while len(tokens) < model.config.block_size:
        weights = finished_probabilities(model.forward(token, cache), temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
    return tokenizer.decode(tokens)


@wrong("sampling.complete", says="an empty beginning is one, too")
def complete(model, tokenizer, rng, temperature, prefix):
    return finished.sample(model, tokenizer, rng, temperature, prefix) if prefix else ""


@wrong("sampling.complete", says="was read twice")
def complete(model, tokenizer, rng, temperature, prefix):
    cache, tokens = model.new_cache(), tokenizer.encode(prefix)
    for token in [tokenizer.bos, *tokens]:
        model.forward(token, cache)
    while len(tokens) < model.config.block_size and len(cache) < model.config.block_size:
        # the beginning was read already; the loop reads its last letter once more
        weights = finished_probabilities(model.forward(token, cache), temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
    return tokenizer.decode(tokens)


@wrong("sampling.complete", says="was read twice, once with the beginning and once in the loop")
def complete(model, tokenizer, rng, temperature, prefix):
    cache, tokens = model.new_cache(), tokenizer.encode(prefix)
    for token in [tokenizer.bos, *tokens]:
        model.forward(token, cache)
    while len(tokens) < model.config.block_size:
        weights = finished_probabilities(model.forward(token, cache), temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
    return tokenizer.decode(tokens)


@wrong("sampling.complete", says="with an empty cache")
def complete(model, tokenizer, rng, temperature, prefix):
    tokens = tokenizer.encode(prefix)
    token = tokens[-1]
    while len(tokens) < model.config.block_size:
        logits = model.forward(token, model.new_cache())
        token = rng.choices(range(6), finished_probabilities(logits, temperature))[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
    return tokenizer.decode(tokens)


# --- came_up


@right("sampling.came_up")
def came_up(names, texts):
    return len(set(names) & set(texts)) / len(names) * 1000


@right("sampling.came_up")
def came_up(names, texts):
    count = 0
    for name in names:
        if texts.count(name) > 0:
            count += 1
    return count * 1000 / len(names)


@wrong("sampling.came_up", says="each name counts once")
def came_up(names, texts):
    return 1000 * sum(text in names for text in texts) / len(names)


@wrong("sampling.came_up", says="that is the share")
def came_up(names, texts):
    return sum(name in texts for name in names) / len(names)


@wrong("sampling.came_up", says="depends on the length of the list")
def came_up(names, texts):
    return sum(name in texts for name in names)


@wrong("sampling.came_up", says="of every 1,000 texts. Of every 1,000 names")
def came_up(names, texts):
    return 1000 * sum(name in texts for name in names) / len(texts)


@wrong("sampling.came_up", says="The other way round")
def came_up(names, texts):
    return 1000 * sum(text in names for text in texts) / len(texts)


@wrong("sampling.came_up", says="of every 1,000 different texts")
def came_up(names, texts):
    return 1000 * len(set(names) & set(texts)) / len(set(texts))


@wrong("sampling.came_up", says="did not come up")
def came_up(names, texts):
    return 1000 * sum(name not in texts for name in names) / len(names)


@wrong("sampling.came_up", says="no names of the list")
def came_up(names, texts):
    return 1000 * len(set(texts) - set(names)) / len(names)


@wrong("sampling.came_up", says="that is rounded.")
def came_up(names, texts):
    return round(1000 * len(set(names) & set(texts)) / len(names))


@wrong("sampling.came_up", says="that is rounded")
def came_up(names, texts):
    return 1000 * len(set(names) & set(texts)) // len(names)


@wrong("sampling.came_up", says="1000")
def came_up(names, texts):
    return 1000 if any(name in texts for name in names) else 0


# --- log_probability


@right("sampling.log_probability")
def log_probability(model, tokenizer, name):
    tokens, cache, p = [*tokenizer.encode(name), tokenizer.bos], model.new_cache(), 1.0
    logits = model.forward(tokenizer.bos, cache)
    for i, token in enumerate(tokens[: model.config.block_size]):
        p *= finished_probabilities(logits, 1.0)[token]
        if i + 1 < model.config.block_size:
            logits = model.forward(token, cache)
    return math.log(p)


@right("sampling.log_probability")
def log_probability(model, tokenizer, name):
    cache = model.new_cache()
    return sum(
        softmax(list(model.forward(token, cache)))[target].log()
        for token, target in training_pairs(tokenizer.sequence(name), model.config.block_size)
    )


@right("sampling.log_probability")
def log_probability(model, tokenizer, name):
    tokens = tokenizer.sequence(name)
    return -model.loss(tokens).data * len(training_pairs(tokens, model.config.block_size))


def scores(model, tokenizer, name, temperature=1.0):
    cache = model.new_cache()
    return [
        (finished_probabilities(model.forward(token, cache), temperature), target)
        for token, target in training_pairs(tokenizer.sequence(name), model.config.block_size)
    ]


@wrong("sampling.log_probability", says="its logarithm is asked for")
def log_probability(model, tokenizer, name):
    return math.prod(p[target] for p, target in scores(model, tokenizer, name))


@wrong("sampling.log_probability", says="that is the surprise")
def log_probability(model, tokenizer, name):
    return -sum(math.log(p[target]) for p, target in scores(model, tokenizer, name))


@wrong("sampling.log_probability", says="that is the mean over the tokens")
def log_probability(model, tokenizer, name):
    found = scores(model, tokenizer, name)
    return sum(math.log(p[target]) for p, target in found) / len(found)


@wrong("sampling.log_probability", says="that is the loss")
def log_probability(model, tokenizer, name):
    found = scores(model, tokenizer, name)
    return -sum(math.log(p[target]) for p, target in found) / len(found)


@wrong("sampling.log_probability", says="the end is missing")
def log_probability(model, tokenizer, name):
    return sum(math.log(p[t]) for p, t in scores(model, tokenizer, name) if t != tokenizer.bos)


@wrong("sampling.log_probability", says="the first letter is missing")
def log_probability(model, tokenizer, name):
    return sum(math.log(p[target]) for p, target in scores(model, tokenizer, name)[1:])


@wrong("sampling.log_probability", says="the likeliest token at each step")
def log_probability(model, tokenizer, name):
    return sum(math.log(max(p)) for p, _ in scores(model, tokenizer, name))


@wrong("sampling.log_probability", says="each letter is scored when it has been read")
def log_probability(model, tokenizer, name):
    cache, total = model.new_cache(), 0.0
    for token in tokenizer.encode(name):
        total += math.log(finished_probabilities(model.forward(token, cache), 1.0)[token])
    return total


@wrong("sampling.log_probability", says="before the first letter is drawn")
def log_probability(model, tokenizer, name):
    cache, total, tokens = model.new_cache(), 0.0, tokenizer.sequence(name)[1:]
    for token, target in training_pairs(tokens, model.config.block_size):
        total += math.log(finished_probabilities(model.forward(token, cache), 1.0)[target])
    return total


@wrong("sampling.log_probability", says="with temperature 0.5")
def log_probability(model, tokenizer, name):
    return sum(math.log(p[target]) for p, target in scores(model, tokenizer, name, 0.5))


@wrong("sampling.log_probability", says="the probabilities added up")
def log_probability(model, tokenizer, name):
    return sum(p[target] for p, target in scores(model, tokenizer, name))


@wrong("sampling.log_probability", says="that is the mean over the tokens")
def log_probability(model, tokenizer, name):
    return -model.loss(tokenizer.sequence(name)).data


@wrong("sampling.log_probability", says="the last term alone")
def log_probability(model, tokenizer, name):
    for p, target in scores(model, tokenizer, name):
        total = math.log(p[target])
    return total


@wrong("sampling.log_probability", says="with an empty cache")
def log_probability(model, tokenizer, name):
    return sum(
        math.log(finished_probabilities(model.forward(token, model.new_cache()), 1.0)[target])
        for token, target in training_pairs(tokenizer.sequence(name), model.config.block_size)
    )


@wrong("sampling.log_probability", says="the token that was read")
def log_probability(model, tokenizer, name):
    cache, total = model.new_cache(), 0.0
    for token, _ in training_pairs(tokenizer.sequence(name), model.config.block_size):
        total += math.log(finished_probabilities(model.forward(token, cache), 1.0)[token])
    return total


@wrong("sampling.log_probability", says="the logits added up")
def log_probability(model, tokenizer, name):
    cache, total = model.new_cache(), 0.0
    for token, target in training_pairs(tokenizer.sequence(name), model.config.block_size):
        total += float(model.forward(token, cache)[target])
    return total


@wrong("sampling.log_probability", says="the logarithm of a sum")
def log_probability(model, tokenizer, name):
    return math.log(sum(p[target] for p, target in scores(model, tokenizer, name)))


@wrong("sampling.log_probability", says="the logarithms were multiplied")
def log_probability(model, tokenizer, name):
    return math.prod(math.log(p[target]) for p, target in scores(model, tokenizer, name))


@wrong("sampling.log_probability", says="one number, their sum")
def log_probability(model, tokenizer, name):
    return [math.log(p[target]) for p, target in scores(model, tokenizer, name)]


# --- mended_sample

right("sampling.mended_sample")(way())


@right("sampling.mended_sample")
def mended_sample(model, tokenizer, rng, temperature):
    cache, tokens, token = model.new_cache(), [], tokenizer.bos
    while True:
        weights = finished_probabilities(model.forward(token, cache), temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            return tokenizer.decode(tokens)
        tokens.append(token)
        if len(tokens) == model.config.block_size:
            return tokenizer.decode(tokens)


@wrong("sampling.mended_sample", says="both faults are still there")
def mended_sample(model, tokenizer, rng, temperature):
    cache, tokens, token = model.new_cache(), [], tokenizer.bos
    while len(tokens) < model.config.block_size:
        weights = finished_probabilities(model.forward(token, cache), 1.0)
        weights = [p / temperature for p in weights]
        token = rng.choices(range(len(weights)), weights)[0]
        tokens.append(token)
    return tokenizer.decode(tokens)


MENDED = "sampling.mended_sample"
wrong(MENDED, says="The other fault is there still")(way(endless=True))
wrong(MENDED, says="it stops at BOS now, but")(way(temperature=1.0, after=True))
wrong(MENDED, says="it stops at BOS now, but")(way(temperature=1.0))
wrong(MENDED, says="the wrong way round")(way(inverted=True))
wrong(MENDED, says="with an empty cache")(way(fresh=True))
wrong(MENDED, says="the likeliest token was taken")(way(greedy=True))
wrong(MENDED, says="the same token again and again")(way(deaf=True))
wrong(MENDED, says="the writing went on until there was no room")(way(on=True))
wrong(MENDED, says="the drawing goes on after BOS")(
    next(e.answer for e in ENTRIES if e.says == "the drawing goes on after BOS")
)
