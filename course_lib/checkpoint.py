"""Checkpoints: a trained model in one JSON file, with its sizes, its vocabulary and, where asked
for, what its optimizer remembers; a checksum tells whether a digit has changed since."""

import hashlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.gpt import GPTConfig
from course_lib.home import write_atomically
from course_lib.tokenizer import Tokenizer

FORMAT = "names-gpt checkpoint"
VERSION = 2
MAX_BYTES = 200_000_000
AVERAGES = ("mean", "square")  # Adam's memory, one number of each for every parameter

Weights = dict[str, list[list[float]]]


def save_checkpoint(path: str | Path, model, tokenizer: Tokenizer, optimizer=None) -> None:
    """Write the model to a file, all or nothing; with its optimizer, training can go on from it.

    Raises CourseError where that cannot be done.
    """
    content = {
        "format": FORMAT,
        "version": VERSION,
        "config": asdict(model.config),
        "characters": "".join(tokenizer.characters),
        "weights": model.weights(),
    }
    if optimizer is not None:
        averages = {name: [float(x) for x in getattr(optimizer, name)] for name in AVERAGES}
        content["optimizer"] = {"steps": optimizer.steps, **averages}
    try:
        content["sha256"] = _checksum(content)
        write_atomically(Path(path), json.dumps(content))
    except ValueError:
        raise CourseError(
            f"the model could not be saved as {path}: some of its weights are no numbers any more; "
            "train again with a smaller learning rate."
        ) from None
    except OSError as error:
        raise CourseError(
            f"the model could not be saved as {path} ({error.strerror}): choose another place."
        ) from None


def load_checkpoint(path: str | Path) -> tuple[GPTConfig, Weights, Tokenizer]:
    """The sizes, weights and tokenizer of a saved model: `GPT(config, weights)` brings it back.

    Raises CourseError for a file that is missing, damaged or not a checkpoint.
    """
    content = _read(Path(path))
    try:
        config = GPTConfig(**content["config"])
        tokenizer = Tokenizer(content["characters"])
    except CourseError as error:
        raise _damaged(path, str(error).rstrip(".")) from None
    except (KeyError, TypeError):
        raise _damaged(path, "its sizes or its vocabulary are missing") from None
    weights = content.get("weights")
    # There are more matrices than layers: seen to before a shape is listed for each layer.
    if not isinstance(weights, dict) or len(weights) <= config.n_layer:
        raise _damaged(path, "weights are missing")
    if tokenizer.vocab_size != config.vocab_size:
        raise _damaged(
            path,
            f"its vocabulary has {tokenizer.vocab_size} tokens, its weights {config.vocab_size}",
        )
    for name, (rows, columns) in config.shapes().items():
        if not _is_matrix(weights.get(name), rows, columns):
            raise _damaged(path, f"{name} is not a matrix of {rows} × {columns} numbers")
    return config, weights, tokenizer


def restore_optimizer(path: str | Path, optimizer) -> None:
    """Give a new Adam the memory it was saved with.

    `train(..., first_step=optimizer.steps)` then goes on as if it had never stopped. Raises
    CourseError for a file that is damaged, holds no optimizer or one of another model.
    """
    memory = _read(Path(path)).get("optimizer")
    if memory is None:
        raise CourseError(
            f"{path} holds a model without its optimizer: save it with "
            "save_checkpoint(path, model, tokenizer, optimizer) to go on training."
        )
    steps = memory.get("steps") if isinstance(memory, dict) else None
    if type(steps) is not int or steps < 0:
        raise _damaged(path, "the optimizer's steps are missing")
    for name in AVERAGES:
        numbers = memory.get(name)
        if not isinstance(numbers, list) or not all(_is_number(x) for x in numbers):
            raise _damaged(path, f"the optimizer's {name} is not a list of numbers")
        if len(numbers) != len(optimizer.mean):
            raise CourseError(
                f"the optimizer in {path} belongs to a model of {len(numbers):,} parameters, this "
                f"one has {len(optimizer.mean):,}: build the model from the same checkpoint."
            )
    if min(memory["square"], default=0.0) < 0:
        raise _damaged(path, "the optimizer's average of squares is negative")
    optimizer.steps = steps
    for name in AVERAGES:
        getattr(optimizer, name)[:] = [float(x) for x in memory[name]]


def _read(path: Path) -> dict:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _damaged(path, "it is too large")
        content = json.loads(path.read_text(encoding="utf-8"))
    except CourseError:
        raise
    except OSError as error:
        raise CourseError(
            f"the checkpoint {path} cannot be read ({error.strerror}): check its name and place."
        ) from None
    except (ValueError, RecursionError):
        raise _damaged(path, "it is not complete JSON") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise _damaged(path, "it was not written by this course")
    if content.get("version") != VERSION:
        raise CourseError(
            f"{path} has checkpoint version {content.get('version')!r}, this course reads "
            f"{VERSION}: load it with the course that wrote it, or train again."
        )
    try:
        unchanged = _checksum(content) == content.get("sha256")
    except (ValueError, RecursionError):  # NaN or infinity, which no checkpoint holds
        unchanged = False
    if not unchanged:
        raise _damaged(path, "something in it is not as it was saved")
    return content


def _checksum(content: dict) -> str:
    """The SHA-256 of everything but the checksum itself. ValueError for NaN and infinity."""
    rest = {key: value for key, value in content.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, allow_nan=False).encode()).hexdigest()


def _damaged(path: str | Path, why: str) -> CourseError:
    return CourseError(
        f"{path} is not a sound checkpoint ({why}): train again and save the model, or take "
        "another file."
    )


def _is_matrix(matrix, rows: int, columns: int) -> bool:
    return (
        isinstance(matrix, list)
        and len(matrix) == rows
        and all(isinstance(row, list) and len(row) == columns for row in matrix)
        and all(_is_number(x) for row in matrix for x in row)
    )


def _is_number(x) -> bool:
    """Whether it is finite; NaN is not, and an int may be beyond every float."""
    return type(x) in (int, float) and abs(x) <= sys.float_info.max
