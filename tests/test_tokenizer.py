"""The tokenizer: text to tokens and back, the pairs to learn from, and what it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import few, says

from course_lib.tokenizer import Tokenizer, training_pairs

documents = st.lists(st.text("abcXYZ '-éß中🙂\n"), min_size=1).filter(any)


@pytest.fixture
def letters():
    return Tokenizer("abcdefghijklmnopqrstuvwxyz")


def test_the_alphabet(letters):
    assert letters.characters == list("abcdefghijklmnopqrstuvwxyz")
    assert (letters.bos, letters.vocab_size) == (26, 27)
    assert letters.encode("emma") == [4, 12, 12, 0]
    assert letters.decode([4, 12, 12, 0]) == "emma"
    assert letters.sequence("emma") == [26, 4, 12, 12, 0, 26]


def test_sorted_unique_characters_of_all_documents():
    tokenizer = Tokenizer(["bob", "al", "", "Zoë"])
    assert tokenizer.characters == ["Z", "a", "b", "l", "o", "ë"]
    assert tokenizer.bos == 6
    assert Tokenizer(iter(["ba", "c"])).characters == ["a", "b", "c"]


@few
@given(documents)
def test_decode_undoes_encode(documents):
    tokenizer = Tokenizer(documents)
    for document in documents:
        tokens = tokenizer.encode(document)
        assert len(tokens) == len(document)
        assert all(0 <= token < tokenizer.bos for token in tokens)
        assert tokenizer.decode(tokens) == document
        assert tokenizer.decode(tokenizer.sequence(document)) == document
    assert Tokenizer(reversed(documents)).characters == tokenizer.characters
    assert Tokenizer(tokenizer.characters).ids == tokenizer.ids


def test_ends_only(letters):
    assert letters.encode("") == []
    assert letters.sequence("") == [26, 26]
    assert letters.decode([]) == letters.decode([26, 26]) == ""
    assert letters.decode(iter([26, 0, 26, 1])) == "ab"


@pytest.mark.parametrize("nothing", [[], [""], ["", ""], ""])
def test_no_character_at_all(nothing):
    with says("at least one character", "empty"):
        Tokenizer(nothing)


def test_unknown_character(letters):
    with says(
        "'É'", "position 2", "'zoÉ'", "abcdefghijklmnopqrstuvwxyz", "leave it out, or train on"
    ):
        letters.encode("zoÉ")
    with says("' '", "position 3"):
        letters.sequence("ann lee")
    assert letters.encode("zo") == [25, 14]


@pytest.mark.parametrize("token", [-1, 27, 1000])
def test_unknown_token(letters, token):
    with says(f"no token {token}", "from 0 to 26"):
        letters.decode([0, token])


def test_training_pairs():
    assert training_pairs([26, 0, 1, 26], 8) == [(26, 0), (0, 1), (1, 26)]
    assert training_pairs([26, 26], 8) == [(26, 26)]
    assert training_pairs((26, 0, 26), 8) == [(26, 0), (0, 26)]


@pytest.mark.parametrize("block_size", range(1, 8))
def test_training_pairs_of_a_long_sequence(block_size):
    tokens = [26, 0, 1, 2, 3, 4, 26]
    pairs = training_pairs(tokens, block_size)
    assert len(pairs) == min(block_size, len(tokens) - 1)
    assert pairs == [(tokens[t], tokens[t + 1]) for t in range(len(pairs))]


@pytest.mark.parametrize("tokens", [[], [26]])
def test_nothing_to_predict(tokens):
    with says(f"{len(tokens)} token", "nothing to predict", "at least two"):
        training_pairs(tokens, 8)
