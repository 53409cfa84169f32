"""From text to token ids and back."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from course_lib.errors import CourseError


class Tokenizer:
    """One token for each character of the vocabulary, and one more, BOS, for both ends of a text.

    Made from documents, or from the vocabulary itself. Raises CourseError where there is no
    character at all.
    """

    def __init__(self, documents: Iterable[str]):
        self.characters: list[str] = sorted(set("".join(documents)))
        if not self.characters:
            raise CourseError(
                "a vocabulary needs at least one character: these documents are empty."
            )
        self.ids = {character: i for i, character in enumerate(self.characters)}
        self.bos = len(self.characters)
        self.vocab_size = len(self.characters) + 1

    def encode(self, text: str) -> list[int]:
        """The token id of each character, without BOS. Unknown characters raise CourseError."""
        for position, character in enumerate(text):
            if character not in self.ids:
                raise CourseError(
                    f"the character {character!r} at position {position} of {_short(text)} is not "
                    f"in the vocabulary {_short(''.join(self.characters))}: "
                    "leave it out, or train on documents that contain it."
                )
        return [self.ids[character] for character in text]

    def decode(self, tokens: Iterable[int]) -> str:
        """The text of the tokens; BOS, which marks the ends, adds nothing."""
        tokens = list(tokens)
        for token in tokens:
            if not 0 <= token < self.vocab_size:
                raise CourseError(
                    f"there is no token {token}: the ids of this vocabulary run from 0 to "
                    f"{self.bos}."
                )
        return "".join(self.characters[token] for token in tokens if token != self.bos)

    def sequence(self, document: str) -> list[int]:
        """The tokens of a whole document, with BOS at both ends."""
        return [self.bos, *self.encode(document), self.bos]


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")


def training_pairs(tokens: Sequence[int], block_size: int) -> list[tuple[int, int]]:
    """Each token with the one that follows it, for the first `block_size` positions.

    Raises CourseError for fewer than two tokens.
    """
    if len(tokens) < 2:
        raise CourseError(
            f"a sequence of {len(tokens)} token(s) has nothing to predict: it takes at least two."
        )
    return list(pairwise(tokens[: block_size + 1]))
