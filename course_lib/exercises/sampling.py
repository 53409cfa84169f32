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
        tolerance=0.5,
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
    "`ma` is written so far, the cache has been kept, and `r` was just drawn. What goes into "
    "`model.forward` now?",
    {
        "`r` alone: the cache holds the rest": right(
            "Keys and values of BOS, `m` and `a` are kept, and attention looks back at them."
        ),
        "BOS, `m`, `a` and `r`, all again": wrong(
            "With an empty cache that gives the same logits, as in the cell above. But the cache "
            "was kept: all of it but `r` is worked out already."
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
    "At temperature 1, `a` is 3 times as likely as `e`: its logit is larger by log 3. How many "
    "times as likely is it at temperature 0.5, where every logit is divided by 0.5?",
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
    "Write one name, in words: put the lines in order.",
    """
    begin with an empty cache, an empty list, and BOS as the token to read
    while the list has fewer than block_size tokens:
        read the token, and make its logits probabilities
        draw the next token with them
        if it is BOS:
            leave the loop
        append it to the list
    decode the list
    """,
    rules={
        (1, 2): "The loop needs the empty list, the empty cache and a first token to read.",
        (2, 3): "Each turn of the loop asks the model once, so asking is inside it.",
        (3, 4): "To draw, there must be probabilities to draw with.",
        (4, 5): "Only a token that was drawn can be looked at.",
        (5, 6): "Leaving belongs to its `if`.",
        (6, 7): "Look first, then append: BOS is no part of the name, though `decode` drops it.",
        (7, 8): "Decode after the loop: the name is whole only then.",
    },
    because="Read, draw, look whether it is over, append; and again with the token just drawn.",
)

thousand_tokens = Number(
    "sampling.thousand_tokens",
    "A model with room for 1,000 tokens writes 1,000 of them. Without a cache, it reads all tokens "
    "so far again before each new one. How many times as many calls of `forward` is that, compared "
    "with a cache?",
    500.5,
    tolerance=1,
    because="1 + 2 + … + 1,000 = 500,500 calls in place of 1,000. (First and last, second and last "
    "but one, …: 500 pairs, each of 1,001.)",
    mistakes={
        500500: "That is how many calls it is without a cache. With one it is 1,000: divide.",
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
        "about 50": wrong(
            "So few come at temperature 1. At 0.5 it stays closer to what is usual, and usual "
            "names are often real ones."
        ),
        "about 250": right(
            "A quarter. Of the rest, nearly all are in neither part of the list; nearly: the next "
            "cells count those that it never saw."
        ),
        "about 900: it repeats what it was trained on": wrong(
            "It saw each of the 4,647 names three or four times: too seldom to learn them by heart "
            "with 4,064 numbers. It learned habits."
        ),
    },
)

likelier = Choice(
    "sampling.likelier",
    "Two groups: real names that were held out, and names that the model wrote itself at "
    "temperature 0.5 and that are in neither part of our list. Which surprise it less?",
    {
        "the real ones: it was trained to like those": wrong(
            "It was trained to spread its probability over all that names do, rare turns included. "
            "Real names take those turns."
        ),
        "its own": right(
            "At 0.5 it keeps to what it finds likely, and leaves out the rare turns of real names."
        ),
        "both the same: it cannot tell them apart": wrong(
            "At temperature 1 that is nearly so, for this model. At 0.5 it keeps to its favourites."
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
            "Greedy sees one step at a time. A path that begins a little worse may end far better, "
            "or simply end sooner."
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
    "One line takes the temperature in, and has no effect. Which?",
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
            "Its 1.0 is where the temperature belongs: the mending comes here. But which line "
            "pretends to use it?"
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


KINDS = {
    "the logits may be plain numbers, as the fast model gives them, and then this fails: "
    "`float(logit)` makes a plain number of any logit.": list,
    "the logits may be Values, as the model of lesson 08 gives them, and then this fails (was a "
    "Value put into a Value?): `float(logit)` makes a plain number of any logit.": values,
}


def takes(probabilities: Callable, kind: Callable) -> bool:
    """Whether logits of this kind raise nothing."""
    try:
        probabilities(kind([2.0, 1.0, 0.0]), 0.5)
    except (TypeError, AttributeError):
        return False
    return True


def check_probabilities(probabilities):
    taken = [kind for kind in KINDS.values() if takes(probabilities, kind)]
    for kind in taken or [list]:
        check_probabilities_of(probabilities, kind)
    for message, kind in KINDS.items():
        if kind not in taken:
            raise Wrong(message)


def check_probabilities_of(probabilities, kind):
    def draw(rng):
        return numbers(rng, rng.randint(3, 5), size=3.0), rng.choice((0.1, 0.5, 0.8, 2.0, 5.0))

    def spread(logits):
        return [p.data for p in softmax(values(logits))]

    known = [([2.0, 1.0, 0.0], 0.5), ([2.0, 1.0, 0.0], 2.0), ([0.0, 900.0, 1000.0], 0.5)]
    for plain, temperature in [*known, *cases(draw)]:
        want = finished.probabilities(plain, temperature)
        at_one = spread(plain)
        logits = kind(plain)
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
            "those are the right powers of the probabilities, and their sum is not 1: divide each "
            "by it.": [p ** (1 / temperature) for p in at_one],
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
        numbers = [float(logit) for logit in logits]
        scaled = [Value(x / temperature) for x in numbers]
        return [... for p in softmax(scaled)]
        ```
        """,
    ),
)
def probabilities(logits, temperature=1.0):
    """The probability of each next token, as plain numbers: softmax(logits / temperature)."""
    numbers = [float(logit) for logit in logits]
    scaled = [Value(x / temperature) for x in numbers]
    return [p.data for p in softmax(scaled)]


# --- What the checks of writing share ---


class NoRoom(Wrong):
    """One token more was to be read than there is room for."""


class Model:
    """A model whose logits depend on all that was read: what is fed wrongly is written wrongly."""

    config = GPTConfig(vocab_size=6, n_embd=4, block_size=5)

    def __init__(self, ends: float = 0.0, prefix: str = "", dice: "Dice | None" = None):
        """`ends` is added to the logit of BOS: large, and names are short; small, and they fill
        the room. The prefix and the dice tell why there is no room for more.
        """
        self.ends = ends
        self.begin = [self.bos, *TOKENIZER.encode(prefix)]
        self.dice = dice or Dice()
        self.places = self.config.block_size

    def __repr__(self) -> str:
        return "model"

    @property
    def bos(self) -> int:
        return self.config.vocab_size - 1

    def new_cache(self):
        return []

    def forward(self, token, cache):
        if not (isinstance(token, int) and 0 <= token < self.config.vocab_size):
            raise Wrong(
                f"`model.forward` was given {show(token)}, which is no token: give it the token "
                "that was drawn last, a whole number."
            )
        if len(cache) >= self.places:
            raise self._no_room(cache)
        cache.append(token)
        rng = Random(f"{cache}")
        logits = [rng.gauss(0, 2) for _ in range(self.config.vocab_size)]
        logits[-1] += self.ends
        return values(logits)

    def _no_room(self, cache) -> Wrong:
        """What brought about that one token more was to be read."""
        begin, room = self.begin, self.config.block_size
        drawn = room - len(begin) + 1  # had each token been read once, none of them in vain
        if len(begin) > 1 and cache[: len(begin) + 1] == [*begin, self.bos]:
            return Wrong(
                "BOS was read behind the beginning, and there it says that the name is over: "
                "`tokenizer.sequence` puts it at both ends, and here it stands in front alone."
            )
        if self.bos in cache[1:]:
            return Wrong(
                "the model was given BOS after letters, and the writing went on until there was no "
                "room. BOS means that the name is over: nothing is read after it."
            )
        again = len(begin) > 1 and cache[: len(begin) + 1] == [*begin, begin[-1]]
        if again and 0 < self.dice.throws < drawn:
            return Wrong(
                "the last letter of the beginning was read twice, once with the beginning and once "
                f"in the loop; so the {room} places are used up too soon."
            )
        if cache[: len(begin)] == begin and self.dice.throws == drawn:
            return NoRoom(
                f"the text has all {room} tokens, and the model was asked to read the last of them "
                "as well. There is no room for it, and nothing is drawn after it: read a drawn "
                "token only where another is to follow."
            )
        return NoRoom(
            f"`model.forward` was asked to read one more than {room} tokens, and has no room for "
            "it: count the tokens, and end at `model.config.block_size`. Each token is read once."
        )

    def loss(self, tokens):
        cache, pairs = self.new_cache(), training_pairs(tokens, self.config.block_size)
        losses = [-softmax(self.forward(token, cache))[target].log() for token, target in pairs]
        return Value.sum(losses) / len(losses)


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


Draw = Callable[[Random, list[float]], int]


def weighted(rng: Random, weights: list[float]) -> int:
    """A token, each as often as its weight says."""
    return rng.choices(range(len(weights)), weights)[0]


def greedily(rng: Random, weights: list[float]) -> int:
    """The likeliest token."""
    return weights.index(max(weights))


def writing(
    *, draw: Draw = weighted, ends: bool = True, tempered: bool = True, first: bool = True,
    feedback: bool = True, cached: bool = True, renewed: bool = True, less: int = 0,
    seen: bool = True, twice: bool = False, only_last: bool = False, tail: bool = False,
    shown: int | None = None, inverted: bool = False,
) -> Way:  # fmt: skip
    """The way to write with some of its parts wrong."""

    def write(model, tokenizer, rng, temperature, prefix=""):
        tokens = tokenizer.encode(prefix)
        read = [tokenizer.bos, *tokens] if seen else [tokenizer.bos]
        read = (read if first else [0, *tokens]) + (tokens[-1:] if twice else [])
        read += [tokenizer.bos] if tail else []
        temperature = 1 / temperature if inverted else temperature
        cache = model.new_cache()
        for token in read[-1:] if only_last else read:
            cache = cache if cached else model.new_cache()
            logits = model.forward(token, cache)
        while len(tokens) < model.config.block_size - less:
            weights = finished.probabilities(logits, temperature if tempered else 1.0)
            drawn = draw(rng, weights)
            if drawn == tokenizer.bos and ends:
                break
            tokens.append(drawn)
            token = drawn if feedback else token
            cache = cache if cached else model.new_cache()
            if len(cache) == model.config.block_size:
                break
            logits = model.forward(token, cache) if renewed else logits
        return tokenizer.decode(tokens)[:shown]

    return write


WAYS: dict[str, Way] = {
    "the temperature has no effect. Hand it to `probabilities`, which divides the logits.": (
        writing(tempered=False)
    ),
    "the temperature works the wrong way round: a low one has to favour the likeliest token. It "
    "divides the logits; of a probability, that is the power 1 / temperature.": (
        writing(inverted=True)
    ),
    "it goes on after BOS, which means that the name is over.": writing(ends=False),
    "it goes on after BOS, and the temperature has no effect.": writing(
        ends=False, tempered=False
    ),
    "the likeliest token was taken each time; draw one, with the probabilities as weights.": (
        writing(draw=greedily)
    ),
    "every token is drawn as often as any other: hand the probabilities to `rng.choices`, behind "
    "the tokens.": writing(draw=lambda rng, weights: rng.choices(range(len(weights)))[0]),
    "every token is drawn as often as any other. `rng.choices` takes weights; that generator's "
    "other functions take none.": writing(draw=lambda rng, weights: rng.randrange(len(weights))),
    "BOS is never drawn: it is the last of the tokens, and needs its weight like all others.": (
        writing(draw=lambda rng, weights: weighted(rng, weights[:-1]))
    ),
    "the model must read BOS first: it says that a name begins.": writing(first=False),
    "the model reads the same token again and again; give it the one that was drawn.": writing(
        feedback=False
    ),
    "the model reads each token with an empty cache, and forgets all before it. Make one cache, "
    "before the loop.": writing(cached=False),
    "the same logits are used for every letter: after each draw the model must read the token, and "
    "say anew what may follow.": writing(renewed=False),
    "the text ends one token too soon: there is room for `model.config.block_size` of them, and "
    "BOS is none of them.": writing(less=1),
    "the text ends after its first token: does the `return` stand inside the loop?": (
        writing(shown=1)
    ),
}  # fmt: skip


def check_writing(function: Callable, prefixes: tuple[str, ...], ways: dict[str, Way]) -> None:
    """Wrong unless the function writes what the library writes, seed by seed."""
    wanted, given, likeliest, settings = [], [], [], []
    throws = wasted = 0
    for i, (ends, temperature) in enumerate(SETTINGS * 3):
        prefix = prefixes[i % len(prefixes)]
        extra = (prefix,) if any(prefixes) else ()
        dice, fair = Dice(i), Dice(i)
        model = Model(ends, prefix, dice)
        try:
            text = call(function, model, TOKENIZER, dice, temperature, *extra)
        except NoRoom as problem:
            raise too_long(function, prefix, extra) or problem from None
        if text is not None and not isinstance(text, str):
            raise Wrong(
                f"the answer is {show(text)}, and a text is asked for: `tokenizer.decode` makes "
                "one of the tokens."
            )
        given.append(text)
        wanted.append(finished.sample(model, TOKENIZER, fair, temperature, *extra))
        likeliest.append(writing(draw=greedily)(model, TOKENIZER, fair, temperature, *extra))
        throws += dice.throws
        wasted = max(wasted, dice.throws - fair.throws)
        settings.append((model, i, temperature, extra))
    if None in given and any(given):
        raise Wrong(
            "sometimes a text comes back, and sometimes nothing (None): let one `return` stand "
            "behind the loop, where every way out of it leads."
        )
    if not throws and None not in given and not any(given):
        raise Wrong(
            "nothing was drawn and nothing written: does the loop begin at all? The first token to "
            "read is BOS itself, so BOS must be looked for after the draw."
        )
    # Whoever takes the likeliest token throws no dice either; that has its own message.
    if not throws and None not in given and given != likeliest:
        raise Wrong(
            "nothing was drawn with `rng`: without it, the same seed gives another name each "
            "time. Call `rng.choices`."
        )
    expect(
        given,
        wanted,
        when=f"27 names written with {function.__name__}" if hasattr(function, "__name__") else "",
        mistakes={}
        if given == wanted
        else {
            message: [way(m, TOKENIZER, Dice(i), t, *extra) for m, i, t, extra in settings]
            for message, way in ways.items()
        },
    )
    if wasted:
        raise Wrong(
            "the texts are right, but the drawing goes on after BOS, and what comes is thrown "
            "away. Stop there: else the next name begins with other throws of the same generator."
        )


def too_long(function: Callable, prefix: str, extra: tuple[str, ...]) -> Wrong | None:
    """What to say of texts that grow longer than block_size; None where they do not.

    To find that out, the function gets a model that has more room than it says, and never ends.
    """
    model, room = Model(-99.0, prefix), Model.config.block_size
    model.places = 4 * room
    try:
        text = call(function, model, TOKENIZER, Dice(1), 0.4, *extra)
    except NoRoom:
        return Wrong(
            "until BOS is drawn, it goes on and on, however long the text gets. There is room for "
            "`model.config.block_size` tokens: stop there as well."
        )
    except Exception:  # its own trouble, and no answer to this question
        return None
    if isinstance(text, str) and room < len(text) == room + len(prefix):
        return Wrong(
            "the letters of the beginning take up room, too, and yours are not counted: the text "
            "has `model.config.block_size` tokens with them."
        )
    return None


# --- sample ---


def check_sample(sample):
    check_writing(sample, ("",), WAYS)


@exercise(
    "sampling.sample",
    check=check_sample,
    hints=(
        "The puzzle above is the plan. Before the loop: an empty cache, an empty list, and BOS as "
        "the token to read.",
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


def glued(model, tokenizer, rng, temperature, prefix):
    """Put the beginning in front of a finished name."""
    return prefix + finished.sample(model, tokenizer, rng, temperature)


def doubled(model, tokenizer, rng, temperature, prefix):
    """Put the beginning in front of a text that has it already."""
    return prefix + finished.sample(model, tokenizer, rng, temperature, prefix)


def without_beginning(model, tokenizer, rng, temperature, prefix):
    """Complete the beginning, and give back what is new alone."""
    return finished.sample(model, tokenizer, rng, temperature, prefix)[len(prefix) :]


COMPLETIONS: dict[str, Way] = {
    "the beginning was put in front of a name that knows nothing of it. The model must read it, "
    "after BOS, before the first draw.": glued,
    "the beginning stands there twice: the decoded tokens have it already.": doubled,
    "the beginning is missing in the text that comes back.": without_beginning,
    "the model was not shown the beginning: it must read every letter of it, after BOS.": writing(
        seen=False
    ),
    "the model was shown the last letter of the beginning alone: it must read BOS and every "
    "letter.": writing(only_last=True),
    "the last letter of the beginning was read twice, so the model believes it was doubled.": (
        writing(twice=True)
    ),
    "BOS was read behind the beginning, so the model believes that the name is over: it stands in "
    "front alone.": writing(tail=True),
    **{text: way for text, way in WAYS.items() if "first" not in text},
    "the model must read BOS first, then the beginning.": without_bos,
}


def check_complete(complete):
    check_writing(complete, ("a", "bc", "dad", "eb"), COMPLETIONS)
    got = call(complete, Model(), TOKENIZER, Random(1), 1.0, "")
    if got != finished.sample(Model(), TOKENIZER, Random(1), 1.0):
        raise Wrong("an empty beginning is one, too: then BOS alone is read, as in `sample`.")


@exercise(
    "sampling.complete",
    check=check_complete,
    hints=(
        "Reading and writing are the same call. Before the loop, the model reads BOS and the "
        "beginning, all but its last token; the loop of `sample` begins with that one.",
        "The tokens begin as `tokenizer.encode(prefix)`. What is read: `[tokenizer.bos, *tokens]`, "
        "the last of it in the loop.",
        """
        One gap left:

        ```python
        cache, tokens = model.new_cache(), tokenizer.encode(prefix)
        *read, token = [tokenizer.bos, *tokens]  # all but the last, and the last
        for earlier in read:
            ...
        while len(tokens) < model.config.block_size:  # from here on as in sample
            weights = probabilities(model.forward(token, cache), temperature)
            token = rng.choices(range(len(weights)), weights)[0]
            if token == tokenizer.bos:
                break
            tokens.append(token)
        return tokenizer.decode(tokens)
        ```
        """,
    ),
)
def complete(model, tokenizer, rng, temperature, prefix):
    """A text that begins with the prefix, and goes on as `sample` does."""
    cache, tokens = model.new_cache(), tokenizer.encode(prefix)
    *read, token = [tokenizer.bos, *tokens]  # all but the last, and the last
    for earlier in read:
        model.forward(earlier, cache)
    while len(tokens) < model.config.block_size:  # from here on as in sample
        weights = finished.probabilities(model.forward(token, cache), temperature)
        token = rng.choices(range(len(weights)), weights)[0]
        if token == tokenizer.bos:
            break
        tokens.append(token)
    return tokenizer.decode(tokens)


# --- came_up ---


def check_came_up(came_up):
    def draw(rng):
        pool = ["".join(rng.choices("abc", k=rng.randint(1, 3))) for _ in range(40)]
        names = list(dict.fromkeys(rng.sample(pool, 12)))
        return names, rng.choices(pool, k=rng.randint(5, 30))

    known = (
        ["ana", "bo", "cy", "dee", "eve", "fay", "gil", "hal", "ida"],
        ["bo", "xi", "bo", "ana", "zed", "bo", "yu"],
    )
    few = ["ana", "bo"]
    for names, texts in [known, *cases(draw), (few, []), (few, ["cy"])]:
        came = sum(name in texts for name in names)
        draws = sum(text in names for text in texts)
        fresh = set(texts) - set(names)
        mistakes = {
            "every time that a name was written counts there; each name counts once.": (
                1000 * draws / len(names)
            ),
            "that is the share; of every 1,000 is 1,000 times as much.": came / len(names),
            "that is how many came up; it depends on the length of the list. Of every 1,000 of the "
            "names is asked for.": came,
            "that counts the names that did not come up.": 1000 * (len(names) - came) / len(names),
            "that counts the texts that are no names of the list.": 1000 * len(fresh) / len(names),
        }
        if texts:
            mistakes |= {
                "that is of every 1,000 texts. Of every 1,000 names is asked for: divide by "
                "how many names there are.": 1000 * came / len(texts),
                "that is how many of every 1,000 texts are names of the list, each time that they "
                "were written. The other way round: how many of the names came up?": (
                    1000 * draws / len(texts)
                ),
                "that is of every 1,000 different texts; divide by how many names there are.": (
                    1000 * came / len(set(texts))
                ),
            }
        want = 1000 * came / len(names)
        mistakes |= {
            "that is rounded. Hand back the rate as it is; the print rounds.": round(want),
            "that is rounded down. Hand back the rate as it is; the print rounds.": math.floor(
                want
            ),
        }
        got = call(came_up, names, texts)
        expect(got, want, when=f"came_up({show(names)}, {show(texts)})", mistakes=mistakes)


@exercise(
    "sampling.came_up",
    check=check_came_up,
    hints=(
        "Go through the names, not through the texts: did this one come up? So each counts once.",
        "`sum(name in texts for name in part)` counts True as 1. How many would it be of 1,000 "
        "names?",
        """
        One gap left:

        ```python
        came = sum(name in texts for name in part)
        return 1000 * came / ...
        ```
        """,
    ),
)
def came_up(part, texts):
    """Of every 1,000 names of a part, how many came up among the texts. Each name counts once."""
    came = sum(name in texts for name in part)
    return 1000 * came / len(part)


# --- log_probability ---


def terms(model, name, temperature=1.0):
    """log p of each token that the model must draw to write this name."""
    cache, found = model.new_cache(), []
    for token, target in training_pairs(TOKENIZER.sequence(name), model.config.block_size):
        weights = finished.probabilities(model.forward(token, cache), temperature)
        found.append((math.log(weights[target]), math.log(max(weights))))
    return found


def logarithm(p, logits, token, target):
    return math.log(p[target])


def scored(model, name, score, keep_cache=True, first=True):
    """Some other score of a name, from (probabilities, token, target) added up over its pairs."""
    cache, scores = model.new_cache(), []
    tokens = TOKENIZER.sequence(name)[0 if first else 1 :]
    for token, target in training_pairs(tokens, model.config.block_size):
        logits = model.forward(token, cache if keep_cache else [])
        scores.append(score(finished.probabilities(logits, 1.0), logits, token, target))
    return math.fsum(scores)


def check_log_probability(log_probability):
    def draw(rng):
        return "".join(rng.choices("abcde", k=rng.randint(1, 4)))

    for name in ["bad", "a", "decad", *cases(draw, n=12), "abcde"]:
        model = Model()
        pairs = terms(model, name)
        logs = [log for log, _ in pairs]
        want = math.fsum(logs)
        got = call(log_probability, model, TOKENIZER, name)
        if isinstance(got, (list, tuple)):
            raise Wrong("a list came back: the logarithm of a product is one number, their sum.")
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
            "BOS is missing at the start: the model must read it before the first letter is "
            "drawn.": scored(model, name, logarithm, first=False),
            "BOS is missing at the start, and each letter is scored when it has been read. First "
            "the model reads, then the next one is drawn.": scored(
                model, name, lambda p, logits, token, target: math.log(p[token]), first=False
            ),
            "that is the last term alone. Add them all up, with `+=`.": logs[-1],
            "the model reads each token with an empty cache, and forgets all before it. Make one "
            "cache, before the loop.": scored(model, name, logarithm, keep_cache=False),
            "that scores the token that was read, not the one that must be drawn after it.": (
                scored(model, name, lambda p, logits, token, target: math.log(p[token]))
            ),
            "those are the logits added up: softmax comes first, then the logarithm.": (
                scored(model, name, lambda p, logits, token, target: logits[target].data)
            ),
            "those are the probabilities added up. For all of them to happen they are multiplied, "
            "and their logarithms added.": math.fsum(map(math.exp, logs)),
            "that is the logarithm of a sum. For all of them to happen the probabilities are "
            "multiplied, and their logarithms added.": math.log(math.fsum(map(math.exp, logs))),
            "the logarithms were multiplied. The probabilities are; their logarithms are added.": (
                math.prod(logs)
            ),
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
        "Two faults. One you have found. The other shows in the numbers: what does 26 mean, and "
        "what should be written after it?",
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
