"""Answers to lesson 00."""

from bank import right, wrong
from course_lib import names
from course_lib.tokenizer import Tokenizer


@right("start_here.count_ending")
def count_ending(documents, ending):
    return sum(1 for document in documents if document.endswith(ending))


@right("start_here.count_ending")
def count_ending(names, letter):
    last_letters = [name[len(name) - 1] for name in names]
    return last_letters.count(letter)


@wrong("start_here.count_ending", says="how many begin with it")
def count_ending(documents, ending):
    count = 0
    for document in documents:
        if document[0] == ending:
            count += 1
    return count


@wrong("start_here.count_ending", says="the last but one")
def count_ending(documents, ending):
    count = 0
    for document in documents:
        if document[-2] == ending:
            count += 1
    return count


@wrong("start_here.count_ending", says="how many contain it anywhere")
def count_ending(documents, ending):
    count = 0
    for document in documents:
        if ending in document:
            count += 1
    return count


@wrong("start_here.count_ending", says="how many end with another letter")
def count_ending(documents, ending):
    count = 0
    for document in documents:
        if document[-1] != ending:
            count += 1
    return count


@wrong("start_here.count_ending", says="is the condition always true?")
def count_ending(documents, ending):
    count = 0
    for document in documents:
        if document[-1]:
            count += 1
    return count


@wrong("start_here.count_ending", says="compare the last letter alone")
def count_ending(documents, ending):
    count = 0
    for document in documents:
        if document == ending:
            count += 1
    return count


@wrong("start_here.count_ending", says="wherever it stands")
def count_ending(documents, ending):
    count = 0
    for document in documents:
        for letter in document:
            if letter == ending:
                count += 1
    return count


@wrong("start_here.count_ending", says="it counts one at most")
def count_ending(documents, ending):
    count = 0
    for document in documents:
        if document[-1] == ending:
            count += 1
        return count


@wrong("start_here.count_ending", says="does `count = 0` stand before the loop")
def count_ending(documents, ending):
    for document in documents:
        count = 0
        if document[-1] == ending:
            count += 1
    return count


@wrong("start_here.count_ending", says="and `+= 1` between?")
def count_ending(documents, ending):
    count = 0
    for document in documents:
        if document[-1] == ending:
            count = +1
    return count


@wrong("start_here.count_ending", says="in second place")
def count_ending(documents, ending):
    count = 0
    for document in documents:
        if document[1] == ending:
            count += 1
    return count


@wrong("start_here.count_ending", says="changed its input")
def count_ending(documents, ending):
    count = 0
    while documents:
        if documents.pop()[-1] == ending:
            count += 1
    return count


@wrong("start_here.count_ending", says="where a number is expected")
def count_ending(documents, ending):
    return [document for document in documents if document[-1] == ending]


@wrong("start_here.count_ending", says="the places of a name end one before its length")
def count_ending(documents, ending):
    count = 0
    for document in documents:
        if document[len(document)] == ending:
            count += 1
    return count


@wrong("start_here.count_ending", says="Names differ in length")
def count_ending(documents, ending):
    count = 0
    for document in documents:
        if document[4] == ending:
            count += 1
    return count


@wrong("start_here.count_ending", says="the lesson's names")
def count_ending(documents, ending):
    return sum(name.endswith(ending) for name in names.load())


@right("start_here.mean_length")
def mean_length(documents):
    total = 0
    for document in documents:
        total += len(document)
    return total / len(documents)


@right("start_here.mean_length")
def mean_length(documents):
    return len("".join(documents)) / len(documents)


@wrong("start_here.mean_length", says="that is the total")
def mean_length(documents):
    return sum(len(document) for document in documents)


@wrong("start_here.mean_length", says="how many documents there are; the mean")
def mean_length(documents):
    return len(documents)


@wrong("start_here.mean_length", says="divide with `/`")
def mean_length(documents):
    return sum(len(document) for document in documents) // len(documents)


@wrong("start_here.mean_length", says="the mean was rounded")
def mean_length(documents):
    return round(sum(len(document) for document in documents) / len(documents))


@wrong("start_here.mean_length", says="the one in the middle")
def mean_length(documents):
    lengths = sorted(len(document) for document in documents)
    middle = len(lengths) // 2
    return lengths[middle] if len(lengths) % 2 else (lengths[middle - 1] + lengths[middle]) / 2


@wrong("start_here.mean_length", says="the length of `maria`")
def mean_length(documents):
    return len("maria")


@wrong("start_here.mean_length", says="only the last length was added")
def mean_length(documents):
    for document in documents:
        total = len(document)
    return total / len(documents)


@wrong("start_here.mean_length", says="that is the longest")
def mean_length(documents):
    return max(len(document) for document in documents)


@wrong("start_here.mean_length", says="is the `return` in the loop?")
def mean_length(documents):
    total = 0
    for document in documents:
        total += len(document)
        return total / len(documents)


@wrong("start_here.mean_length", says="the mark at both ends")
def mean_length(documents):
    tokenizer = Tokenizer(names.load())
    return sum(len(tokenizer.sequence(document)) for document in documents) / len(documents)


@wrong("start_here.mean_length", says="it is turned over: you divided")
def mean_length(documents):
    return len(documents) / sum(len(document) for document in documents)


@wrong("start_here.mean_length", says="is there a `return`?")
def mean_length(documents):
    print(sum(len(document) for document in documents) / len(documents))


@wrong("start_here.mean_length", says="Was it rounded?")
def mean_length(documents):
    return round(sum(len(document) for document in documents) / len(documents), 1)


@wrong("start_here.mean_length", says="one from the middle")
def mean_length(documents):
    return sorted(len(document) for document in documents)[len(documents) // 2]


@wrong("start_here.mean_length", says="you divided by one length")
def mean_length(documents):
    return len(documents) / len(documents[0])


@wrong("start_here.share_new", says="the lesson's 200 names")
def share_new(written, documents):
    return 143 / 200


@right("start_here.share_new")
def share_new(written, documents):
    known = set(documents)
    count = 0
    for name in written:
        if name not in known:
            count += 1
    return count / len(written)


@right("start_here.share_new")
def share_new(written, documents):
    return 1 - sum(name in documents for name in written) / len(written)


@wrong("start_here.share_new", says="share of those that are known")
def share_new(written, documents):
    return len([name for name in written if name in documents]) / len(written)


@wrong("start_here.share_new", says="you divided by the number of documents")
def share_new(written, documents):
    return len([name for name in written if name not in documents]) / len(documents)


@wrong("start_here.share_new", says="you dropped the repetitions")
def share_new(written, documents):
    written = set(written)
    return len(written - set(documents)) / len(written)


@wrong("start_here.share_new", says="the different new names by all")
def share_new(written, documents):
    return len(set(written) - set(documents)) / len(written)


@wrong("start_here.share_new", says="that is how many are new")
def share_new(written, documents):
    return len([name for name in written if name not in documents])


@wrong("start_here.share_new", says="that is in percent")
def share_new(written, documents):
    return 100 * len([name for name in written if name not in documents]) / len(written)


@wrong("start_here.share_new", says="compare whole names")
def share_new(written, documents):
    text = " ".join(documents)
    return len([name for name in written if name not in text]) / len(written)


@wrong("start_here.share_new", says="turn the two around")
def share_new(written, documents):
    return len([name for name in documents if name not in written]) / len(documents)


@wrong("start_here.share_new", says="drops what is behind the point")
def share_new(written, documents):
    return len([name for name in written if name not in documents]) // len(written)


@wrong("start_here.share_new", says="every unequal pair")
def share_new(written, documents):
    count = 0
    for name in written:
        for document in documents:
            if name != document:
                count += 1
    return count / len(written)


@wrong("start_here.share_new", says="divide by `len(written)`, however many")
def share_new(written, documents):
    return len([name for name in written if name not in documents]) / 200


@right("start_here.count_parameters")
def count_parameters(n_embd):
    rows = 27 + 8 + 27
    return rows * n_embd + 12 * n_embd * n_embd


@right("start_here.count_parameters")
def count_parameters(width):
    return 2.0 * width * (31 + 6 * width)


@wrong("start_here.count_parameters", says="those are the rows alone")
def count_parameters(n_embd):
    return (27 + 8 + 27) * n_embd


@wrong("start_here.count_parameters", says="those are the twelve squares alone")
def count_parameters(n_embd):
    return 12 * n_embd**2


@wrong("start_here.count_parameters", says="a square holds n_embd times n_embd numbers")
def count_parameters(n_embd):
    return (27 + 8 + 27) * n_embd + 12 * n_embd


@wrong("start_here.count_parameters", says="each of the 62 rows holds n_embd numbers")
def count_parameters(n_embd):
    return 27 + 8 + 27 + 12 * n_embd**2


@wrong("start_here.count_parameters", says="27 rows are there twice")
def count_parameters(n_embd):
    return (27 + 8) * n_embd + 12 * n_embd**2


@wrong("start_here.count_parameters", says="only the width is squared")
def count_parameters(n_embd):
    return 62 * n_embd + (12 * n_embd) ** 2


@wrong("start_here.count_parameters", says="the rows are rows")
def count_parameters(n_embd):
    return (62 + 12) * n_embd**2


@wrong("start_here.count_parameters", says="is no power (it combines bits)")
def count_parameters(n_embd):
    return 62 * n_embd + 12 * n_embd ^ 2


@wrong("start_here.count_parameters", says="is no power, it combines bits")
def count_parameters(n_embd):
    return 62 * n_embd + 12 * (n_embd ^ 2)


@wrong("start_here.count_parameters", says="put brackets around 27 + 8 + 27")
def count_parameters(n_embd):
    return 27 + 8 + 27 * n_embd + 12 * n_embd * n_embd


@wrong("start_here.count_parameters", says="that is the size at width 16")
def count_parameters(n_embd):
    return 4064


@wrong("start_here.count_parameters", says="cannot simply be scaled")
def count_parameters(n_embd):
    return 4064 / 16 * n_embd


@wrong("start_here.count_parameters", says="`n_embd*2` doubles it")
def count_parameters(n_embd):
    return 62 * n_embd + 12 * n_embd * 2
