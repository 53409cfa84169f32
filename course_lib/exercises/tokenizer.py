"""Lesson 03: a vocabulary, encode and decode, BOS at both ends, and the pairs to learn from."""

import string
from itertools import pairwise

from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import Wrong, call, cases, expect, show
from course_lib.teach.questions import Choice, FaultyLine, Number, Order, Quiz, right, wrong

warm_up = Quiz(
    "tokenizer.warm_up",
    Choice(
        "tokenizer.warm_up_model",
        "A language model has read `emm`. What does it answer?",
        {
            "the letter `a`": wrong(
                "It does not decide. A letter is drawn afterwards, from the probabilities that it "
                "gives."
            ),
            "a probability for each possible next token": right(
                "All of them, the end of the name included; writing means drawing from these "
                "probabilities."
            ),
            "all names that begin with `emm`": wrong(
                "It holds no list of names, only parameters. It gives probabilities for the next "
                "token."
            ),
            "how good a name `emm` is": wrong(
                "It looks ahead: it gives a probability to whatever may come next."
            ),
        },
    ),
    Choice(
        "tokenizer.warm_up_descent",
        "At some parameter the slope of the loss is positive. What does gradient descent do with "
        "this parameter?",
        {
            "raise it a little": wrong(
                "A positive slope means that more of it raises the loss. Descent goes the other "
                "way."
            ),
            "lower it a little": right(
                "It steps against the slope: more of the parameter means more loss, so take less."
            ),
            "set it to 0": wrong(
                "It takes one small step from where it is; the slope says nothing about 0."
            ),
            "leave it alone": wrong("It rests only where the slope is 0."),
        },
    ),
    Choice(
        "tokenizer.warm_up_value",
        "In a computation graph a value is used twice. Its gradient is",
        {
            "the sum of what comes back along both ways": right(
                "A nudge of it reaches the result along both ways, and the effects add up."
            ),
            "the product of what comes back along both ways": wrong(
                "You multiply along one way, edge by edge. Different ways are added."
            ),
            "what comes back along the way that is walked last": wrong(
                "That is the bug of `=` for `+=`: the last way overwrites the others."
            ),
            "the larger of the two": wrong(
                "Both ways carry a nudge to the result; none of them is ignored."
            ),
        },
    ),
)

ends_in_a = Number(
    "tokenizer.ends_in_a",
    "Of 100 letters in the list, about 15 are an `a`. Of 100 names, about how many end with `a`?",
    34,
    tolerance=6,
    because="About a third. So after an `a`, a name is over more often than after most other "
    "letters: the kind of thing that a model can learn.",
    mistakes={
        15: "About 15 would end with it if letters did not care where they stand. They do: `a` is "
        "more than twice as frequent at the end.",
        4: "That is one in 26, as if all letters were equally frequent.",
    },
    otherwise="Think of the names that you know: maria, anna, emma, … The picture below counts.",
)

ids_are_names = Choice(
    "tokenizer.ids_are_names",
    "In our vocabulary `a` has the id 0 and `z` the id 25. What does this say about the letters?",
    {
        "that `z` is rarer than `a`": wrong(
            "The ids follow the alphabet, not the counts: `x` is the rarest letter of the list, "
            "and its id is 23."
        ),
        "that `b` is more like `a` than `z` is": wrong(
            "Neighbouring ids mean nothing. Whether letters behave alike is what training will "
            "find out."
        ),
        "which place each has in the list, and nothing else": right(
            "An id is a label, like the number of a locker. A later lesson uses it to look up a "
            "row of numbers, which training adjusts."
        ),
        "that `z` makes a larger sum": wrong(
            "Nobody adds ids up or multiplies them. They only say which token is meant."
        ),
    },
)

unknown = Choice(
    "tokenizer.unknown",
    "The vocabulary holds the letters a to z, all small. What is the safest thing that `encode` "
    "can do with `Zoë`?",
    {
        "leave out what it does not know": wrong(
            "Then `Zoë` becomes `o`, silently. Somebody finds out weeks later, or never."
        ),
        "take the nearest letter: `zoe`": wrong(
            "That may be a good decision, but it is yours to take, before `encode`: decoding can "
            "never bring the `Z` and the `ë` back."
        ),
        "stop, and name the unknown character": right(
            "A clear stop is the only answer that cannot spoil the data unnoticed."
        ),
        "give `Z` and `ë` new ids": wrong(
            "The ids are fixed once a model is trained with them: it has a row of parameters for "
            "each, and none for a new one."
        ),
    },
)

token_count = Number(
    "tokenizer.token_count",
    "How many tokens does `anna` become as a whole sequence?",
    6,
    tolerance=0.4,
    because="Four letters, and BOS at both ends. Equal letters are still separate tokens.",
    mistakes={
        4: "Those are the letters. The sequence also has BOS at both ends.",
        5: "One BOS is at the start; the end needs one, too.",
        2: "Those are the different letters. A sequence keeps every letter, in order.",
        3: "Those are the different tokens. A sequence keeps every one, in order.",
    },
    otherwise="Count the letters, then the marks: one at the start, one at the end.",
)

one_mark = Choice(
    "tokenizer.one_mark",
    "The same token, 26, marks the start and the end. Does the model mix the two up?",
    {
        "yes: it may begin a name when it should end": wrong(
            "When BOS is drawn as the next token, the program stops writing. Nothing can begin "
            "there."
        ),
        "no: its place tells which is meant": right(
            "A BOS that is read is a start, a BOS that is predicted is an end: it is read only in "
            "front of a name, and predicted only behind one."
        ),
        "no: the two get different ids": wrong(
            "They have one id, `tokenizer.bos`. Look at the first and the last token of a sequence."
        ),
        "yes: it learns to answer a BOS with a BOS": wrong(
            "That would be a name without letters, and the list holds none: training makes it "
            "unlikely."
        ),
    },
)

pair_count = Number(
    "tokenizer.pair_count",
    "`emma` is a sequence of 6 tokens. How many pairs (a token, and the one that follows it) does "
    "it hold?",
    5,
    tolerance=0.4,
    because="Every token but the last has one that follows it.",
    mistakes={
        6: "The last token has none that follows it.",
        4: "One for each letter is not all: BOS also is followed by something, and the last letter "
        "is followed by BOS.",
        3: "The pairs overlap: each token but the first is an answer, and each but the last is a "
        "question.",
    },
    otherwise="Write BOS e m m a BOS on paper, and draw an arrow from each token to the next.",
)

cut = Choice(
    "tokenizer.cut",
    "With block size 8, what is the last thing that the model is asked about `alexander`?",
    {
        "what follows BOS a l e x a n d, the answer is `e`": right(
            "These are 8 tokens, BOS among them: all that fit. The final `r` and the end of the "
            "name are never asked for."
        ),
        "what follows BOS a l e x a n d e, the answer is `r`": wrong(
            "These are 9 tokens. BOS takes one of the 8 places."
        ),
        "what follows BOS a l e x a n d e r, the answer is BOS": wrong(
            "The whole name with its start is 10 tokens, and the model sees 8."
        ),
        "what follows BOS a l e x a n d, the answer is BOS": wrong(
            "A cut is no end: nobody tells the model that the name is over where it is not."
        ),
    },
)

pipeline = Order(
    "tokenizer.pipeline",
    "From a file to training pairs: put the steps in order.",
    """
    documents = names.load()
    characters = sorted(set("".join(documents)))
    bos = len(characters)
    tokens = [bos] + encode(documents[0], characters) + [bos]
    pairs = training_pairs(tokens, block_size=8)
    """,
    rules={
        (1, 2): "The characters are collected from the documents, so load these first.",
        (2, 3): "BOS gets the first id that no character has, so count the characters first.",
        (3, 4): "The sequence has BOS at both ends, so its id must be known.",
        (4, 5): "The pairs are made of tokens, so there must be tokens first.",
    },
    because="Documents, characters, BOS, tokens, pairs: each step needs what the one before makes.",
)

banana = Number(
    "tokenizer.banana",
    "`banana` as single letters is 6 tokens. How many are left when the pair `a`, `n` is merged "
    "into `an` wherever it stands?",
    4,
    tolerance=0.4,
    because="b, an, an, a: each merge takes one token away.",
    mistakes={
        5: "One pair is merged; there is a second one.",
        3: "The two `an` stand side by side, but joining these would be the next merge.",
        6: "That is before the merge. Two pairs become two tokens in place of four.",
        2: "The `b` and the last `a` stay as they are.",
    },
    otherwise="Write b a n a n a, and put a ring around each `a` that is followed by `n`.",
)

endless_line = FaultyLine(
    "tokenizer.endless_line",
    "Which line keeps the model from ever learning to stop?",
    """
    def endless_pairs(name, block_size):
        tokens = tokenizer.sequence(name)
        pairs = []
        for position in range(min(block_size, len(name))):
            pairs.append((tokens[position], tokens[position + 1]))
        return pairs
    """,
    fault="for position in range(min(block_size, len(name))):",
    because="A name of 4 letters has 6 tokens and so 5 pairs. Counting its letters loses the last "
    "one, from the last letter to BOS; `len(tokens) - 1` counts it. One look at the answers would "
    "have shown it: is BOS among them?",
    innocent={
        "def endless_pairs(name, block_size):": "The name and the block size are all it needs.",
        "tokens = tokenizer.sequence(name)": "BOS stands at both ends here; print it and look. It "
        "gets lost later.",
        "pairs = []": "An empty list to begin with, made anew for each name: as it should be.",
        "pairs.append((tokens[position], tokens[position + 1]))": "A token, and the one that "
        "follows it: a right pair. But are all positions visited?",
        "return pairs": "It comes after the loop, when all pairs are there.",
    },
)


def a_vocabulary(rng, most=9):
    """A few characters, sorted; never all letters from a on, so that no formula can guess them."""
    return sorted(rng.sample(string.ascii_lowercase[1:] + "XYZ-'", rng.randint(3, most)))


def a_text(rng, characters, least=1, most=8):
    return "".join(rng.choices(characters, k=rng.randint(least, most)))


def check_vocabulary(vocabulary):
    def some_documents(rng):
        characters = a_vocabulary(rng)
        return [a_text(rng, characters) for _ in range(rng.randint(2, 6))]

    fixed = ["noah", "emma", "al", "Zoe", "jo-ann"]
    for documents in [fixed, *cases(some_documents)]:
        text = "".join(documents)
        want = sorted(set(text))
        got, when = call(vocabulary, documents), f"vocabulary({show(documents)})"
        if isinstance(got, (set, frozenset)):
            raise Wrong(
                f"`{when}` is a set, which has no order: make a sorted list of it, with "
                "`sorted(…)`."
            )
        # A list made of a set has each order at some time, so it cannot be foretold.
        unsorted = got if isinstance(got, list) and sorted(map(str, got)) == want else None
        expect(
            got,
            want,
            when=when,
            mistakes={
                "some characters are there twice: each belongs in a vocabulary once.": sorted(text),
                "those are all characters as they come: each once, and sorted.": list(text),
                "each character is there once, but unsorted: put `sorted(…)` around them.": (
                    unsorted
                ),
                "those are whole documents; a vocabulary here holds single characters.": sorted(
                    set(documents)
                ),
                "that is the vocabulary of the first document: go through all of them.": sorted(
                    set(documents[0])
                ),
                "that is the vocabulary of the last document: each one replaces those before it; "
                "collect them.": sorted(set(documents[-1])),
                "those are the first letters only; take every character.": sorted(
                    {document[0] for document in documents}
                ),
                "capital letters became small ones: `Z` and `z` are different characters.": sorted(
                    set(text.lower())
                ),
                "only letters are left: a hyphen or an apostrophe is a character, too.": [
                    c for c in want if c.isalpha()
                ],
                "that is how many there are; the characters themselves are asked for.": len(want),
            },
        )


@exercise(
    "tokenizer.vocabulary",
    check=check_vocabulary,
    hints=(
        'A set keeps each thing once: `set("anna")` holds `a` and `n`.',
        "`characters.update(text)` adds each character of a text to the set. Which text is at hand "
        "inside the loop?",
        """
        A set has no order, and the answer is a list in order. Half of it done:

        ```python
        for document in documents:
            characters.update(document)
        return ...
        ```
        """,
    ),
)
def vocabulary(documents):
    """The different characters of all the documents, as a sorted list."""
    characters = set()
    for document in documents:
        characters.update(document)
    return sorted(characters)


def encoded_texts():
    """Texts, each with a vocabulary and the ids of its characters in it."""

    def text_and_characters(rng):
        characters = a_vocabulary(rng)
        return a_text(rng, characters), characters

    for text, characters in [("banana", ["a", "b", "n"]), *cases(text_and_characters)]:
        yield text, characters, [characters.index(c) for c in text]


def check_encode(encode):
    for text, characters, ids in encoded_texts():
        bos = len(characters)
        when = f"encode({text!r}, {show(characters)})"
        try:
            got = call(encode, text, characters)
        except ValueError as error:
            if str(error) != f"{text!r} is not in list":
                raise
            raise Wrong(
                f"`{when}` looks for the whole text in the list, which holds single characters: "
                "look up one character at a time."
            ) from None
        expect(
            got,
            ids,
            when=when,
            mistakes={
                "the ids begin at 0: the first character of the vocabulary has the id 0.": [
                    i + 1 for i in ids
                ],
                "that is the place in the alphabet, which fits one vocabulary only: look up the "
                "place in `characters`.": [ord(c) - ord("a") for c in text],
                "that is the number of the character in Unicode: look up its place in "
                "`characters`.": [ord(c) for c in text],
                "those are positions in the text; the id is the position in `characters`.": list(
                    range(len(text))
                ),
                "`text.index` finds the place in the text; the id is the place in `characters`.": [
                    text.index(c) for c in text
                ],
                "those are the ids of the whole vocabulary; go through the text.": list(range(bos)),
                "each id is there once: a text keeps every character, also the repeated ones.": (
                    list(dict.fromkeys(ids))
                ),
                "the ids were sorted; they must stay in the order of the text.": sorted(ids),
                "that is one id, for the first character: is the `return` in the loop?": ids[:1],
                "that is one number; give a list with an id for each character.": ids[0],
                "that is a string of digits; give a list of numbers.": "".join(map(str, ids)),
                "BOS has no place here yet: the ids of the text, and nothing else.": [
                    bos,
                    *ids,
                    bos,
                ],
            },
        )
    expect(call(encode, "", ["a", "b"]), [], when="encode('', ['a', 'b'])")
    refuses(encode, "nob", ["a", "b", "n"])
    return "right for 21 texts, and it refuses a character that it does not know."


def refuses(encode, text, characters):
    """Wrong unless `encode` raises some exception for the character `o`, which is not known."""
    try:
        got = encode(text, characters)
    except Exception:
        return
    called = f"`encode({text!r}, {show(characters)})` is `{show(got)}`"
    if got == [2, 1]:
        raise Wrong(
            f"{called}: the unknown `o` was left out silently. Raise an error; "
            "`characters.index` does so by itself."
        )
    raise Wrong(
        f'{called}, but `o` has no id: there must be an error. `characters.index("o")` raises '
        "one; `.find` and `.get` do not."
    )


@exercise(
    "tokenizer.encode",
    check=check_encode,
    hints=(
        '`["a", "b", "n"].index("n")` is 2: the place of `n` in that list. Try it.',
        "Do this for every character of the text, and collect the results in a list.",
        """
        Nearly there:

        ```python
        return [... for character in text]
        ```
        """,
    ),
)
def encode(text, characters):
    """The id of each character of the text: its place in the list of characters."""
    return [characters.index(character) for character in text]


def check_decode(decode):
    def ids_and_characters(rng):
        characters = a_vocabulary(rng)
        return [rng.randrange(len(characters)) for _ in range(rng.randint(2, 8))], characters

    fixed = ([1, 0, 2, 0, 2, 0], ["a", "b", "n"])
    for ids, characters in [fixed, *cases(ids_and_characters)]:
        text = [characters[i] for i in ids]
        expect(
            call(decode, ids, characters),
            "".join(text),
            when=f"decode({show(ids)}, {show(characters)})",
            mistakes={
                'that is a list of characters: join them with `"".join(…)`.': text,
                "there is something between the characters: join them with the empty string "
                '`""`.': " ".join(text),
                "the text is back to front.": "".join(text[::-1]),
                "that is the neighbour of each character: id 0 is the first one.": "".join(
                    characters[i - 1] for i in ids
                ),
                "that takes the alphabet a to z for the vocabulary, as `chr` does and the lesson's "
                "tokenizer: look into the `characters` that are handed in.": "".join(
                    chr(ord("a") + i) for i in ids
                ),
                "those are the ids themselves, written as text: look each up in `characters`.": (
                    "".join(map(str, ids))
                ),
                "that is the first character only: is the `return` in the loop?": text[0],
                "that is the last character only: add to the text, do not replace it.": text[-1],
            },
        )
    expect(call(decode, [], ["a", "b", "n"]), "", when="decode([], ['a', 'b', 'n'])")


@exercise(
    "tokenizer.decode",
    check=check_decode,
    hints=(
        "Looking up is easier in this direction: `characters[2]` is the character with the id 2.",
        '`"".join(["n", "a"])` makes the text `na` of a list of characters.',
        """
        Nearly there:

        ```python
        return "".join(... for token in tokens)
        ```
        """,
    ),
)
def decode(tokens, characters):
    """The text that the tokens stand for."""
    return "".join(characters[token] for token in tokens)


TEXTS = ["emma", "anna", "noah", "Zoe", "lee", "otto", "maria"]
ALPHABET = string.ascii_letters


def to_ids(text):
    return [ALPHABET.index(c) for c in text]


def to_text(ids):
    return "".join(ALPHABET[i] for i in ids)


def spoiling(*places):
    """A decoder that gives back the texts at these places as the one before."""
    wrongly = {TEXTS[i]: TEXTS[i - 1] for i in places}
    return lambda ids: wrongly.get(to_text(ids), to_text(ids))


FAITHFUL = {
    "ids in order of the alphabet": (to_ids, to_text),
    "ids in reverse order": (
        lambda text: [51 - i for i in to_ids(text)],
        lambda ids: to_text(51 - i for i in ids),
    ),
    "tuples of Unicode numbers": (
        lambda text: tuple(map(ord, text)),
        lambda ids: "".join(map(chr, ids)),
    ),
    "the last character first": (
        lambda text: to_ids(text)[::-1],
        lambda ids: to_text(ids[::-1]),
    ),
}

LAST = "only the last text comes back wrong: are all tried, or is there a `return` in the loop?"
FIRST = "only the first text comes back wrong: one failure is enough for False, whatever follows."
REPEATED = (
    "repeated letters are lost: `anna` comes back as `an`. Compare the texts themselves, not the "
    "sets of their letters."
)
UNFAITHFUL = {
    "the text comes back with other letters, though as long as before. Is the text itself "
    "compared?": (to_ids, lambda ids: to_text((i + 1) % 52 for i in ids)),
    REPEATED: (lambda text: to_ids(dict.fromkeys(text)), to_text),
    "the right letters come back in another order. Compare the texts themselves, not what they "
    "are made of.": (to_ids, lambda ids: to_text(sorted(ids, reverse=True))),
    "the end is missing: compare the whole texts.": (lambda text: to_ids(text[:-1]), to_text),
    "each text comes back as another one of the list: compare each with itself.": (
        to_ids,
        spoiling(*range(len(TEXTS))),
    ),
    LAST: (to_ids, spoiling(-1)),
    FIRST: (to_ids, spoiling(0)),
    "only a text in the middle comes back wrong: try every one.": (to_ids, spoiling(2)),
    "capital letters come back small, `Zoe` as `zoe`: compare the texts as they are.": (
        lambda text: to_ids(text.lower()),
        to_text,
    ),
}


def check_round_trip(round_trip):
    for name, (encode, decode) in FAITHFUL.items():
        got = call(round_trip, encode, decode, TEXTS)
        if got is False:
            raise Wrong(
                f"your test says False to a faithful encoder ({name}), with which every text comes "
                "back as it was: compare `decode(encode(text))` with `text`."
            )
        expect(got, True, when="round_trip(encode, decode, texts)")
    verdicts = {}
    for fault, (encode, decode) in UNFAITHFUL.items():
        try:
            verdicts[fault] = round_trip(encode, decode, list(TEXTS))
        except AssertionError:
            raise Wrong(
                "your test raises AssertionError for a broken encoder: return False instead."
            ) from None
    missed = [fault for fault, verdict in verdicts.items() if verdict]
    if len(missed) == len(UNFAITHFUL):
        raise Wrong(
            "your test says True to every encoder, the broken ones as well: does it compare what "
            "comes back with what went in?"
        )
    if {LAST, FIRST, REPEATED} <= {*missed}:
        raise Wrong("your test is content when one text survives: every one of them must.")
    if missed:
        raise Wrong(f"your test says True to a broken encoder: {missed[0]}")
    expect(verdicts.popitem()[1], False, when="round_trip(broken_encode, decode, texts)")
    return (
        f"it accepts {len(FAITHFUL)} faithful encoders and rejects {len(UNFAITHFUL)} broken ones. "
        "Now try it on your own `encode` and `decode`."
    )


@exercise(
    "tokenizer.round_trip",
    check=check_round_trip,
    hints=(
        "For one text the property is `decode(encode(text)) == text`.",
        "One text that fails is enough for False; True can be said only after the last one. So the "
        "`return True` stands behind the loop.",
        """
        Nearly there:

        ```python
        for text in texts:
            if ...:
                return False
        return True
        ```
        """,
    ),
)
def round_trip(encode, decode, texts):
    """True if every one of the texts comes back unchanged, else False."""
    return all(decode(encode(text)) == text for text in texts)


def check_sequence(sequence):
    for text, characters, ids in encoded_texts():
        bos = len(characters)
        expect(
            call(sequence, text, characters),
            [bos, *ids, bos],
            when=f"sequence({text!r}, {show(characters)})",
            mistakes={
                "there is no mark at the end, so nothing would ever say where a name stops.": [
                    bos,
                    *ids,
                ],
                "there is no mark at the start, so the first letter has nothing to follow.": [
                    *ids,
                    bos,
                ],
                "those are the ids of the text; put BOS in front and behind.": ids,
                "that mark is the id of the last character: BOS gets the first id that is free, "
                "`len(characters)`.": [bos - 1, *ids, bos - 1],
                "the id 0 belongs to the first character already; BOS gets `len(characters)`.": [
                    0,
                    *ids,
                    0,
                ],
                "26 fits the vocabulary a to z only; BOS gets `len(characters)`.": [26, *ids, 26],
                "that takes the alphabet a to z for the vocabulary, as the lesson's tokenizer "
                "does: use the `characters` that are handed in.": [
                    26,
                    *(ord(c) - ord("a") for c in text),
                    26,
                ],
                "that mark is the length of the text; BOS gets `len(characters)`.": [
                    len(text),
                    *ids,
                    len(text),
                ],
                "the end has a mark of its own; one and the same BOS stands at both ends.": [
                    bos,
                    *ids,
                    bos + 1,
                ],
                "there is a list within the list: join them with `+`, or write `*` before the "
                "inner one.": [bos, ids, bos],
                "BOS is a number like the other tokens, not a string.": ["BOS", *ids, "BOS"],
            },
        )
    expect(call(sequence, "", ["a", "b"]), [2, 2], when="sequence('', ['a', 'b'])")


@exercise(
    "tokenizer.sequence",
    check=check_sequence,
    hints=(
        "With three characters the ids 0, 1 and 2 are taken. Which is the first that is free?",
        "Lists are joined with `+`: `[3] + [1, 0] + [3]`.",
        """
        Nearly there:

        ```python
        bos = len(characters)
        return [bos] + ... + [bos]
        ```
        """,
    ),
)
def sequence(text, characters):
    """The tokens of a whole text, with BOS at both ends; the id of BOS is len(characters)."""
    bos = len(characters)
    return [bos] + [characters.index(character) for character in text] + [bos]


def check_training_pairs(training_pairs):
    def tokens_and_block(rng):
        ids = [rng.randrange(26) for _ in range(rng.randint(1, 11))]
        return [26, *ids, 26], rng.randint(1, 9)

    fixed = [([26, 4, 12, 12, 0, 26], 8), ([26, 4, 12, 12, 0, 26], 3)]
    for tokens, block_size in [*fixed, *cases(tokens_and_block)]:
        every = list(pairwise(tokens))
        want = every[:block_size]
        n = len(want)
        when = f"training_pairs({show(tokens)}, {block_size})"
        try:
            got = call(training_pairs, tokens, block_size)
        except IndexError:
            raise Wrong(
                f"`{when}` asks for a token where there is none (IndexError): the last token has "
                "none that follows it, so it is no question."
            ) from None
        expect(
            got,
            want,
            when=when,
            mistakes={
                "that stops too late: there are at most `block_size` pairs.": every[
                    : block_size + 1
                ],
                "the last pair is missing, in which BOS is the answer: without it nothing ever "
                "stops.": every[:-1],
                "that stops too early: `block_size` pairs need `block_size + 1` tokens.": every[
                    : block_size - 1
                ],
                "the block size is ignored: only the first `block_size` pairs count.": every,
                "those are the last pairs; take the first `block_size`.": every[-block_size:],
                "each token is paired with itself; its answer is the next one.": [
                    (token, token) for token in tokens[:n]
                ],
                "the answer stands in front: the token first, then the one that follows.": [
                    (after, token) for token, after in want
                ],
                "the answer is two places ahead; take the very next token.": list(
                    zip(tokens, tokens[2:], strict=False)
                )[:block_size],
                "the first pair is missing: what follows BOS is a question, too.": want[1:],
                "the pairs must overlap: each answer is the next question.": list(
                    zip(tokens[::2], tokens[1::2], strict=False)
                )[:block_size],
                "the whole context is a good thought, but here a pair holds two tokens: the newest "
                "and the next.": [(tokens[: t + 1], tokens[t + 1]) for t in range(n)],
                "that is the first pair alone: is the `return` in the loop?": want[:1],
                "that is the last pair alone: was the list begun anew for each pair?": want[-1:],
                "those are two lists, questions and answers; pair them up, with `zip` for one.": [
                    [token for token, _ in want],
                    [after for _, after in want],
                ],
            },
        )
    return "right for 22 sequences, short ones and those that had to be cut."


@exercise(
    "tokenizer.training_pairs",
    check=check_training_pairs,
    hints=(
        "At position `t` the question is `tokens[t]` and the answer is `tokens[t + 1]`. Which is "
        "the last `t` that has an answer?",
        "There are `len(tokens) - 1` pairs in all, and at most `block_size` of them count: "
        "`min(block_size, len(tokens) - 1)`.",
        """
        Nearly there:

        ```python
        num_pairs = min(block_size, len(tokens) - 1)
        return [(tokens[t], ...) for t in range(num_pairs)]
        ```
        """,
    ),
)
def training_pairs(tokens, block_size):
    """Each token with the one that follows it, for the first block_size positions."""
    num_pairs = min(block_size, len(tokens) - 1)
    return [(tokens[t], tokens[t + 1]) for t in range(num_pairs)]


def joined_up(pieces, pairs):
    """The pieces, with two joined wherever they are one of the pairs, from left to right."""
    joined = []
    for piece in pieces:
        # A joined piece is longer than each part of a pair: it is not joined again.
        if joined and (joined[-1], piece) in pairs:
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def check_merge(merge):
    def pieces_and_pair(rng):
        kinds = rng.choice([["a", "n", "b"], ["an", "n", "a", "e"], ["e", "l", "i"]])
        first, second = rng.sample(kinds, 2)
        pieces = rng.choices(kinds, k=rng.randint(2, 8))
        return [*pieces, first, second] if rng.random() < 0.5 else pieces, (first, second)

    fixed = [
        (list("banana"), ("a", "n")),
        (list("joanna"), ("n", "a")),
        (["an", "n", "a"], ("an", "n")),
        (list("nan"), ("a", "n")),
        (list("emma"), ("a", "n")),
        (list("aaa"), ("a", "a")),
        (["an", "a", "ne"], ("n", "a")),
        (["an", "a", "ne"], ("a", "n")),
        (["an", "n", "a"], ("a", "nn")),
        ([], ("a", "n")),
    ]
    for pieces, pair in [*fixed, *cases(pieces_and_pair)]:
        first, second = pair
        both = first + second
        want = joined_up(pieces, {pair})
        places = [i for i, two in enumerate(pairwise(pieces)) if two == pair]
        at = places[0] if places else 0
        once = [*pieces[:at], both, *pieces[at + 2 :]] if places else pieces
        kept = [both if i in places else piece for i, piece in enumerate(pieces)]
        backward = [second + first if piece == both else piece for piece in want]
        spaced = " ".join(pieces).replace(f"{first} {second}", both).split()
        alike = joined_up(pieces, {(both[:i], both[i:]) for i in range(1, len(both))})
        either = joined_up(pieces, {pair, pair[::-1]})
        expect(
            call(merge, pieces, pair),
            want,
            when=f"merge({show(pieces)}, {pair})",
            mistakes={
                "nothing was merged. Compare `(pieces[i], pieces[i + 1])` with `pair`.": pieces,
                "only the first place was merged: go on to the end.": once,
                "the second part is still there beside the merged piece: skip both.": kept,
                "the last piece got lost: the loop must reach it, too.": want[:-1],
                "after a joined pair its second part was looked at again: jump by 2, with "
                "`while`.": kept[:-1],
                "the merged piece is back to front: the first part comes first.": backward,
                "the order matters: the second part before the first is another pair.": either,
                "`an`, `n` and `a`, `nn` read alike when joined, but are different pairs: compare "
                "the pieces themselves.": alike,
                "that is a string; give a list of pieces.": "".join(pieces),
                "part of a longer piece was taken for a piece: compare whole pieces.": spaced,
                "the merged pieces stand alone: the others stay as they are, between them.": [both]
                * len(places),
                "the pair itself went in: join its parts into one string, `first + second`.": [
                    pair if piece == both and piece not in pieces else piece for piece in want
                ],
            },
        )


@exercise(
    "tokenizer.merge",
    check=check_merge,
    hints=(
        "Walk through the pieces with an index `i`. Where `pieces[i]` and `pieces[i + 1]` are the "
        "pair, the walk must jump by 2.",
        "`pieces[i : i + 2]` is the next two pieces, or just one at the end: no error there. "
        "Compare it with `list(pair)`.",
        """
        Nearly there:

        ```python
        merged = []
        i = 0
        while i < len(pieces):
            if pieces[i : i + 2] == list(pair):
                merged.append(pair[0] + pair[1])
                i += 2
            else:
                ...
        return merged
        ```
        """,
    ),
)
def merge(pieces, pair):
    """The pieces, with the pair joined into one piece wherever it stands, from left to right."""
    merged = []
    i = 0
    while i < len(pieces):
        if pieces[i : i + 2] == list(pair):
            merged.append(pair[0] + pair[1])
            i += 2
        else:
            merged.append(pieces[i])
            i += 1
    return merged
