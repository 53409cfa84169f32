"""The datasets: text files with one document, such as a name, on each line."""

import hashlib
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from random import Random

from course_lib.errors import CourseError
from course_lib.home import home, write_atomically

DATA = Path(__file__).resolve().parent.parent / "data"
MAX_BYTES = 50_000_000
MAX_CHARACTERS = 1_000  # in a document

ORIGINAL_URL = "https://raw.githubusercontent.com/karpathy/makemore/master/names.txt"
ORIGINAL_BYTES = 228_145
ORIGINAL_SHA256 = "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d"
REMEDY = f"save {ORIGINAL_URL} yourself and set COURSE_ORIGINAL_NAMES to that file's name."
TIMEOUT = 30.0  # seconds, for the whole download


def load(path: str | os.PathLike | None = None) -> list[str]:
    """The documents of a text file (default: first names), one per line, without empty lines.

    Raises CourseError for what cannot be read, is no UTF-8 text, is too large or has no document.
    """
    path = Path(DATA / "names.txt" if path is None else os.path.expanduser(path))
    return _documents(_read(path), path)


def surnames() -> list[str]:
    """The 26,837 most frequent surnames, the most frequent first."""
    return load(DATA / "surnames.txt")


def original(download: bool = True) -> list[str]:
    """The 32,033 names of the original program: fetched once, then kept in the course's folder.

    `COURSE_ORIGINAL_NAMES` may name a copy. Raises CourseError where the right list is not to be
    had, or would have to be fetched against `download`.
    """
    given = os.environ.get("COURSE_ORIGINAL_NAMES")
    path = Path(given) if given else home() / "names" / "original.txt"
    if given or os.path.isfile(path):
        content = _read(path)
        if hashlib.sha256(content).hexdigest() == ORIGINAL_SHA256:
            return _documents(content, path)
    if given or not download:
        raise CourseError(f"{path} does not hold the original names: {REMEDY}")
    content = _download()
    with suppress(OSError):  # a list that cannot be kept can still be used
        write_atomically(path, content)
    return _documents(content, path)


def train_validation_split(
    documents: Iterable[str], rng: Random, fraction: float = 0.1
) -> tuple[list[str], list[str]]:
    """The documents, shuffled, in two parts: to train on, and a fraction held out to validate.

    Raises CourseError where a part would be empty.
    """
    shuffled = list(documents)
    held_out = round(fraction * len(shuffled)) if 0 < fraction < 1 else 0
    if not 0 < held_out < len(shuffled):
        raise CourseError(
            f"{fraction} of {len(shuffled)} documents leaves one part of the split empty: "
            "take a fraction between 0 and 1, or more documents."
        )
    rng.shuffle(shuffled)
    return shuffled[:-held_out], shuffled[-held_out:]


def _read(path: Path) -> bytes:
    if os.path.isdir(path):
        raise CourseError(f"{path} is a folder: give the name of a text file in it.")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        near = get_close_matches(path.name, [file.name for file in path.parent.glob("*")])
        advice = f"did you mean {' or '.join(near)}?" if near else "check its name and folder."
        raise CourseError(f"there is no file {path}: {advice}") from None
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}; check its rights.") from None
    if len(content) > MAX_BYTES:
        raise CourseError(f"{path} is larger than {MAX_BYTES // 10**6} MB: take a part of it.")
    return content


def _documents(content: bytes, path: Path) -> list[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise CourseError(
            f"{path} is not plain text in UTF-8: open it in an editor and save it in that encoding."
        )
    # Only line ends divide: str.splitlines would also divide at characters such as U+2028.
    lines = text.replace("\r", "\n").split("\n")
    documents = [document for line in lines if (document := line.strip())]
    if not documents:
        raise CourseError(f"{path} holds no document: write one on each line.")
    longest = max(documents, key=len)
    if len(longest) > MAX_CHARACTERS:
        raise CourseError(
            f"a line of {path} has {len(longest):,} characters ({longest[:20]!r}…), and "
            f"{MAX_CHARACTERS:,} are the most: put one document, such as a name, on each line."
        )
    return documents


def _download() -> bytes:
    from http.client import HTTPException  # here, because these two make the import slow
    from urllib.request import urlopen

    problem = "what came is not the list"
    content = b""
    deadline = time.monotonic() + TIMEOUT
    try:
        with urlopen(ORIGINAL_URL, timeout=TIMEOUT) as response:
            while chunk := response.read1(ORIGINAL_BYTES + 1 - len(content)):
                content += chunk
                if time.monotonic() > deadline:
                    raise TimeoutError("timed out")
        if hashlib.sha256(content).hexdigest() == ORIGINAL_SHA256:
            return content
    except (OSError, HTTPException) as error:
        problem = str(error).removeprefix("<urlopen error ").removesuffix(">")
    raise CourseError(
        f"the original names could not be downloaded ({problem}): try again later, or {REMEDY}"
    )
