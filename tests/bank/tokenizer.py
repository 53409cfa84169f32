"""Answers to lesson 03."""
# ruff: noqa: RUF005, RUF007, SIM103, SIM110 (they are written as students write)

from itertools import pairwise
from string import ascii_lowercase

from bank import right, wrong
from course_lib.tokenizer import Tokenizer


@right("tokenizer.vocabulary")
def vocabulary(documents):
    return sorted(set("".join(documents)))


@right("tokenizer.vocabulary")
def vocabulary(names):
    found = []
    for name in names:
        for character in name:
            if character not in found:
                found.append(character)
    found.sort()
    return tuple(found)


@wrong("tokenizer.vocabulary", says="some characters are there twice")
def vocabulary(documents):
    return sorted("".join(documents))


@wrong("tokenizer.vocabulary", says="unsorted")
def vocabulary(documents):
    return list(dict.fromkeys("".join(documents)))


@wrong("tokenizer.vocabulary", says="whole documents")
def vocabulary(documents):
    return sorted(set(documents))


@wrong("tokenizer.vocabulary", says="vocabulary of the first document")
def vocabulary(documents):
    for document in documents:
        return sorted(set(document))


@wrong("tokenizer.vocabulary", says="vocabulary of the last document")
def vocabulary(documents):
    for document in documents:
        characters = set(document)
    return sorted(characters)


@wrong("tokenizer.vocabulary", says="first letters only")
def vocabulary(documents):
    return sorted({document[0] for document in documents})


@wrong("tokenizer.vocabulary", says="capital letters became small")
def vocabulary(documents):
    return sorted(set("".join(documents).lower()))


@wrong("tokenizer.vocabulary", says="a hyphen or an apostrophe")
def vocabulary(documents):
    return sorted({c for document in documents for c in document if c.isalpha()})


@wrong("tokenizer.vocabulary", says="is a set, which has no order")
def vocabulary(documents):
    return set("".join(documents))


@wrong("tokenizer.vocabulary", says="put `sorted(…)` around them")
def vocabulary(documents):
    return list(dict.fromkeys("".join(documents)))  # as of a set, but for an order that stays


@wrong("tokenizer.vocabulary", says="that is how many there are")
def vocabulary(documents):
    return len(set("".join(documents)))


@wrong("tokenizer.vocabulary", says="all characters as they come")
def vocabulary(documents):
    return list("".join(documents))


@right("tokenizer.encode")
def encode(text, characters):
    ids = {character: i for i, character in enumerate(characters)}
    return [ids[character] for character in text]


@right("tokenizer.encode")
def encode(text, characters):
    tokens = []
    for character in text:
        if character not in characters:
            raise ValueError(character)
        for i, known in enumerate(characters):
            if known == character:
                tokens.append(float(i))
    return tuple(tokens)


@wrong("tokenizer.encode", says="the ids begin at 0")
def encode(text, characters):
    return [characters.index(c) + 1 for c in text]


@wrong("tokenizer.encode", says="place in the alphabet")
def encode(text, characters):
    return [ord(c) - ord("a") for c in text]


@wrong("tokenizer.encode", says="in Unicode")
def encode(text, characters):
    return [ord(c) for c in text]


@wrong("tokenizer.encode", says="positions in the text")
def encode(text, characters):
    return [i for i, _ in enumerate(text)]


@wrong("tokenizer.encode", says="each id is there once")
def encode(text, characters):
    return [characters.index(c) for c in dict.fromkeys(text)]


@wrong("tokenizer.encode", says="the ids were sorted")
def encode(text, characters):
    return [i for i, known in enumerate(characters) for c in text if c == known]


@wrong("tokenizer.encode", says="that is one number")
def encode(text, characters):
    for c in text:
        return characters.index(c)


@wrong("tokenizer.encode", says="is the `return` in the loop?")
def encode(text, characters):
    tokens = []
    for c in text:
        tokens.append(characters.index(c))
        return tokens


@wrong("tokenizer.encode", says="left out silently")
def encode(text, characters):
    return [characters.index(c) for c in text if c in characters]


@wrong("tokenizer.encode", says="there must be an error")
def encode(text, characters):
    return ["".join(characters).find(c) for c in text]


@wrong("tokenizer.encode", says="`.find` and `.get` do not")
def encode(text, characters):
    ids = {character: i for i, character in enumerate(characters)}
    return [ids.get(c) for c in text]


@wrong("tokenizer.encode", says="BOS has no place here yet")
def encode(text, characters):
    bos = len(characters)
    return [bos, *[characters.index(c) for c in text], bos]


@wrong("tokenizer.encode", says="a string of digits")
def encode(text, characters):
    return "".join(str(characters.index(c)) for c in text)


@wrong("tokenizer.encode", says="`text.index` finds the place in the text")
def encode(text, characters):
    return [text.index(c) for c in text]


@wrong("tokenizer.encode", says="the ids of the whole vocabulary")
def encode(text, characters):
    return [characters.index(c) for c in characters]


@wrong("tokenizer.encode", says="gives nothing back")
def encode(text, characters):
    if text:
        return [characters.index(c) for c in text]


@wrong("tokenizer.encode", says="look up one character at a time")
def encode(text, characters):
    return characters.index(text)


@right("tokenizer.decode")
def decode(tokens, characters):
    text = ""
    for token in tokens:
        text += characters[token]
    return text


@right("tokenizer.decode")
def decode(ids, vocabulary):
    by_id = dict(enumerate(vocabulary))
    return "".join(map(by_id.get, ids))


@wrong("tokenizer.decode", says="that is a list of characters")
def decode(tokens, characters):
    return [characters[token] for token in tokens]


@wrong("tokenizer.decode", says="something between the characters")
def decode(tokens, characters):
    return " ".join(characters[token] for token in tokens)


@wrong("tokenizer.decode", says="back to front")
def decode(tokens, characters):
    text = ""
    for token in tokens:
        text = characters[token] + text
    return text


@wrong("tokenizer.decode", says="the neighbour of each character")
def decode(tokens, characters):
    return "".join(characters[token - 1] for token in tokens)


@wrong("tokenizer.decode", says="as `chr` does")
def decode(tokens, characters):
    return "".join(chr(token + ord("a")) for token in tokens)


@wrong("tokenizer.decode", says="the ids themselves")
def decode(tokens, characters):
    return "".join(map(str, tokens))


@wrong("tokenizer.decode", says="is the `return` in the loop?")
def decode(tokens, characters):
    for token in tokens:
        return characters[token]


@wrong("tokenizer.decode", says="the last character only")
def decode(tokens, characters):
    text = ""
    for token in tokens:
        text = characters[token]
    return text


@wrong("tokenizer.decode", says="the alphabet a to z")
def decode(tokens, characters):
    return Tokenizer([ascii_lowercase]).decode(tokens)


@right("tokenizer.round_trip")
def round_trip(encode, decode, texts):
    for text in texts:
        if decode(encode(text)) != text:
            return False
    return True


@right("tokenizer.round_trip")
def round_trip(encode, decode, texts):
    return [decode(encode(text)) for text in texts] == list(texts)


@right("tokenizer.round_trip")
def round_trip(encode, decode, texts):
    failures = [text for text in texts if decode(encode(text)) != text]
    return not failures


@wrong("tokenizer.round_trip", says="as long as before")
def round_trip(encode, decode, texts):
    return all(len(decode(encode(text))) == len(text) for text in texts)


@wrong("tokenizer.round_trip", says="not the sets of their letters")
def round_trip(encode, decode, texts):
    return all(set(decode(encode(text))) == set(text) for text in texts)


@wrong("tokenizer.round_trip", says="in another order")
def round_trip(encode, decode, texts):
    return all(sorted(decode(encode(text))) == sorted(text) for text in texts)


@wrong("tokenizer.round_trip", says="the end is missing")
def round_trip(encode, decode, texts):
    return all(text.startswith(decode(encode(text))) for text in texts)


@wrong("tokenizer.round_trip", says="is there a `return` in the loop?")
def round_trip(encode, decode, texts):
    for text in texts:
        if decode(encode(text)) == text:
            return True
        else:
            return False


@wrong("tokenizer.round_trip", says="only a text in the middle")
def round_trip(encode, decode, texts):
    return all(decode(encode(text)) == text for text in (texts[0], texts[-1]))


@wrong("tokenizer.round_trip", says="another one of the list")
def round_trip(encode, decode, texts):
    return all(decode(encode(text)) in texts for text in texts)


@wrong("tokenizer.round_trip", says="only the first text comes back wrong")
def round_trip(encode, decode, texts):
    for text in texts:
        same = decode(encode(text)) == text
    return same


@wrong("tokenizer.round_trip", says="content when one text survives")
def round_trip(encode, decode, texts):
    return any(decode(encode(text)) == text for text in texts)


@wrong("tokenizer.round_trip", says="True to every encoder")
def round_trip(encode, decode, texts):
    return all(encode(text) == encode(text) for text in texts)


@wrong("tokenizer.round_trip", says="False to a faithful encoder")
def round_trip(encode, decode, texts):
    return all(encode(text) == text for text in texts)


@wrong("tokenizer.round_trip", says="gives nothing back")
def round_trip(encode, decode, texts):
    for text in texts:
        if decode(encode(text)) != text:
            return False


@wrong("tokenizer.round_trip", says="is a list, where True or False is expected")
def round_trip(encode, decode, texts):
    return [decode(encode(text)) == text for text in texts]


@wrong("tokenizer.round_trip", says="return False instead")
def round_trip(encode, decode, texts):
    for text in texts:
        assert decode(encode(text)) == text
    return True


@wrong("tokenizer.round_trip", says="capital letters come back small")
def round_trip(encode, decode, texts):
    return all(decode(encode(text)).lower() == text.lower() for text in texts)


@right("tokenizer.sequence")
def sequence(text, characters):
    tokens = [len(characters)]
    for character in text:
        tokens.append(characters.index(character))
    tokens.append(len(characters))
    return tokens


@right("tokenizer.sequence")
def sequence(text, characters):
    bos = len(characters)
    return (bos, *map(characters.index, text), bos)


@wrong("tokenizer.sequence", says="no mark at the end")
def sequence(text, characters):
    return [len(characters)] + [characters.index(c) for c in text]


@wrong("tokenizer.sequence", says="no mark at the start")
def sequence(text, characters):
    return [characters.index(c) for c in text] + [len(characters)]


@wrong("tokenizer.sequence", says="the id of the last character")
def sequence(text, characters):
    bos = len(characters) - 1
    return [bos] + [characters.index(c) for c in text] + [bos]


@wrong("tokenizer.sequence", says="the id 0 belongs")
def sequence(text, characters):
    return [0] + [characters.index(c) for c in text] + [0]


@wrong("tokenizer.sequence", says="26 fits the vocabulary a to z only")
def sequence(text, characters):
    return [26] + [characters.index(c) for c in text] + [26]


@wrong("tokenizer.sequence", says="the length of the text")
def sequence(text, characters):
    return [len(text)] + [characters.index(c) for c in text] + [len(text)]


@wrong("tokenizer.sequence", says="one and the same BOS")
def sequence(text, characters):
    start = len(characters)
    end = start + 1
    return [start] + [characters.index(c) for c in text] + [end]


@wrong("tokenizer.sequence", says="a list within the list")
def sequence(text, characters):
    bos = len(characters)
    return [bos, [characters.index(c) for c in text], bos]


@wrong("tokenizer.sequence", says="not a string")
def sequence(text, characters):
    return ["BOS"] + [characters.index(c) for c in text] + ["BOS"]


@wrong("tokenizer.sequence", says="put BOS in front and behind")
def sequence(text, characters):
    return [characters.index(c) for c in text]


@wrong("tokenizer.sequence", says="use the `characters` that are handed in")
def sequence(text, characters):
    return Tokenizer([ascii_lowercase]).sequence(text)


@right("tokenizer.training_pairs")
def training_pairs(tokens, block_size):
    return list(zip(tokens, tokens[1:], strict=False))[:block_size]


@right("tokenizer.training_pairs")
def training_pairs(tokens, block_size):
    pairs = []
    for position, (token, following) in enumerate(pairwise(tokens)):
        if position == block_size:
            break
        pairs.append([token, following])
    return pairs


@wrong("tokenizer.training_pairs", says="the last pair is missing")
def training_pairs(tokens, block_size):
    return [(tokens[t], tokens[t + 1]) for t in range(min(block_size, len(tokens) - 2))]


@wrong("tokenizer.training_pairs", says="that stops too early")
def training_pairs(tokens, block_size):
    return list(pairwise(tokens[:block_size]))


@wrong("tokenizer.training_pairs", says="that stops too late")
def training_pairs(tokens, block_size):
    return list(pairwise(tokens))[: block_size + 1]


@wrong("tokenizer.training_pairs", says="the block size is ignored")
def training_pairs(tokens, block_size):
    return list(pairwise(tokens))


@wrong("tokenizer.training_pairs", says="paired with itself")
def training_pairs(tokens, block_size):
    return [(tokens[t], tokens[t]) for t in range(min(block_size, len(tokens) - 1))]


@wrong("tokenizer.training_pairs", says="the answer stands in front")
def training_pairs(tokens, block_size):
    return [(tokens[t + 1], tokens[t]) for t in range(min(block_size, len(tokens) - 1))]


@wrong("tokenizer.training_pairs", says="the last pairs")
def training_pairs(tokens, block_size):
    return list(pairwise(tokens[-block_size - 1 :]))


@wrong("tokenizer.training_pairs", says="two places ahead")
def training_pairs(tokens, block_size):
    return list(zip(tokens, tokens[2:], strict=False))[:block_size]


@wrong("tokenizer.training_pairs", says="the first pair is missing")
def training_pairs(tokens, block_size):
    return [(tokens[t], tokens[t + 1]) for t in range(1, min(block_size, len(tokens) - 1))]


@wrong("tokenizer.training_pairs", says="the pairs must overlap")
def training_pairs(tokens, block_size):
    return list(zip(tokens[::2], tokens[1::2], strict=False))[:block_size]


@wrong("tokenizer.training_pairs", says="the whole context")
def training_pairs(tokens, block_size):
    n = min(block_size, len(tokens) - 1)
    return [(tokens[: t + 1], tokens[t + 1]) for t in range(n)]


@wrong("tokenizer.training_pairs", says="those are two lists")
def training_pairs(tokens, block_size):
    tokens = tokens[: block_size + 1]
    return tokens[:-1], tokens[1:]


@wrong("tokenizer.training_pairs", says="the last token has none that follows it")
def training_pairs(tokens, block_size):
    return [(tokens[t], tokens[t + 1]) for t in range(block_size)]


@wrong("tokenizer.training_pairs", says="the last token has none that follows it")
def training_pairs(tokens, block_size):
    return [(tokens[t], tokens[t + 1]) for t in range(min(block_size, len(tokens)))]


@wrong("tokenizer.training_pairs", says="the last pair alone")
def training_pairs(tokens, block_size):
    for t in range(min(block_size, len(tokens) - 1)):
        pairs = []
        pairs.append((tokens[t], tokens[t + 1]))
    return pairs


@wrong("tokenizer.training_pairs", says="the first pair alone")
def training_pairs(tokens, block_size):
    for t in range(min(block_size, len(tokens) - 1)):
        return [(tokens[t], tokens[t + 1])]


@right("tokenizer.merge")
def merge(pieces, pair):
    merged = []
    for piece in pieces:
        if merged and (merged[-1], piece) == pair:
            merged[-1] = merged[-1] + piece
        else:
            merged.append(piece)
    return merged


@right("tokenizer.merge")
def merge(pieces, pair):
    if len(pieces) < 2:
        return list(pieces)
    if tuple(pieces[:2]) == pair:
        return ["".join(pair), *merge_rest(pieces[2:], pair)]
    return [pieces[0], *merge_rest(pieces[1:], pair)]


merge_rest = merge


@wrong("tokenizer.merge", says="nothing was merged")
def merge(pieces, pair):
    return [pair[0] + pair[1] if piece == pair else piece for piece in pieces]


@wrong("tokenizer.merge", says="only the first place")
def merge(pieces, pair):
    for i in range(len(pieces) - 1):
        if (pieces[i], pieces[i + 1]) == pair:
            return pieces[:i] + [pair[0] + pair[1]] + pieces[i + 2 :]
    return pieces


@wrong("tokenizer.merge", says="skip both")
def merge(pieces, pair):
    merged = []
    for i, piece in enumerate(pieces):
        if tuple(pieces[i : i + 2]) == pair:
            merged.append(pair[0] + pair[1])
        else:
            merged.append(piece)
    return merged


@wrong("tokenizer.merge", says="the last piece got lost")
def merge(pieces, pair):
    merged = []
    i = 0
    while i < len(pieces) - 1:
        if (pieces[i], pieces[i + 1]) == pair:
            merged.append(pair[0] + pair[1])
            i += 2
        else:
            merged.append(pieces[i])
            i += 1
    return merged


@wrong("tokenizer.merge", says="looked at again")
def merge(pieces, pair):
    merged = []
    for i in range(len(pieces) - 1):
        if (pieces[i], pieces[i + 1]) == pair:
            merged.append(pieces[i] + pieces[i + 1])
        else:
            merged.append(pieces[i])
    return merged


@wrong("tokenizer.merge", says="back to front")
def merge(pieces, pair):
    merged = []
    for piece in pieces:
        if merged and (merged[-1], piece) == pair:
            merged[-1] = piece + merged[-1]
        else:
            merged.append(piece)
    return merged


@wrong("tokenizer.merge", says="the order matters")
def merge(pieces, pair):
    merged = []
    for piece in pieces:
        if merged and {merged[-1], piece} == set(pair):
            merged[-1] = merged[-1] + piece
        else:
            merged.append(piece)
    return merged


@wrong("tokenizer.merge", says="part of a longer piece")
def merge(pieces, pair):
    if not pieces:
        return []
    return " ".join(pieces).replace(" ".join(pair), "".join(pair)).split(" ")


@wrong("tokenizer.merge", says="the pair itself went in")
def merge(pieces, pair):
    merged = []
    i = 0
    while i < len(pieces):
        if pieces[i : i + 2] == list(pair):
            merged.append(pair)
            i += 2
        else:
            merged.append(pieces[i])
            i += 1
    return merged


@wrong("tokenizer.merge", says="that is a string")
def merge(pieces, pair):
    return "".join(pieces)


@wrong("tokenizer.merge", says="the merged pieces stand alone")
def merge(pieces, pair):
    return [a + b for a, b in pairwise(pieces) if (a, b) == pair]


@wrong("tokenizer.merge", says="your function changed its input")
def merge(pieces, pair):
    i = 0
    while i < len(pieces) - 1:
        if (pieces[i], pieces[i + 1]) == pair:
            pieces[i : i + 2] = [pair[0] + pair[1]]
        i += 1
    return pieces


@wrong("tokenizer.merge", says="read alike when joined")
def merge(pieces, pair):
    merged = []
    i = 0
    while i < len(pieces):
        if i + 1 < len(pieces) and pieces[i] + pieces[i + 1] == "".join(pair):
            merged.append(pieces[i] + pieces[i + 1])
            i += 2
        else:
            merged.append(pieces[i])
            i += 1
    return merged
