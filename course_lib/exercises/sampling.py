"""Lesson 11: temperature, sampling, completing a beginning, the likelihood of a name."""

import math
from collections.abc import Callable
from random import Random

from course_lib import sampling as finished
from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import Wrong, call, cases, expect, show
from course_lib.exercises.layers import numbers, values
from course_lib.gpt import GPTConfig
from course_lib.layers import softmax
from course_lib.teach.questions import Choice, FaultyLine, Number, Order, Quiz, right, wrong
from course_lib.tokenizer import Tokenizer, training_pairs
from course_lib.value import Value

warm_up = Quiz(
    "sampling.warm_up",
    Choice(
        "sampling.warm_up_bos",
        "After `mary`, the model says: BOS, with probability 0.3. What does it mean by that?",
        {
            "the name may well be over here": right(
                "BOS stands at both ends of every name. Predicted, it means the end."
            ),
            "a new name begins with probability 0.3": wrong(
                "As a prediction BOS closes what came before. What follows it, nobody has asked."
            ),
            "the model does not know the letter": wrong(
                "There is no token for that: not knowing looks like 27 bars of equal height."
            ),
            "the next letter is missing in the data": wrong(
                "BOS is a token like any other, seen once at the end of every training name."
            ),
        },
    ),
    Number(
        "sampling.warm_up_ratio",
        "The logit of `a` is larger than that of `b` by 2. How many times as likely as `b` does "
        "softmax make `a`?",
        7.39,
        tolerance=0.25,
        because="`e` to the power of 2, about 7.39: only the difference of two logits counts.",
        mistakes={
            2: "Logits are no probabilities: softmax raises `e` to their power first.",
            2.72: "That is for a difference of 1.",
            4: "That would be 2 to the power of 2; softmax takes powers of `e`.",
        },
        otherwise="Softmax divides `e**x` by a total that both share, so the ratio is `e**(2)`.",
    ),
    Choice(
        "sampling.warm_up_held_out",
        "The loss on names held out is about as low as the loss on the training names. What does "
        "that say?",
        {
            "what was learned holds for names never seen": right(
                "So the model has found out what names are like, and not only which there are."
            ),
            "the model knows the training names by heart": wrong(
                "Then the training loss would be far below the other one."
            ),
            "training went on for too long": wrong(
                "Too long shows as a gap: the one still falls, the other rises."
            ),
            "the model invents good names": wrong(
                "The loss scores names that are given. What the model writes must be looked at too."
            ),
        },
    ),
)

fed_next = Choice(
    "sampling.fed_next",
    "`ma` is written so far, and `r` was just drawn. What goes into `model.forward` now?",
    {
        "`r` alone: the cache holds the rest": right(
            "Keys and values of BOS, `m` and `a` are kept, and attention looks back at them."
        ),
        "BOS, `m`, `a` and `r`, all again": wrong(
            "That would give the same logits, if the cache were emptied first; all of it but `r` "
            "was worked out already."
        ),
        "the probability with which `r` was drawn": wrong(
            "Once drawn, a letter is a fact: the model reads the token, however likely it was."
        ),
        "the logits that came out last": wrong(
            "Logits leave the model, and a token goes in: the drawn one."
        ),
    },
)

greedy_ten = Number(
    "sampling.greedy_ten",
    "Ten names are written, each time with the likeliest token. How many different names come out?",
    1,
    tolerance=0.1,
    because="Each begins with BOS, so each has the same likeliest token, and so on to the end.",
    mistakes={
        10: "What should make the second name differ from the first? Nothing is drawn here.",
        27: "All ten begin alike: with BOS, after which one token is the likeliest.",
    },
    otherwise="Follow the second name: where could it leave the path of the first?",
)

half_temperature = Number(
    "sampling.half_temperature",
    "At temperature 1, `a` is 3 times as likely as `e`. How many times as likely is it at "
    "temperature 0.5, where every logit is divided by 0.5?",
    9,
    tolerance=0.1,
    because="Dividing by 0.5 doubles the difference of the logits, and so squares the ratio.",
    mistakes={
        6: "Twice the difference of the logits: `e` to twice the power is the square.",
        1.5: "A low temperature makes the favourite more likely, not less.",
        3: "That would need equal differences; dividing by 0.5 has doubled them.",
        1.73: "That is the square root, which temperature 2 gives.",
    },
    otherwise="The ratio is `e` to the power of the difference, and the difference doubles.",
)

sample_order = Order(
    "sampling.sample_order",
    "Write one name: put the lines in order.",
    """
    def sample(model, tokenizer, rng, temperature):
        cache, tokens, token = model.new_cache(), [], tokenizer.bos
        while len(tokens) < model.config.block_size:
            weights = probabilities(model.forward(token, cache), temperature)
            token = rng.choices(range(len(weights)), weights)[0]
            if token == tokenizer.bos:
                break
            tokens.append(token)
        return tokenizer.decode(tokens)
    """,
    rules={
        (1, 2): "A function begins with its `def` line.",
        (2, 3): "The loop needs the empty list, the empty cache and a first token to read.",
        (3, 4): "Each turn of the loop asks the model once, so asking is inside it.",
        (4, 5): "To draw, there must be weights to draw with.",
        (5, 6): "Only a token that was drawn can be looked at.",
        (6, 7): "`break` belongs to its `if`.",
        (7, 8): "Look first, then append: BOS is no part of the name.",
        (8, 9): "`return` after the loop: the name is whole only then.",
    },
    because="Ask, draw, look whether it is over, append; and again with the token just drawn.",
)

thousand_tokens = Number(
    "sampling.thousand_tokens",
    "A model with room for 1,000 tokens writes 1,000 of them. Without a cache, it reads all tokens "
    "so far again before each new one. How many times as many calls of `forward` is that, compared "
    "with a cache?",
    500.5,
    tolerance=10,
    because="1 + 2 + … + 1,000 = 500,500 calls in place of 1,000.",
    mistakes={
        1000: "That would be so if every step read 1,000 tokens; the first reads one.",
        4.5: "That is the answer for 8 tokens: 36 calls in place of 8. It grows with the text.",
        2: "Count them: 1 + 2 + 3 + … + 1,000.",
    },
    otherwise="With a cache 1,000 calls. Without: 1 + 2 + 3 + … + 1,000.",
)

how_new = Choice(
    "sampling.how_new",
    "At temperature 0.5, the model writes 1,000 names. How many of them stand in the list it "
    "was trained on?",
    {
        "none: it invents": wrong(
            "Nothing keeps it from writing a name that exists, and likely names often do."
        ),
        "about 50": wrong("So few come at temperature 1. At 0.5 it stays closer to what is usual."),
        "about 250": right("A quarter. The other three quarters are in no list of ours."),
        "about 900: it repeats what it was trained on": wrong(
            "It has 4,064 numbers, too few to keep 4,647 names by heart. It learned habits."
        ),
    },
)

likelier = Choice(
    "sampling.likelier",
    "Which names does the model itself find likelier: real ones that were held out, or those of "
    "its own that it wrote at temperature 0.5 and that are in no list?",
    {
        "the real ones: it was trained to like those": wrong(
            "It was trained to spread its probability over all that names do, rare turns included. "
            "Real names take those turns."
        ),
        "its own": right(
            "At 0.5 it keeps to what it finds likely, and leaves out the rare turns of real names."
        ),
        "both the same: it cannot tell them apart": wrong(
            "At temperature 1 that is nearly so. At 0.5 it does not write what it believes."
        ),
    },
)

likeliest_name = Choice(
    "sampling.likeliest_name",
    "Greedy writing takes the likeliest token at each step. Is the name that comes out, `marina`, "
    "the likeliest of all names to the model?",
    {
        "yes: the likeliest steps make the likeliest name": wrong(
            "Multiply a few: 0.5 · 0.2 is less than 0.3 · 0.9. The best first step can lead to "
            "a poor second one."
        ),
        "no, another one is likelier": right(
            "Greedy sees one step at a time. A path that begins a little worse may end far better."
        ),
        "yes, because it is a real name": wrong(
            "Real names and likely names are two things, and neither follows from the other."
        ),
        "nobody can say: it depends on the dice": wrong(
            "A drawn name depends on the dice. How likely a name is does not: it is a product."
        ),
    },
)

sample_line = FaultyLine(
    "sampling.sample_line",
    "Which line lets the temperature do nothing?",
    """
    def classmates_sample(model, tokenizer, rng, temperature):
        cache, tokens, token = model.new_cache(), [], tokenizer.bos
        while len(tokens) < model.config.block_size:
            weights = probabilities(model.forward(token, cache), 1.0)
            weights = [p / temperature for p in weights]
            token = rng.choices(range(len(weights)), weights)[0]
            tokens.append(token)
        return tokenizer.decode(tokens)
    """,
    fault="weights = [p / temperature for p in weights]",
    because="The probabilities are made already. Divided by one and the same number, they keep "
    "their ratios, and a draw asks for nothing else.",
    innocent={
        "def classmates_sample(model, tokenizer, rng, temperature):": "All four are needed.",
        "cache, tokens, token = model.new_cache(), [], tokenizer.bos": (
            "An empty cache, no tokens yet, and BOS to begin with: so it should be."
        ),
        "while len(tokens) < model.config.block_size:": "There is no room for more than that.",
        "weights = probabilities(model.forward(token, cache), 1.0)": (
            "A softmax at temperature 1. The temperature is still to come: where?"
        ),
        "token = rng.choices(range(len(weights)), weights)[0]": (
            "This draws a token as often as its weight says. The weights came from above."
        ),
        "tokens.append(token)": (
            "It has nothing to do with the temperature. But is every token a letter? Keep the "
            "thought for the mending."
        ),
        "return tokenizer.decode(tokens)": "The tokens become a text, and BOS adds nothing.",
    },
)


# --- probabilities ---


def check_probabilities(probabilities):
    def draw(rng):
        return numbers(rng, rng.randint(3, 5), size=3.0), rng.choice((0.1, 0.5, 0.8, 2.0, 5.0))

    known = [([2.0, 1.0, 0.0], 0.5), ([2.0, 1.0, 0.0], 2.0), ([0.0, 900.0, 1000.0], 0.5)]
    for plain, temperature in [*known, *cases(draw)]:

        def spread(logits):
            return [p.data for p in softmax(values(logits))]

        want = finished.probabilities(plain, temperature)
        at_one = spread(plain)
        logits = values(plain)
        when = f"probabilities({show(logits)}, {show(temperature)})"
        got = call(probabilities, logits, temperature)
        mistakes = {
            "that is what temperature 1 gives: divide every logit by the temperature, before the "
            "softmax.": at_one,
            "the probabilities were divided, and no longer have the sum 1. Divide the logits, "
            "before the softmax.": [p / temperature for p in at_one],
            "the logits were multiplied by the temperature; they are divided by it.": spread(
                [x * temperature for x in plain]
            ),
            "those are the divided logits; softmax makes probabilities of them.": [
                x / temperature for x in plain
            ],
            "softmax was used twice: the second one sees probabilities, all between 0 and 1.": (
                spread(want)
            ),
            "the probabilities went through a second softmax, with the temperature in front of "
            "that one. Divide the logits.": spread([p / temperature for p in at_one]),
        }
        expect(got, want, when=when, mistakes=mistakes)
        if any(isinstance(p, Value) for p in got):
            raise Wrong(
                f"`{when}` gives Values, and `rng.choices` needs plain numbers: take `.data` of "
                "each."
            )


@exercise(
    "sampling.probabilities",
    check=check_probabilities,
    hints=(
        "Two things happen, in this order: every number is divided by the temperature, and softmax "
        "makes probabilities of what comes out.",
        "`softmax` takes a list of Values and gives one; `.data` is the plain number in a Value.",
        """
        One gap left:

        ```python
        scaled = [Value(float(logit) / temperature) for logit in logits]
        return [... for p in softmax(scaled)]
        ```
        """,
    ),
)
def probabilities(logits, temperature):
    """The probability of each next token, as plain numbers: softmax(logits / temperature)."""
    scaled = [Value(float(logit) / temperature) for logit in logits]
    return [p.data for p in softmax(scaled)]


# --- What the checks of writing share ---


class Model:
    """A model whose logits depend on all that was read: what is fed wrongly is written wrongly."""

    config = GPTConfig(vocab_size=6, n_embd=4, block_size=5)

    def __init__(self, ends: float = 0.0):
        """`ends` is added to the logit of BOS: large, and names are short; small, and they fill
        the room.
        """
        self.ends = ends

    def __repr__(self) -> str:
        return "model"

    def new_cache(self):
        return []

    def forward(self, token, cache):
        if not (isinstance(token, int) and 0 <= token < self.config.vocab_size):
            raise Wrong(
                f"`model.forward` was given {show(token)}, which is no token: give it the token "
                "that was drawn last, a whole number."
            )
        if len(cache) >= self.config.block_size:
            raise Wrong(
                f"`model.forward` was asked to read one more than {self.config.block_size} tokens, "
                "and has no room for it: count the tokens, and end at `model.config.block_size`. "
                "Each token is read once."
            )
        cache.append(token)
        rng = Random(f"{cache}")
        logits = [rng.gauss(0, 2) for _ in range(self.config.vocab_size)]
        logits[-1] += self.ends
        return values(logits)


class Dice(Random):
    """A generator that counts its throws."""

    throws = 0

    def __repr__(self) -> str:
        return "rng"

    def random(self):
        self.throws += 1
        return super().random()


class Letters(Tokenizer):
    """A tokenizer that is shown by its name."""

    def __repr__(self) -> str:
        return "tokenizer"


TOKENIZER = Letters("abcde")
# Some names end early, some fill the room; low, ordinary and high temperatures.
SETTINGS = [(ends, temperature) for ends in (0.0, 2.0, -9.0) for temperature in (0.4, 1.0, 3.0)]

# Each way to write: (model, tokenizer, rng, temperature, prefix) to a text.
Way = Callable[[Model, Tokenizer, Random, float, str], str]


def writing(
    *, ends: bool = True, tempered: bool = True, greedy: bool = False,
    first: bool = True, feedback: bool = True, cached: bool = True, seen: bool = True,
    twice: bool = False, shown: bool = True,
) -> Way:  # fmt: skip
    """The way to write with some of its parts wrong."""

    def write(model, tokenizer, rng, temperature, prefix=""):
        tokens = tokenizer.encode(prefix)
        read = [tokenizer.bos, *tokens] if seen else [tokenizer.bos]
        read = (read if first else [0, *tokens]) + (tokens[-1:] if twice else [])
        cache = model.new_cache()
        for token in read[:-1]:
            model.forward(token, cache)
        token = read[-1]
        while len(tokens) < model.config.block_size and len(cache) < model.config.block_size:
            cache = cache if cached else model.new_cache()
            logits = model.forward(token, cache)
            weights = finished.probabilities(logits, temperature if tempered else 1.0)
            drawn = weights.index(max(weights)) if greedy else rng.choices(range(6), weights)[0]
            if drawn == tokenizer.bos and ends:
                break
            tokens.append(drawn)
            token = drawn if feedback else token
        return tokenizer.decode(tokens)[0 if shown else len(prefix) :]

    return write


WAYS: dict[str, Way] = {
    "the temperature has no effect. Hand it to `probabilities`, which divides the logits.": (
        writing(tempered=False)
    ),
    "it goes on after BOS, which means that the name is over.": writing(ends=False),
    "it goes on after BOS, and the temperature has no effect.": writing(
        ends=False, tempered=False
    ),
    "the likeliest token was taken each time; draw one, with the probabilities as weights.": (
        writing(greedy=True)
    ),
    "the model must read BOS first: it says that a name begins.": writing(first=False),
    "the model reads the same token again and again; give it the one that was drawn.": writing(
        feedback=False
    ),
    "the model reads each token with an empty cache, and forgets all before it. Make one cache, "
    "before the loop.": writing(cached=False),
}  # fmt: skip


def check_writing(function: Callable, prefixes: tuple[str, ...], ways: dict[str, Way]) -> None:
    """Wrong unless the function writes what the library writes, seed by seed."""
    wanted, given, mistaken = [], [], {text: [] for text in ways}
    for i, (ends, temperature) in enumerate(SETTINGS * 3):
        prefix = prefixes[i % len(prefixes)]
        extra = (prefix,) if any(prefixes) else ()
        model, dice = Model(ends), Dice(i)
        text = call(function, model, TOKENIZER, dice, temperature, *extra)
        if text is not None and not isinstance(text, str):
            raise Wrong(
                f"the answer is {show(text)}, and a text is asked for: `tokenizer.decode` makes "
                "one of the tokens."
            )
        # Whoever takes the likeliest token throws no dice either; that has its own message.
        likeliest = writing(greedy=True)(model, TOKENIZER, dice, temperature, *extra)
        if not dice.throws and text not in (None, likeliest):
            raise Wrong(
                "nothing was drawn with `rng`: without it, the same seed gives another name each "
                "time. Call `rng.choices`."
            )
        given.append(text)
        wanted.append(finished.sample(model, TOKENIZER, Random(i), temperature, *extra))
        for message, way in ways.items():
            mistaken[message].append(way(model, TOKENIZER, Random(i), temperature, *extra))
    expect(
        given,
        wanted,
        when=f"27 names written with {function.__name__}" if hasattr(function, "__name__") else "",
        mistakes=mistaken,
    )


# --- sample ---


def check_sample(sample):
    check_writing(sample, ("",), WAYS)


@exercise(
    "sampling.sample",
    check=check_sample,
    hints=(
        "The puzzle above holds every line. Before the loop: an empty cache, an empty list, and "
        "BOS as the token to read.",
        "In the loop: `model.forward(token, cache)`, `probabilities`, `rng.choices`; look whether "
        "BOS was drawn; only then append.",
        """
        One gap left:

        ```python
        cache, tokens, token = model.new_cache(), [], tokenizer.bos
        while len(tokens) < model.config.block_size:
            weights = probabilities(model.forward(token, cache), temperature)
            token = rng.choices(range(len(weights)), weights)[0]
            if ...:
                break
            tokens.append(token)
        return tokenizer.decode(tokens)
        ```
        """,
    ),
)
def sample(model, tokenizer, rng, temperature):
    """A new text, drawn token by token until BOS, or until block_size is reached."""
    cache, tokens, token = model.new_cache(), [], tokenizer.bos
    while len(tokens) < model.config.block_size:
        weights = finished.probabilities(model.forward(token, cache), temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
    return tokenizer.decode(tokens)


# --- complete ---


def without_bos(model, tokenizer, rng, temperature, prefix):
    """Read the beginning with no BOS in front."""
    cache, tokens = model.new_cache(), tokenizer.encode(prefix)
    for token in tokens:
        logits = model.forward(token, cache)
    while len(tokens) < model.config.block_size:
        weights = finished.probabilities(logits, temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
        logits = model.forward(token, cache)
    return tokenizer.decode(tokens)


COMPLETIONS: dict[str, Way] = {
    "the model was not shown the beginning: it must read every letter of it, after BOS.": writing(
        seen=False
    ),
    "the beginning is missing in the text that comes back.": writing(shown=False),
    "the last letter of the beginning was read twice, so the model believes it was doubled.": (
        writing(twice=True)
    ),
    **{text: way for text, way in WAYS.items() if "BOS first" not in text},
    "the model must read BOS first, then the beginning.": without_bos,
}


def check_complete(complete):
    check_writing(complete, ("a", "bc", "dad", "eb"), COMPLETIONS)


@exercise(
    "sampling.complete",
    check=check_complete,
    hints=(
        "Reading and writing are the same call. First the model reads BOS and the beginning; the "
        "logits that come out last are for the first new letter.",
        "The tokens begin as `tokenizer.encode(prefix)`. A drawn token is read only if there is "
        "room for one more behind it.",
        """
        One gap left:

        ```python
        cache, tokens = model.new_cache(), tokenizer.encode(prefix)
        for token in [tokenizer.bos, *tokens]:
            logits = ...
        while len(tokens) < model.config.block_size:
            weights = probabilities(logits, temperature)
            token = rng.choices(range(len(weights)), weights)[0]
            if token == tokenizer.bos:
                break
            tokens.append(token)
            if len(tokens) < model.config.block_size:
                logits = model.forward(token, cache)
        return tokenizer.decode(tokens)
        ```
        """,
    ),
)
def complete(model, tokenizer, rng, temperature, prefix):
    """A text that begins with the prefix, and goes on as `sample` does."""
    cache, tokens = model.new_cache(), tokenizer.encode(prefix)
    for token in [tokenizer.bos, *tokens]:
        logits = model.forward(token, cache)
    while len(tokens) < model.config.block_size:
        weights = finished.probabilities(logits, temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
        if len(tokens) < model.config.block_size:
            logits = model.forward(token, cache)
    return tokenizer.decode(tokens)


# --- log_probability ---


def terms(model, name, temperature=1.0):
    """log p of each token that the model must draw to write this name."""
    cache, found = model.new_cache(), []
    for token, target in training_pairs(TOKENIZER.sequence(name), model.config.block_size):
        weights = finished.probabilities(model.forward(token, cache), temperature)
        found.append((math.log(weights[target]), math.log(max(weights))))
    return found


def check_log_probability(log_probability):
    def draw(rng):
        return "".join(rng.choices("abcde", k=rng.randint(1, 4)))

    for name in ["a", "bad", "decad", *cases(draw, n=12), "abcde"]:
        model = Model()
        pairs = terms(model, name)
        logs = [log for log, _ in pairs]
        want = math.fsum(logs)
        got = call(log_probability, model, TOKENIZER, name)
        mistakes = {
            "that is the probability itself; its logarithm is asked for.": math.exp(want),
            "that is the surprise: the same with the other sign. The logarithm of a probability "
            "is never above 0.": -want,
            "that is the mean over the tokens; the logarithm of a product is the sum.": want
            / len(logs),
            "that is the loss, a mean with the other sign. The sum of the log p is asked for.": (
                -want / len(logs)
            ),
            "the first letter is missing: it, too, must be drawn, after BOS.": math.fsum(logs[1:]),
            "that scores the likeliest token at each step, not the one that the name has.": (
                math.fsum(best for _, best in pairs)
            ),
            "that is with temperature 0.5; ask for temperature 1, what the model learned.": (
                math.fsum(log for log, _ in terms(model, name, 0.5))
            ),
            "those are the probabilities added up. For all of them to happen they are multiplied, "
            "and their logarithms added.": math.fsum(map(math.exp, logs)),
        }
        if len(name) < model.config.block_size:
            mistakes["the end is missing: BOS must be drawn, too, or the name goes on."] = (
                math.fsum(logs[:-1])
            )
        expect(got, want, when=f'log_probability(model, tokenizer, "{name}")', mistakes=mistakes)


@exercise(
    "sampling.log_probability",
    check=check_log_probability,
    hints=(
        "To write `bo`, the model must draw `b` after BOS, `o` after that, and then BOS. The "
        "probability of all three is a product; its logarithm is a sum.",
        "`training_pairs(tokenizer.sequence(name), model.config.block_size)` gives each token to "
        "read, with the one that must be drawn after it.",
        """
        One gap left:

        ```python
        cache, total = model.new_cache(), 0.0
        pairs = training_pairs(tokenizer.sequence(name), model.config.block_size)
        for token, target in pairs:
            p = probabilities(model.forward(token, cache), 1.0)
            total += ...
        return total
        ```
        """,
    ),
)
def log_probability(model, tokenizer, name):
    """The logarithm of the probability that the model, at temperature 1, writes this name."""
    cache, total = model.new_cache(), 0.0
    for token, target in training_pairs(tokenizer.sequence(name), model.config.block_size):
        p = finished.probabilities(model.forward(token, cache), 1.0)
        total += math.log(p[target])
    return total


# --- mended_sample ---

MENDED: dict[str, Way] = {
    "both faults are still there: the temperature does nothing, and it goes on after BOS.": (
        writing(tempered=False, ends=False)
    ),
    "the temperature works now. The other fault is there still: it goes on after BOS, which means "
    "that the name is over.": writing(ends=False),
    "it stops at BOS now, but the temperature has no effect still: it belongs in front of the "
    "softmax, in `probabilities`.": writing(tempered=False),
    **{
        text: way for text, way in WAYS.items() if "no effect" not in text and "goes on" not in text
    },
}


def check_mended_sample(mended_sample):
    check_writing(mended_sample, ("",), MENDED)


@exercise(
    "sampling.mended_sample",
    check=check_mended_sample,
    hints=(
        "Two faults. One you have found. The other shows in the text: does any name end before the "
        "room does?",
        "`probabilities` takes the temperature. And what should happen when BOS is drawn?",
        """
        One gap left:

        ```python
        cache, tokens, token = model.new_cache(), [], tokenizer.bos
        while len(tokens) < model.config.block_size:
            weights = probabilities(model.forward(token, cache), ...)
            token = rng.choices(range(len(weights)), weights)[0]
            if token == tokenizer.bos:
                break
            tokens.append(token)
        return tokenizer.decode(tokens)
        ```
        """,
    ),
)
def mended_sample(model, tokenizer, rng, temperature):
    """A classmate's sample, mended."""
    cache, tokens, token = model.new_cache(), [], tokenizer.bos
    while len(tokens) < model.config.block_size:
        weights = finished.probabilities(model.forward(token, cache), temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
    return tokenizer.decode(tokens)
