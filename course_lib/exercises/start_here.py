"""Lesson 00: look at the data, watch a model learn, tell its inventions from real names."""

import statistics

from course_lib import names
from course_lib.exercises.exercise import exercise
from course_lib.exercises.expect import Wrong, call, cases, expect, show
from course_lib.gpt import GPTConfig
from course_lib.teach.questions import Choice, Choices, Number, Order, right, wrong

one_sentence = Choice(
    "start_here.one_sentence",
    "Which sentence says what a language model does?",
    {
        "It gives each possible next piece of a text a probability.": right(
            "That is all. Writing is done with it: draw a piece, append it, ask again."
        ),
        "It looks the next piece up in the texts that it was shown.": wrong(
            "The texts are not inside it: examples have only nudged its numbers."
        ),
        "It picks the likeliest next piece, and is sure of it.": wrong(
            "It gives them all a probability. The piece is drawn afterwards, and need not be the "
            "likeliest."
        ),
        "It follows rules about names that a programmer wrote.": wrong(
            "Nobody wrote a rule about names; what it knows came from examples."
        ),
    },
)

before_training = Choice(
    "start_here.before_training",
    "Predict: what does the untrained model write?",
    {
        "random letters": right(
            "Its parameters are small and random, so every token is about as likely as any other."
        ),
        "names from the dataset": wrong(
            "It has not seen a single name yet. Showing them to it is what training does."
        ),
        "the same letter again and again": wrong(
            "Each letter is drawn by chance, and at first all are about equally likely: the draws "
            "differ."
        ),
        "nothing at all": wrong(
            "It cannot refuse: it gives every next token a probability, however senseless."
        ),
    },
)

learned_first = Choice(
    "start_here.learned_first",
    "Predict: what has it learned after the first 10 steps of 1,000?",
    {
        "which letters are common": right(
            "After 10 steps nearly every letter that it writes is one of the six commonest."
        ),
        "how long a name is": wrong(
            "Not yet: after 10 steps it stops too early. Its names are little more than half as "
            "long as real ones."
        ),
        "a few whole names, by heart": wrong(
            "Look for them: even after 1,000 steps it mostly writes names that are in no list. It "
            "learns what names are like, bit by bit."
        ),
        "which vowels and consonants sound well together": wrong(
            "That comes later. First come the single letters, then which of them follow one "
            "another: compare step 10 with step 100."
        ),
    },
)

real_or_invented = Choices(
    "start_here.real_or_invented",
    "Which of these names did the model invent?",
    {
        "somila": right("somila is in no list that the model has seen: it made it up."),
        "jorenna": right(
            "jorenna looks familiar, since jenna and brenna end like it; but it is invented."
        ),
        "garitte": right(
            "garitte is an invention, although real names such as brigitte end that way."
        ),
        "kalenia": right("kalenia is not in the list; the model put it together letter by letter."),
        "lurlene": wrong("it is a real name from the census, however unlikely it looks."),
        "mozella": wrong("people bear this name: it stands in the list."),
        "tonette": wrong("it stands in the list, and so does antonette."),
        "lanora": wrong("a real name, one of the 5,163."),
    },
)

writing_order = Order(
    "start_here.writing_order",
    "How does the model write a name? Put the lines in order.",
    """
    name = ""
    while True:
        probabilities = model(name)
        letter = draw(probabilities)
        if letter == END: break
        name = name + letter
    print(name)
    """,
    rules={
        (1, 2): "The name starts empty, once, before the loop.",
        (2, 3): "The model is asked again for each letter, so that line belongs in the loop.",
        (3, 4): "You can draw a letter only after you have asked for the probabilities.",
        (4, 5): "Draw first, then look whether what you drew is the end mark.",
        (5, 6): "Look for the end mark before you append, or the mark becomes part of the name.",
        (6, 7): "The name is finished after the loop; print it then.",
    },
    because="Ask for probabilities, draw, stop at the end mark, append, ask again.",
)


def some_names(rng):
    """Made-up documents, of few letters so that these meet often."""
    return ["".join(rng.choices("aelnr", k=rng.randint(2, 6))) for _ in range(rng.randint(5, 9))]


# Chosen so that no two of the mistakes below count the same; the first and the last end with "a".
NAMES = ["eva", "dean", "alan", "leo", "noah", "ian", "paula", "sarah", "adam", "sara"]


def check_count_ending(count_ending):
    for documents, ending in [
        (NAMES, "a"),
        *cases(lambda rng: (some_names(rng), rng.choice("aelnr"))),
    ]:
        count = sum(document[-1] == ending for document in documents)
        when = f"count_ending({documents}, {ending!r})"
        try:
            got = call(count_ending, documents, ending)
        except IndexError:
            raise Wrong(
                f"`{when}` asks for a letter that is not there. Names differ in length, and the "
                "places of a name end one before its length."
            ) from None
        expect(
            got,
            count,
            when=when,
            mistakes={
                "that is how many begin with it; the last letter is `document[-1]`.": sum(
                    document[0] == ending for document in documents
                ),
                "that is the last but one; counted from the end, the last is -1.": sum(
                    document[-2] == ending for document in documents
                ),
                "that is how many have it in second place: places are counted from 0, and the last "
                "letter is wanted.": sum(document[1] == ending for document in documents),
                "that is how many contain it anywhere; look at the last letter only.": sum(
                    ending in document for document in documents
                ),
                "that is how many end with another letter: turn the condition around.": (
                    len(documents) - count
                ),
                "every name was counted: is the condition always true?": len(documents),
                "no name was counted: compare the last letter alone with `ending`.": 0,
                "you counted the letter wherever it stands; count each name once, by its end.": (
                    "".join(documents).count(ending)
                ),
                "it counts one at most: does `count = 0` stand before the loop, `return count` "
                "after it, and `+= 1` between?": 1,
                "that is how many of the lesson's names end so; use the `documents` that are "
                "handed in.": sum(name[-1] == ending for name in names.load()),
            },
        )


@exercise(
    "start_here.count_ending",
    check=check_count_ending,
    hints=(
        "Which letter of the document is the one to compare? Its place goes between the brackets.",
        'Places are counted from 0: `"maria"[0]` is the first letter, `"m"`. Python also counts '
        "from the end, with negative numbers. Names differ in length, so no place counted from the "
        "front will do.",
        """
        Try this in a cell of its own:

        ```python
        "maria"[-2], "maria"[-1]
        ```

        One of the two is the last letter.
        """,
    ),
)
def count_ending(documents, ending):
    """How many of the documents end with the given letter."""
    count = 0
    for document in documents:
        if document[-1] == ending:
            count += 1
    return count


def check_mean_length(mean_length):
    for documents in [["jo", "monica", "alexandra", "marguerite"], *cases(some_names)]:
        lengths = [len(document) for document in documents]
        total, n = sum(lengths), len(documents)
        expect(
            call(mean_length, documents),
            total / n,
            when=f"mean_length({documents})",
            mistakes={
                "that is the total; divide it by how many documents there are.": total,
                "that is how many documents there are; the mean is about their lengths.": n,
                "`//` drops what is behind the point; divide with `/`.": total // n,
                "the mean was rounded; hand it back as it is.": round(total / n),
                "that is one from the middle, a median; the mean is total divided by count.": (
                    sorted(lengths)[n // 2]
                ),
                "you divided by one length; divide the total of the lengths by how many there "
                "are.": n / lengths[0],
                "that is the longest; the mean takes all of them into account.": max(lengths),
                "that is the one in the middle, the median; the mean is total divided by count.": (
                    statistics.median(lengths)
                ),
                "that is the length of `maria`, whatever the documents: take `len` of each.": 5,
                "only the first length was added: is the `return` in the loop?": lengths[0] / n,
                "only the last length was added: begin with `total = 0` before the loop, and add "
                "with `+=`.": lengths[-1] / n,
                "that counts the mark at both ends as well; here only the characters count.": (
                    total / n + 2
                ),
                "it is turned over: you divided how many documents there are by their lengths.": (
                    n / total
                ),
            },
        )


@exercise(
    "start_here.mean_length",
    check=check_mean_length,
    hints=(
        'A mean is a total divided by a count. `len("maria")` is 5.',
        "Begin with `total = 0`, and add the length of every document in a loop, as in "
        "`count_ending`.",
        """
        Nearly there:

        ```python
        total = 0
        for document in documents:
            total += len(document)
        return ...
        ```
        """,
    ),
)
def mean_length(documents):
    """The mean number of characters of the documents."""
    return sum(len(document) for document in documents) / len(documents)


def check_share_new(share_new):
    def written_and_known(rng):
        documents = sorted(set(some_names(rng)))
        return rng.choices(documents, k=rng.randint(1, 6)) + some_names(rng), documents

    fixed = (
        ["anna", "marila", "jo", "anna", "torin", "marila", "ann", "ari", "marila", "torin"],
        ["anna", "joanne", "maria", "jo", "lea", "eva", "otto", "mia"],
    )
    for written, documents in [fixed, *cases(written_and_known)]:
        new = [name for name in written if name not in documents]
        n, distinct = len(written), set(written)
        parts = [name for name in written if name not in " ".join(documents)]
        expect(
            call(share_new, written, documents),
            len(new) / n,
            when=f"share_new({written}, {show(documents)})",
            mistakes={
                "that is the share of those that are known; count the others.": 1 - len(new) / n,
                "you divided by the number of documents; it is a share of the written names.": (
                    len(new) / len(documents)
                ),
                "names that were written twice count twice: here you dropped the repetitions.": (
                    len(set(new)) / len(distinct)
                ),
                "a name written twice counts twice above the line, too; you divided the different "
                "new names by all.": len(set(new)) / n,
                "that is how many are new; divide by how many were written.": len(new),
                "that is in percent; a share lies between 0 and 1.": 100 * len(new) / n,
                "`//` drops what is behind the point; divide with `/`.": len(new) // n,
                "you counted every unequal pair; a name is new if *none* of the documents is equal "
                "to it.": sum(name != document for name in written for document in documents) / n,
                "divide by `len(written)`, however many there are: they are not always 200.": (
                    len(new) / 200
                ),
                "`ann` is new although `joanne` contains it: compare whole names.": len(parts) / n,
                "that is the share of the lesson's 200 names; use the `written` that are handed "
                "in.": 143 / 200,
                "that is the share of the documents that were not written; turn the two around.": (
                    sum(document not in distinct for document in documents) / len(documents)
                ),
            },
        )


@exercise(
    "start_here.share_new",
    check=check_share_new,
    hints=(
        "`name in documents` is true where the name is one of the documents; `name not in "
        "documents` is the opposite.",
        "It is a share of the *written* names. So which of the two lists gives the number to "
        "divide by?",
        """
        Nearly there:

        ```python
        new = [name for name in written if name not in documents]
        return ...
        ```
        """,
    ),
)
def share_new(written, documents):
    """The share of the written names that are not among the documents."""
    new = [name for name in written if name not in documents]
    return len(new) / len(written)


def check_count_parameters(count_parameters):
    for n in (8, 16, 4, 12, 32, 64, 100, 256):
        shapes = GPTConfig(vocab_size=27, n_embd=n, block_size=8).shapes().values()
        expect(
            call(count_parameters, n),
            sum(rows * columns for rows, columns in shapes),
            when=f"count_parameters({n})",
            mistakes={
                "those are the rows alone; add the twelve squares.": 62 * n,
                "those are the twelve squares alone; add the rows.": 12 * n * n,
                "a square holds n_embd times n_embd numbers, not n_embd.": 62 * n + 12 * n,
                "each of the 62 rows holds n_embd numbers, not one.": 62 + 12 * n * n,
                "27 rows are there twice, once to read and once to write: 27 + 8 + 27.": (
                    35 * n + 12 * n * n
                ),
                "only the width is squared, not the 12.": 62 * n + (12 * n) ** 2,
                "the rows are rows, not squares: 62 times n_embd.": 74 * n * n,
                "in Python `^` is no power (it combines bits): write `n_embd**2`.": (
                    62 * n + 12 * n ^ 2
                ),
                "in Python `^` is no power, it combines bits: write `n_embd**2`.": (
                    62 * n + 12 * (n ^ 2)
                ),
                "multiplication goes before addition: put brackets around 27 + 8 + 27.": (
                    27 + 8 + 27 * n + 12 * n * n
                ),
                "that is the size at width 16; use `n_embd`.": 4064,
                "the squares grow faster than the width: 4,064 cannot simply be scaled.": 254 * n,
                "`n_embd*2` doubles it; the square is `n_embd**2`.": 62 * n + 12 * n * 2,
            },
        )
    return (
        "right for every width: with 16 it gives 4,064, and with 32 three and a half times that, "
        "14,272. (With these, our loss ended at 2.07.)"
    )


@exercise(
    "start_here.count_parameters",
    check=check_count_parameters,
    hints=(
        "How many numbers are in 62 rows of `n_embd`? How many in one square of `n_embd` × "
        "`n_embd`?",
        "In Python the square of `n_embd` is `n_embd**2`, or `n_embd * n_embd`.",
        """
        Half of it done:

        ```python
        rows = (27 + 8 + 27) * n_embd
        squares = ...
        return rows + squares
        ```
        """,
    ),
)
def count_parameters(n_embd):
    """The number of parameters of a one-layer model of that width."""
    return (27 + 8 + 27) * n_embd + 12 * n_embd**2


larger_part = Number(
    "start_here.larger_part",
    "Double the width, and the rows double; what do the squares do? So from which width on (a "
    "whole number) are the squares the larger part of the parameters?",
    6,
    tolerance=0.01,
    because="Double the width, and the rows double, while the squares become four times as large. "
    "At width 5 the rows are still ahead, 310 to 300; at 6 the squares are, 432 to 372.",
    mistakes={
        5: "Nearly: at width 5 the squares hold 12 · 25 = 300 numbers, and the rows 62 · 5 = 310.",
        62 / 12: "There the two are equal. The first whole width beyond it is the answer.",
        5.2: "The two are equal at 62 / 12, which is 5.17. Widths are whole numbers.",
        16: "At width 16 they have long been ahead, 3,072 to 992. Try smaller widths.",
        62: "There are 62 rows, but each square is not one number, and there are twelve of them.",
        12: "Twelve is how many squares there are. Work out both parts for a few widths.",
    },
    otherwise="Work out both parts for a few small widths: 4, 5, 6, 7, 8.",
)
