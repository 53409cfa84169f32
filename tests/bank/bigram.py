"""Answers to lesson 04."""

import math
import random
from bisect import bisect
from collections import Counter
from itertools import accumulate, pairwise

from bank import right, wrong
from course_lib import bigram, layers
from course_lib.value import Value


@right("bigram.count_pairs")
def count_pairs(sequences, vocab_size):
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    for tokens in sequences:
        for i in range(len(tokens) - 1):
            counts[tokens[i]][tokens[i + 1]] += 1
    return counts


@right("bigram.count_pairs")
def count_pairs(names, size):
    counter = Counter(pair for name in names for pair in pairwise(name))
    return tuple(tuple(counter[i, j] for j in range(size)) for i in range(size))


@wrong("bigram.count_pairs", says="rows and columns changed places")
def count_pairs(sequences, vocab_size):
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    for tokens in sequences:
        for token, following in pairwise(tokens):
            counts[following][token] += 1
    return counts


@wrong("bigram.count_pairs", says="one and the same list")
def count_pairs(sequences, vocab_size):
    counts = [[0] * vocab_size] * vocab_size
    for tokens in sequences:
        for token, following in pairwise(tokens):
            counts[token][following] += 1
    return counts


@wrong("bigram.count_pairs", says="Add 1 each time")
def count_pairs(sequences, vocab_size):
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    for tokens in sequences:
        for token, following in pairwise(tokens):
            counts[token][following] = 1
    return counts


@wrong("bigram.count_pairs", says="the end of one name was paired with the start of the next")
def count_pairs(sequences, vocab_size):
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    for token, following in pairwise([token for tokens in sequences for token in tokens]):
        counts[token][following] += 1
    return counts


@wrong("bigram.count_pairs", says="Is the `return` in the loop?")
def count_pairs(sequences, vocab_size):
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    for tokens in sequences:
        for token, following in pairwise(tokens):
            counts[token][following] += 1
        return counts


@wrong("bigram.count_pairs", says="each one begins a new table")
def count_pairs(sequences, vocab_size):
    for tokens in sequences:
        counts = [[0] * vocab_size for _ in range(vocab_size)]
        for token, following in pairwise(tokens):
            counts[token][following] += 1
    return counts


@wrong("bigram.count_pairs", says="the one that ends the name")
def count_pairs(sequences, vocab_size):
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    for tokens in sequences:
        for i in range(len(tokens) - 2):
            counts[tokens[i]][tokens[i + 1]] += 1
    return counts


@wrong("bigram.count_pairs", says="the pairs with BOS are missing")
def count_pairs(sequences, vocab_size):
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    for tokens in sequences:
        for token, following in pairwise(tokens[1:-1]):
            counts[token][following] += 1
    return counts


@wrong("bigram.count_pairs", says="the pairs must overlap")
def count_pairs(sequences, vocab_size):
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    for tokens in sequences:
        for i in range(0, len(tokens) - 1, 2):
            counts[tokens[i]][tokens[i + 1]] += 1
    return counts


@wrong("bigram.count_pairs", says="this one counts")
def count_pairs(sequences, vocab_size):
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    for tokens in sequences:
        for token, following in pairwise(tokens):
            counts[token][following] += 1
    total = sum(map(sum, counts))
    return [[count / total for count in row] for row in counts]


@wrong("bigram.count_pairs", says="the present token chose both")
def count_pairs(sequences, vocab_size):
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    for tokens in sequences:
        for token, _ in pairwise(tokens):
            counts[token][token] += 1
    return counts


@right("bigram.to_probabilities")
def to_probabilities(counts):
    return [count / sum(counts) for count in counts]


@right("bigram.to_probabilities")
def to_probabilities(row):
    scale = 1 / math.fsum(row)
    result = []
    for count in row:
        result.append(count * scale)
    return tuple(result)


@right("bigram.to_probabilities")
def to_probabilities(counts):
    return bigram.to_probabilities(counts)


@wrong("bigram.to_probabilities", says="divide by their sum")
def to_probabilities(counts):
    return [count / len(counts) for count in counts]


@wrong("bigram.to_probabilities", says="27 is how many tokens there are")
def to_probabilities(counts):
    return [count / 27 for count in counts]


@wrong("bigram.to_probabilities", says="you divided by the largest count")
def to_probabilities(counts):
    return [count / max(counts) for count in counts]


@wrong("bigram.to_probabilities", says="per cent")
def to_probabilities(counts):
    return [100 * count / sum(counts) for count in counts]


@wrong("bigram.to_probabilities", says="throws the fraction away")
def to_probabilities(counts):
    return [count // sum(counts) for count in counts]


@wrong("bigram.to_probabilities", says="rounding loses something")
def to_probabilities(counts):
    return [round(count / sum(counts), 2) for count in counts]


@wrong("bigram.to_probabilities", says="That is a good idea, and comes later")
def to_probabilities(counts):
    return [(count + 1) / (sum(counts) + len(counts)) for count in counts]


@wrong("bigram.to_probabilities", says="those sums run up from the left")
def to_probabilities(counts):
    return list(accumulate(count / sum(counts) for count in counts))


@wrong("bigram.to_probabilities", says="a softmax of the counts")
def to_probabilities(counts):
    exps = [math.exp(count) for count in counts]
    return [e / sum(exps) for e in exps]


@wrong("bigram.to_probabilities", says="changed its input")
def to_probabilities(counts):
    total = sum(counts)
    for i in range(len(counts)):
        counts[i] /= total
    return counts


@wrong("bigram.to_probabilities", says="the total of the whole table")
def to_probabilities(counts):
    total = 32_537
    return [count / total for count in counts]


@right("bigram.draw")
def draw(probabilities, u):
    return bisect(list(accumulate(probabilities)), u)


@right("bigram.draw")
def draw(probabilities, u):
    token = 0
    while u >= probabilities[token]:
        u -= probabilities[token]
        token += 1
    return token


@wrong("bigram.draw", says="the likeliest token, whatever u is")
def draw(probabilities, u):
    return probabilities.index(max(probabilities))


@wrong("bigram.draw", says="compared u with single probabilities")
def draw(probabilities, u):
    for token, p in enumerate(probabilities):
        if u < p:
            return token


@wrong("bigram.draw", says="a strip holds its beginning, not its end")
def draw(probabilities, u):
    end = 0.0
    for token, p in enumerate(probabilities):
        end += p
        if u <= end:
            return token


@wrong("bigram.draw", says="all strips got the same length")
def draw(probabilities, u):
    return int(u * len(probabilities))


@wrong("bigram.draw", says="one token too far")
def draw(probabilities, u):
    end = 0
    for token, p in enumerate(probabilities):
        end += p
        if u < end:
            return token + 1


@wrong("bigram.draw", says="one token short")
def draw(probabilities, u):
    end = 0
    for token, p in enumerate(probabilities):
        end += p
        if u < end:
            return token - 1


@wrong("bigram.draw", says="takes the probability nearest to u")
def draw(probabilities, u):
    return min(range(len(probabilities)), key=lambda i: abs(probabilities[i] - u))


@wrong("bigram.draw", says="from the right to the left")
def draw(probabilities, u):
    end = 0
    for token in reversed(range(len(probabilities))):
        end += probabilities[token]
        if u < end:
            return token


@wrong("bigram.draw", says="the token itself is asked for")
def draw(probabilities, u):
    end = 0
    for p in probabilities:
        end += p
        if u < end:
            return p


@wrong("bigram.draw", says="where the strip ends")
def draw(probabilities, u):
    return next(end for end in accumulate(probabilities) if u < end)


@wrong("bigram.draw", says="Add first, then compare")
def draw(probabilities, u):
    end = 0
    for token, p in enumerate(probabilities):
        if u < end:
            return token
        end += p


@wrong("bigram.draw", says="the first end below u")
def draw(probabilities, u):
    end = 0
    for token, p in enumerate(probabilities):
        end += p
        if u > end:
            return token


@wrong("bigram.draw", says="two tokens are equally likely there")
def draw(probabilities, u):
    end = 0.0
    for p in probabilities:
        end += p
        if u < end:
            return probabilities.index(p)


@right("bigram.sample_name")
def sample_name(table, bos, rng):
    return bigram.sample(table, bos, rng)


@right("bigram.sample_name")
def sample_name(rows, mark, generator):
    name = []
    now = mark
    while True:
        u, now_row = generator.random(), rows[now]
        now, end = 0, now_row[0]
        while u >= end:
            now += 1
            end += now_row[now]
        if now == mark:
            break
        name += [now]
    return name


@wrong("bigram.sample_name", says="the signal to stop")
def sample_name(table, bos, rng):
    tokens, token = [], bos
    while token != bos or not tokens:
        token = rng.choices(range(len(table)), table[token])[0]
        tokens.append(token)
    return tokens


@wrong("bigram.sample_name", says="where you start from")
def sample_name(table, bos, rng):
    return [bos, *bigram.sample(table, bos, rng)]


@wrong("bigram.sample_name", says="begins after token 0")
def sample_name(table, bos, rng):
    tokens, token = [], 0
    while (token := rng.choices(range(len(table)), table[token])[0]) != bos:
        tokens.append(token)
    return tokens


@wrong("bigram.sample_name", says="no token of the name")
def sample_name(table, bos, rng):
    return [bos, *bigram.sample(table, bos, rng), bos]


@wrong("bigram.sample_name", says="gave the same name each time")
def sample_name(table, bos, rng):
    tokens, token = [], bos
    for _ in range(10):
        token = table[token].index(max(table[token]))
        if token == bos:
            break
        tokens.append(token)
    return tokens


@wrong("bigram.sample_name", says="Use `rng` for every draw")
def sample_name(table, bos, rng):
    tokens, token = [], bos
    while (token := random.choices(range(len(table)), table[token])[0]) != bos:
        tokens.append(token)
    return tokens


@wrong("bigram.sample_name", says="gave the same name each time")
def sample_name(table, bos, rng):
    return bigram.sample(table, bos, random.Random(42))


@wrong("bigram.sample_name", says="the last letter is missing")
def sample_name(table, bos, rng):
    return bigram.sample(table, bos, rng)[:-1]


@wrong("bigram.sample_name", says="whose probability is 0")
def sample_name(table, bos, rng):
    tokens, token = [], bos
    while True:
        allowed = [i for i, p in enumerate(table[token]) if p] if len(tokens) < 1 else range(4)
        token = rng.choice(allowed) if max(table[token]) < 1 else table[token].index(1)
        if token == bos:
            return tokens
        tokens.append(token)


@wrong("bigram.sample_name", says="your weights")
def sample_name(table, bos, rng):
    tokens, token = [], bos
    while (token := rng.choice([i for i, p in enumerate(table[token]) if p])) != bos:
        tokens.append(token)
    return tokens


@wrong("bigram.sample_name", says="1,000 tokens were drawn for one name")
def sample_name(table, bos, rng):
    tokens, token = [], bos
    while True:
        token = rng.choices(range(len(table)), table[bos])[0]
        if token == bos:
            return tokens
        tokens.append(token)


@wrong("bigram.sample_name", says="1,000 tokens were drawn for one name")
def sample_name(table, bos, rng):
    tokens, token = [], bos
    while True:
        token = rng.choices(range(len(table)), table[token])[0]
        if token == 26:
            return tokens
        tokens.append(token)


@wrong("bigram.sample_name", says="nothing was drawn")
def sample_name(table, bos, rng):
    tokens, token = [], bos
    while token != bos:
        token = rng.choices(range(len(table)), table[token])[0]
        tokens.append(token)
    return tokens


@wrong("bigram.sample_name", says="ended before it began")
def sample_name(table, bos, rng):
    tokens = [bos]
    while tokens[-1] != bos:
        tokens.append(rng.choices(range(len(table)), table[tokens[-1]])[0])
    return tokens


@right("bigram.name_loss")
def name_loss(table, tokens):
    total = 0.0
    for token, following in pairwise(tokens):
        total -= math.log(table[token][following])
    return total / (len(tokens) - 1)


@right("bigram.name_loss")
def name_loss(table, tokens):
    product = math.prod(table[a][b] for a, b in pairwise(tokens))
    return -math.log(product) / (len(tokens) - 1)


@wrong("bigram.name_loss", says="that is the sum of the surprises")
def name_loss(table, tokens):
    return -sum(math.log(table[a][b]) for a, b in pairwise(tokens))


@wrong("bigram.name_loss", says="the minus is missing")
def name_loss(table, tokens):
    return sum(math.log(table[a][b]) for a, b in pairwise(tokens)) / (len(tokens) - 1)


@wrong("bigram.name_loss", says="the mean probability")
def name_loss(table, tokens):
    return sum(table[a][b] for a, b in pairwise(tokens)) / (len(tokens) - 1)


@wrong("bigram.name_loss", says="you averaged first")
def name_loss(table, tokens):
    return -math.log(sum(table[a][b] for a, b in pairwise(tokens)) / (len(tokens) - 1))


@wrong("bigram.name_loss", says="the probability of the whole name")
def name_loss(table, tokens):
    return math.prod(table[a][b] for a, b in pairwise(tokens))


@wrong("bigram.name_loss", says="you divided by the number of tokens")
def name_loss(table, tokens):
    return -sum(math.log(table[a][b]) for a, b in pairwise(tokens)) / len(tokens)


@wrong("bigram.name_loss", says="you divided by the number of letters")
def name_loss(table, tokens):
    return -sum(math.log(table[a][b]) for a, b in pairwise(tokens)) / (len(tokens) - 2)


@wrong("bigram.name_loss", says="the one that ends the name")
def name_loss(table, tokens):
    surprises = [-math.log(table[a][b]) for a, b in pairwise(tokens[:-1])]
    return sum(surprises) / len(surprises)


@wrong("bigram.name_loss", says="base 2")
def name_loss(table, tokens):
    return -sum(math.log2(table[a][b]) for a, b in pairwise(tokens)) / (len(tokens) - 1)


@wrong("bigram.name_loss", says="row and column changed places")
def name_loss(table, tokens):
    return -sum(math.log(table[b][a]) for a, b in pairwise(tokens)) / (len(tokens) - 1)


@wrong("bigram.name_loss", says="that is the perplexity")
def name_loss(table, tokens):
    return math.exp(-sum(math.log(table[a][b]) for a, b in pairwise(tokens)) / (len(tokens) - 1))


@wrong("bigram.name_loss", says="is the `return` in the loop?")
def name_loss(table, tokens):
    for token, following in pairwise(tokens):
        return -math.log(table[token][following])


@wrong("bigram.name_loss", says="the last pair alone")
def name_loss(table, tokens):
    for token, following in pairwise(tokens):
        loss = -math.log(table[token][following])
    return loss


@wrong("bigram.name_loss", says="only the surprise at the last pair was divided")
def name_loss(table, tokens):
    for token, following in pairwise(tokens):
        loss = -math.log(table[token][following])
    return loss / (len(tokens) - 1)


@wrong("bigram.name_loss", says="the pairs with BOS are missing")
def name_loss(table, tokens):
    surprises = [-math.log(table[a][b]) for a, b in pairwise(tokens[1:-1])]
    return sum(surprises) / len(surprises)


@right("bigram.softmax")
def softmax(logits):
    return layers.softmax(logits)


@right("bigram.softmax")
def softmax(logits):
    largest = max(logits, key=lambda logit: logit.data)
    exps = []
    for logit in logits:
        exps.append((logit - largest).exp())
    total = exps[0]
    for e in exps[1:]:
        total = total + e
    return tuple(e / total for e in exps)


@right("bigram.softmax")
def softmax(xs):
    top = sorted(x.data for x in xs)[-1] + 5
    shifted = [x - top for x in xs]
    scale = 1 / sum(x.exp() for x in shifted)
    return [x.exp() * scale for x in shifted]


@wrong("bigram.softmax", says="leaves the range of a float")
def softmax(logits):
    exps = [logit.exp() for logit in logits]
    total = Value.sum(exps)
    return [e / total for e in exps]


@wrong("bigram.softmax", says="leaves the range of a float")
def softmax(logits):
    mean = sum(logit.data for logit in logits) / len(logits)
    exps = [(logit - mean).exp() for logit in logits]
    total = Value.sum(exps)
    return [e / total for e in exps]


@wrong("bigram.softmax", says="those are the powers")
def softmax(logits):
    return [logit.exp() for logit in logits]


@wrong("bigram.softmax", says="but the total is missing")
def softmax(logits):
    largest = max(logit.data for logit in logits)
    return [(logit - largest).exp() for logit in logits]


@wrong("bigram.softmax", says="without exp")
def softmax(logits):
    total = Value.sum(logits)
    return [logit / total for logit in logits]


@wrong("bigram.softmax", says="gives plain numbers")
def softmax(logits):
    largest = max(logit.data for logit in logits)
    exps = [math.exp(logit.data - largest) for logit in logits]
    return [e / sum(exps) for e in exps]


@wrong("bigram.softmax", says="Keep the total a Value")
def softmax(logits):
    largest = max(logit.data for logit in logits)
    exps = [(logit - largest).exp() for logit in logits]
    total = sum(e.data for e in exps)
    return [e / total for e in exps]


@wrong("bigram.softmax", says="no slope reaches the logits")
def softmax(logits):
    return layers.softmax([Value(logit.data) for logit in logits])


@wrong("bigram.softmax", says="a sum of shares needs exp first")
def softmax(logits):
    smallest = min(logit.data for logit in logits)
    shifted = [logit - smallest for logit in logits]
    total = Value.sum(shifted)
    return [x / total for x in shifted]


@wrong("bigram.softmax", says="is there a minus before the logit?")
def softmax(logits):
    return layers.softmax([-logit for logit in logits])


@wrong("bigram.softmax", says="leave out the log")
def softmax(logits):
    return [p.log() for p in layers.softmax(logits)]


@wrong("bigram.softmax", says="Values have no larger and smaller")
def softmax(logits):
    largest = max(logits)
    exps = [(logit - largest).exp() for logit in logits]
    total = Value.sum(exps)
    return [e / total for e in exps]


@wrong("bigram.softmax", says="subtract it above the bar, too")
def softmax(logits):
    largest = max(logit.data for logit in logits)
    total = Value.sum((logit - largest).exp() for logit in logits)
    return [logit.exp() / total for logit in logits]


@wrong("bigram.softmax", says="subtract it in the total, too")
def softmax(logits):
    largest = max(logit.data for logit in logits)
    total = Value.sum(logit.exp() for logit in logits)
    return [(logit - largest).exp() / total for logit in logits]


@wrong("bigram.softmax", says="each power was divided by itself")
def softmax(logits):
    largest = max(logit.data for logit in logits)
    return [(x - largest).exp() / Value.sum([(x - largest).exp()]) for x in logits]


@wrong("bigram.softmax", says="subtract it from the logits")
def softmax(logits):
    largest = max(logit.data for logit in logits)
    exps = [logit.exp() - largest for logit in logits]
    total = Value.sum(exps)
    return [e / total for e in exps]


@wrong("bigram.softmax", says="the total is that of the powers")
def softmax(logits):
    largest = max(logit.data for logit in logits)
    total = Value.sum(logits)
    return [(logit - largest).exp() / total for logit in logits]


@right("bigram.cross_entropy")
def cross_entropy(logits, target):
    probability = layers.softmax(logits)[target]
    return -probability.log()


@right("bigram.cross_entropy")
def cross_entropy(scores, answer):
    largest = max(score.data for score in scores)
    total = Value.sum((score - largest).exp() for score in scores)
    return total.log() - (scores[answer] - largest)


@wrong("bigram.cross_entropy", says="the minus is missing")
def cross_entropy(logits, target):
    return layers.softmax(logits)[target].log()


@wrong("bigram.cross_entropy", says="that is the probability of the target")
def cross_entropy(logits, target):
    return layers.softmax(logits)[target]


@wrong("bigram.cross_entropy", says="that is 1 − p")
def cross_entropy(logits, target):
    return 1 - layers.softmax(logits)[target]


@wrong("bigram.cross_entropy", says="that is minus the logit")
def cross_entropy(logits, target):
    return -logits[target]


@wrong("bigram.cross_entropy", says="takes the logarithm of a number that is 0 or below")
def cross_entropy(logits, target):
    return -logits[target].log()


@wrong("bigram.cross_entropy", says="that adds up the surprise of every token")
def cross_entropy(logits, target):
    return -Value.sum(p.log() for p in layers.softmax(logits))


@wrong("bigram.cross_entropy", says="the mean over every token")
def cross_entropy(logits, target):
    return -Value.sum(p.log() for p in layers.softmax(logits)) / len(logits)


@wrong("bigram.cross_entropy", says="A Value has `.log()`")
def cross_entropy(logits, target):
    return -math.log(layers.softmax(logits)[target].data)


@wrong("bigram.cross_entropy", says="no slope reaches the logits")
def cross_entropy(logits, target):
    return Value(-math.log(layers.softmax(logits)[target].data))


@wrong("bigram.cross_entropy", says="leaves the range of a float")
def cross_entropy(logits, target):
    exps = [logit.exp() for logit in logits]
    return -(exps[target] / Value.sum(exps)).log()


@wrong("bigram.cross_entropy", says="the surprise at the likeliest token")
def cross_entropy(logits, target):
    probabilities = layers.softmax(logits)
    return -max(probabilities, key=lambda p: p.data).log()


@wrong("bigram.cross_entropy", says="take its logarithm first")
def cross_entropy(logits, target):
    return -layers.softmax(logits)[target]


@wrong("bigram.cross_entropy", says="softmax was applied twice")
def cross_entropy(logits, target):
    return -layers.softmax(layers.softmax(logits))[target].log()


@right("bigram.mended_smoothing")
def mended_smoothing(counts, smoothing):
    return bigram.to_probabilities(counts, smoothing)


@right("bigram.mended_smoothing")
def mended_smoothing(counts, smoothing):
    total = sum(counts) + smoothing * len(counts)
    return [(count + smoothing) / total for count in counts]


@wrong("bigram.mended_smoothing", says="its sum is still more than 1")
def mended_smoothing(counts, smoothing):
    more = [count + smoothing for count in counts]
    total = sum(counts)
    return [count / total for count in more]


@wrong("bigram.mended_smoothing", says="grew by one helping")
def mended_smoothing(counts, smoothing):
    more = [count + smoothing for count in counts]
    total = sum(counts) + smoothing
    return [count / total for count in more]


@wrong("bigram.mended_smoothing", says="the smoothing is gone altogether")
def mended_smoothing(counts, smoothing):
    return [count / sum(counts) for count in counts]


@wrong("bigram.mended_smoothing", says="the shares are of the old ones")
def mended_smoothing(counts, smoothing):
    more = [count + smoothing for count in counts]
    return [count / sum(more) for count in counts]


@wrong("bigram.mended_smoothing", says="only the zeros were raised")
def mended_smoothing(counts, smoothing):
    more = [count if count else smoothing for count in counts]
    return [count / sum(more) for count in more]


@wrong("bigram.mended_smoothing", says="you divided by how many there are")
def mended_smoothing(counts, smoothing):
    more = [count + smoothing for count in counts]
    total = len(more)
    return [count / total for count in more]


@wrong("bigram.mended_smoothing", says="added to the shares")
def mended_smoothing(counts, smoothing):
    shares = [count / sum(counts) + smoothing for count in counts]
    return [share / sum(shares) for share in shares]


@wrong("bigram.mended_smoothing", says="they sum to more than 1")
def mended_smoothing(counts, smoothing):
    return [count / sum(counts) + smoothing for count in counts]


@wrong("bigram.mended_smoothing", says="27 helpings")
def mended_smoothing(counts, smoothing):
    total = sum(counts) + 27 * smoothing
    return [(count + smoothing) / total for count in counts]
